/**
 * Code in words, for embedders that were trained on sentences: what its loops do, as `code/features.ts` says it, with or without the
 * words of its names. Descriptions are the better key to code (RAS, see the literature on retrieval for optimisation); which of the three ways
 * finds the lessons that help is measured by `bench:retrieval`.
 */
import type { Node } from "web-tree-sitter";
import { codeFeatures } from "../code/features.ts";
import { clearName, listFunctions } from "../code/find-function.ts";
import { isCompiled, type Language } from "../code/language.ts";
import { loadGrammarsOf, parse } from "../code/parser.ts";

/** `features`: phrases alone. `features-and-names`: then the words of its names. `code`: the code as it is. */
export const codeWordings = ["features", "features-and-names", "code"] as const;
export type CodeWording = (typeof codeWordings)[number];

/** Part of the id of each embedder that uses it: raise it whenever a description changes. */
export const descriptionVersion = 1;

/** Analysis is slower than parsing, and a file may hold anything: the functions with the most text, none of them huge. */
const mostFunctions = 4;
const longestFunction = 16 * 1024;
const longestCode = 256 * 1024;
const mostNames = 40;
const nameTypes = [
  "identifier",
  "field_identifier",
  "type_identifier",
  "namespace_identifier",
  "property_identifier",
  "shorthand_property_identifier",
];

/** One description a source, in order. A file without functions, or with nothing to say about them, is taken as it is. */
export async function describeCode(
  sources: readonly { readonly text: string; readonly language: Language }[],
  wording: CodeWording,
): Promise<string[]> {
  if (wording === "code") return sources.map(({ text }) => text);
  await loadGrammarsOf([...new Set(sources.map(({ language }) => language))]);
  return sources.map(({ text, language }) => describeOne(text.slice(0, longestCode), language, wording));
}

function describeOne(source: string, language: Language, wording: CodeWording): string {
  const tree = parse(source, language);
  try {
    const functions = listFunctions(tree.rootNode)
      .filter(({ node }) => node.endIndex - node.startIndex <= longestFunction)
      .toSorted((left, right) => length(right.node) - length(left.node))
      .slice(0, mostFunctions);
    const phrases = functions.flatMap((definition) => {
      const { qualifiedName, parameterTypes } = definition;
      const name = isCompiled(language)
        ? `${qualifiedName}(${parameterTypes.join(", ")})`
        : clearName(tree.rootNode, definition);
      return codeFeatures(source, language, name).phrases;
    });
    const names = wording === "features" ? [] : namesIn(functions.map(({ node }) => node));
    const parts = [[...new Set(phrases)].join("; "), names.join(" ")].filter((part) => part !== "");
    return parts.length === 0 ? source : parts.join(". ");
  } finally {
    tree.delete();
  }
}

function length(node: Node): number {
  return node.endIndex - node.startIndex;
}

/** Words of names in the order of their first use; single letters say nothing. */
function namesIn(functions: readonly Node[]): string[] {
  const words = new Set<string>();
  for (const definition of functions) {
    for (const node of definition.descendantsOfType(nameTypes)) {
      for (const word of wordsOf(node?.text ?? "")) words.add(word);
      if (words.size >= mostNames) return [...words].slice(0, mostNames);
    }
  }
  return [...words];
}

/** camelCase and snake_case come apart. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word.length > 1 && word.length <= 40);
}
