/**
 * An array of numbers of known length keeps its numbers side by side as a typed array, where an ordinary array may hold anything and
 * has to be asked what it holds.
 *
 *     const best = new Array(n + 1).fill(0);       →   const best = new Float64Array(n + 1);
 *     const prime = new Array(n).fill(true);       →   const prime = new Uint8Array(n).fill(1);
 *     const t = Array.from({ length: n }, () => new Array(m).fill(0));   →   rows of Float64Array
 *
 * Float64Array holds every number exactly. Legal where the array stays in the function, only numbers are put into it (or, for flags, only
 * true and false, and every use asks no more than whether it is true), and no element is put beyond its end, which is said as an
 * assumption where it cannot be seen.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, replaceNode } from "../../../code/edit.ts";
import { argumentsOf, field, find, operatorOf, parts } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isNumber, smellsOfText } from "./kinds.ts";
import { mentions, roleOf, variableOf, writesOf } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { isTarget } from "./steady.ts";
import { elementOf, integerOf, isField, methodCall, plain, propertyOf, resultOf } from "./tree.ts";

export const typedArray: Rewrite = {
  name: "typed-array",
  idea: "Keeps the numbers or flags of a local array of known length in a typed array, side by side and without asking what they are.",
  reference: "V8 blog, “Elements kinds in V8” (2017); ECMAScript, §23.2: TypedArray objects",
  lessons: {
    faster:
      "Every use of an element had to check what the array holds; a typed array holds numbers alone, and flags in a byte each.",
    slower: "The array is small, and making a typed array costs more than making an ordinary one.",
    wrong: "Something else than a number was put into the array, or an element beyond its end.",
  },
  opportunities(subject) {
    return distinct(find(subject.function, "variable_declarator").flatMap((node) => typed(subject, node)));
  },
};

interface Filled {
  /** What becomes the typed array: `new Array(n).fill(0)`. */
  readonly node: Node;
  readonly length: Node;
  readonly value: Node;
  /** 1, or 2 where it is the row of a table. */
  readonly dimensions: 1 | 2;
}

function typed(subject: Subject, declarator: Node): Opportunity[] {
  const [name, value] = [field(declarator, "name"), field(declarator, "value")];
  if (name?.type !== "identifier" || !value) return [];
  const filled = filledArray(plain(value), 1) ?? tableOf(plain(value));
  const variable = variableOf(subject, name.text);
  if (!filled || !variable || writesOf(name.text, subject.function).length > 0) return [];
  const flags = filled.value.type === "true" || filled.value.type === "false";
  const edits: Edit[] = [];
  const known = (node: Node) => isElement(node, name.text, filled.dimensions);
  let proven = true;
  for (const mention of mentions(name.text, subject.function)) {
    if (roleOf(mention) === "declared") continue;
    const element = elementAt(mention, filled.dimensions);
    if (element === undefined) return [];
    if (element === "length") continue;
    const change = flags ? flagUse(element) : numberUse(subject, element, known);
    if (!change) return [];
    edits.push(...change.edits);
    proven &&= change.proven;
  }
  if (!flags && !isNumber(subject, filled.value)) return [];
  const array = flags ? "Uint8Array" : "Float64Array";
  const type = field(declarator, "type");
  const annotation = `: ${array}${filled.dimensions === 2 ? "[]" : ""}`;
  return offer(subject, {
    parameters: { type: array },
    place: `the array ${name.text}`,
    preconditions: [
      `${name.text} has a length from the start and does not leave the function`,
      flags ? "it holds flags that are only asked whether they are true" : "it holds numbers",
    ],
    assumptions: [
      ...(proven ? [] : [`Every value that is put into ${name.text} is a number.`]),
      ...(isLength(filled.length) ? [] : [`${filled.length.text} is a whole number that is not negative.`]),
      ...(edits.length > 0 || !flags ? [`No element is put beyond the end of ${name.text}.`] : []),
    ],
    edits: [
      replaceNode(filled.node, `new ${array}(${filled.length.text})${filling(filled.value)}`),
      ...(type ? [replaceNode(type, annotation)] : []),
      ...edits,
    ],
  });
}

/** `new Array(n).fill(v)` and `Array(n).fill(v)`. */
function filledArray(node: Node, dimensions: 1 | 2): Filled | undefined {
  const fill = methodCall(node);
  const [value, ...more] = fill?.arguments ?? [];
  const made = fill && plain(fill.object);
  if (fill?.method !== "fill" || !made || !value || more.length > 0) return undefined;
  const callee = field(made, made.type === "new_expression" ? "constructor" : "function");
  const [length, ...others] = argumentsOf(made);
  if (callee?.text !== "Array" || !length || others.length > 0 || length.type === "spread_element")
    return undefined;
  return { node, length, value: plain(value), dimensions };
}

/** `Array.from({ length: n }, () => row)`, `[…].map(() => row)` and the like. */
function tableOf(node: Node): Filled | undefined {
  if (node.type !== "call_expression") return undefined;
  const given = argumentsOf(node);
  const from = field(node, "function")?.text === "Array.from" && given.length === 2;
  const map = methodCall(node)?.method === "map" && given.length === 1;
  const callback = given.at(-1);
  if ((!from && !map) || callback?.type !== "arrow_function") return undefined;
  const row = resultOf(callback);
  return row && filledArray(plain(row), 2);
}

function filling(value: Node): string {
  if (value.text === "0" || value.type === "false") return "";
  return `.fill(${value.type === "true" ? "1" : value.text})`;
}

/** The element that a mention reaches: `a[i]`, or `t[i][j]`; "length" for what only asks for a length; undefined for any other use. */
function elementAt(mention: Node, dimensions: 1 | 2): Node | "length" | undefined {
  let at = mention;
  for (let depth = 0; depth < dimensions; depth += 1) {
    const parent = at.parent;
    if (!parent) return undefined;
    if (propertyOf(parent)?.name === "length" && isField(parent, "object", at) && !isTarget(parent))
      return "length";
    if (!elementOf(parent) || !isField(parent, "object", at)) return undefined;
    at = parent.parent?.type === "non_null_expression" ? parent.parent : parent;
  }
  return at;
}

function isElement(node: Node, name: string, dimensions: 1 | 2): boolean {
  let at: Node | undefined = plain(node);
  for (let depth = 0; depth < dimensions; depth += 1) {
    const object: Node | undefined = at && elementOf(at)?.object;
    at = object && plain(object);
  }
  return at?.type === "identifier" && at.text === name;
}

/** One use of an element of numbers. Undefined where it stores something else, or hands the place on. */
function numberUse(
  subject: Subject,
  element: Node,
  known: (node: Node) => boolean,
): { edits: Edit[]; proven: boolean } | undefined {
  const parent = element.parent;
  if (!isTarget(element)) return isCalled(element) ? undefined : { edits: [], proven: true };
  if (parent?.type === "update_expression") return { edits: [], proven: true };
  const value = parent && field(parent, "right");
  if (!value || !/^(augmented_)?assignment_expression$/.test(parent.type)) return undefined;
  const operator = operatorOf(parent);
  if (
    parent.type === "augmented_assignment_expression" &&
    !/^(\+|-|\*|\/|%|\*\*|<<|>>|>>>|&|\||\^)=$/.test(operator)
  )
    return undefined;
  if (isNumber(subject, value, known)) return { edits: [], proven: true };
  return isNoNumber(value) ? undefined : { edits: [], proven: false };
}

/** What is in sight no number. */
function isNoNumber(expression: Node): boolean {
  const node = plain(expression);
  if (smellsOfText(node)) return true;
  if (node.type === "number") return node.text.endsWith("n");
  return [
    "array",
    "object",
    "true",
    "false",
    "null",
    "undefined",
    "regex",
    "new_expression",
    "arrow_function",
    "function_expression",
  ].includes(node.type);
}

/** One use of a flag: storing true or false, or asking whether it is true. */
function flagUse(element: Node): { edits: Edit[]; proven: boolean } | undefined {
  const parent = element.parent;
  if (!parent) return undefined;
  if (isTarget(element)) {
    const value = parent.type === "assignment_expression" ? field(parent, "right") : undefined;
    if (!value || (value.type !== "true" && value.type !== "false")) return undefined;
    if (parent.parent?.type !== "expression_statement") return undefined;
    return { edits: [replaceNode(value, value.type === "true" ? "1" : "0")], proven: true };
  }
  return isAskedOnly(element) ? { edits: [], proven: true } : undefined;
}

/** Whether only the truth of the expression matters. */
function isAskedOnly(node: Node): boolean {
  const parent = node.parent;
  if (!parent) return false;
  switch (parent.type) {
    case "if_statement":
    case "while_statement":
    case "do_statement":
    case "ternary_expression":
    case "for_statement":
      return isField(parent, "condition", node);
    case "expression_statement":
      return parent.parent?.type === "for_statement" && isField(parent.parent, "condition", parent);
    case "unary_expression":
      return operatorOf(parent) === "!";
    case "parenthesized_expression":
      return /^(if|while|do)_statement$/.test(parent.parent?.type ?? "") || isAskedOnly(parent);
    case "binary_expression":
      return /^(&&|\|\|)$/.test(operatorOf(parent)) && isAskedOnly(parent);
    default:
      return false;
  }
}

/** `a[i](…)` */
function isCalled(node: Node): boolean {
  const parent = node.parent;
  return parent?.type === "call_expression" && isField(parent, "function", node);
}

/** Whether the expression is in sight a length: a literal, `xs.length`, and sums of them. */
function isLength(expression: Node): boolean {
  const node = plain(expression);
  if ((integerOf(node) ?? -1) >= 0 || propertyOf(node)?.name === "length") return true;
  return (
    node.type === "binary_expression" &&
    /^[+*]$/.test(operatorOf(node)) &&
    parts(node).every((each) => isLength(each))
  );
}
