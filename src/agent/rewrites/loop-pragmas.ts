/**
 * Keeps loop pragmas on their loops. A pragma speaks to the statement right after it, and compilers refuse one before anything
 * but a loop; rewrites that are stacked put statements in between, or take the loop away.
 */
import { applyEdits, type Edit, insertBefore } from "../../code/edit.ts";
import type { Language } from "../../code/language.ts";
import { parse } from "../../code/parser.ts";
import { find } from "../../code/tree.ts";
import type { Node } from "web-tree-sitter";

const loopPragma = /^\s*#\s*pragma\s+(GCC\s+(unroll|ivdep|novector)|clang\s+loop|unroll)\b/;
const loopTypes = new Set(["for_statement", "while_statement", "do_statement", "for_range_loop"]);

/** The text with every stray loop pragma moved down to the next loop of its block, or taken out where there is none. */
export function settleLoopPragmas(source: string, language: Language): string {
  if (!source.includes("pragma")) return source;
  const tree = parse(source, language);
  try {
    const edits = find(tree.rootNode, "preproc_call")
      .filter((node) => loopPragma.test(node.text) && !isLoop(nextStatement(node)))
      .flatMap((pragma) => settle(source, pragma));
    return applyEdits(source, edits);
  } finally {
    tree.delete();
  }
}

function settle(source: string, pragma: Node): Edit[] {
  const lineStart = source.lastIndexOf("\n", pragma.startIndex - 1) + 1;
  const newline = source.indexOf("\n", pragma.startIndex);
  const removal = { start: lineStart, end: newline === -1 ? source.length : newline + 1, text: "" };
  let loop = nextStatement(pragma);
  while (loop && !isLoop(loop)) loop = nextStatement(loop);
  return loop ? [removal, insertBefore(source, loop, pragma.text.trim())] : [removal];
}

function nextStatement(node: Node): Node | null {
  let next = node.nextNamedSibling;
  while (next && (next.type === "comment" || next.type === "preproc_call")) next = next.nextNamedSibling;
  return next;
}

function isLoop(node: Node | null): boolean {
  return node !== null && loopTypes.has(node.type);
}
