/**
 * Tree-sitter parsers for C and C++, loaded once from the WASM grammars.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Language as Grammar, Parser, type Tree } from "web-tree-sitter";
import type { Language } from "./language.ts";

const require = createRequire(import.meta.url);
const grammarFiles: Record<Language, string> = {
  c: join(dirname(require.resolve("tree-sitter-c/package.json")), "tree-sitter-c.wasm"),
  "c++": join(dirname(require.resolve("tree-sitter-cpp/package.json")), "tree-sitter-cpp.wasm"),
};

let loading: Promise<Record<Language, Parser>> | undefined;
let parsers: Record<Language, Parser> | undefined;

/** Loads both grammars; idempotent. Must have resolved before `parse` is called. */
export async function loadGrammars(): Promise<void> {
  loading ??= load();
  parsers = await loading;
}

/** Parses a whole file. Syntax errors are nodes in the tree, never exceptions. The caller deletes the tree or lets it go. */
export function parse(source: string, language: Language): Tree {
  if (!parsers) throw new Error("loadGrammars() has not been awaited");
  const tree = parsers[language].parse(source);
  if (!tree) throw new Error("tree-sitter returned no tree");
  return tree;
}

async function load(): Promise<Record<Language, Parser>> {
  await Parser.init();
  const [c, cpp] = await Promise.all([Grammar.load(grammarFiles.c), Grammar.load(grammarFiles["c++"])]);
  return { c: new Parser().setLanguage(c), "c++": new Parser().setLanguage(cpp) };
}
