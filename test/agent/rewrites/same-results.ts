/**
 * Shows that a rewrite keeps what programs compute: every opportunity is applied, compiled with the original and run on the same
 * data, all in one program under the address and undefined-behaviour sanitizers.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import type { Opportunity, Rewrite } from "../../../src/agent/rewrites/rewrite.ts";
import { listFunctions } from "../../../src/code/find-function.ts";
import type { Language } from "../../../src/code/language.ts";
import { loadGrammars, parse } from "../../../src/code/parser.ts";
import { openSubject, type Subject } from "../../../src/code/subject.ts";

export interface Example {
  readonly language: Language;
  readonly function: string;
  /** The file that is rewritten, with its includes. */
  readonly source: string;
  /** Put after the source: `void drive(void)` that calls the function and prints what it gives. Numbers are compared as numbers. */
  readonly drive: string;
  /** How far numbers may be apart, relatively. Default 0. */
  readonly tolerance?: number;
  /** How often the rewrite is applied to its own output until it must have come to rest. Default 8. */
  readonly rounds?: number;
}

export interface Compilation {
  /** For rewrites that promise the optimiser something. Default `-O0`: the sanitizers then see every access, and compiling is quick. */
  readonly level?: "-O0" | "-O1";
}

/** The opportunities that a rewrite sees in a function. */
export async function opportunitiesIn(
  rewrite: Rewrite,
  language: Language,
  source: string,
  name: string,
): Promise<Opportunity[]> {
  await loadGrammars();
  return rewrite.opportunities(open(language, source, name));
}

/**
 * Applies each opportunity of each example, and then the rewrite to its own output until it offers nothing more, and runs it
 * all against the original.
 */
export async function expectSameResults(
  rewrite: Rewrite,
  examples: readonly Example[],
  { level = "-O0" }: Compilation = {},
): Promise<void> {
  await loadGrammars();
  const groups = examples.map((example) => ({ example, variants: variantsOf(rewrite, example) }));
  const folder = await mkdtemp(join(tmpdir(), "rewrite-"));
  try {
    const c = groups.filter(({ example }) => example.language === "c");
    const cpp = groups.filter(({ example }) => example.language === "c++");
    for (const [language, chosen] of [
      ["c", c],
      ["c++", cpp],
    ] as const) {
      if (chosen.length === 0) continue;
      const outputs = await run(folder, language, level, chosen);
      for (const { example, variants } of chosen) {
        const results = outputs.splice(0, variants.length);
        results.forEach((result, index) => {
          const equal = agree(results[0] ?? "", result, example.tolerance ?? 0);
          expect
            .soft(
              equal,
              `${example.function}, variant ${index}:\n${variants[index]}\nprints ${result}\nnot ${results[0]}`,
            )
            .toBe(true);
        });
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function open(language: Language, source: string, name: string): Subject {
  const subject = openSubject(source, language, name);
  if (!subject) throw new Error(`no function ${name} in:\n${source}`);
  return subject;
}

function variantsOf(rewrite: Rewrite, example: Example): string[] {
  const variants = [example.source];
  const found = rewrite.opportunities(open(example.language, example.source, example.function));
  expect.soft(found.length, `${rewrite.name} sees nothing in ${example.function}`).toBeGreaterThan(0);
  for (const opportunity of found) {
    const text = opportunity.apply();
    expect.soft(text, "apply() gives one text").toBe(opportunity.apply());
    variants.push(text);
  }
  // On its own output it comes to rest, and every step is right.
  let text = example.source;
  let rounds = 0;
  for (; rounds <= (example.rounds ?? 8); rounds += 1) {
    const [next] = rewrite.opportunities(open(example.language, text, example.function));
    if (!next) break;
    text = next.apply();
    if (!variants.includes(text)) variants.push(text);
  }
  expect
    .soft(rounds, `${rewrite.name} never comes to rest on ${example.function}:\n${text}`)
    .toBeLessThanOrEqual(example.rounds ?? 8);
  return variants;
}

async function run(
  folder: string,
  language: Language,
  level: string,
  groups: readonly { example: Example; variants: readonly string[] }[],
): Promise<string[]> {
  const sources = groups.flatMap(({ example, variants }) =>
    variants.map((variant) => `${variant}\n${example.drive}\n`),
  );
  const main = `#include <stdio.h>\n${sources.map((_, index) => driveOf(language, index, "declare")).join("\n")}\nint main(void) {\n${sources
    .map((_, index) => `  ${driveOf(language, index, "call")} puts("\\n====");`)
    .join("\n")}\n  return 0;\n}\n`;
  const extension = language === "c" ? "c" : "cpp";
  const files =
    language === "c"
      ? sources.map((source, index) => renamed(source, index))
      : [
          `${includesOf(sources)}\n${sources.map((source, index) => `namespace variant_${index} {\n${withoutIncludes(source)}\n}`).join("\n")}\n${main}`,
        ];
  if (language === "c") files.push(main);
  const paths = await Promise.all(
    files.map(async (file, index) => {
      const path = join(folder, `${extension}-${index}.${extension}`);
      await writeFile(path, file);
      return path;
    }),
  );
  const program = join(folder, `program-${extension}`);
  const flags = [
    level,
    "-w",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=undefined",
    "-fno-sanitize=alignment",
  ];
  const compiler = language === "c" ? ["gcc", "-std=gnu17"] : ["g++", "-std=gnu++17"];
  const compiled = await execa(compiler[0]!, [compiler[1]!, ...flags, ...paths, "-lm", "-o", program], {
    reject: false,
  });
  if (compiled.exitCode !== 0) {
    throw new Error(
      `${compiled.stderr.slice(0, 3000)}\n${files
        .map((file, index) => `--- ${paths[index]}\n${file}`)
        .join("\n")
        .slice(0, 20_000)}`,
    );
  }
  const ended = await execa(program, [], { reject: false, env: { ASAN_OPTIONS: "detect_leaks=0" } });
  expect(
    ended.exitCode,
    `${ended.stderr.slice(0, 3000)}\n${sources[ended.stdout.split("====").length - 1]}`,
  ).toBe(0);
  return ended.stdout.split("\n====").slice(0, sources.length);
}

function driveOf(language: Language, index: number, how: "declare" | "call"): string {
  if (how === "declare") return language === "c" ? `void drive_${index}(void);` : "";
  return language === "c" ? `drive_${index}();` : `variant_${index}::drive();`;
}

/** Every function of a C file gets a name of its own, so that all variants link into one program. */
function renamed(source: string, index: number): string {
  const tree = parse(source, "c");
  const names = listFunctions(tree.rootNode).map((definition) => definition.name);
  tree.delete();
  return `${names.map((name) => `#define ${name} ${name}_${index}`).join("\n")}\n#include <stdio.h>\n${source}`;
}

function includesOf(sources: readonly string[]): string {
  return [
    ...new Set(["#include <cstdio>", ...sources.flatMap((source) => source.match(/^#include.*$/gm) ?? [])]),
  ].join("\n");
}

function withoutIncludes(source: string): string {
  return source.replace(/^#include.*$/gm, "").replace(/^#define\s+(\w+)/gm, "#undef $1\n#define $1");
}

function agree(expected: string, actual: string, tolerance: number): boolean {
  const [left, right] = [expected.trim().split(/\s+/), actual.trim().split(/\s+/)];
  if (left.length !== right.length || left[0] === "") return false;
  return left.every((word, index) => {
    const other = right[index] ?? "";
    if (word === other) return true;
    const [a, b] = [Number(word), Number(other)];
    return (
      Number.isFinite(a) &&
      Number.isFinite(b) &&
      Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b), 1e-300)
    );
  });
}
