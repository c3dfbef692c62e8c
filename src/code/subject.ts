/**
 * The function under optimisation inside its file, parsed: what every rewrite is given.
 */
import type { Node } from "web-tree-sitter";
import { findFunction } from "./find-function.ts";
import type { Language } from "./language.ts";
import { parse } from "./parser.ts";

export interface Subject {
  readonly source: string;
  readonly language: Language;
  readonly root: Node;
  /** The function's definition node. */
  readonly function: Node;
  /** The sizes of the timed call, by name. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Sources beyond this are not analysed: no function that a person wrote is that long, and analysis is quadratic in places. */
const longestFunction = 64 * 1024;

/**
 * Parses the file and finds the function. Undefined where it is not there, is ambiguous, is not free of syntax errors or is
 * longer than 64 KiB. `loadGrammars` must have been awaited.
 */
export function openSubject(
  source: string,
  language: Language,
  functionName: string,
  sizes: Readonly<Record<string, number>> = {},
): Subject | undefined {
  const root = parse(source, language).rootNode;
  const definition = findFunction(root, functionName);
  if (!definition || definition.node.hasError) return undefined;
  if (definition.node.endIndex - definition.node.startIndex > longestFunction) return undefined;
  return { source, language, root, function: definition.node, sizes };
}
