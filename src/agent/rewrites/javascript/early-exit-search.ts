/**
 * `filter` looks at all elements, also where the first hit decides.
 *
 *     xs.filter(isOpen)[0]            →   xs.find(isOpen)
 *     xs.filter(isOpen).length > 0    →   xs.some(isOpen)
 *     xs.filter(isOpen).length === 0  →   !xs.some(isOpen)
 *
 * Legal where the callback only answers: it is then called for fewer elements.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { field, find, operatorOf } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { arrayAssumptions } from "./kinds.ts";
import { asksMovingPattern } from "./moving-patterns.ts";
import { distinct, offer } from "./offer.ts";
import { short } from "./repetition.ts";
import { isTarget } from "./steady.ts";
import {
  elementOf,
  integerOf,
  isFunction,
  methodCall,
  type MethodCall,
  pauses,
  propertyOf,
  runsApart,
} from "./tree.ts";

export const earlyExitSearch: Rewrite = {
  name: "early-exit-search",
  idea: "Stops at the first hit with find or some, instead of filtering all elements and then looking at the first or asking for the number.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Short-Circuiting Monotone Functions",
  lessons: {
    faster: "All elements were tested and collected, though the first hit decided.",
    slower: "Hits are so rare that all elements are tested in any case.",
    wrong: "The callback did more than answer, and was now called less often.",
  },
  opportunities(subject) {
    return distinct(
      find(subject.function, "call_expression").flatMap((node) => {
        const call = methodCall(node);
        return call?.method === "filter" ? stopped(subject, call) : [];
      }),
    );
  },
};

function stopped(subject: Subject, call: MethodCall): Opportunity[] {
  const [callback, ...more] = call.arguments;
  const change = changeOf(call.node);
  const property = field(field(call.node, "function") ?? call.node, "property");
  if (!callback || more.length > 0 || !change || !property || callback.type === "spread_element") return [];
  const effects = effectsOf(callback);
  if (!effects) return [];
  return offer(subject, {
    parameters: {},
    place: `the filter of ${short(call.object.text)}`,
    preconditions: ["only the first hit, or whether there is one, is asked for"],
    assumptions: [
      ...arrayAssumptions(subject, call.object),
      ...effects,
      ...(change.method === "find" ? [`No element of ${short(call.object.text)} is missing.`] : []),
    ],
    edits: [
      replaceNode(property, change.method),
      { start: call.node.endIndex, end: change.node.endIndex, text: "" },
      ...(change.negated ? [{ start: change.node.startIndex, end: change.node.startIndex, text: "!" }] : []),
    ],
  });
}

interface Change {
  /** The whole expression that asks. */
  readonly node: Node;
  readonly method: "find" | "some";
  readonly negated: boolean;
}

function changeOf(filter: Node): Change | undefined {
  const parent = filter.parent;
  if (!parent) return undefined;
  const element = elementOf(parent);
  if (element && element.object.id === filter.id && integerOf(element.index) === 0 && !isTarget(parent))
    return isCalled(parent) ? undefined : { node: parent, method: "find", negated: false };
  const length = propertyOf(parent);
  const test = parent.parent;
  if (length?.name !== "length" || length.object.id !== filter.id || test?.type !== "binary_expression")
    return undefined;
  if (field(test, "left")?.id !== parent.id) return undefined;
  const asked = `${operatorOf(test)} ${integerOf(field(test, "right"))}`;
  if (/^(> 0|>= 1|!==? 0)$/.test(asked)) return { node: test, method: "some", negated: false };
  return /^(===? 0|< 1)$/.test(asked) ? { node: test, method: "some", negated: true } : undefined;
}

/** `xs.filter(p)[0](…)` calls the element with the array as `this`. */
function isCalled(node: Node): boolean {
  const parent = node.parent;
  return parent?.type === "call_expression" && field(parent, "function")?.id === node.id;
}

/** What has to be assumed of a callback that is called less often; undefined where it does something in sight. */
function effectsOf(callback: Node): string[] | undefined {
  const said = `${short(callback.text)} does nothing but answer.`;
  if (!isFunction(callback)) return [said];
  if (runsApart(callback) || pauses(callback)) return undefined;
  const effects = find(
    callback,
    "assignment_expression",
    "augmented_assignment_expression",
    "update_expression",
    "throw_statement",
    "debugger_statement",
  );
  const deleted = find(callback, "unary_expression").some((node) => operatorOf(node) === "delete");
  if (effects.length > 0 || deleted || asksMovingPattern(callback)) return undefined;
  return find(callback, "call_expression", "new_expression").length > 0 ? [said] : [];
}
