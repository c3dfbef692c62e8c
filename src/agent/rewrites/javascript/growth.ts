/**
 * Expressions that copy an array or an object in order to add to it: `[...out, x]`, `out.concat([x])`, `{ ...out, key: x }`,
 * `Object.assign({}, out, { key: x })`.
 */
import type { Node } from "web-tree-sitter";
import { argumentsOf, field, find, parts } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { arrayShown } from "./kinds.ts";
import { isMentioned } from "./names.ts";
import { isReading, isTarget } from "./steady.ts";
import { callOn, isField, methodCall, plain } from "./tree.ts";

export interface Growth {
  /** The statement's expression that adds in place. */
  readonly text: string;
  readonly assumptions: readonly string[];
  /** The mention that is copied. */
  readonly copied: Node;
}

/** Whether a copy of the literal is like it: no accessor, which a copy would ask once, and no prototype of its own. */
export function isPlainLiteral(literal: Node): boolean {
  if (literal.type === "array") return true;
  if (
    literal.type !== "object" ||
    find(literal, "property_identifier", "string").some(({ text }) => /__proto__/.test(text))
  )
    return false;
  return parts(literal).every(
    (each) =>
      each.type !== "method_definition" ||
      !each.children.some(({ type }) => type === "get" || type === "set"),
  );
}

/** The growth of a variable by an expression; `kind` is the type of the literal that it started as. Undefined for anything else. */
export function growthOf(subject: Subject, name: string, kind: string, expression: Node): Growth | undefined {
  const node = plain(expression);
  if (kind === "array") return node.type === "array" ? spread(name, node) : concat(subject, name, node);
  return node.type === "object" ? objectSpread(name, node) : assigned(name, node);
}

function spread(name: string, node: Node): Growth | undefined {
  const [first, ...added] = parts(node);
  const copied = first?.type === "spread_element" ? parts(first)[0] : undefined;
  if (copied?.type !== "identifier" || copied.text !== name || hasHole(node)) return undefined;
  if (added.length === 0 || added.some((each) => each.type === "spread_element")) return undefined;
  return pushed(name, copied, added);
}

function pushed(name: string, copied: Node, added: readonly Node[]): Growth | undefined {
  // A value that is made from the array before it grows may hold on to it, or run while it grows.
  if (added.some((each) => keeps(name, each))) return undefined;
  return { text: `${name}.push(${added.map(({ text }) => text).join(", ")})`, assumptions: [], copied };
}

/** `out.concat([x])`; `out.concat(x)` where x is shown to be no array. */
function concat(subject: Subject, name: string, node: Node): Growth | undefined {
  const call = methodCall(node);
  if (call?.method !== "concat" || call.object.text !== name || call.object.type !== "identifier")
    return undefined;
  const added: Node[] = [];
  for (const argument of call.arguments) {
    const value = plain(argument);
    if (value.type === "array") {
      if (hasHole(value) || parts(value).some((each) => each.type === "spread_element")) return undefined;
      added.push(...parts(value));
    } else if (isSpreadSafe(subject, value)) added.push(argument);
    else return undefined;
  }
  return added.length > 0 ? pushed(name, call.object, added) : undefined;
}

/** What `concat` adds as one element: a plain object could ask to be spread, which only its own symbol would do. */
function isSpreadSafe(subject: Subject, value: Node): boolean {
  return value.type !== "spread_element" && value.type !== "object" && arrayShown(subject, value) === "no";
}

function objectSpread(name: string, node: Node): Growth | undefined {
  const [first, ...added] = parts(node);
  const copied = first?.type === "spread_element" ? parts(first)[0] : undefined;
  if (copied?.type !== "identifier" || copied.text !== name) return undefined;
  return set(name, copied, added);
}

function assigned(name: string, node: Node): Growth | undefined {
  if (node.type !== "call_expression" || field(node, "function")?.text !== "Object.assign") return undefined;
  const [target, copied, source, ...more] = argumentsOf(node);
  if (target?.text !== "{}" || copied?.type !== "identifier" || copied.text !== name) return undefined;
  if (source?.type !== "object" || more.length > 0) return undefined;
  return set(name, copied, parts(source));
}

/** One property alone: of several, a later value could be computed from the object as it was before. */
function set(name: string, copied: Node, added: readonly Node[]): Growth | undefined {
  const [only, ...more] = added;
  if (!only || more.length > 0 || keeps(name, only)) return undefined;
  if (only.type === "shorthand_property_identifier")
    return { text: `${name}.${only.text} = ${only.text}`, assumptions: [], copied };
  const [key, value] = [field(only, "key"), field(only, "value")];
  if (only.type !== "pair" || !key || !value) return undefined;
  if (key.type === "property_identifier") {
    if (key.text === "__proto__") return undefined;
    return { text: `${name}.${key.text} = ${value.text}`, assumptions: [], copied };
  }
  const inner = key.type === "computed_property_name" ? parts(key)[0] : key;
  if (!inner || key.type === "private_property_identifier" || /__proto__/.test(inner.text)) return undefined;
  const certain = inner.type === "number" || inner.type === "string";
  return {
    text: `${name}[${inner.text}] = ${value.text}`,
    assumptions: certain ? [] : [`No key of ${name} is "__proto__".`],
    copied,
  };
}

function hasHole(array: Node): boolean {
  const tokens = array.children.filter((child) => child.type !== "comment").map(({ type }) => type);
  return tokens.some((type, index) => type === "," && /^[[,]$/.test(tokens[index - 1] ?? ""));
}

/** Whether an added value mentions what it is added to other than to read from it. */
function keeps(name: string, added: Node): boolean {
  if (!isMentioned(name, added)) return false;
  // Callbacks that look at the array before it grows are done when it grows; functions that are kept are not told apart.
  if (
    find(
      added,
      "arrow_function",
      "function_expression",
      "generator_function",
      "await_expression",
      "yield_expression",
    ).length > 0
  )
    return true;
  return (
    find(added, "identifier").some((each) => each.text === name && !onlyGrows(each)) ||
    added.type === "shorthand_property_identifier"
  );
}

/** Whether a mention takes nothing but elements, the length or a new value out of the array, or adds to it, or returns it. */
export function onlyGrows(mention: Node): boolean {
  const parent = mention.parent;
  if (!parent) return false;
  if (isReading(mention)) return !isAlias(mention);
  const call = callOn(mention);
  if (call) return call.method === "push" && call.node.parent?.type === "expression_statement";
  return parent.type === "subscript_expression" && isField(parent, "object", mention) && isTarget(parent);
}

/** What reads the array and may still be held to the state that it had: an iterator, or a loop over it that adds to it. */
function isAlias(mention: Node): boolean {
  const loop = mention.parent;
  if (loop?.type === "for_in_statement")
    return find(loop, "assignment_expression").some((node) => field(node, "left")?.text === mention.text);
  const method = callOn(mention)?.method;
  if (method === undefined) return false;
  return /^(keys|values|entries|forEach|map|filter|flatMap|some|every|find\w*|reduce\w*|flat)$/.test(method)
    ? /^(keys|values|entries)$/.test(method) || growsInside(mention)
    : false;
}

/** A callback over the array in which the array is given a new value: the copy went on over the old one. */
function growsInside(mention: Node): boolean {
  const call = callOn(mention);
  return (
    call !== undefined &&
    find(call.node, "assignment_expression").some((node) => field(node, "left")?.text === mention.text)
  );
}
