/**
 * What kind of value an expression has, as far as the text shows: an array, a string, a number. Types of TypeScript count as what
 * they say, except where `any` or a cast hides the truth: then tests have to show it.
 */
import type { Node } from "web-tree-sitter";
import { field, operatorOf, parts } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { mentions, roleOf, variableOf } from "./names.ts";
import { callOn, elementOf, methodCall, plain, propertyOf } from "./tree.ts";

/** What the text shows: it is one, it is none, or it does not say. */
export type Shown = "yes" | "no" | "unknown";

/** Methods whose result is always a new array. */
const arrayMakers = ["map", "filter", "flatMap", "flat", "split", "toSorted", "toReversed", "splice"];
const stringMakers =
  /^(trim\w*|to(Lower|Upper)Case|toString|toFixed|join|charAt|substr\w*|replace\w*|pad\w+|repeat)$/;
const arrayFunctions = /^(Object\.(keys|values|entries|getOwnPropertyNames)|Array\.(from|of))$/;
const onlyOfArrays = [
  "push",
  "pop",
  "shift",
  "unshift",
  "splice",
  "map",
  "filter",
  "reduce",
  "some",
  "every",
  "find",
  "findIndex",
  "sort",
  "reverse",
  "join",
  "flatMap",
];
const onlyOfStrings = [
  "charAt",
  "charCodeAt",
  "codePointAt",
  "split",
  "trim",
  "toLowerCase",
  "toUpperCase",
  "startsWith",
  "endsWith",
  "replace",
  "replaceAll",
  "match",
  "matchAll",
  "padStart",
  "padEnd",
  "substring",
  "substr",
  "localeCompare",
];

/** Whether the expression is an array of the language: neither a string, nor a typed array, nor a Set. */
export function arrayShown(subject: Subject, expression: Node, depth = 0): Shown {
  const node = plain(expression);
  switch (node.type) {
    case "array":
      return "yes";
    case "string":
    case "template_string":
    case "number":
    case "object":
    case "regex":
      return "no";
    case "new_expression":
      return field(node, "constructor")?.text === "Array" ? "yes" : "no";
    case "call_expression": {
      if (arrayFunctions.test(field(node, "function")?.text ?? "")) return "yes";
      const call = methodCall(node);
      if (call && arrayMakers.includes(call.method)) return "yes";
      if (call && stringMakers.test(call.method)) return "no";
      if (call && ["slice", "concat", "sort", "reverse", "fill"].includes(call.method))
        return arrayShown(subject, call.object, depth + 1);
      return "unknown";
    }
    case "identifier":
      return depth > 4 ? "unknown" : arrayNamed(subject, node.text, depth);
    default:
      return "unknown";
  }
}

function arrayNamed(subject: Subject, name: string, depth: number): Shown {
  const variable = variableOf(subject, name);
  if (!variable) return "unknown";
  if (variable.type !== undefined) {
    if (/^(readonly\s+)?[^|&]*\[\]$|^(Readonly)?Array<[^|&]*>$/.test(variable.type)) return "yes";
    if (/^(string|number|boolean|\w*(Set|Map)(<.*>)?|\w+Array)$/.test(variable.type)) return "no";
  }
  const assigned = valuesOf(subject, name);
  if (assigned && variable.value) {
    const shown = assigned.map((value) => arrayShown(subject, value, depth + 1));
    if (shown.every((each) => each === "yes")) return "yes";
    if (shown.includes("no")) return "no";
  }
  const called = mentions(name, subject.function).flatMap((node) => callOn(node)?.method ?? []);
  const ofStrings = called.some((method) => onlyOfStrings.includes(method));
  return ofStrings && !called.some((method) => onlyOfArrays.includes(method)) ? "no" : "unknown";
}

/** Sentences that have to hold where an expression is taken for an array and the text does not show that it is one. */
export function arrayAssumptions(subject: Subject, expression: Node): string[] {
  return arrayShown(subject, expression) === "yes" ? [] : [`${expression.text} is an array.`];
}

/** Every value that a variable is given by `=`, its first one included. Undefined where it is given one in another way. */
export function valuesOf(subject: Subject, name: string): Node[] | undefined {
  const variable = variableOf(subject, name);
  if (!variable || variable.kind === "parameter") return undefined;
  const values: Node[] = variable.value ? [variable.value] : [];
  for (const mention of mentions(name, subject.function)) {
    if (roleOf(mention) !== "written") continue;
    const assignment = mention.parent;
    const value = assignment && field(assignment, "right");
    if (assignment?.type !== "assignment_expression" || !value) return undefined;
    values.push(value);
  }
  return values;
}

const numberFunctions =
  /^(Math\.\w+|Number(\.parse(Int|Float))?|parseInt|parseFloat|Date\.now|performance\.now)$/;

/** Whether the expression is a number (not a BigInt, not undefined) in every run. `known` decides about what only the rewrite knows. */
export function isNumber(
  subject: Subject,
  expression: Node,
  known: (node: Node) => boolean = () => false,
  depth = 0,
): boolean {
  const node = plain(expression);
  const also = (each: Node | undefined) => each !== undefined && isNumber(subject, each, known, depth + 1);
  if (depth > 24) return false;
  if (known(node)) return true;
  switch (node.type) {
    case "number":
      return !node.text.endsWith("n");
    case "unary_expression":
      return operatorOf(node) === "+" || (/^[-~]$/.test(operatorOf(node)) && also(field(node, "argument")));
    case "update_expression":
      return also(field(node, "argument"));
    case "ternary_expression":
      return also(field(node, "consequence")) && also(field(node, "alternative"));
    case "assignment_expression":
      return also(field(node, "right"));
    case "binary_expression": {
      const operator = operatorOf(node);
      if (operator === ">>>") return true;
      // One operand that is a number makes the result one, or an exception where the other is a BigInt.
      if (/^(-|\*|\/|%|\*\*|<<|>>|&|\||\^)$/.test(operator))
        return also(field(node, "left")) || also(field(node, "right"));
      return /^(\+|&&|\|\||\?\?)$/.test(operator) && also(field(node, "left")) && also(field(node, "right"));
    }
    case "member_expression":
      return propertyOf(node)?.name === "length";
    case "call_expression": {
      const callee = field(node, "function")?.text ?? "";
      if (numberFunctions.test(callee)) return true;
      const call = methodCall(node);
      return call !== undefined && /^(charCodeAt|indexOf|lastIndexOf|findIndex|getTime)$/.test(call.method);
    }
    case "identifier":
      if (/^(Infinity|NaN)$/.test(node.text)) return true;
      return depth < 8 && numberNamed(subject, node.text, known, depth);
    default:
      return false;
  }
}

function numberNamed(subject: Subject, name: string, known: (node: Node) => boolean, depth: number): boolean {
  const variable = variableOf(subject, name);
  if (!variable || variable.kind === "function") return false;
  if (variable.type === "number") return true;
  if (variable.kind === "outer")
    return variable.value !== undefined && isNumber(subject, variable.value, known, depth + 1);
  if (!variable.value) return false;
  const values = [variable.value];
  for (const mention of mentions(name, subject.function)) {
    if (roleOf(mention) !== "written") continue;
    const change = mention.parent;
    if (change?.type === "update_expression") continue;
    const right = change && field(change, "right");
    if (!right || !change.type.endsWith("assignment_expression")) return false;
    const operator = operatorOf(change);
    if (!/^(|\+=|-=|\*=|\/=|%=|\*\*=|<<=|>>=|>>>=|&=|\|=|\^=)$/.test(operator)) return false;
    values.push(right);
  }
  // The variable stands for itself in its own sums: were every value a number, it would stay one.
  const self = (node: Node) => known(node) || (node.type === "identifier" && node.text === name);
  return values.every((value) => isNumber(subject, value, self, depth + 1));
}

/** Whether the text gives a sign of strings: a literal, a template, or a method of strings, anywhere in the expression. */
export function smellsOfText(expression: Node): boolean {
  const node = plain(expression);
  if (node.type === "string" || node.type === "template_string") return true;
  if (node.type === "subscript_expression" || elementOf(node)) return false;
  const call = methodCall(node);
  if (call)
    return onlyOfStrings.includes(call.method) || ["join", "toString", "toFixed"].includes(call.method);
  if (node.type === "binary_expression" || node.type === "ternary_expression")
    return parts(node).some((each) => smellsOfText(each));
  return false;
}
