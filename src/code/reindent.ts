/**
 * Fits the lines of a function's body to the place where it goes: their distance from the margin, and the file's unit of it. Lines
 * inside texts that go over several lines are part of a value and stay as they are.
 */
import type { Node } from "web-tree-sitter";
import { indentationAt, indentUnit } from "./edit.ts";
import { field, find } from "./tree.ts";

export interface Reindent {
  /** The end of the rewritten function, from anywhere in it on: as many lines, but for their first, as in the tree. */
  readonly body: string;
  readonly rewritten: Node;
  /** The file or reply that the rewritten one is in. */
  readonly text: string;
  readonly old: Node;
  readonly file: string;
}

/** The body with its later lines indented as the old function's were. Line ends are `\n`. */
export function reindented({ body, rewritten, text, old, file }: Reindent): string {
  const lines = body.replaceAll("\r\n", "\n").split("\n");
  if (lines.length === 1) return body;
  const target = indentationAt(file, old.startIndex);
  const own = ownIndentation(rewritten, text, old, file);
  const kept = rowsInTexts(rewritten);
  const lastRow = rewritten.endPosition.row;
  const free = lines.map(
    (line, index) => index > 0 && !kept.has(lastRow - (lines.length - 1 - index)) && line.trim() !== "",
  );
  const stripped = lines.map((line, index) => (free[index] ? without(line, own) : line));
  const unit = unitChange(
    stripped.filter((_, index) => free[index]),
    own === target && own !== "" ? undefined : unitOf(old, file),
  );
  return stripped.map((line, index) => (free[index] ? target + unit(line) : line)).join("\n");
}

/** Text moved to an indentation, its first line too; as `reindented`, but for a definition that is put beside others. */
export function moved(node: Node, text: string, target: string): string {
  const own = indentationAt(text, node.startIndex);
  const kept = rowsInTexts(node);
  return node.text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line, index) => {
      if (index === 0) return line;
      return kept.has(node.startPosition.row + index) || line.trim() === ""
        ? line
        : target + without(line, own);
    })
    .join("\n");
}

/**
 * The blanks before the rewritten function's first line. Replies copy functions without them and leave the other lines where they
 * were: those tell then.
 */
function ownIndentation(rewritten: Node, text: string, old: Node, file: string): string {
  const own = indentationAt(text, rewritten.startIndex);
  if (own !== "") return own;
  const first = firstStatement(rewritten);
  if (rewritten.type !== "function_definition") {
    const last = text.slice(text.lastIndexOf("\n", rewritten.endIndex - 1) + 1, rewritten.endIndex);
    return /^([ \t]*)[})]/.exec(last)?.[1] ?? "";
  }
  const before = firstStatement(old);
  if (!first || !before) return "";
  const [is, was] = [indentationAt(text, first.startIndex), indentationAt(file, before.startIndex)];
  return is === was && is !== unitOf(old, file) ? indentationAt(file, old.startIndex) : "";
}

/** The body's first statement, where it stands on a line of its own. */
function firstStatement(definition: Node): Node | undefined {
  const first = field(definition, "body")?.namedChildren[0];
  return first && first.startPosition.row > definition.startPosition.row ? first : undefined;
}

/** One level of indentation, as the function itself has it. */
function unitOf(definition: Node, source: string): string {
  const first = firstStatement(definition);
  const outer = indentationAt(source, definition.startIndex);
  const inner = first && indentationAt(source, first.startIndex);
  return inner?.startsWith(outer) && inner.length > outer.length
    ? inner.slice(outer.length)
    : indentUnit(source);
}

/** Rewrites blanks at the beginning of a line from the lines' unit to another one, where they all are whole units. */
function unitChange(lines: readonly string[], to: string | undefined): (line: string) => string {
  const from = indentUnit(`${lines.join("\n")}\n`);
  const indents = lines.map(blanks).filter((each) => each !== "");
  const whole = indents.every((each) => each === from.repeat(each.length / from.length));
  const usable = to !== undefined && from !== to && whole && indents.includes(from);
  if (!usable) return (line) => line;
  return (line) => to.repeat(blanks(line).length / from.length) + line.slice(blanks(line).length);
}

/** Rows that begin inside a text, a Python function's documentation apart. */
function rowsInTexts(node: Node): Set<number> {
  const rows = new Set<number>();
  const documentation =
    node.type === "function_definition" ? field(node, "body")?.namedChildren[0] : undefined;
  for (const text of find(node, "string", "template_string")) {
    if (documentation?.type === "expression_statement" && text.parent?.id === documentation.id) continue;
    for (let row = text.startPosition.row + 1; row <= text.endPosition.row; row += 1) rows.add(row);
  }
  return rows;
}

/** Without the blanks at the beginning that both have. */
function without(line: string, own: string): string {
  let at = 0;
  while (at < own.length && line[at] === own[at]) at += 1;
  return line.slice(at);
}

/** Those that a line begins with. */
function blanks(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}
