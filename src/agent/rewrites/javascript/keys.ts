/**
 * Keys that elements are compared by: which side of an equation belongs to the element, whether it gives the same value whenever it is asked, and whether a part of
 * the function writes what it is read from.
 */
import type { Node } from "web-tree-sitter";
import { field, find, operatorOf } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { changesContents, readsInside } from "./element-reads.ts";
import { isMentioned, variableOf } from "./names.ts";
import { isPure, isTarget } from "./steady.ts";
import { elementOf, methodCall, plain, propertyOf } from "./tree.ts";

/** The parts of `a && b && c`. */
export function conjuncts(condition: Node): Node[] {
  const node = plain(condition);
  const [left, right] = [field(node, "left"), field(node, "right")];
  return node.type === "binary_expression" && operatorOf(node) === "&&" && left && right
    ? [...conjuncts(left), ...conjuncts(right)]
    : [node];
}

/** An equation between an element's key and something that the elements have no part in. */
export interface Side {
  readonly key: Node;
  /** The other side; where a sum is asked for, the whole equation. */
  readonly asked: Node;
  /** What the elements have no part in: the other side, and where a sum is asked for, what is added. */
  readonly sought: readonly Node[];
  /** What the key has to equal, as text. */
  readonly wanted: string;
  /** Whether that is what a sum lacks: `total - a` of `a + b === total`. */
  readonly difference: boolean;
}

/** The sides of `key === wanted`. */
export function sideOf(test: Node, name: string, operator: string): Side | undefined {
  if (test.type !== "binary_expression" || operatorOf(test) !== operator) return undefined;
  const [left, right] = [field(test, "left"), field(test, "right")];
  if (!left || !right) return undefined;
  for (const [key, asked] of [
    [plain(left), right],
    [plain(right), left],
  ] as const) {
    if (!isMentioned(name, key) || isMentioned(name, asked) || !isAskable(asked)) continue;
    const [one, other] = [field(key, "left"), field(key, "right")];
    if (key.type === "binary_expression" && operatorOf(key) === "+" && one && other)
      for (const [own, added] of [
        [one, other],
        [other, one],
      ] as const)
        if (isMentioned(name, own) && !isMentioned(name, added) && isAskable(own) && isAskable(added))
          return {
            key: plain(own),
            asked: test,
            sought: [asked, added],
            wanted: `${operand(asked)} - ${operand(added)}`,
            difference: true,
          };
    if (isAskable(key)) return { key, asked, sought: [asked], wanted: asked.text, difference: false };
  }
  return undefined;
}

function operand(node: Node): string {
  return /^(?:identifier|number|member_expression|subscript_expression|call_expression|parenthesized_expression)$/.test(
    node.type,
  )
    ? node.text
    : `(${node.text})`;
}

/** Whether it gives the same whenever it is asked, and does nothing else: no new object, which would equal nothing. */
export function isAskable(node: Node): boolean {
  const calls = find(node, "call_expression", "new_expression").every((call) => {
    const method = methodCall(call)?.method;
    return (
      method !== undefined && /^(?:toLowerCase|toUpperCase|trim|charAt|charCodeAt|toString|at)$/.test(method)
    );
  });
  return (
    calls &&
    isPure(node) &&
    find(node, "object", "array", "regex", "this", "null", "undefined", "spread_element").every(
      ({ type }) => type === "this",
    )
  );
}

/** `i !== j`: of names and numbers alone. */
export function isOfNumbers(test: Node): boolean {
  return (
    test.type === "binary_expression" &&
    [field(test, "left"), field(test, "right")].every(
      (side) => side && /^(?:identifier|number)$/.test(side.type),
    )
  );
}

/** As it may stand beside `&&`. */
export function conjunct(test: Node): string {
  const loose = test.type === "binary_expression" && /^(?:\|\||\?\?)$/.test(operatorOf(test));
  return loose || /^(?:ternary_expression|assignment_expression|arrow_function)$/.test(test.type)
    ? `(${test.text})`
    : test.text;
}

/** What has to be assumed where what is looked for is more than a name: it is then read even if there is no element to compare. */
export function readable(sought: readonly Node[], array: Node): string[] {
  if (sought.every((each) => find(each, "member_expression", "subscript_expression").length === 0)) return [];
  return [`What ${array.text} is searched for can be read in any case, even if ${array.text} is empty.`];
}

/**
 * Whether the region changes in sight what the key reads of an element, such as its length. The elements of the array and of variables are looked after elsewhere;
 * `own` is the name of the element.
 */
export function changesKey(subject: Subject, key: Node, own: string, array: Node, region: Node): boolean {
  const looked = (object: Node) =>
    object.text === array.text || (object.type === "identifier" && object.text !== own);
  return readsInside(key, looked) && changesContents(subject, region);
}

/** The type of an array's elements, for TypeScript. */
export function typeOf(array: Node): string {
  return array.type === "identifier" ? `(typeof ${array.text})[number]` : "any";
}

/** Whether the region writes, in sight, a property or an element that the key is read from. */
export function writesKey(subject: Subject, key: Node, region: Node): boolean {
  const properties = find(key, "member_expression").flatMap((node) => propertyOf(node)?.name ?? []);
  if (
    find(region, "member_expression").some(
      (node) => isTarget(node) && properties.includes(propertyOf(node)?.name ?? ""),
    )
  )
    return true;
  if (find(key, "subscript_expression").length === 0) return false;
  return find(region, "subscript_expression").some((node) => {
    const object = isTarget(node) ? elementOf(node)?.object : undefined;
    if (!object) return false;
    const variable = object.type === "identifier" ? variableOf(subject, object.text) : undefined;
    const value = variable?.value && plain(variable.value);
    return !(value && /^(?:array|object|new_expression)$/.test(value.type) && !isMentioned(object.text, key));
  });
}
