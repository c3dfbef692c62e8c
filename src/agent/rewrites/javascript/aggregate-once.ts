/**
 * The largest element, a sum or a count of an array that stays the same is computed once before the loop, not again at each pass.
 *
 *     return xs.map((x) => x / Math.max(...xs));     →   const largest = Math.max(...xs);
 *                                                        return xs.map((x) => x / largest);
 *
 * So are `xs.reduce((sum, x) => sum + x, 0)`, `xs.filter(isOpen).length` and `new Set(xs).size`. Legal where the array and all that the callbacks read stays as it
 * is in the loop, and the callbacks only compute a number or a text.
 */
import type { Node } from "web-tree-sitter";
import { freshName, replaceNode } from "../../../code/edit.ts";
import {
  argumentsOf,
  contains,
  enclosing,
  field,
  find,
  normalised,
  operatorOf,
  parts,
} from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { steadyReads } from "./element-reads.ts";
import { mentions, namesIn, roleOf, variableOf } from "./names.ts";
import { before, distinct, offer } from "./offer.ts";
import { hoistingPlace, short } from "./repetition.ts";
import {
  isFresh,
  isPure,
  isSteadyName,
  isTarget,
  leavesFunction,
  steadyContents,
  steadyPath,
} from "./steady.ts";
import {
  elementOf,
  isFunction,
  methodCall,
  plain,
  plainParameters,
  propertyOf,
  resultOf,
  runsApart,
} from "./tree.ts";

export const aggregateOnce: Rewrite = {
  name: "aggregate-once",
  idea: "Computes the largest or smallest element, a sum or a count once before the loop, instead of going through the array for it at each pass.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Code Motion Out of Loops",
  lessons: {
    faster: "The same array was gone through at each pass for the same result.",
    slower: "The loop hardly ever came to it, and now it is computed in any case.",
    wrong: "What it was computed from changed in the loop, or a callback did more than compute.",
  },
  changesGrowth: true,
  opportunities(subject) {
    const seen = new Set<string>();
    return distinct(
      find(subject.function, "call_expression", "member_expression")
        .flatMap((node) => computed(subject, node))
        .filter(({ place }) => !seen.has(place) && seen.add(place)),
    );
  },
};

function computed(subject: Subject, node: Node): Opportunity[] {
  const base = baseOf(node);
  if (base === undefined || !find(node, "arrow_function", "function_expression").every(onlyComputes))
    return [];
  const hoisted = hoistingPlace(subject, node, (region) => steadiness(subject, node, region));
  if (!hoisted || !contains(hoisted.place.region, node)) return [];
  const { region } = hoisted.place;
  const text = normalised(node);
  const alike = find(region, node.type).filter(
    (each) => normalised(each) === text && !isTarget(each) && !leavesFunction(each, region),
  );
  const name = freshName(subject.source, base);
  return offer(subject, {
    parameters: {},
    place: `${short(node.text)} in ${hoisted.words}`,
    preconditions: [`${short(node.text)} gives the same at each pass`],
    assumptions: [
      ...new Set([
        ...hoisted.assumptions,
        `${short(node.text)} throws nothing when it is computed before the loop.`,
      ]),
    ],
    edits: [
      ...before(hoisted.place, `const ${name} = ${node.text};`),
      ...alike.map((each) => replaceNode(each, name)),
    ],
  });
}

/** What to call the result of `Math.max(...xs)`, `xs.reduce(…, 0)`, `xs.filter(…).length`, `new Set(xs).size`; undefined for all else. */
function baseOf(node: Node): string | undefined {
  const property = propertyOf(node);
  if (property) {
    const object = plain(property.object);
    const filter = methodCall(object);
    if (property.name === "length" && filter?.method === "filter")
      return filter.arguments.length === 1 && isSource(filter.object) ? "count" : undefined;
    const [given, ...more] = object.type === "new_expression" ? argumentsOf(object) : [];
    const counts = property.name === "size" && field(object, "constructor")?.text === "Set";
    return counts && given && more.length === 0 && isSource(given) ? "count" : undefined;
  }
  const callee = field(node, "function")?.text;
  if (callee === "Math.max" || callee === "Math.min") {
    const spread = argumentsOf(node).filter(({ type }) => type === "spread_element");
    const sound =
      spread.length > 0 &&
      argumentsOf(node).every((each) =>
        each.type === "spread_element" ? isSource(parts(each)[0]) : /^(?:number|identifier)$/.test(each.type),
      );
    return sound ? (callee === "Math.max" ? "largest" : "smallest") : undefined;
  }
  const call = methodCall(node);
  const [callback, start, ...more] = call?.arguments ?? [];
  if (call?.method !== "reduce" || !callback || !start || more.length > 0 || !isSource(call.object))
    return undefined;
  const result = isFunction(callback) ? resultOf(callback) : undefined;
  // Arithmetic gives a number or a text, which nobody can change.
  const value = result && plain(result);
  const arithmetic =
    value !== undefined &&
    ((value.type === "binary_expression" && !/^(?:\|\||&&|\?\?)$/.test(operatorOf(value))) ||
      /^Math\.\w+$/.test(field(value, "function")?.text ?? ""));
  return arithmetic && plain(start).type === "number" ? "total" : undefined;
}

/** `xs`, `this.xs`, `Object.values(o)`, and what `map`, `filter` and `slice` make of one of these. */
function isSource(node: Node | undefined): boolean {
  if (!node) return false;
  const at = plain(node);
  if (at.type === "identifier") return true;
  const property = propertyOf(at);
  if (property) return property.object.type === "this" || isSource(property.object);
  if (/^Object\.(?:values|keys)$/.test(field(at, "function")?.text ?? ""))
    return isSource(argumentsOf(at)[0]);
  const call = methodCall(at);
  return call !== undefined && /^(?:map|filter|slice)$/.test(call.method) && isSource(call.object);
}

/** A callback that does nothing but give a value. */
function onlyComputes(callback: Node): boolean {
  const result = resultOf(callback);
  return (
    callback.type === "arrow_function" &&
    !runsApart(callback) &&
    result !== undefined &&
    isPure(result) &&
    plainParameters(callback) !== undefined
  );
}

function steadiness(subject: Subject, node: Node, region: Node): string[] | undefined {
  if (leavesFunction(node, region)) return undefined;
  const assumptions: string[] = [];
  const own = new Set(
    find(node, "arrow_function").flatMap((callback) =>
      (plainParameters(callback) ?? []).flatMap((parameter) => [...namesIn(parameter)]),
    ),
  );
  for (const name of namesIn(node)) {
    if (
      own.has(name) ||
      (/^(?:Math|Object|Set|Number|String|undefined|Infinity)$/.test(name) && !variableOf(subject, name))
    )
      continue;
    const contents = isOnlyNumber(node, name)
      ? isSteadyName(subject, name, region) && []
      : steadyContents(subject, name, region);
    if (!contents) return undefined;
    assumptions.push(...contents);
  }
  for (const member of find(node, "member_expression")) {
    const property = propertyOf(member);
    if (!property || /^(?:Math|Object|Number)$/.test(property.object.text)) continue;
    if (isWritten(property.name, region)) return undefined;
    if (member.parent?.type === "call_expression" && field(member.parent, "function")?.id === member.id)
      continue;
    // What callbacks read is looked at below.
    const callback = enclosing(member, ["arrow_function"], node);
    if (isRooted(member, callback !== undefined)) {
      const path = steadyPath(subject, member, region);
      if (!path) return undefined;
      assumptions.push(...path);
    }
  }
  if (find(node, "subscript_expression").length > 0 && writesElements(subject, region)) return undefined;
  for (const callback of find(node, "arrow_function")) {
    const reads = steadyReads(subject, callback, region);
    if (!reads) return undefined;
    assumptions.push(...reads);
  }
  return assumptions;
}

/** Whether the name stands in arithmetic and comparisons alone. */
function isOnlyNumber(node: Node, name: string): boolean {
  return mentions(name, node).every(({ parent }) => parent?.type === "binary_expression");
}

/** A path that starts at `this`, or, outside of callbacks, at a variable; the length of a variable's array is none. */
function isRooted(member: Node, inCallback: boolean): boolean {
  const property = propertyOf(member);
  if (!property) return false;
  const { object, name } = property;
  if (object.type === "this") return true;
  if (object.type === "identifier") return !inCallback && name !== "length";
  return isRooted(object, inCallback);
}

function isWritten(property: string, region: Node): boolean {
  return find(region, "member_expression").some(
    (member) => isTarget(member) && propertyOf(member)?.name === property,
  );
}

/** Whether elements are written of anything but what the function made itself. */
function writesElements(subject: Subject, region: Node): boolean {
  return find(region, "subscript_expression").some((node) => {
    const object = isTarget(node) ? elementOf(node)?.object : undefined;
    if (!object) return false;
    const variable = object.type === "identifier" ? variableOf(subject, object.text) : undefined;
    const written = mentions(object.text, subject.function).some((use) => roleOf(use) === "written");
    return !variable?.value || written || !isFresh(variable.value);
  });
}
