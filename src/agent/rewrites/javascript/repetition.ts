/**
 * What runs again and again – loops, and callbacks of the array methods – and where lines go that shall run once before it.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, indentationAt, indented, indentUnit, insertAt, newlineOf } from "../../../code/edit.ts";
import { contains, field, find, same } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { isField, isFunction, isLoopStatement, methodCall, pauses, runsApart } from "./tree.ts";

/** Methods that call a function for elements of their array, at once. */
export const iterating = [
  "forEach",
  "map",
  "filter",
  "some",
  "every",
  "find",
  "findIndex",
  "findLast",
  "findLastIndex",
  "flatMap",
  "reduce",
  "reduceRight",
  "sort",
  "toSorted",
];

/** A loop statement, or a call of an array method with its callback written in place. */
export interface Repetition {
  readonly node: Node;
  /** In words: "the loop over i", "the callback of filter". */
  readonly words: string;
}

/** The repetitions that a node is run by, innermost first, inside the function; ends at a function that is no such callback. */
export function repetitionsAround(subject: Subject, node: Node): Repetition[] {
  const found: Repetition[] = [];
  for (let at = node; !same(at, subject.function);) {
    const parent = at.parent;
    if (!parent) break;
    if (isLoopStatement(parent) && isRepeated(parent, at))
      found.push({ node: parent, words: wordsFor(parent) });
    if (isFunction(parent) && !same(parent, subject.function)) {
      const call = callbackOf(parent);
      if (!call) break;
      found.push({ node: call.node, words: `the callback of ${call.method}` });
      at = call.node;
      continue;
    }
    at = parent;
  }
  return found;
}

/** Whether what stands there runs in every pass: not the start of a `for`, nor what a `for…of` goes over. */
function isRepeated(loop: Node, child: Node): boolean {
  return !["initializer", "right", "left"].some((name) => isField(loop, name, child));
}

/** The call of an array method that a function is the callback of. */
export function callbackOf(definition: Node): { node: Node; method: string; object: Node } | undefined {
  const call = definition.parent?.parent && methodCall(definition.parent.parent);
  const first = call?.arguments[0];
  if (!call || !first || !same(first, definition) || !iterating.includes(call.method)) return undefined;
  return runsApart(definition) ? undefined : call;
}

/** All loop statements of the function in source order. */
export function loopsIn(subject: Subject): Node[] {
  return find(subject.function, "for_statement", "for_in_statement", "while_statement", "do_statement");
}

/** "the loop over i", "the loop while queue.length". */
export function wordsFor(loop: Node): string {
  if (loop.type === "for_in_statement") return `the loop over ${short(field(loop, "right")?.text ?? "")}`;
  const counted = field(loop, "initializer");
  const name = counted && find(counted, "identifier")[0]?.text;
  if (name) return `the loop over ${name}`;
  const condition = field(loop, "condition")?.text.replace(/^\(|[);\s]+$/g, "");
  return `the loop while ${short(condition ?? "")}`;
}

export function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 40 ? `${line.slice(0, 39)}…` : line;
}

/** Where lines go that have to run before a node. */
export interface Place {
  /** The statement, or the body of an arrow function, before which they stand: all of it runs after them. */
  readonly region: Node;
  edits(lines: string): Edit[];
}

/** The nearest place before a node, inside the function. Undefined for a default of a parameter or a field of a class. */
export function placeBefore(subject: Subject, node: Node): Place | undefined {
  const { source } = subject;
  for (let at = node; !same(at, subject.function);) {
    const parent = at.parent;
    if (!parent || parent.type === "formal_parameters" || parent.type === "class_body") return undefined;
    if (parent.type === "arrow_function" && isField(parent, "body", at))
      return at.type === "statement_block"
        ? undefined
        : { region: at, edits: (lines) => asBlock(source, at, lines) };
    if (parent.type === "statement_block")
      return {
        region: at,
        edits: (lines) => {
          const indentation = indentationAt(source, at.startIndex);
          return [
            insertAt(
              at.startIndex,
              `${indented(source, lines, indentation)}${newlineOf(source)}${indentation}`,
            ),
          ];
        },
      };
    if (isAlone(parent, at)) return { region: at, edits: (lines) => inBraces(source, at, lines) };
    at = parent;
  }
  return undefined;
}

/** The only statement of a branch or a loop, without braces. */
function isAlone(parent: Node, child: Node): boolean {
  if (child.type === "statement_block") return false;
  if (parent.type === "else_clause") return child.type !== "if_statement";
  return (
    (parent.type === "if_statement" && isField(parent, "consequence", child)) ||
    (isLoopStatement(parent) && isField(parent, "body", child))
  );
}

function inBraces(source: string, statement: Node, lines: string): Edit[] {
  const newline = newlineOf(source);
  const unit = indentUnit(source);
  const own = statement.parent ? indentationAt(source, statement.parent.startIndex) : "";
  const inner = own + unit;
  return [
    insertAt(statement.startIndex, `{${newline}${inner}${indented(source, lines, inner)}${newline}${inner}`),
    insertAt(statement.endIndex, `${newline}${own}}`),
  ];
}

function asBlock(source: string, body: Node, lines: string): Edit[] {
  const newline = newlineOf(source);
  const own = indentationAt(source, body.startIndex);
  const inner = own + indentUnit(source);
  return [
    insertAt(
      body.startIndex,
      `{${newline}${inner}${indented(source, lines, inner)}${newline}${inner}return `,
    ),
    insertAt(body.endIndex, `;${newline}${own}}`),
  ];
}

/** The outermost place before a repetition around the node where `holds` gives its assumptions, and what they are. */
export function hoistingPlace(
  subject: Subject,
  node: Node,
  holds: (region: Node) => readonly string[] | undefined,
): { place: Place; words: string; assumptions: readonly string[] } | undefined {
  let best: ReturnType<typeof hoistingPlace>;
  for (const repetition of repetitionsAround(subject, node)) {
    const place = placeBefore(subject, repetition.node);
    const assumptions =
      place && contains(place.region, node) && !pauses(place.region) ? holds(place.region) : undefined;
    if (!place || !assumptions) break;
    best = { place, words: repetition.words, assumptions };
  }
  return best;
}
