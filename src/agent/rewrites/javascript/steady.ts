/**
 * Whether a variable, and what it holds, stay what they are while a part of the function runs. What other code could do is either
 * shown to be impossible, or said as an assumption, or the answer is no.
 */
import type { Node } from "web-tree-sitter";
import { argumentsOf, contains, enclosing, field, find, operatorOf, same } from "../../../code/tree.ts";
import { remember } from "../../../code/remember.ts";
import type { Subject } from "../rewrite.ts";
import { patternAsked } from "./moving-patterns.ts";
import { isCaptured, mentions, roleOf, type Variable, variableOf } from "./names.ts";
import { callbackOf, iterating } from "./repetition.ts";
import {
  callOn,
  dependsOnFunction,
  functionAround,
  isField,
  isFunction,
  type MethodCall,
  methodCall,
  plain,
  plainParameters,
  propertyOf,
} from "./tree.ts";

/** Methods that change their object. */
export const changing = [
  "push",
  "pop",
  "shift",
  "unshift",
  "splice",
  "sort",
  "reverse",
  "fill",
  "copyWithin",
  "set",
  "add",
  "delete",
  "clear",
];
/** Methods of arrays, Sets and Maps that change nothing, call nothing and keep no reference to their object. */
export const reading = [
  "includes",
  "indexOf",
  "lastIndexOf",
  "slice",
  "concat",
  "join",
  "at",
  "flat",
  "toReversed",
  "has",
  "get",
  "keys",
  "values",
  "entries",
];
/** Methods of texts and numbers, which nobody can change. */
export const textual = [
  "charAt",
  "charCodeAt",
  "codePointAt",
  "split",
  "trim",
  "trimStart",
  "trimEnd",
  "toLowerCase",
  "toUpperCase",
  "startsWith",
  "endsWith",
  "padStart",
  "padEnd",
  "substring",
  "substr",
  "repeat",
  "localeCompare",
  "toFixed",
  "test",
  "match",
  "replace",
  "replaceAll",
];
const harmless =
  /^(Math\.\w+|Number(\.\w+)?|String(\.\w+)?|Boolean|parseInt|parseFloat|isNaN|isFinite|Array\.(isArray|from|of)|Object\.(keys|values|entries|is|hasOwn)|JSON\.stringify|console\.\w+)$/;

const builtIn = /^(Set|Map|Array|Date|RegExp|\w+Array|Error|\w+Error)$/;

/**
 * Whether the name means the same value throughout the region: declared before it, given no new value in it, nor by a function
 * that the region may call.
 */
export function isSteadyName(subject: Subject, name: string, region: Node): boolean {
  const variable = variableOf(subject, name);
  if (!variable) return false;
  if (variable.kind === "outer") return true;
  const { declaration, scope } = variable;
  if (!declaration || !contains(scope, region)) return false;
  if (contains(region, declaration)) return false;
  if (variable.kind !== "parameter" && declaration.startIndex > region.startIndex) return false;
  return mentions(name, subject.function).every((mention) => {
    if (roleOf(mention) !== "written") return true;
    return !contains(region, mention) && !isCaptured(variable, mention);
  });
}

/**
 * What has to be assumed so that a path of plain properties (`this.items`, `options.banned`) and the elements of what it leads to stay the
 * same throughout the region. Undefined where the region writes one of its properties, changes in sight what it leads to, or where `this`
 * would mean something else before the region.
 */
export function steadyPath(subject: Subject, path: Node, region: Node): string[] | undefined {
  let at: Node = path;
  for (let property = propertyOf(at); property; property = propertyOf(at)) {
    const { name } = property;
    if (find(region, "member_expression").some((each) => isTarget(each) && propertyOf(each)?.name === name))
      return undefined;
    at = property.object;
  }
  const rooted = at.type === "this" ? !leavesFunction(path, region) : at.type === "identifier";
  if (!rooted || (at.type === "identifier" && !isSteadyName(subject, at.text, region))) return undefined;
  const uses = find(region, "member_expression").filter((each) => each.text === path.text);
  if (!uses.every((each) => isReading(each))) return undefined;
  return [
    `${path.text} can be read before the loop, is no getter, and nothing that runs in the loop changes it.`,
  ];
}

/** Whether `this` or `arguments` of the node would mean something else before the region. */
export function leavesFunction(node: Node, region: Node): boolean {
  if (!dependsOnFunction(node)) return false;
  for (let at = node.parent; at && contains(region, at); at = at.parent)
    if (isFunction(at) && at.type !== "arrow_function") return true;
  return false;
}

/** Whether a mention only reads what the variable holds, and gives nobody a further reference to it. */
export function isReading(mention: Node): boolean {
  const parent = mention.parent;
  if (!parent || roleOf(mention) !== "read") return false;
  const call = callOn(mention);
  if (call) return isReadingCall(call);
  switch (parent.type) {
    case "member_expression":
    case "subscript_expression":
      return isField(parent, "object", mention) &&
        !isTarget(parent) &&
        parent.parent?.type !== "call_expression"
        ? true
        : isField(parent, "index", mention);
    case "for_in_statement":
      return isField(parent, "right", mention);
    case "spread_element":
    case "binary_expression":
      return !/^(\|\||\?\?|&&)$/.test(operatorOf(parent));
    case "unary_expression":
      return true;
    case "parenthesized_expression":
      return /^(if|while|do)_statement$/.test(parent.parent?.type ?? "");
    case "ternary_expression":
      return isField(parent, "condition", mention);
    case "non_null_expression":
      return isReading(parent);
    case "arguments": {
      const caller = parent.parent;
      if (caller?.type === "new_expression")
        return /^(Set|Map)$/.test(field(caller, "constructor")?.text ?? "");
      return caller !== null && isHarmless(caller);
    }
    default:
      return false;
  }
}

/** A method that leaves its object alone; a callback that is handed the array itself, as its last parameter, must only read it. */
function isReadingCall(call: MethodCall): boolean {
  if (reading.includes(call.method) || textual.includes(call.method)) return true;
  if (!iterating.includes(call.method) || call.method === "sort") return false;
  const callback = call.arguments[0];
  // Another function might do anything with the array that comes along as its last argument.
  if (!callback || !isFunction(callback)) return callback !== undefined && harmless.test(callback.text);
  const parameters = plainParameters(callback);
  if (!parameters) return false;
  const first = call.method.startsWith("reduce") ? 3 : 2;
  const [whole, ...more] = parameters.slice(first);
  const body = field(callback, "body");
  return (
    more.length === 0 &&
    (whole === undefined ||
      (whole.type === "identifier" && body !== undefined && mentions(whole.text, body).every(isReading)))
  );
}

/** Part of what the function that declares it returns: when others get it, the function is at its end, unless a `finally` follows. */
export function isReturned(variable: Variable, mention: Node): boolean {
  const home = functionAround(mention);
  if (!home || isCaptured(variable, mention) || variable.kind === "outer") return false;
  const statement = enclosing(mention, ["return_statement"], home);
  return statement !== undefined && enclosing(statement, ["try_statement"], home) === undefined;
}

/** Whether `a.x` or `a[i]` is what is assigned to, counted up or deleted. */
export function isTarget(node: Node): boolean {
  const parent = node.parent;
  if (!parent) return false;
  if (/assignment_expression$|^for_in_statement$/.test(parent.type)) return isField(parent, "left", node);
  if (parent.type === "update_expression") return true;
  if (parent.type === "unary_expression") return operatorOf(parent) === "delete";
  if (parent.type.endsWith("_pattern")) return true;
  return parent.type === "non_null_expression" ? isTarget(parent) : false;
}

/**
 * What has to be assumed so that the elements of an array (or the members of a Set, a Map, an object) stay the same throughout the
 * region. Undefined where the region changes it in sight, or hands it on. `apart` says which mentions the rewrite takes care of.
 */
export function steadyContents(
  subject: Subject,
  name: string,
  region: Node,
  apart: (mention: Node) => boolean = () => false,
): string[] | undefined {
  const variable = variableOf(subject, name);
  if (!variable || !isSteadyName(subject, name, region)) return undefined;
  for (const mention of mentions(name, subject.function)) {
    if (isReading(mention) || apart(mention) || roleOf(mention) === "declared") continue;
    if (isReturned(variable, mention)) continue;
    if (contains(region, mention)) return undefined;
    // A function that changes it may be called from the region.
    if (runsElsewhere(variable, mention, region)) return undefined;
  }
  if (isPrivate(subject, variable) || !mayReach(subject, region, apart)) return [];
  return [`Nothing that runs in the loop changes ${name} under another name.`];
}

function runsElsewhere(variable: Variable, mention: Node, region: Node): boolean {
  const around = functionAround(mention);
  if (!around || !isCaptured(variable, mention)) return false;
  return !contains(around, region) && !callbackOf(around);
}

/** Whether only this function can reach the object: made here, and never handed on but by `return`. */
export function isPrivate(subject: Subject, variable: Variable): boolean {
  return remember(subject.function, `private ${variable.name}`, () => seemsPrivate(subject, variable));
}

function seemsPrivate(subject: Subject, variable: Variable): boolean {
  const { value, kind, name } = variable;
  if (kind === "parameter" || kind === "outer" || !value || !isFresh(value)) return false;
  return mentions(name, subject.function).every((mention) => {
    const role = roleOf(mention);
    if (role === "declared" || isReading(mention) || isReturned(variable, mention)) return true;
    if (role === "written") {
      const right = mention.parent && field(mention.parent, "right");
      return right ? isFresh(right) : false;
    }
    const call = callOn(mention);
    if (call) return changing.includes(call.method);
    const parent = mention.parent;
    return (
      (parent?.type === "subscript_expression" || parent?.type === "member_expression") &&
      isField(parent, "object", mention) &&
      isTarget(parent)
    );
  });
}

/** An object that nobody else knows: a literal, a constructor of the language, a method that makes a new array. */
export function isFresh(expression: Node): boolean {
  const node = plain(expression);
  if (node.type === "array" || node.type === "object") return true;
  if (node.type === "new_expression")
    return /^(Array|Set|Map|\w+Array)$/.test(field(node, "constructor")?.text ?? "");
  const call = methodCall(node);
  if (call && /^(map|filter|slice|split|concat|flatMap|flat|toSorted|fill)$/.test(call.method))
    return call.method !== "fill" || isFresh(call.object);
  return /^(Object\.(keys|values|entries)|Array\.(from|of))$/.test(field(node, "function")?.text ?? "");
}

/** Whether the region has anything that could change an object by another name: calls of unknown code, changes of objects that others may know. */
export function mayReach(
  subject: Subject,
  region: Node,
  apart: (mention: Node) => boolean = () => false,
): boolean {
  const own = (object: Node): boolean => {
    const at = plain(object);
    if (apart(at)) return true;
    const variable = at.type === "identifier" ? variableOf(subject, at.text) : undefined;
    return variable !== undefined && isPrivate(subject, variable);
  };
  const calls = find(region, "call_expression", "new_expression").some((node) => {
    if (node.type === "new_expression") return !builtIn.test(field(node, "constructor")?.text ?? "");
    const call = methodCall(node);
    if (!call) return !isHarmless(node);
    if (reading.includes(call.method) || textual.includes(call.method)) return callsUnknown(call);
    if (iterating.includes(call.method) && call.method !== "sort")
      return call.arguments[0] === undefined || !isFunction(call.arguments[0]);
    return (callsUnknown(call) || !(changing.includes(call.method) && own(call.object))) && !isHarmless(node);
  });
  if (calls) return true;
  return find(region, "subscript_expression", "member_expression").some(
    (node) => isTarget(node) && !own(field(node, "object") ?? node),
  );
}

function isHarmless(call: Node): boolean {
  const callee = field(call, "function")?.text ?? "";
  if (!harmless.test(callee)) return false;
  if (!/^(Array\.from|JSON\.stringify)$/.test(callee)) return true;
  const [first, second] = argumentsOf(call);
  return first?.type !== "spread_element" && (second === undefined || isKnown(second));
}

/** Whether the method calls a function that is written elsewhere, and may do anything: the comparison of `sort`, what `replace` puts in. */
function callsUnknown({ method, arguments: given }: MethodCall): boolean {
  if (!/^(sort|replace|replaceAll)$/.test(method)) return false;
  if (given.some((each) => each.type === "spread_element")) return true;
  const [first, second] = given;
  const called = method === "sort" ? first : second;
  return called !== undefined && !isKnown(called);
}

/** A function in place, whose calls are found where it stands, one of the language that only answers, or no function. */
function isKnown(callback: Node): boolean {
  const at = plain(callback);
  return (
    isFunction(at) ||
    (harmless.test(at.text) && !at.text.startsWith("console.")) ||
    /^(string|template_string|number|null|undefined|array)$/.test(at.type)
  );
}

/** Whether evaluating the expression does nothing but give its value, getters and conversions of objects apart. */
export function isPure(expression: Node): boolean {
  const bad = find(
    expression,
    "assignment_expression",
    "augmented_assignment_expression",
    "update_expression",
    "await_expression",
    "yield_expression",
    "class",
    "function_expression",
    "generator_function",
    "arrow_function",
  );
  if (bad.length > 0) return false;
  if (find(expression, "unary_expression").some((node) => operatorOf(node) === "delete")) return false;
  return find(expression, "call_expression", "new_expression").every((node) => {
    if (node.type === "new_expression")
      return /^(Set|Map|Array|Date|RegExp)$/.test(field(node, "constructor")?.text ?? "");
    const list = field(node, "arguments");
    if (list?.type !== "arguments") return false;
    const call = methodCall(node);
    if (call && (reading.includes(call.method) || textual.includes(call.method)))
      return !callsUnknown(call) && patternAsked(node) === "still";
    return isHarmless(node) && field(node, "function")?.text.startsWith("console.") !== true;
  });
}

/** A question whether a node is one of these. */
export function isOneOf(nodes: readonly Node[]): (node: Node) => boolean {
  return (node) => nodes.some((each) => same(each, node));
}
