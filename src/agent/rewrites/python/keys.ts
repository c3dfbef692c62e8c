/**
 * Keys that elements are compared by: which side of an equation belongs to the element, whether it gives the same value whenever it is asked, and
 * whether a part of the function writes what it is read from.
 */
import type { Node } from "web-tree-sitter";
import { field, find, parts } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { isRead } from "./asked-list.ts";
import { isBinding, isBuiltin, isPrivate, onlyValue, plainCall, usesOf } from "./scope.ts";

/** An equation between an element's key and something that the elements have no part in. */
export interface Side {
  readonly key: Node;
  /** The other side. */
  readonly asked: Node;
  /** What the key has to equal, as text. */
  readonly wanted: string;
  /** Whether it is what a sum lacks: `total - a` of `a + b == total`. */
  readonly difference: boolean;
}

/** The variables that an expression mentions. */
export function namesIn(node: Node): string[] {
  const all = new Set(find(node, "identifier").map(({ text }) => text));
  return [...all].filter((name) => usesOf(node, name).length > 0);
}

/** The sides of `key == wanted` (or, for `operator` so, `key != wanted`), where `own` are the names that stand for the element. */
export function keySide(
  subject: Subject,
  test: Node,
  own: readonly string[],
  operator: "==" | "!=",
): Side | undefined {
  const operators = test.type === "comparison_operator" ? test.childrenForFieldName("operators") : [];
  const [left, right, ...more] = parts(test);
  if (operators.length !== 1 || operators[0]?.text !== operator || !left || !right || more.length > 0)
    return undefined;
  const mentions = (node: Node) => namesIn(node).some((name) => own.includes(name));
  for (const [key, asked] of [
    [left, right],
    [right, left],
  ] as const) {
    if (!mentions(key) || mentions(asked) || !isReadable(subject, asked)) continue;
    const added = sumOf(key).find(([, other]) => !mentions(other));
    if (added && isReadable(subject, added[0]) && isReadable(subject, added[1]))
      return {
        key: added[0],
        asked: test,
        wanted: `${operand(asked)} - ${operand(added[1])}`,
        difference: true,
      };
    if (isReadable(subject, key)) return { key, asked, wanted: asked.text, difference: false };
  }
  return undefined;
}

/** Both readings of `a + b`. */
function sumOf(node: Node): (readonly [Node, Node])[] {
  const [left, right] = [field(node, "left"), field(node, "right")];
  if (node.type !== "binary_operator" || field(node, "operator")?.text !== "+" || !left || !right) return [];
  return [
    [left, right],
    [right, left],
  ];
}

function operand(node: Node): string {
  return /^(?:identifier|attribute|subscript|call|integer|parenthesized_expression)$/.test(node.type)
    ? node.text
    : `(${node.text})`;
}

const readers = /^(?:len|abs|str|int|ord|round|tuple|frozenset|repr|bool)$/;
const textReaders = /^(?:lower|upper|strip|lstrip|rstrip|casefold|title)$/;

/** Whether it only reads: names, attributes, elements, arithmetic, and calls that do nothing but give a value. */
export function isReadable(subject: Subject, node: Node): boolean {
  switch (node.type) {
    case "identifier":
    case "integer":
    case "true":
    case "false":
      return true;
    case "string":
      return find(node, "interpolation").length === 0;
    case "attribute":
      return isReadable(subject, field(node, "object") ?? node.child(0) ?? node);
    case "subscript":
    case "tuple":
    case "parenthesized_expression":
      return parts(node).every((part) => part.type !== "slice" && isReadable(subject, part));
    case "unary_operator":
      return isReadable(subject, field(node, "argument") ?? node);
    case "binary_operator":
      return (
        /^(?:[-+*%]|\/\/)$/.test(field(node, "operator")?.text ?? "") &&
        [field(node, "left"), field(node, "right")].every((part) => part && isReadable(subject, part))
      );
    case "call": {
      const plain = plainCall(node);
      const [given, ...more] = plain?.values ?? [];
      if (plain)
        return (
          readers.test(plain.name) &&
          isBuiltin(subject, plain.name) &&
          given !== undefined &&
          more.length === 0 &&
          isReadable(subject, given)
        );
      const callee = field(node, "function");
      const list = field(node, "arguments");
      const object = callee?.type === "attribute" ? field(callee, "object") : undefined;
      return (
        callee !== undefined &&
        object !== undefined &&
        list?.type === "argument_list" &&
        parts(list).length === 0 &&
        textReaders.test(field(callee, "attribute")?.text ?? "") &&
        isReadable(subject, object)
      );
    }
    default:
      return false;
  }
}

const questions =
  /^(?:get|items|keys|values|index|count|lower|upper|strip|split|startswith|endswith|find|copy|isalpha|isdigit)$/;
const lookers =
  /^(?:len|sum|min|max|sorted|list|tuple|set|frozenset|any|all|bool|str|range|enumerate|zip|reversed|iter)$/;

/** Whether a use of a collection (or of the path that leads to it) neither changes it nor lets another change it. */
export function isLook(subject: Subject, use: Node): boolean {
  const { parent } = use;
  if (!parent || (use.type === "identifier" && isBinding(use))) return false;
  if (parent.type === "attribute")
    return parent.parent?.type === "call" && field(parent.parent, "function")?.id === parent.id
      ? questions.test(field(parent, "attribute")?.text ?? "")
      : false;
  if (/^(?:comparison_operator|not_operator)$/.test(parent.type)) return true;
  if (/^(?:if_statement|while_statement|elif_clause)$/.test(parent.type)) return true;
  if (parent.type === "argument_list") {
    const callee = parent.parent ? field(parent.parent, "function")?.text : undefined;
    return callee !== undefined && lookers.test(callee) && isBuiltin(subject, callee);
  }
  return isRead(use);
}

/** Uses in the region of a name, or of a path of attributes such as `self.items`. */
export function usesOfPath(path: Node, region: Node): Node[] {
  return path.type === "identifier"
    ? usesOf(region, path.text)
    : find(region, "attribute").filter((each) => each.text === path.text);
}

/** Whether a collection, a private name or a path of attributes from one, stays what it is throughout the region. */
export function isSteadyCollection(subject: Subject, path: Node, region: Node): boolean {
  if (path.type === "attribute") {
    const [object, name] = [field(path, "object"), field(path, "attribute")?.text];
    const rooted =
      object !== undefined &&
      (object.type === "identifier"
        ? isPrivate(subject, object.text) && !usesOf(region, object.text).some(isBinding)
        : object.type === "attribute" && isSteadyCollection(subject, object, region));
    return (
      rooted &&
      !targetsIn(region).some((target) => attributesIn(target).includes(name ?? "")) &&
      usesOfPath(path, region).every((use) => isLook(subject, use))
    );
  }
  return (
    path.type === "identifier" &&
    isPrivate(subject, path.text) &&
    usesOf(region, path.text).every((use) => isLook(subject, use))
  );
}

/** What assignments, deletions and loops in the region write to, plain names apart. */
function targetsIn(region: Node): Node[] {
  const written = find(
    region,
    "assignment",
    "augmented_assignment",
    "for_statement",
    "for_in_clause",
  ).flatMap((node) => field(node, "left") ?? []);
  const deleted = find(region, "delete_statement");
  return [...written, ...deleted].flatMap((node) => find(node, "attribute", "subscript"));
}

function attributesIn(node: Node): string[] {
  return find(node, "attribute").flatMap((each) => field(each, "attribute")?.text ?? []);
}

/** Whether the region may write, in sight, what the expression reads. */
export function writesKey(subject: Subject, key: Node, region: Node): boolean {
  const attributes = attributesIn(key);
  const elements = find(key, "subscript").map((each) => field(each, "subscript"));
  const names = namesIn(key);
  return targetsIn(region).some((target) => {
    if (target.type === "attribute") return attributes.includes(field(target, "attribute")?.text ?? "");
    if (elements.length === 0) return false;
    const root = rootOf(target);
    if (root && !names.includes(root.text) && isFresh(subject, root.text)) return false;
    const index = field(target, "subscript");
    return !elements.every(
      (each) => each?.type === "string" && index?.type === "string" && each.text !== index.text,
    );
  });
}

function rootOf(node: Node): Node | undefined {
  let at: Node | undefined = node;
  while (at && at.type !== "identifier")
    at =
      at.type === "attribute"
        ? field(at, "object")
        : at.type === "subscript"
          ? field(at, "value")
          : undefined;
  return at;
}

/** A container that the function made itself, whose elements are no other's. */
function isFresh(subject: Subject, name: string): boolean {
  const value = onlyValue(subject, name)?.value;
  if (!value) return false;
  if (/^(?:list|dictionary|set)(?:_comprehension)?$/.test(value.type)) return true;
  if (value.type === "binary_operator") return field(value, "left")?.type === "list";
  return /^(?:list|dict|set|defaultdict|Counter|OrderedDict)$/.test(plainCall(value)?.name ?? "");
}

/** Whether the region calls a method of the name that may change it. */
export function isChangedByMethod(name: string, region: Node): boolean {
  return usesOf(region, name).some(({ parent }) => {
    const calls = parent?.type === "attribute" && parent.parent?.type === "call";
    return calls && !questions.test(field(parent, "attribute")?.text ?? "");
  });
}
