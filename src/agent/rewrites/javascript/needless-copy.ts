/**
 * A copy that is only gone through once need not be made.
 *
 *     for (const x of [...xs]) …      →   for (const x of xs) …
 *     xs.slice().map((x) => x + 1)    →   xs.map((x) => x + 1)
 *     Array.from(xs).some(isLong)     →   xs.some(isLong)
 *
 * Legal where the array does not change while the copy is gone through.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { argumentsOf, field, find, parts, same } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { usedAsArray } from "./indexed-loop.ts";
import { arrayAssumptions, arrayShown } from "./kinds.ts";
import { variableOf } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { iterating, short } from "./repetition.ts";
import { steadyContents } from "./steady.ts";
import { isField, isFunction, methodCall, pauses, plain, plainParameters } from "./tree.ts";

export const needlessCopy: Rewrite = {
  name: "needless-copy",
  idea: "Goes through an array itself instead of a copy that is made for that alone.",
  reference:
    "J. Bentley, Writing Efficient Programs, rule: Store Precomputed Results, read backwards: do not store what is used once",
  lessons: {
    faster: "The copy cost memory and a pass of its own, and was thrown away after one use.",
    slower: "Copying so little costs nothing.",
    wrong: "The array changed while it was gone through, which the copy did not see.",
  },
  opportunities(subject) {
    return distinct(
      find(subject.function, "array", "call_expression").flatMap((node) => uncopied(subject, node)),
    );
  },
};

function uncopied(subject: Subject, copy: Node): Opportunity[] {
  const original = copied(copy);
  const user = original && userOf(copy);
  if (!original || !user || !variableOf(subject, original.text) || pauses(user.node)) return [];
  const ofAnything = user.loop && copy.type === "array";
  const shown = arrayShown(subject, original);
  if (!ofAnything && shown === "no") return [];
  // Who copies a Set or a list of nodes before `map` does it to have an array: there has to be a sign that it is one already.
  const sliced = methodCall(copy)?.method === "slice" && methodCall(copy)?.object.text === original.text;
  if (!user.loop && shown === "unknown" && !sliced && !usedAsArray(subject, original)) return [];
  const contents = steadyContents(subject, original.text, user.node);
  if (!contents) return [];
  return offer(subject, {
    parameters: {},
    place: `the copy ${short(copy.text)}`,
    preconditions: [
      `a copy of ${original.text} is gone through once`,
      `${original.text} does not change meanwhile`,
    ],
    assumptions: [
      ...(ofAnything && shown !== "yes" ? [`${original.text} is an array, a string, a Set or a Map.`] : []),
      ...(ofAnything ? [] : arrayAssumptions(subject, original)),
      ...contents,
      ...(user.loop ? [] : [`No element of ${original.text} is missing.`]),
    ],
    edits: [replaceNode(copy, original.text)],
  });
}

/** The variable that is copied: by `[...xs]`, `xs.slice()`, `xs.concat()` or `Array.from(xs)`. */
function copied(node: Node): Node | undefined {
  if (node.type === "array") {
    const [only, ...more] = parts(node);
    const inner = only?.type === "spread_element" && more.length === 0 ? parts(only)[0] : undefined;
    return inner?.type === "identifier" ? inner : undefined;
  }
  const call = methodCall(node);
  if (call && /^(slice|concat)$/.test(call.method)) {
    const whole = call.arguments.length === 0 || (call.method === "slice" && call.arguments[0]?.text === "0");
    return whole && call.arguments.length < 2 && call.object.type === "identifier" ? call.object : undefined;
  }
  const [only, ...more] = argumentsOf(node);
  if (field(node, "function")?.text !== "Array.from" || more.length > 0) return undefined;
  return only?.type === "identifier" ? only : undefined;
}

/** What goes through the copy once: a loop, or an array method that makes nothing of the copy itself. */
function userOf(copy: Node): { node: Node; loop: boolean } | undefined {
  const parent = copy.parent;
  if (parent?.type === "for_in_statement" && isField(parent, "right", copy)) {
    const over = parent.children.some((child) => child.type === "of");
    return over ? { node: parent, loop: true } : undefined;
  }
  const call = parent?.parent && methodCall(parent.parent);
  if (!call || !same(plain(call.object), copy) || !iterating.includes(call.method)) return undefined;
  if (/^(sort|toSorted)$/.test(call.method)) return undefined;
  const callback = call.arguments[0];
  if (!callback || !isFunction(callback)) return undefined;
  const most = call.method.startsWith("reduce") ? 3 : 2;
  const parameters = plainParameters(callback);
  return parameters && parameters.length <= most ? { node: call.node, loop: false } : undefined;
}
