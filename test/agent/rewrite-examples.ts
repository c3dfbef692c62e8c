/**
 * The functions that the rewrites' own tests rewrite, read from the text of those tests: real code on which a rewrite is known to
 * apply.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Rewrite } from "../../src/agent/rewrites/rewrite.ts";
import type { Language } from "../../src/code/language.ts";

export interface RewriteExample {
  readonly language: Language;
  readonly function: string;
  readonly source: string;
}

const example = /language: "(c|c\+\+)",\s*function: "([^"]+)",\s*source: `((?:[^`\\]|\\[\s\S])*)`/g;

/** Those written out in one piece; none where the rewrite has no test file of its own. */
export function examplesOf(rewrite: Rewrite): RewriteExample[] {
  let text: string;
  try {
    text = readFileSync(join(import.meta.dirname, "rewrites", "c", `${rewrite.name}.test.ts`), "utf8");
  } catch {
    return [];
  }
  return [...text.matchAll(example)].flatMap(([, language, name, source]) =>
    language && name && source !== undefined && !source.includes("${")
      ? [{ language: language as Language, function: name, source: unescaped(source) }]
      : [],
  );
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function unescaped(literal: string): string {
  return literal.replace(/\\([\s\S])/g, (_, character: string) => escapes[character] ?? character);
}
