/**
 * Text edits at nodes. A rewrite collects edits against one source and applies them at once, so that everything it does
 * not touch stays byte for byte as it was: comments, blank lines, tabs, CRLF.
 */
import type { Node } from "web-tree-sitter";

/** Replaces [start, end) by text. Edits must not overlap; insertions at one place keep their order. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies edits back to front. Throws a RangeError where two of them overlap: that is a rewrite's fault. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  const ordered = edits
    .map((edit, order) => ({ ...edit, order }))
    .toSorted((a, b) => a.start - b.start || a.end - b.end || a.order - b.order);
  let result = "";
  let at = 0;
  for (const edit of ordered) {
    if (edit.start < at) throw new RangeError("two edits overlap");
    result += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + source.slice(at);
}

/** The node's text with edits inside it applied: for building a larger replacement out of a changed part. */
export function textWith(node: Node, edits: readonly Edit[]): string {
  const start = node.startIndex;
  return applyEdits(
    node.text,
    edits.map((edit) => ({ start: edit.start - start, end: edit.end - start, text: edit.text })),
  );
}

export function replaceNode(node: Node, text: string): Edit {
  return { start: node.startIndex, end: node.endIndex, text };
}

export function insertAt(index: number, text: string): Edit {
  return { start: index, end: index, text };
}

/** Removes a statement together with its line where nothing else stands on it. */
export function removeStatement(source: string, node: Node): Edit {
  const lineStart = source.lastIndexOf("\n", node.startIndex - 1) + 1;
  const newline = source.indexOf("\n", node.endIndex);
  const lineEnd = newline === -1 ? source.length : newline + 1;
  const alone =
    source.slice(lineStart, node.startIndex).trim() === "" &&
    source.slice(node.endIndex, lineEnd).trim() === "";
  return alone ? { start: lineStart, end: lineEnd, text: "" } : replaceNode(node, "");
}

/** New lines before a statement, at its indentation. `text` may have several lines, indented relative to each other. */
export function insertBefore(source: string, node: Node, text: string): Edit {
  const indentation = indentationAt(source, node.startIndex);
  return insertAt(
    node.startIndex,
    `${indented(source, text, indentation)}${newlineOf(source)}${indentation}`,
  );
}

/** A preprocessor line before a statement: on a line of its own, whatever else stands on the statement's. */
export function insertDirective(source: string, node: Node, text: string): Edit {
  const lineStart = source.lastIndexOf("\n", node.startIndex - 1) + 1;
  if (source.slice(lineStart, node.startIndex).trim() === "") return insertBefore(source, node, text);
  return insertAt(node.startIndex, `${newlineOf(source)}${text}${newlineOf(source)}`);
}

/** New lines after a statement, at its indentation. */
export function insertAfter(source: string, node: Node, text: string): Edit {
  const indentation = indentationAt(source, node.startIndex);
  return insertAt(node.endIndex, `${newlineOf(source)}${indentation}${indented(source, text, indentation)}`);
}

/**
 * Replaces a statement by lines of text, indented like the statement. Compose the text with `block`, `nested` and `outdented`, so
 * that deeper lines have the file's own unit.
 */
export function replaceStatement(source: string, node: Node, text: string): Edit {
  return replaceNode(node, indented(source, text, indentationAt(source, node.startIndex)));
}

/** The blanks that the line at this index begins with. */
export function indentationAt(source: string, index: number): string {
  const lineStart = source.lastIndexOf("\n", index - 1) + 1;
  return /^[ \t]*/.exec(source.slice(lineStart, Math.max(index, lineStart)))?.[0] ?? "";
}

/** The file's line ending. */
export function newlineOf(source: string): string {
  return source.includes("\r\n") ? "\r\n" : "\n";
}

/** One level of indentation as the file has it: a tab, or the smallest run of blanks from 2 to 8; four blanks where it cannot be told. */
export function indentUnit(source: string): string {
  let smallest = 9;
  for (const match of source.matchAll(/^([ \t]+)\S/gm)) {
    const blanks = match[1] ?? "";
    if (blanks.startsWith("\t")) return "\t";
    if (blanks.length >= 2 && !/^\s*\*/.test(match[0])) smallest = Math.min(smallest, blanks.length);
  }
  return smallest === 9 ? "    " : " ".repeat(smallest);
}

/** Source text of a statement without its own indentation: first line as is, later lines moved left by as much as the first stood right. */
export function outdented(source: string, node: Node): string {
  const own = indentationAt(source, node.startIndex);
  return node.text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line, index) => (index > 0 && line.startsWith(own) ? line.slice(own.length) : line))
    .join("\n");
}

/**
 * Puts the indentation before every line but the first, with the file's line endings. Lines of `text` that begin with blanks
 * keep them: compose text out of `outdented` parts and `nested` ones.
 */
export function indented(source: string, text: string, indentation: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line, index) => (index > 0 && line.trim() !== "" ? indentation + line : line))
    .join(newlineOf(source));
}

/** Every line one level deeper, in the file's own unit: for the body of a block that a rewrite writes. */
export function nested(source: string, text: string): string {
  const unit = indentUnit(source);
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => (line.trim() === "" ? line : unit + line))
    .join("\n");
}

/** `head {`, the lines one level deeper, `}`. */
export function block(source: string, head: string, body: string): string {
  return `${head === "" ? "" : `${head} `}{\n${nested(source, body)}\n}`;
}

/** A name that occurs nowhere in the file and is not in `taken`: `base`, `base_2`, `base_3` … It is added to `taken`. */
export function freshName(source: string, base: string, taken: Set<string> = new Set()): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}_${number}`;
    if (!taken.has(name) && !new RegExp(`\\b${name}\\b`).test(source)) {
      taken.add(name);
      return name;
    }
  }
}

/**
 * Adds `#include` lines for headers that the file does not have: after its last include outside conditionals, a header's guard looked through, or
 * at its top.
 */
export function includeEdits(source: string, root: Node, headers: readonly string[]): Edit[] {
  const own = [root, guardOf(root)].flatMap((part) => part?.children ?? []);
  const includes = own.filter((child) => child.type === "preproc_include");
  const present = new Set(includes.map((include) => include.childForFieldName("path")?.text));
  const missing = headers.filter((header) => !present.has(header));
  if (missing.length === 0) return [];
  const newline = newlineOf(source);
  const text = missing.map((header) => `#include ${header}${newline}`).join("");
  const last = includes.at(-1);
  if (!last) return [insertAt(source.startsWith("\uFEFF") ? 1 : 0, text + newline)];
  // The grammar counts the line's end to the include; the last line of a file may have none.
  const complete = source[last.endIndex - 1] === "\n";
  if (complete) return [insertAt(last.endIndex, text)];
  const lineEnd = source.indexOf("\n", last.endIndex);
  return lineEnd === -1 ? [insertAt(source.length, newline + text)] : [insertAt(lineEnd + 1, text)];
}

/** The `#ifndef` around all of a header. */
function guardOf(root: Node): Node | undefined {
  const [first, ...more] = root.namedChildren.filter((child) => child.type !== "comment");
  return more.length === 0 && first?.type === "preproc_ifdef" && first.text.startsWith("#ifndef")
    ? first
    : undefined;
}

/**
 * Puts a helper (a function, a table, a type) before the definition, or before the class that it stands in, with a blank line
 * between. A comment right above the definition belongs to it.
 */
export function helperEdit(source: string, definition: Node, text: string): Edit {
  let at = definition;
  for (let outer = definition.parent; outer; outer = outer.parent) {
    if (outer.type === "template_declaration" || outer.type.endsWith("_specifier")) at = outer;
  }
  for (let above = at.previousNamedSibling; above?.type === "comment"; above = above.previousNamedSibling) {
    const adjoins = above.endPosition.row + 1 === at.startPosition.row;
    const alone = above.previousSibling?.endPosition.row !== above.startPosition.row;
    if (!adjoins || !alone) break;
    at = above;
  }
  const newline = newlineOf(source);
  const indentation = indentationAt(source, at.startIndex);
  return insertAt(at.startIndex, `${indented(source, text, indentation)}${newline}${newline}${indentation}`);
}
