/**
 * Pieces of loops as text, for rewrites that write loops anew: headers, bodies without braces, copies with other names in them.
 */
import type { Node } from "web-tree-sitter";
import { block, type Edit, outdented, replaceStatement, textWith } from "../../../code/edit.ts";
import { effectsOf } from "../../../code/effects.ts";
import type { Count, Loop } from "../../../code/loops.ts";
import { find } from "../../../code/tree.ts";
import { spellType } from "../../../code/types.ts";
import type { Subject } from "../rewrite.ts";

/** `for (int i = 0; i < n; i++)`, as written. */
export function headerOf(loop: Loop): string {
  return loop.node.text.slice(0, loop.body.startIndex - loop.node.startIndex).trimEnd();
}

/** The body's lines without braces and without indentation, comments kept. */
export function bodyOf(subject: Subject, loop: Loop): string {
  return linesOf(subject, loop.body);
}

/** The lines inside a block, or of a single statement, without indentation. */
export function linesOf(subject: Subject, body: Node): string {
  if (body.type !== "compound_statement") return outdented(subject.source, body);
  const parts = body.namedChildren;
  const lines: string[] = [];
  for (const [index, part] of parts.entries()) {
    const text = outdented(subject.source, part);
    const before = parts[index - 1];
    // A comment at the end of a statement's line stays there.
    if (before && part.type === "comment" && part.startPosition.row === before.endPosition.row)
      lines.push(`${lines.pop() ?? ""} ${text}`);
    else lines.push(text.trimEnd());
  }
  return lines.join("\n");
}

/** Lines of several statements that follow one another, as `linesOf`. */
export function statementsText(subject: Subject, statements: readonly Node[]): string {
  return statements.map((statement) => outdented(subject.source, statement)).join("\n");
}

/** Edits that put other text in place of names in the node. */
export function renaming(node: Node, names: ReadonlyMap<string, string>): Edit[] {
  return find(node, "identifier").flatMap((identifier) => {
    const text = names.get(identifier.text);
    return text === undefined ? [] : [{ start: identifier.startIndex, end: identifier.endIndex, text }];
  });
}

/** The node's text with other text in place of names, without indentation. */
export function renamed(subject: Subject, node: Node, names: ReadonlyMap<string, string>): string {
  const text = textWith(node, renaming(node, names));
  return withoutOwnIndentation(subject, node, text);
}

/** Text made from a node by edits, moved left by the node's own indentation. */
export function withoutOwnIndentation(subject: Subject, node: Node, text: string): string {
  const lineStart = subject.source.lastIndexOf("\n", node.startIndex - 1) + 1;
  const own = /^[ \t]*/.exec(subject.source.slice(lineStart, node.startIndex))?.[0] ?? "";
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line, index) => (index > 0 && line.startsWith(own) ? line.slice(own.length) : line))
    .join("\n");
}

/** Puts statements in place of one: side by side inside a block, and in a block of their own where only one may stand. */
export function replaceByLines(subject: Subject, statement: Node, lines: string): Edit {
  const inBlock = statement.parent?.type === "compound_statement";
  return replaceStatement(subject.source, statement, inBlock ? lines : block(subject.source, "", lines));
}

/** The spelling of the loop variable's type; `int` where it cannot be told and the language has no better. */
export function counterType(subject: Subject, count: Count): string | undefined {
  if (!count.type || count.type.base === "auto")
    return subject.language === "c++" ? undefined : `__typeof__(${count.bound.text})`;
  return spellType({ ...count.type, constant: count.type.pointers > 0 && count.type.constant });
}

/** Whether copies of the node may be made with the name replaced: it does not declare that name anew. */
export function mayRename(node: Node, name: string): boolean {
  return (
    !effectsOf(node).declared.has(name) &&
    find(node, "lambda_expression", "labeled_statement", "preproc_if", "preproc_ifdef").length === 0
  );
}

/** An expression in parentheses, where it is more than a name, a number or a call. */
export function grouped(expression: Node): string {
  return /^(identifier|number_literal|call_expression|subscript_expression|field_expression|parenthesized_expression)$/.test(
    expression.type,
  )
    ? expression.text
    : `(${expression.text})`;
}

/** A name for what an lvalue holds: `y` for `y[row]`, `bodies_vx` for `bodies[i].vx`. */
export function labelOf(lvalue: Node): string {
  const names = find(lvalue, "identifier", "field_identifier");
  const member = names.findLast((name) => name.type === "field_identifier");
  return [names[0]?.text, member?.text].filter((name) => name !== undefined).join("_") || "value";
}
