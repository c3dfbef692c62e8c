/**
 * The part of a file that someone needs who is to rewrite one function of it: imports, the function, what it calls, the types and
 * constants that it names, and who calls it, in the file's order, with a note wherever something was left out.
 */
import type { Node } from "web-tree-sitter";
import { indentationAt } from "./edit.ts";
import { findFunction, listFunctions } from "./find-function.ts";
import { isCompiled, type Language } from "./language.ts";
import { parse } from "./parser.ts";
import { scriptItemName } from "./replace-script-function.ts";
import { itemName } from "./replace-function.ts";
import { importedNames, isImport } from "./script-imports.ts";
import { contains, field, find } from "./tree.ts";

/** A piece of the file that is shown whole or not at all. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly names: readonly string[];
  readonly words: ReadonlySet<string>;
  readonly needed: boolean;
}

/** Characters of what is needed by what the function needs, and not by itself. */
const mostIndirect = 4000;
const mostCallers = 2;
/** In characters. */
const longestCaller = 2000;
/** Where so little would be left out, notes of it only disturb. */
const worthLeavingOut = 0.2;

/**
 * The file as it is where it has at most `wholeUpTo` characters (default `limit`); otherwise the function, whole however long, what it needs, the
 * nearest first, and who calls it, as far as `limit` goes. A file in which the function is not found comes back as it is, and so does one within
 * the limit of which nearly all is needed. Pure; the language's grammar must have been loaded.
 */
export function excerptOf(
  source: string,
  language: Language,
  functionName: string,
  limit: number,
  wholeUpTo: number = limit,
): string {
  if (source.length <= wholeUpTo) return source;
  const tree = parse(source, language);
  try {
    const definition = findFunction(tree.rootNode, functionName);
    if (!definition) return source;
    const pieces = piecesOf(tree.rootNode, definition.node, source, language);
    const taken = chosen(pieces, definition.name, limit);
    const kept = lengthOf(taken);
    if (source.length <= limit && kept >= (1 - worthLeavingOut) * source.length) return source;
    return shown(source, pieces, taken, language);
  } finally {
    tree.delete();
  }
}

/** Top-level items with the comments that belong to them. What is around the function is opened, and shows its head and its end. */
function piecesOf(container: Node, definition: Node, source: string, language: Language): Piece[] {
  const pieces: Piece[] = [];
  let comment: number | undefined;
  for (const child of container.namedChildren) {
    if (child.type === "comment" || child.type === "decorator") {
      comment ??= lineStart(source, child.startIndex);
      continue;
    }
    const adjoins =
      comment !== undefined &&
      /^\s*$/.test(source.slice(child.previousNamedSibling?.endIndex ?? 0, child.startIndex)) &&
      !/\n\s*\n/.test(source.slice(child.previousNamedSibling?.endIndex ?? 0, child.startIndex));
    const start = adjoins && comment !== undefined ? comment : lineStart(source, child.startIndex);
    comment = undefined;
    const body =
      contains(child, definition) && child.id !== definition.id ? bodyOf(child, definition) : undefined;
    if (body) {
      const first = body.namedChildren[0]?.startIndex ?? body.startIndex;
      const head = { names: [], needed: true };
      pieces.push(piece(source, language, start, Math.max(start, lineStart(source, first)), head));
      pieces.push(...piecesOf(body, definition, source, language));
      const last = body.namedChildren.at(-1)?.endIndex ?? body.endIndex;
      pieces.push(piece(source, language, lineEnd(source, last), lineEnd(source, child.endIndex), head));
    } else {
      const told = { names: namesOf(child, language), needed: contains(child, definition) };
      pieces.push(piece(source, language, start, lineEnd(source, child.endIndex), told));
    }
  }
  // Two items may share a line.
  return pieces
    .map((each, index) => ({ ...each, start: Math.max(each.start, pieces[index - 1]?.end ?? 0) }))
    .filter((each) => each.end > each.start);
}

/** Of a class, a namespace or a conditional its list of members; a function around the function is shown whole. */
function bodyOf(item: Node, definition: Node): Node | undefined {
  if (item.type.startsWith("preproc_if")) return item;
  const inner = item.namedChildren.find((child) => contains(child, definition));
  if (!inner || inner.id === definition.id) return undefined;
  if (/^(?:class_body|field_declaration_list|declaration_list)$/.test(inner.type)) return inner;
  if (inner.type === "block" && item.type === "class_definition") return inner;
  if (inner.type === "statement_block" && item.type === "internal_module") return inner;
  return /class|struct|module|namespace|linkage|export_statement|preproc_if|decorated|template_declaration/.test(
    inner.type,
  )
    ? bodyOf(inner, definition)
    : undefined;
}

function piece(
  source: string,
  language: Language,
  start: number,
  end: number,
  told: Pick<Piece, "names" | "needed">,
): Piece {
  return { start, end, ...told, words: wordsOf(source.slice(start, end), language) };
}

/** Words of the code: prose in comments and documentation names nothing. */
function wordsOf(text: string, language: Language): Set<string> {
  const prose = language === "python" ? /"""[^]*?"""|'''[^]*?'''|#.*/g : /\/\*[^]*?\*\/|\/\/.*/g;
  return new Set(text.replace(prose, " ").match(/[A-Za-z_$][\w$]*/g));
}

/** Under which names others may mention an item of a file. An include has none that can be told: `*`. */
export function namesOf(item: Node, language: Language): string[] {
  if (isCompiled(language)) {
    if (item.type === "preproc_include" || item.type === "using_declaration") return ["*"];
    const name = itemName(item)?.replace(/^#/, "");
    const declared = /^(?:field_)?declaration$/.test(item.type)
      ? item
          .childrenForFieldName("declarator")
          .flatMap((each) => (each ? (find(each, "identifier", "field_identifier")[0]?.text ?? []) : []))
      : [];
    const specified = field(item, "type");
    const isType = specified && (item.type === "type_definition" || field(specified, "body"));
    const type = field(item, "name")?.text ?? (isType && field(specified, "name")?.text);
    return [
      ...(name === undefined ? [] : [name]),
      ...declared,
      ...(type ? [type] : []),
      ...listFunctions(item).map((each) => each.name),
    ];
  }
  if (isImport(item)) return importedNames(item);
  const name = scriptItemName(item) ?? (field(item, "name") ?? field(item, "property"))?.text;
  if (name !== undefined) return [name];
  return listFunctions(item)
    .slice(0, 200)
    .map((each) => each.name);
}

/** What is needed, then breadth first what that mentions, then some that mention the function itself. */
function chosen(pieces: readonly Piece[], functionName: string, limit: number): Set<Piece> {
  const taken = new Set(pieces.filter(({ needed }) => needed));
  let left = limit - lengthOf(taken);
  const take = (each: Piece, most: number): boolean => {
    const length = each.end - each.start;
    if (taken.has(each) || length > Math.min(left, most)) return false;
    left -= length;
    taken.add(each);
    return true;
  };
  for (const each of pieces) if (each.names.includes("*")) take(each, Infinity);
  let indirect = Infinity;
  for (let level = [...taken]; level.length > 0;) {
    const next: Piece[] = [];
    for (const each of level)
      for (const other of pieces)
        if (other.names.some((name) => each.words.has(name)) && take(other, indirect)) {
          indirect -= other.end - other.start;
          next.push(other);
        }
    indirect = Math.min(indirect, mostIndirect);
    level = next;
  }
  let callers = 0;
  for (const each of pieces)
    if (callers < mostCallers && each.names.length > 0 && each.words.has(functionName))
      if (take(each, longestCaller)) callers += 1;
  return taken;
}

function lengthOf(pieces: Iterable<Piece>): number {
  return [...pieces].reduce((sum, { start, end }) => sum + end - start, 0);
}

function shown(
  source: string,
  pieces: readonly Piece[],
  taken: ReadonlySet<Piece>,
  language: Language,
): string {
  let text = "";
  let at = 0;
  for (const { start, end } of pieces
    .filter((each) => taken.has(each))
    .toSorted((a, b) => a.start - b.start)) {
    text += omitted(source, at, start, language) + source.slice(start, end);
    at = end;
  }
  return text + omitted(source, at, source.length, language);
}

/** Blank lines as they are, a note where there was more. */
function omitted(source: string, from: number, to: number, language: Language): string {
  const between = source.slice(from, to);
  const lines = between.split("\n").filter((line) => line.trim() !== "").length;
  if (lines === 0) return between;
  const margin = indentationAt(
    source,
    to < source.length ? to + (/^[ \t]*/.exec(source.slice(to))?.[0].length ?? 0) : to,
  );
  return `${from === 0 ? "" : "\n"}${margin}${language === "python" ? "#" : "//"} … ${lines} line${lines === 1 ? "" : "s"} left out\n\n`;
}

function lineStart(source: string, index: number): number {
  return source.lastIndexOf("\n", index - 1) + 1;
}

function lineEnd(source: string, index: number): number {
  if (source[index - 1] === "\n") return index;
  const at = source.indexOf("\n", index);
  return at === -1 ? source.length : at + 1;
}
