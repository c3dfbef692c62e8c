/**
 * What a model needs to see of a long file to work on one of its functions: the function, what the file includes or imports, the types, constants and
 * variables that it names, the functions that it calls, and those that call it, as far as there is room. What is left out is marked.
 */
import type { Node } from "web-tree-sitter";
import { findFunction, listFunctions } from "../../code/find-function.ts";
import type { Language } from "../../code/language.ts";
import { parse } from "../../code/parser.ts";
import { estimateTokens } from "../../model/token-estimate.ts";

/** Nodes that hold others and are shown by their first line alone. */
const containers = new Set([
  "namespace_definition",
  "linkage_specification",
  "preproc_if",
  "preproc_ifdef",
  "class_specifier",
  "struct_specifier",
  "class_definition",
  "class_declaration",
  "class_body",
  "declaration_list",
  "field_declaration_list",
  "block",
  "export_statement",
  "template_declaration",
]);
const imports = /^(?:preproc_include|import_statement|import_from_statement|using_declaration|future_import_statement)$/;

interface Piece {
  readonly first: number;
  readonly last: number;
  /** Of what is to be shown, the least first. */
  readonly importance: number;
}

/** The whole text where it has at most `limit` tokens. Longer than that only where the function alone is. `loadGrammars` must have been awaited. */
export function excerptOf(text: string, language: Language, functionName: string, limit: number): string {
  if (estimateTokens(text) <= limit) return text;
  const tree = parse(text, language);
  try {
    const target = findFunction(tree.rootNode, functionName);
    if (!target) return text;
    const lines = text.split("\n");
    const shown = new Set<number>();
    let tokens = 0;
    for (const { first, last } of piecesFor(tree.rootNode, target.node, target.name)) {
      const fresh = numbers(first, last).filter((line) => !shown.has(line));
      const cost = estimateTokens(fresh.map((line) => lines[line]).join("\n"));
      if (shown.size > 0 && tokens + cost > limit) continue;
      tokens += cost;
      for (const line of fresh) shown.add(line);
    }
    return withMarks(lines, shown, language);
  } finally {
    tree.delete();
  }
}

/** The most important first. */
function piecesFor(root: Node, target: Node, name: string): Piece[] {
  const used = new Set(target.text.match(/[A-Za-z_$][\w$]*/g));
  const pieces: Piece[] = [{ ...linesOf(target), importance: 0 }];
  for (let at = target.parent; at && at.id !== root.id; at = at.parent)
    pieces.push({ first: at.startPosition.row, last: at.startPosition.row, importance: 1 });
  const functions = listFunctions(root);
  const calls = new RegExp(String.raw`(?<![\w$])${name.replace(/\W/g, String.raw`\$&`)}\s*\(`);
  for (const { node, name: other } of functions) {
    if (node.id === target.id) continue;
    if (used.has(other)) pieces.push({ ...headOf(node), importance: 4 }, { ...linesOf(node), importance: 6 });
    else if (calls.test(node.text)) pieces.push({ ...linesOf(node), importance: 5 });
  }
  const bodies = new Set(functions.map(({ node }) => node.id));
  const visit = (node: Node): void => {
    for (const child of node.namedChildren) {
      if (!child || child.id === target.id || bodies.has(child.id)) continue;
      const around = child.startIndex <= target.startIndex && target.endIndex <= child.endIndex;
      if (around || (containers.has(child.type) && child.text.length > 2000)) visit(child);
      else if (imports.test(child.type)) pieces.push({ ...linesOf(child), importance: 2 });
      else if (declares(child, used)) pieces.push({ ...linesOf(child), importance: 3 });
    }
  };
  visit(root);
  return pieces.toSorted((a, b) => a.importance - b.importance || length(a) - length(b));
}

/** Whether one of the names that it declares is used. A long initialiser declares nothing. */
function declares(node: Node, used: ReadonlySet<string>): boolean {
  const text = node.text;
  const head = text.length > 400 ? text.slice(0, 200) + text.slice(-100) : text;
  return (head.match(/[A-Za-z_$][\w$]*/g) ?? []).some((word) => used.has(word) && word.length > 1 && !common.has(word));
}

const common = new Set(
  "const static int long char void double float unsigned struct let var return if for def self this size_t bool auto typedef".split(
    " ",
  ),
);

function linesOf(node: Node): { first: number; last: number } {
  const { startPosition, endPosition } = node;
  // A node may end where the next line begins.
  const last = endPosition.column === 0 && endPosition.row > startPosition.row ? endPosition.row - 1 : endPosition.row;
  return { first: startPosition.row, last };
}

function headOf(node: Node): { first: number; last: number } {
  const body = node.childForFieldName("body");
  const first = node.startPosition.row;
  return { first, last: Math.max(first, Math.min(body?.startPosition.row ?? first, first + 5)) };
}

function length({ first, last }: Piece): number {
  return last - first;
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function withMarks(lines: readonly string[], shown: ReadonlySet<number>, language: Language): string {
  const result: string[] = [];
  let skipped = 0;
  const mark = (): void => {
    if (skipped === 0) return;
    const said = `${skipped} line${skipped === 1 ? "" : "s"} left out`;
    result.push(language === "python" ? `# … ${said} …` : `/* … ${said} … */`);
    skipped = 0;
  };
  for (const [index, line] of lines.entries()) {
    if (shown.has(index)) {
      mark();
      result.push(line);
    } else if (line.trim() !== "") skipped += 1;
  }
  mark();
  return result.join("\n");
}
