/**
 * Keys that elements are compared by: which side of an equation belongs to the element, whether it gives the same value whenever it is asked, and
 * whether a part of the function writes what it is read from.
 */
import type { Node } from "web-tree-sitter";
import { contains, field, find, parts } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { isRead, isWritten } from "./asked-list.ts";
import {
  comprehensions,
  isBinding,
  isBuiltin,
  isModule,
  isPrivate,
  kindOf,
  onlyValue,
  plainCall,
  unknownCalls,
  usesOf,
} from "./scope.ts";

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
        ? isPrivate(subject, object.text) &&
          isBoundBefore(subject, object.text, region) &&
          !usesOf(region, object.text).some(isBinding)
        : object.type === "attribute" && isSteadyCollection(subject, object, region));
    return (
      rooted &&
      !isChangedByMethod(object, region) &&
      !targetsIn(region).some((target) => attributesOnWay(target).includes(name ?? "")) &&
      usesOfPath(path, region).every((use) => isLook(subject, use))
    );
  }
  return (
    path.type === "identifier" &&
    isPrivate(subject, path.text) &&
    isBoundBefore(subject, path.text, region) &&
    usesOf(region, path.text).every((use) => isLook(subject, use))
  );
}

/** What assignments, deletions, loops and `with` in the region write to, each of a group on its own, plain names apart. */
function targetsIn(region: Node): Node[] {
  return find(region, "attribute", "subscript").filter(isWritten);
}

/** The attributes on the way to what an expression means, not those in the indexes: `a.b[c.d]` has `b`. */
function attributesOnWay(target: Node): string[] {
  const found: string[] = [];
  for (let at: Node | undefined = target; at; at = field(at, "object") ?? field(at, "value"))
    if (at.type === "attribute") found.push(field(at, "attribute")?.text ?? "");
  return found;
}

function attributesIn(node: Node): string[] {
  return find(node, "attribute").flatMap((each) => field(each, "attribute")?.text ?? []);
}

/** Whether an expression reads what is in an element, of which nobody sees from outside what changes it: `row[0]`, `len(row)`. */
function readsContents(key: Node): boolean {
  return find(key, "subscript").length > 0 || callsIn(key).length > 0;
}

/** Calls but those of methods, which only texts have where a key may call them. */
function callsIn(key: Node): Node[] {
  return find(key, "call").filter((call) => field(call, "function")?.type === "identifier");
}

/**
 * Whether the region may write, in sight, what the expression reads. Elements of the collection itself count as its own, which only a written element may
 * change where the collection is looked at only.
 */
export function writesKey(subject: Subject, key: Node, region: Node, collection?: Node): boolean {
  const attributes = attributesIn(key);
  const calls = callsIn(key).length > 0;
  const names = namesIn(key);
  const deeper =
    calls || find(key, "subscript").some((each) => field(each, "value")?.text !== collection?.text);
  return (
    targetsIn(region).some((target) => attributesOnWay(target).some((each) => attributes.includes(each))) ||
    (readsContents(key) &&
      changesIn(subject, region, names).some(
        (change) => (deeper || change.type === "subscript") && !isOtherEntry(key, change),
      ))
  );
}

/** Whether `row["b"]` is written where only entries such as `row["a"]` are read. */
function isOtherEntry(key: Node, target: Node): boolean {
  const index = target.type === "subscript" ? field(target, "subscript") : undefined;
  const read = find(key, "subscript").map((each) => field(each, "subscript"));
  return (
    callsIn(key).length === 0 &&
    index?.type === "string" &&
    read.every((each) => each?.type === "string" && each.text !== index.text)
  );
}

/** Whether `row.b` is written where only attributes such as `row.a` are read. */
function isOtherAttribute(key: Node, target: Node): boolean {
  return (
    target.type === "attribute" &&
    field(target, "object")?.type === "identifier" &&
    callsIn(key).length === 0 &&
    !attributesIn(key).includes(field(target, "attribute")?.text ?? "")
  );
}

/**
 * What in the region may change a collection or an element: written elements, method calls that are no known question, augmented assignments of what may be
 * a list. What is only put into a container that is the function's own changes nothing else, unless it is one of `names`.
 */
export function changesIn(subject: Subject, region: Node, names: readonly string[] = []): Node[] {
  const isOwn = (node: Node | undefined) =>
    node?.type === "identifier" && !names.includes(node.text) && isFresh(subject, node.text);
  const written = targetsIn(region).filter(
    (target) => target.type === "subscript" && !isOwn(field(target, "value")),
  );
  const called = find(region, "call").filter((call) => {
    const callee = field(call, "function");
    const object = callee?.type === "attribute" ? field(callee, "object") : undefined;
    if (!object || questions.test(field(callee ?? call, "attribute")?.text ?? "")) return false;
    if (kindOf(object, subject) === "str" || (object.text === "math" && isModule(subject, "math")))
      return false;
    return !isOwn(object);
  });
  const added = find(region, "augmented_assignment").filter((each) => {
    const [target, value] = [field(each, "left"), field(each, "right")];
    const adds = value && !/^(?:int|float)$/.test(kindOf(value, subject) ?? "");
    return (
      adds &&
      !(target?.type === "identifier" ? isOwnValue(subject, target.text) : target?.type === "subscript")
    );
  });
  return [...written, ...called, ...added];
}

/** The name that a path of attributes, elements and calls begins with. */
function rootOf(node: Node): Node | undefined {
  let at: Node | undefined = node;
  while (at && at.type !== "identifier")
    at =
      at.type === "attribute"
        ? field(at, "object")
        : at.type === "subscript"
          ? field(at, "value")
          : at.type === "call"
            ? field(at, "function")
            : undefined;
  return at;
}

/** A container that the function made itself and keeps to itself; its elements may be known elsewhere. */
export function isFresh(subject: Subject, name: string): boolean {
  const value = onlyValue(subject, name)?.value;
  return (
    value !== undefined &&
    isMadeHere(subject, value) &&
    usesOf(subject.function, name).every((use) => isBinding(use) || !isHandedOn(subject, use))
  );
}

function isMadeHere(subject: Subject, value: Node): boolean {
  if (/^(?:list|dictionary|set)(?:_comprehension)?$/.test(value.type)) return true;
  if (value.type === "binary_operator") return field(value, "left")?.type === "list";
  const name = plainCall(value)?.name ?? "";
  return (
    /^(?:list|dict|set|sorted|tuple|defaultdict|Counter|OrderedDict|deque)$/.test(name) &&
    (/^(?:defaultdict|Counter|OrderedDict|deque)$/.test(name) || isBuiltin(subject, name))
  );
}

/** Whether the use lets something else know the container by another name. */
function isHandedOn(subject: Subject, use: Node): boolean {
  let at = use;
  while (/^(?:boolean_operator|not_operator|parenthesized_expression)$/.test(at.parent?.type ?? ""))
    at = at.parent ?? at;
  if (/^(?:if_statement|while_statement|elif_clause)$/.test(at.parent?.type ?? "")) return false;
  const { parent } = use;
  if (parent?.type === "attribute")
    return parent.parent?.type !== "call" || field(parent.parent, "function")?.id !== parent.id;
  if (parent?.type === "subscript") return field(parent, "value")?.id !== use.id;
  if (isLook(subject, use) || isJoined(subject, use)) return false;
  for (at = use; at.parent && /^(?:tuple|expression_list|interpolation)$/.test(at.parent.type);)
    at = at.parent;
  return at.parent?.type !== "return_statement" && at.type !== "interpolation";
}

/** `", ".join(name)` */
function isJoined(subject: Subject, { parent }: Node): boolean {
  const callee =
    parent?.type === "argument_list" && parent.parent ? field(parent.parent, "function") : undefined;
  const object = callee?.type === "attribute" ? field(callee, "object") : undefined;
  return object !== undefined && kindOf(object, subject) === "str";
}

/**
 * Whether something in the region could change the collection where another name for it was known: not where the function made it and kept it to
 * itself.
 */
export function mayHaveOtherName(subject: Subject, collection: Node, region: Node): boolean {
  if (collection.type === "identifier" && isFresh(subject, collection.text)) return false;
  return (
    changesIn(subject, region).length > 0 ||
    unknownCalls(region, subject).some((call) => {
      const callee = field(call, "function");
      return (
        callee?.type !== "attribute" &&
        !(callee && lookers.test(callee.text) && isBuiltin(subject, callee.text))
      );
    })
  );
}

/**
 * Whether the region writes to what a path from one of the key's names leads to, or calls a method of it that may change it. Other attributes and entries
 * than those that are read may be written.
 */
export function changesPartOf(key: Node, names: readonly string[], region: Node): boolean {
  const called = find(region, "call").filter((call) => {
    const callee = field(call, "function");
    return callee?.type === "attribute" && !questions.test(field(callee, "attribute")?.text ?? "");
  });
  const written = targetsIn(region).filter(
    (each) => !isOtherEntry(key, each) && !isOtherAttribute(key, each),
  );
  return [...written, ...called].some((each) => names.includes(rootOf(each)?.text ?? ""));
}

/** Whether all that the name ever holds are numbers or texts, or containers made here: `+=` changes nothing that others know. */
function isOwnValue(subject: Subject, name: string): boolean {
  const bindings = usesOf(subject.function, name)
    .filter((use) => isBinding(use) && use.parent?.type !== "augmented_assignment")
    .map(({ parent }) => (parent?.type === "assignment" ? field(parent, "right") : undefined));
  return (
    bindings.length > 0 &&
    isPrivate(subject, name) &&
    bindings.every(
      (value) =>
        value &&
        (/^(?:int|float|str|bool|tuple)$/.test(kindOf(value, subject) ?? "") ||
          (isMadeHere(subject, value) &&
            usesOf(subject.function, name).every((use) => isBinding(use) || !isHandedOn(subject, use)))),
    )
  );
}

/** Whether the name, or the one that a path begins with, is bound on every way to the region: a parameter, or bound before it in a block around it. */
function isBoundBefore(subject: Subject, name: string, region: Node): boolean {
  return usesOf(subject.function, name)
    .filter(isBinding)
    .some((use) => {
      let at = use;
      while (at.parent && at.parent.type !== "block" && at.parent.id !== subject.function.id) {
        if (at.type === "named_expression" || comprehensions.includes(at.type)) return false;
        at = at.parent;
      }
      if (/^(?:lambda_)?parameters$/.test(at.type)) return true;
      const body = field(at, "body");
      if (/^(?:for|with)_statement$/.test(at.type)) return body !== undefined && contains(body, region);
      return (
        /^(?:expression_statement|import_(?:from_)?statement|function_definition|class_definition)$/.test(
          at.type,
        ) &&
        at.endIndex <= region.startIndex &&
        at.parent !== null &&
        contains(at.parent, region)
      );
    });
}

/** Whether the region calls a method of what the name or path means that may change it. */
function isChangedByMethod(path: Node, region: Node): boolean {
  return usesOfPath(path, region).some(({ id, parent }) => {
    const callee = parent?.type === "attribute" && field(parent, "object")?.id === id ? parent : undefined;
    const calls = callee?.parent?.type === "call" && field(callee.parent, "function")?.id === callee.id;
    return calls && !questions.test(field(callee, "attribute")?.text ?? "");
  });
}
