/**
 * Tree-sitter parsers, each loaded once from its WASM grammar.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Language as Grammar, Parser, type Tree } from "web-tree-sitter";
import type { Language } from "./language.ts";

const require = createRequire(import.meta.url);
/** Of each grammar the package, and the file in it. */
const grammarFiles: Record<Language | "tsx", readonly [packageName: string, file: string]> = {
  c: ["tree-sitter-c", "tree-sitter-c.wasm"],
  "c++": ["tree-sitter-cpp", "tree-sitter-cpp.wasm"],
  python: ["tree-sitter-python", "tree-sitter-python.wasm"],
  javascript: ["tree-sitter-javascript", "tree-sitter-javascript.wasm"],
  typescript: ["tree-sitter-typescript", "tree-sitter-typescript.wasm"],
  tsx: ["tree-sitter-typescript", "tree-sitter-tsx.wasm"],
};

const loading = new Map<Language, Promise<void>>();
const parsers = new Map<Language | "tsx", Parser>();

/** Loads the grammars of C and C++; idempotent. */
export function loadGrammars(): Promise<void> {
  return loadGrammarsOf(["c", "c++"]);
}

/** Loads the grammars of these languages; idempotent. Must have resolved before `parse` is called. */
export async function loadGrammarsOf(languages: readonly Language[]): Promise<void> {
  await Promise.all(
    languages.map((language) => {
      const started = loading.get(language) ?? load(language);
      loading.set(language, started);
      return started;
    }),
  );
}

/**
 * Parses a whole file. Syntax errors are nodes in the tree, never exceptions. TypeScript that has errors without JSX and none with it
 * is taken for TypeScript with JSX. The caller deletes the tree or lets it go.
 */
export function parse(source: string, language: Language): Tree {
  const tree = parseWith(source, language);
  if (language !== "typescript" || !tree.rootNode.hasError) return tree;
  const withElements = parseWith(source, "tsx");
  if (withElements.rootNode.hasError) return tree;
  tree.delete();
  return withElements;
}

function parseWith(source: string, grammar: Language | "tsx"): Tree {
  const parser = parsers.get(grammar);
  if (!parser) throw new Error(`loadGrammarsOf(["${grammar}"]) has not been awaited`);
  const tree = parser.parse(source);
  if (!tree) throw new Error("tree-sitter returned no tree");
  return tree;
}

async function load(language: Language): Promise<void> {
  await Parser.init();
  await Promise.all([language, ...(language === "typescript" ? ["tsx" as const] : [])].map(loadOne));
}

async function loadOne(name: Language | "tsx"): Promise<void> {
  const [packageName, file] = grammarFiles[name];
  const grammar = await Grammar.load(join(dirname(require.resolve(`${packageName}/package.json`)), file));
  parsers.set(name, new Parser().setLanguage(grammar));
}
