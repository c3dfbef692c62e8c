/**
 * The features of the functions in a file as terms: what each does with loops and memory, as `code/features.ts` sees it.
 */
import type { Tree } from "web-tree-sitter";
import { codeFeatures } from "../code/features.ts";
import { clearName, listFunctions } from "../code/find-function.ts";
import { isCompiled, type Language } from "../code/language.ts";
import { count } from "./hashed-vector.ts";

/** Analysis is slower than parsing, and a file may hold anything: the functions with the most loops, none of them huge. */
const mostFunctions = 4;
const longestFunction = 16 * 1024;
const loops = ["for_statement", "while_statement", "do_statement", "for_range_loop"];
const scriptLoops = [...loops, "for_in_statement", "for_in_clause"];

/** Values are means over the functions, weighted by how many loops each has. Empty where there is no function. */
export function featureTerms(source: string, language: Language, tree: Tree): Map<string, number> {
  const functions = listFunctions(tree.rootNode)
    .filter(({ node }) => node.endIndex - node.startIndex <= longestFunction && !node.hasError)
    .map((definition) => ({
      definition,
      weight: definition.node.descendantsOfType(isCompiled(language) ? loops : scriptLoops).length + 0.1,
    }))
    .toSorted((left, right) => right.weight - left.weight)
    .slice(0, mostFunctions);
  const total = functions.reduce((sum, { weight }) => sum + weight, 0);
  const terms = new Map<string, number>();
  for (const { definition, weight } of functions) {
    const name = isCompiled(language)
      ? `${definition.qualifiedName}(${definition.parameterTypes.join(", ")})`
      : clearName(tree.rootNode, definition);
    const { vector } = codeFeatures(source, language, name);
    for (const [index, value] of vector.entries()) {
      if (value > 0) count(terms, `feature ${index}`, (value * weight) / total);
    }
  }
  return terms;
}
