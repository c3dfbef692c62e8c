/**
 * Shows that a rewrite keeps what functions compute: every opportunity is applied, and the original and the rewritten file run in Node
 * on the same arguments. What they return and what they leave of their arguments must be the same, down to -0, NaN and missing elements.
 */
import { createContext, runInContext } from "node:vm";
import { expect } from "vitest";
import type { Opportunity, Rewrite } from "../../../../src/agent/rewrites/rewrite.ts";
import { applyEdits, type Edit } from "../../../../src/code/edit.ts";
import { findFunction } from "../../../../src/code/find-function.ts";
import type { Language } from "../../../../src/code/language.ts";
import { loadGrammarsOf, parse } from "../../../../src/code/parser.ts";
import { openSubject } from "../../../../src/code/subject.ts";
import { find, parts } from "../../../../src/code/tree.ts";

export interface ScriptExample {
  /** Default: both, each with its own grammar. */
  readonly language?: Language;
  readonly function: string;
  readonly source: string;
  /** Expressions that call the function; their values are compared. */
  readonly calls: readonly string[];
  /** How often the rewrite is applied to its own output until it must have come to rest. Default 8. */
  readonly rounds?: number;
}

/** The opportunities that a rewrite sees in a function. */
export async function opportunitiesIn(
  rewrite: Rewrite,
  source: string,
  name = "f",
  language: Language = "typescript",
): Promise<Opportunity[]> {
  await loadGrammarsOf(["javascript", "typescript"]);
  const subject = openSubject(source, language, name);
  if (!subject) throw new Error(`no function ${name} in:\n${source}`);
  return rewrite.opportunities(subject);
}

/** Expects nothing to be offered for any of these functions `f`, and that the rewrite does offer something for `applies`. */
export async function expectRefusals(rewrite: Rewrite, sources: readonly string[]): Promise<void> {
  for (const source of sources) {
    for (const language of ["javascript", "typescript"] as const) {
      if (language === "javascript" && isTyped(source)) continue;
      const found = await opportunitiesIn(rewrite, source, "f", language);
      expect
        .soft(
          found.map((each) => each.apply()),
          `${rewrite.name} must leave alone:\n${source}`,
        )
        .toEqual([]);
    }
  }
}

export async function expectSameValues(rewrite: Rewrite, examples: readonly ScriptExample[]): Promise<void> {
  await loadGrammarsOf(["javascript", "typescript"]);
  for (const example of examples) {
    const languages: readonly Language[] = example.language
      ? [example.language]
      : ["javascript", "typescript"];
    for (const language of languages) compareAll(rewrite, example, language);
  }
}

function compareAll(rewrite: Rewrite, example: ScriptExample, language: Language): void {
  const expected = valuesOf(example.source, example, language);
  for (const variant of variantsOf(rewrite, example, language)) {
    const actual = valuesOf(variant, example, language);
    example.calls.forEach((call, index) => {
      expect.soft(actual[index], `${call} after ${rewrite.name}:\n${variant}`).toBe(expected[index]);
    });
  }
}

/** Each opportunity alone, and then the rewrite on its own output until it comes to rest. */
function variantsOf(rewrite: Rewrite, example: ScriptExample, language: Language): string[] {
  const open = (source: string) => {
    const subject = openSubject(source, language, example.function);
    if (!subject) throw new Error(`no function ${example.function} in:\n${source}`);
    return subject;
  };
  const variants = rewrite.opportunities(open(example.source)).map((opportunity) => opportunity.apply());
  expect
    .soft(variants.length, `${rewrite.name} sees nothing in ${language}:\n${example.source}`)
    .toBeGreaterThan(0);
  for (const variant of variants) expectOnlyFunctionChanged(example, variant, language);
  let text = example.source;
  const limit = example.rounds ?? 8;
  for (let round = 0; ; round += 1) {
    const [next] = rewrite.opportunities(open(text));
    if (!next) break;
    expect.soft(round, `${rewrite.name} never comes to rest:\n${text}`).toBeLessThan(limit);
    if (round >= limit) break;
    text = next.apply();
    if (!variants.includes(text)) variants.push(text);
  }
  return variants;
}

function expectOnlyFunctionChanged(example: ScriptExample, variant: string, language: Language): void {
  const root = parse(variant, language).rootNode;
  expect.soft(root.hasError, `syntax errors in:\n${variant}`).toBe(false);
  const before = findFunction(parse(example.source, language).rootNode, example.function)?.node;
  const after = findFunction(root, example.function)?.node;
  if (!before || !after) throw new Error(`the function is gone from:\n${variant}`);
  expect.soft(variant.slice(0, after.startIndex)).toBe(example.source.slice(0, before.startIndex));
  expect.soft(variant.slice(after.endIndex)).toBe(example.source.slice(before.endIndex));
}

/** One realm for all: making one takes longer than all that runs in it. */
const realm = createContext({ describe: described });

/** What each call gives, or throws, as text that tells apart whatever `Object.is` tells apart. */
function valuesOf(source: string, { calls }: ScriptExample, language: Language): string[] {
  const tries = calls.map(
    (call) =>
      `(() => { try { return describe(${call}); } catch (error) { return "throws " + error.name; } })()`,
  );
  const script = `(() => {\n${withoutTypes(source, language)}\n;return JSON.stringify([${tries.join(",\n")}]);\n})()`;
  const values: unknown = JSON.parse(String(runInContext(script, realm, { timeout: 5000 })));
  return Array.isArray(values) ? values.map(String) : [];
}

function described(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "function";
  if (typeof value !== "object" || value === null) return `${typeof value} ${String(value)}`;
  const name = Object.prototype.toString.call(value);
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${described(each)}`);
  const length = Array.isArray(value) ? ` ${value.length}` : "";
  return `${name}${length} {${entries.join(", ")}}`;
}

/** The script that a TypeScript file means, for files without enums and the like. */
function withoutTypes(source: string, language: Language): string {
  if (language === "javascript") return source;
  const root = parse(source, language).rootNode;
  const removed: Edit[] = find(
    root,
    "type_annotation",
    "type_parameters",
    "type_arguments",
    "interface_declaration",
    "type_alias_declaration",
  ).map((node) => ({ start: node.startIndex, end: node.endIndex, text: "" }));
  for (const node of find(root, "non_null_expression", "as_expression")) {
    const inner = parts(node)[0];
    if (inner) removed.push({ start: inner.endIndex, end: node.endIndex, text: "" });
  }
  const outer = removed.filter(
    (edit) => !removed.some((other) => other !== edit && other.start <= edit.start && edit.end <= other.end),
  );
  return applyEdits(source, outer);
}

function isTyped(source: string): boolean {
  const root = parse(source, "typescript").rootNode;
  return find(root, "type_annotation", "as_expression", "type_arguments").length > 0;
}
