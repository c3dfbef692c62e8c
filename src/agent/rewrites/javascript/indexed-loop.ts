/**
 * Going through an array by index, which costs neither an iterator nor the strings of `for…in`.
 *
 *     for (const x of xs) {                        for (let i = 0; i < xs.length; i++) {
 *       …                                      →     const x = xs[i];
 *     }                                              …
 *                                                  }
 *     for (const [i, x] of xs.entries()) …     →   the same with the name that is there
 *     for (const i in xs) sum += xs[i];        →   for (let i = 0; i < xs.length; i++) sum += xs[i];
 *
 * The iterator of an array asks for the length at each step, too: what is pushed meanwhile is seen by both.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, indentationAt, indentUnit, insertAt, newlineOf } from "../../../code/edit.ts";
import { field, parts, same } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { arrayAssumptions, arrayShown } from "./kinds.ts";
import { isDeclaredIn, mentions, namesIn, roleOf, writesOf } from "./names.ts";
import { before, distinct, elementText, offer } from "./offer.ts";
import { loopsIn, placeBefore, wordsFor } from "./repetition.ts";
import { isSteadyName, steadyContents } from "./steady.ts";
import { callOn, elementOf, methodCall, plain, propertyOf } from "./tree.ts";

export const indexedLoop: Rewrite = {
  name: "indexed-loop",
  idea: "Goes through an array by index instead of by iterator or by for…in, so that no iterator, pair or string is made at each pass.",
  reference: "V8 blog, “Elements kinds in V8” (2017) and “Fast for-in in V8” (2017)",
  lessons: {
    faster:
      "Each pass asked an iterator, or turned an index into a string and back; an index costs one addition.",
    slower: "The compiler had already turned the iterator into an index.",
    wrong: "What was gone through was no plain array, or lacked elements.",
  },
  opportunities(subject) {
    return distinct(
      loopsIn(subject).flatMap((loop) => {
        if (loop.type !== "for_in_statement" || loop.children.some((child) => child.type === "await"))
          return [];
        const isOf = loop.children.some((child) => child.type === "of");
        return isOf ? fromIterator(subject, loop) : fromKeys(subject, loop);
      }),
    );
  },
};

/** How the loop names index and element, and what it goes through. */
interface Walk {
  readonly array: Node;
  readonly index: string | undefined;
  readonly element: Node | undefined;
}

function walkOf(loop: Node): Walk | undefined {
  const [left, right] = [field(loop, "left"), field(loop, "right")];
  if (!left || !right) return undefined;
  const call = methodCall(right);
  if (call?.method !== "entries" || call.arguments.length > 0 || call.object.text === "Object")
    return { array: plain(right), index: undefined, element: left };
  const [index, element, ...more] = left.type === "array_pattern" ? parts(left) : [];
  if (index?.type !== "identifier" || !element || more.length > 0 || call.object.type !== "identifier")
    return undefined;
  // `[, x]` has its one part in the second place.
  if (/^\[\s*,/.test(left.text) || element.type === "rest_pattern" || element.type === "assignment_pattern")
    return undefined;
  return { array: call.object, index: index.text, element };
}

function fromIterator(subject: Subject, loop: Node): Opportunity[] {
  const kind = field(loop, "kind")?.text;
  const walk = walkOf(loop);
  const body = field(loop, "body");
  if (!walk?.element || !body || (kind !== "const" && kind !== "let")) return [];
  const { array } = walk;
  const shown = arrayShown(subject, array);
  if (shown === "no" || (shown === "unknown" && !usedAsArray(subject, array))) return [];
  if (array.type === "identifier" && !isSteadyName(subject, array.text, loop)) return [];
  if (walk.index !== undefined && writesOf(walk.index, body).length > 0) return [];
  const place = array.type === "identifier" ? undefined : placeBefore(subject, loop);
  if (array.type !== "identifier" && (!place || !same(place.region, loop))) return [];
  const { source } = subject;
  const taken = new Set<string>();
  const name = array.type === "identifier" ? array.text : freshName(source, "items", taken);
  const index = walk.index ?? freshIndex(source, taken);
  // A name that the loop declares must not hide what it goes through, nor be declared again in the body.
  if (mentions(name, walk.element).length > 0 || index === name) return [];
  if ([...namesIn(walk.element)].some((each) => isDeclaredIn(each, body))) return [];
  return offer(subject, {
    parameters: {},
    place: wordsFor(loop),
    preconditions: [`it goes through an array by iterator`, `${name} stays the same array`],
    assumptions: arrayAssumptions(subject, array),
    edits: [
      ...(place ? before(place, `const ${name} = ${array.text};`) : []),
      head(loop, body, index, name, true),
      ...opened(source, loop, body, `${kind} ${walk.element.text} = ${elementText(subject, name, index)};`),
    ],
  });
}

/** `for (const i in xs)` where i is only used to index xs. */
function fromKeys(subject: Subject, loop: Node): Opportunity[] {
  const [left, right, body] = [field(loop, "left"), field(loop, "right"), field(loop, "body")];
  const kind = field(loop, "kind")?.text;
  if (left?.type !== "identifier" || right?.type !== "identifier" || !body || !kind || kind === "var")
    return [];
  const shown = arrayShown(subject, right);
  if (shown === "no" || (shown === "unknown" && !usedAsArray(subject, right, { byLength: true }))) return [];
  const index = left.text;
  const indexing = mentions(index, body).every((node) => {
    const element = node.parent ? elementOf(node.parent) : undefined;
    return element?.object.text === right.text && same(element.index, node);
  });
  if (!indexing || mentions(index, body).length === 0) return [];
  const contents = steadyContents(subject, right.text, loop, (mention) => {
    const element = mention.parent ? elementOf(mention.parent) : undefined;
    return element !== undefined && same(element.object, mention) && element.index.text === index;
  });
  if (!contents) return [];
  return offer(subject, {
    parameters: {},
    place: wordsFor(loop),
    preconditions: [`it goes through ${right.text} by for…in`, `${index} is only used to index it`],
    assumptions: [
      ...arrayAssumptions(subject, right),
      ...contents,
      `${right.text} is an array without missing elements and without properties of other names.`,
    ],
    edits: [head(loop, body, index, right.text, false)],
  });
}

/** `opens` where a brace follows that was not there. */
function head(loop: Node, body: Node, index: string, array: string, opens: boolean): Edit {
  const between = loop.text.slice(0, body.startIndex - loop.startIndex);
  const kept = /\s*$/.exec(between)?.[0] ?? " ";
  const tail = opens && body.type !== "statement_block" ? " " : kept;
  return {
    start: loop.startIndex,
    end: body.startIndex,
    text: `for (let ${index} = 0; ${index} < ${array}.length; ${index}++)${tail}`,
  };
}

/** The body with a line before its first statement. */
export function opened(source: string, loop: Node, body: Node, line: string): Edit[] {
  const newline = newlineOf(source);
  const own = indentationAt(source, loop.startIndex);
  const inner = own + indentUnit(source);
  if (body.type === "statement_block") return [insertAt(body.startIndex + 1, `${newline}${inner}${line}`)];
  return [
    insertAt(body.startIndex, `{${newline}${inner}${line}${newline}${inner}`),
    insertAt(body.endIndex, `${newline}${own}}`),
  ];
}

/** An index name that is used nowhere in the file: `i`, `j`, `k`, `index`. */
export function freshIndex(source: string, taken: Set<string>): string {
  const free = ["i", "j", "k"].find((name) => !taken.has(name) && !new RegExp(`\\b${name}\\b`).test(source));
  return free ?? freshName(source, "index", taken);
}

/**
 * Whether the function uses the variable elsewhere as only an array is used: by a method of arrays and, `byLength`, by its length, which
 * strings have, too, but neither Sets, nor Maps, nor plain objects.
 */
export function usedAsArray(subject: Subject, array: Node, { byLength = false } = {}): boolean {
  if (array.type !== "identifier") return false;
  return mentions(array.text, subject.function).some((node) => {
    if (roleOf(node) !== "read" || same(node, array)) return false;
    const method = callOn(node)?.method;
    if (method !== undefined)
      return /^(push|map|filter|reduce|some|every|find|sort|shift|pop|join|splice)$/.test(method);
    const parent = node.parent;
    if (!parent || !byLength) return false;
    return propertyOf(parent)?.name === "length" && same(propertyOf(parent)?.object ?? parent, node);
  });
}
