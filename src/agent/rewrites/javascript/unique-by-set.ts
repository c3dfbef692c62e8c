/**
 * Keeping an element where it is the first of its kind searches the array from its start for each element. A Set keeps the first of each, in their order.
 *
 *     xs.filter((x, i) => xs.indexOf(x) === i)         →   [...new Set(xs)]
 *     f().filter((x, i, all) => all.indexOf(x) === i)  →   [...new Set(f())]
 *
 * `indexOf` finds no NaN and passes over missing elements, and a Set makes 0 of -0, which is said as an assumption.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { field, find, operatorOf } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { arrayAssumptions, arrayShown } from "./kinds.ts";
import { distinct, offer } from "./offer.ts";
import { callbackOf, short } from "./repetition.ts";
import { isPure } from "./steady.ts";
import { isFunction, methodCall, plain, plainParameters, resultOf } from "./tree.ts";

export const uniqueBySet: Rewrite = {
  name: "unique-by-set",
  idea: "Takes the distinct elements of an array by a Set, instead of searching for the first of its kind for each element.",
  reference:
    "ECMAScript, §24.2 Set Objects: in order of insertion, each value once; J. Bentley, Writing Efficient Programs",
  lessons: {
    faster:
      "Each element was searched for from the array's start, which is quadratic; the Set finds it in constant time.",
    slower: "The array has so few elements that making a Set costs more than searching it.",
    wrong: "An element was NaN or missing, or the function was also used for something that is no array.",
  },
  opportunities(subject) {
    return distinct(find(subject.function, "call_expression").flatMap((node) => filtered(subject, node)));
  },
};

function filtered(subject: Subject, node: Node): Opportunity[] {
  const filter = methodCall(node);
  const [callback, ...more] = filter?.arguments ?? [];
  if (!filter || filter.method !== "filter" || !callback || more.length > 0) return [];
  if (!isFunction(callback) || !callbackOf(callback)) return [];
  const { object } = filter;
  const names = plainParameters(callback)?.map((parameter) => parameter.text);
  if (!names || names.length < 2 || names.length > 3 || !asksForFirst(callback, object, names)) return [];
  if (arrayShown(subject, object) === "no") return [];
  const what = short(object.text);
  return offer(subject, {
    parameters: {},
    place: `the filter of ${what}`,
    preconditions: ["elements are kept where they are the first of their kind"],
    assumptions: [...arrayAssumptions(subject, object), `No element of ${what} is NaN, -0 or missing.`],
    edits: [
      replaceNode(
        node,
        subject.language === "typescript"
          ? `Array.from(new Set(${object.text}))`
          : `[...new Set(${object.text})]`,
      ),
    ],
  });
}

/** `xs.indexOf(x) === i`, either way round. */
function asksForFirst(callback: Node, object: Node, [element, index, whole]: readonly string[]): boolean {
  const result = resultOf(callback);
  const test = result && plain(result);
  if (test?.type !== "binary_expression" || !/^===?$/.test(operatorOf(test))) return false;
  const [left, right] = [field(test, "left"), field(test, "right")].map((side) => side && plain(side));
  return [
    [left, right],
    [right, left],
  ].some(([search, place]) => {
    const call = search && methodCall(search);
    if (!call || call.method !== "indexOf" || place?.text !== index) return false;
    if (call.arguments.length !== 1 || call.arguments[0]?.text !== element) return false;
    const same =
      call.object.text === object.text && isPure(object) && ![element, index].includes(object.text);
    return same || (whole !== undefined && call.object.text === whole);
  });
}
