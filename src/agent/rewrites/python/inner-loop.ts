/**
 * Loops that do something only with those elements of a collection that pass a test, in all the ways in which they are written: a `for` with an `if`, or
 * with an `if … continue`, over elements or over positions, and the clauses of a comprehension.
 */
import type { Node } from "web-tree-sitter";
import {
  type Edit,
  freshName,
  outdented,
  removeStatement,
  replaceNode,
  replaceStatement,
} from "../../../code/edit.ts";
import { contains, field, find, parts } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { isLook } from "./keys.ts";
import { isEager } from "./repeated-place.ts";
import {
  comprehensions,
  isBinding,
  isBuiltin,
  isNested,
  isPrivate,
  loopsOf,
  onlyValue,
  plainCall,
  startsLine,
  statementsIn,
  usesOf,
} from "./scope.ts";

/** A bound that a position has to keep besides, and its contrary. */
export interface Bound {
  readonly holds: string;
  readonly fails: string;
}

export interface Inner {
  /** The `for` statement, or the `for` clause. */
  readonly node: Node;
  readonly statement: boolean;
  readonly target: Node;
  /** Names that the target binds. */
  readonly names: readonly string[];
  /** What is gone through, as it is written. */
  readonly iterable: Node;
  /** The collection: a name or a path of attributes. */
  readonly collection: Node;
  /** Where positions are gone through: what each has to keep. */
  readonly bounds: readonly Bound[] | undefined;
  /** The name that an element's position gets, where elements of a part of the collection are gone through. */
  readonly place: string | undefined;
  /** What has to be true of an element, all of it; or, where `skips`, the one thing that must not. */
  readonly tests: readonly Node[];
  readonly skips: boolean;
  /** Edits that make it go through another iterable, with only these of its tests. */
  without(tests: readonly string[], bounds: readonly Bound[], iterable: string): Edit[] | undefined;
}

/** All such loops of the function itself. */
export function innersOf(subject: Subject): Inner[] {
  const statements = loopsOf(subject).flatMap((loop) => statementInner(subject, loop) ?? []);
  const clauses = find(subject.function, "for_in_clause")
    .filter((clause) => !isNested(clause, subject.function))
    .flatMap((clause) => clauseInner(subject, clause) ?? []);
  return [...statements, ...clauses];
}

/** The parts of `a and b and c`. */
function conjuncts(condition: Node): Node[] {
  if (condition.type === "parenthesized_expression") {
    const inner = parts(condition)[0];
    return inner ? conjuncts(inner) : [condition];
  }
  const [left, right] = [field(condition, "left"), field(condition, "right")];
  return condition.type === "boolean_operator" &&
    field(condition, "operator")?.text === "and" &&
    left &&
    right
    ? [...conjuncts(left), ...conjuncts(right)]
    : [condition];
}

function statementInner(subject: Subject, loop: Node): Inner | undefined {
  if (loop.type !== "for_statement") return undefined;
  const [first, ...others] = statementsIn(field(loop, "body"));
  const [condition, consequence] = [field(first ?? loop, "condition"), field(first ?? loop, "consequence")];
  if (first?.type !== "if_statement" || field(first, "alternative") || !condition || !consequence)
    return undefined;
  const { source } = subject;
  const only = statementsIn(consequence);
  const skips = only.length === 1 && only[0]?.type === "continue_statement" && others.length > 0;
  if (!skips && others.length > 0) return undefined;
  if (!startsLine(subject, first)) return undefined;
  const gone = goneThrough(subject, loop, condition);
  if (!gone) return undefined;
  return {
    node: loop,
    statement: true,
    ...gone,
    tests: skips ? [condition] : conjuncts(condition),
    skips,
    without(tests, bounds, iterable) {
      const edits = [...numbered(gone), replaceNode(gone.iterable, iterable)];
      if (skips)
        return bounds.length > 0
          ? [...edits, replaceNode(condition, bounds.map(({ fails }) => fails).join(" or "))]
          : [...edits, removeStatement(source, first)];
      const left = [...bounds.map(({ holds }) => holds), ...tests];
      if (left.length > 0) return [...edits, replaceNode(condition, left.join(" and "))];
      const long = find(consequence, "string").some(
        (text) => text.startPosition.row !== text.endPosition.row,
      );
      if (long || find(first, "comment").some((comment) => !contains(consequence, comment))) return undefined;
      return [...edits, replaceStatement(source, first, outdented(source, consequence))];
    },
  };
}

function clauseInner(subject: Subject, clause: Node): Inner | undefined {
  const comprehension = clause.parent;
  const test = clause.nextNamedSibling;
  const condition = test?.type === "if_clause" ? parts(test)[0] : undefined;
  if (!comprehension || !comprehensions.includes(comprehension.type) || clause.children[0]?.type === "async")
    return undefined;
  // What a generator asks later may have changed by then.
  if (comprehension.type === "generator_expression" && !isEager(subject, comprehension)) return undefined;
  const result = condition ?? answerOf(comprehension, clause);
  if (!result) return undefined;
  const gone = goneThrough(subject, clause, comprehension);
  if (!gone) return undefined;
  return {
    node: clause,
    statement: false,
    ...gone,
    tests: conjuncts(result),
    skips: false,
    without(tests, bounds, iterable) {
      const left = [...bounds.map(({ holds }) => holds), ...tests];
      const edits = [...numbered(gone), replaceNode(gone.iterable, iterable)];
      if (!test || !condition)
        return [...edits, replaceNode(result, left.length > 0 ? left.join(" and ") : "True")];
      return left.length > 0
        ? [...edits, replaceNode(condition, left.join(" and "))]
        : [...edits, { start: clause.endIndex, end: test.endIndex, text: "" }];
    },
  };
}

/** `any(x == y for x in xs)`: what is asked of each element is the test. */
function answerOf(comprehension: Node, clause: Node): Node | undefined {
  const call = comprehension.parent;
  const asks = call?.type === "call" && field(call, "function")?.text === "any";
  return asks && clause.nextNamedSibling === null ? field(comprehension, "body") : undefined;
}

function numbered({ place, target }: Gone): Edit[] {
  return place === undefined ? [] : [replaceNode(target, withPlace(place, target.text))];
}

type Gone = Pick<Inner, "target" | "names" | "iterable" | "collection" | "bounds" | "place">;

function goneThrough(subject: Subject, loop: Node, tests: Node): Gone | undefined {
  const [target, iterable] = [field(loop, "left"), field(loop, "right")];
  if (!target || !iterable || find(target, "attribute", "subscript", "list_splat_pattern").length > 0)
    return undefined;
  const names = find(target, "identifier").map(({ text }) => text);
  if (!names.every((name) => isPrivate(subject, name))) return undefined;
  const shared = { target, names, iterable, place: undefined };
  if (iterable.type === "identifier" || isPath(iterable))
    return { ...shared, collection: iterable, bounds: undefined };
  if (iterable.type === "subscript") return partGoneThrough(subject, { ...shared, bounds: [] });
  if (iterable.type !== "call") return undefined;
  const [counted, ...others] =
    plainCall(iterable)?.name === "enumerate" ? (plainCall(iterable)?.values ?? []) : [];
  if (counted && others.length === 0 && isBuiltin(subject, "enumerate"))
    return counted.type === "identifier" || isPath(counted)
      ? { ...shared, collection: counted, bounds: undefined }
      : undefined;
  const callee = field(iterable, "function");
  const object = callee?.type === "attribute" ? field(callee, "object") : undefined;
  if (
    object &&
    (object.type === "identifier" || isPath(object)) &&
    /^\.(?:items|values|keys)\(\)$/.test(iterable.text.slice(object.text.length))
  )
    return { ...shared, collection: object, bounds: undefined };
  return target.type === "identifier" ? positions(subject, target, iterable, tests) : undefined;
}

function isPath(node: Node): boolean {
  const object = node.type === "attribute" ? field(node, "object") : undefined;
  return object !== undefined && (object.type === "identifier" || isPath(object));
}

/** `range(len(xs))`, `range(i + 1, len(xs))`, `range(i)`. */
function positions(subject: Subject, target: Node, iterable: Node, tests: Node): Gone | undefined {
  const call = plainCall(iterable);
  if (call?.name !== "range" || !isBuiltin(subject, "range", "len", "enumerate")) return undefined;
  const [first, second, ...more] = call.values;
  const [start, stop] = second ? [first, second] : [undefined, first];
  const collection = find(tests, "subscript").find(
    (each) => field(each, "subscript")?.text === target.text && parts(each).length === 2,
  );
  const array = collection && field(collection, "value");
  if (!stop || more.length > 0 || array?.type !== "identifier") return undefined;
  const bounds: Bound[] = [];
  const { text: position } = target;
  if (start && start.text !== "0") {
    const [, base, added] = /^([A-Za-z_]\w*)(?: *\+ *(\d+))?$/.exec(start.text) ?? [];
    if (base === undefined ? start.type !== "integer" : !comesFrom(subject, base)) return undefined;
    bounds.push(
      base !== undefined && added === "1"
        ? { holds: `${position} > ${base}`, fails: `${position} <= ${base}` }
        : { holds: `${position} >= ${start.text}`, fails: `${position} < ${start.text}` },
    );
  }
  if (!isLength(subject, stop, array)) {
    if (stop.type !== "identifier" || !comesFrom(subject, stop.text, array)) return undefined;
    bounds.push({ holds: `${position} < ${stop.text}`, fails: `${position} >= ${stop.text}` });
  }
  return { target, names: [position], iterable, collection: array, bounds, place: undefined };
}

/** `xs[i + 1:]`, `xs[:i]` */
function partGoneThrough(subject: Subject, shared: Omit<Gone, "collection">): Gone | undefined {
  const [array, slice, ...more] = parts(shared.iterable);
  if (array?.type !== "identifier" || slice?.type !== "slice" || more.length > 0) return undefined;
  const [, base, added, end] = /^(?:([A-Za-z_]\w*)(?: *\+ *(\d+))?:|:([A-Za-z_]\w*))$/.exec(slice.text) ?? [];
  const name = base ?? end;
  if (name === undefined || !comesFrom(subject, name)) return undefined;
  const place = freshName(subject.source, `${array.text}_place`);
  const [holds, fails] =
    end !== undefined
      ? [`< ${end}`, `>= ${end}`]
      : added === "1"
        ? [`> ${base}`, `<= ${base}`]
        : [
            `>= ${base}${added === undefined ? "" : ` + ${added}`}`,
            `< ${base}${added === undefined ? "" : ` + ${added}`}`,
          ];
  return {
    ...shared,
    collection: array,
    bounds: [{ holds: `${place} ${holds}`, fails: `${place} ${fails}` }],
    place,
  };
}

/** The variables of the loop where an element comes with its position. */
export function withPlace(place: string | undefined, target: string): string {
  return place === undefined
    ? target
    : `${place}, ${target.includes(",") && !/^[([]/.test(target) ? `(${target})` : target}`;
}

/** `len(xs)`, or a name that holds it while xs stays as long. */
export function isLength(subject: Subject, node: Node, array: Node): boolean {
  const call = plainCall(node);
  if (call) return call.name === "len" && call.values.length === 1 && call.values[0]?.text === array.text;
  const known = node.type === "identifier" ? onlyValue(subject, node.text) : undefined;
  if (!known || known.value.type !== "call" || !isLength(subject, known.value, array)) return false;
  return usesOf(subject.function, array.text).every(
    (use) => isLook(subject, use) || (isBinding(use) && use.endIndex <= known.statement.startIndex),
  );
}

/** `len(xs)`, or that less a number. */
function isWithin(subject: Subject, stop: Node, array: Node): boolean {
  const [left, right] = [field(stop, "left"), field(stop, "right")];
  const less = stop.type === "binary_operator" && field(stop, "operator")?.text === "-";
  return isLength(subject, less && left && right?.type === "integer" ? left : stop, array);
}

/** Whether loops over whole numbers from 0 on are all that binds a name; where an array is given, to no more than its length. */
export function comesFrom(subject: Subject, name: string, array?: Node): boolean {
  const bindings = usesOf(subject.function, name).filter(isBinding);
  return (
    bindings.length > 0 &&
    isPrivate(subject, name) &&
    bindings.every((use) => {
      const pattern = use.parent?.type === "pattern_list" ? use.parent : use;
      const loop = pattern.parent;
      const over = loop?.type === "for_statement" || loop?.type === "for_in_clause";
      const iterable = over ? field(loop, "right") : undefined;
      const call = iterable && plainCall(iterable);
      if (!loop || !call || field(loop, "left")?.id !== pattern.id) return false;
      const [first, second, ...more] = call.values;
      if (!first || more.length > 0) return false;
      if (call.name === "enumerate") {
        const isFirst = pattern.id !== use.id && pattern.namedChildren[0]?.id === use.id;
        return isFirst && !second && (!array || first.text === array.text);
      }
      if (call.name !== "range" || pattern.id !== use.id) return false;
      const stop = second ?? first;
      if (array && !isWithin(subject, stop, array)) return false;
      const [, base] = /^([A-Za-z_]\w*)(?: *\+ *\d+)?$/.exec(first.text) ?? [];
      return (
        !second ||
        first.type === "integer" ||
        (base !== undefined && base !== name && comesFrom(subject, base))
      );
    })
  );
}
