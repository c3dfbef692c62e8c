/**
 * A vector that is sorted after every new element is in order but for that one: it goes to its place by a binary search and one move of what stands
 * behind. Where nobody looks at the order in between, elements are not even put into place, but sorted once.
 *
 *     seen.push_back(x);                              →   seen.insert(std::upper_bound(seen.begin(), seen.end(), x), x);
 *     std::sort(seen.begin(), seen.end());
 *
 *     for (int x : values)                                for (int x : values)
 *       v.insert(std::lower_bound(v.begin(),          →     v.push_back(x);
 *                v.end(), x), x);                         std::sort(v.begin(), v.end());
 *
 * Legal for numbers and strings, of which nobody can tell equal ones apart, in a vector of the function's own that is empty before the loop and that
 * the loop changes by new elements and by taking elements out alone.
 */
import type { Node } from "web-tree-sitter";
import { freshName, includeEdits, insertAfter, removeStatement, replaceNode } from "../../../code/edit.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { callOn, methodCall } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  argumentsOf,
  calleeOf,
  contains,
  expressionOf,
  field,
  find,
  operatorOf,
  same,
  subscript,
} from "../../../code/tree.ts";
import {
  arithmeticOf,
  containerOf,
  elementType,
  isFloating,
  spellType,
  type ValueType,
} from "../../../code/types.ts";
import { isPure, mentions, type Use, type UseKind, usesOf } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { hasOwnName } from "./own-name.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const orderedInsertion: Rewrite = {
  name: "ordered-insertion",
  idea: "Puts a new element where it belongs rather than sorting all of them again, and sorts once where nobody looks in between.",
  reference: "J. Bentley, Programming Pearls, 2nd ed., column 11; S. Meyers, Effective STL, Item 31",
  lessons: {
    faster:
      "All elements were sorted, or moved, for each new one; one search and one move, or one sort at the end, do the same.",
    slower: "The vector stays so short that sorting it costs nothing.",
    wrong: "The vector was not in order before, or the loop looked at it in between.",
  },
  changesGrowth: true,
  opportunities(subject) {
    if (subject.language !== "c++") return [];
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => [...sortedAgain(subject, loop), ...insertedEach(subject, loop)]),
    );
  },
};

/** `v.push_back(x); std::sort(v.begin(), v.end());` */
function sortedAgain(subject: Subject, loop: Loop): Opportunity[] {
  return find(loop.body, "expression_statement").flatMap((statement) => {
    const sort = sortOf(statement);
    const earlier = statement.previousNamedSibling;
    const expression = earlier && expressionOf(earlier);
    const push = expression && methodCall(expression);
    const [value, ...more] = push?.arguments ?? [];
    if (
      !sort ||
      !earlier ||
      !push ||
      !value ||
      more.length > 0 ||
      !/^(push_back|emplace_back)$/.test(push.method)
    )
      return [];
    const name = push.object.text;
    if (name !== sort.name || push.object.type !== "identifier" || innermost(statement, loop)) return [];
    const outer = outermost(loop);
    if (
      !isComparable(push.object) ||
      !isOrderedBefore(push.object, outer) ||
      value.type === "initializer_list"
    )
      return [];
    // The loop changes it by what keeps the order alone.
    const changes = usesOf(name, outer.node).some(
      (use) => !contains(earlier, use.node) && !contains(statement, use.node) && !keepsOrder(use, name),
    );
    if (changes) return [];
    const { source } = subject;
    // The place is searched for what the vector will hold, not for what is converted to it.
    const direct = isPure(value) && isHeldAs(value, push.object);
    const held = elementOf(push.object);
    const type = held && arithmeticOf(held) ? spellType({ ...held, constant: false }) : "auto";
    const element = direct ? value.text : freshName(source, "added");
    const line = `${name}.insert(std::upper_bound(${[`${name}.begin()`, `${name}.end()`, element, ...sort.order].join(", ")}), ${element});`;
    return offer(subject, {
      parameters: {},
      place: `${name} in ${describeLoop(loop)}`,
      preconditions: ["a vector that is in order is sorted again after each new element"],
      assumptions: floating(push.object) ? ["No element is NaN."] : [],
      edits: [
        ...includeEdits(source, subject.root, ["<algorithm>"]),
        replaceNode(earlier, direct ? line : `{ const ${type} ${element} = ${value.text}; ${line} }`),
        removeStatement(source, statement),
      ],
    });
  });
}

/** `v.insert(std::lower_bound(v.begin(), v.end(), x), x);` where the loop does nothing else with v. */
function insertedEach(subject: Subject, loop: Loop): Opportunity[] {
  if (loop.parent || loop.node.parent?.type !== "compound_statement") return [];
  if (find(loop.body, "return_statement", "goto_statement", "throw_statement").length > 0) return [];
  return find(loop.body, "expression_statement").flatMap((statement) => {
    const expression = expressionOf(statement);
    const insert = expression && methodCall(expression);
    const [where, value, ...more] = insert?.arguments ?? [];
    if (
      insert?.method !== "insert" ||
      insert.object.type !== "identifier" ||
      !where ||
      !value ||
      more.length > 0
    )
      return [];
    const name = insert.object.text;
    const search = searchOf(where) ?? named(where, statement);
    if (!search || search.name !== name || search.value !== value.text || !isPure(value)) return [];
    // A vector that nobody else sees, that was in order before, and whose order is not left behind by an exception.
    if (!isComparable(insert.object) || !isOrderedBefore(insert.object, loop)) return [];
    if (!isHeldAs(value, insert.object)) return [];
    if (mentions(name, value).length > 0) return [];
    const looked = mentions(name, loop.node).some(
      (use) =>
        !contains(statement, use) &&
        !(search.declaration && contains(search.declaration, use)) &&
        !/^(size|empty)$/.test(callOn(use)?.method ?? ""),
    );
    if (looked) return [];
    const { source } = subject;
    const order = ["", ...search.order].join(", ");
    return offer(subject, {
      parameters: {},
      place: `${name} in ${describeLoop(loop)}`,
      preconditions: [
        "each new element of a vector is moved to its place, at which nobody looks before the end",
      ],
      assumptions: floating(insert.object) ? ["No element is NaN."] : [],
      edits: [
        ...includeEdits(source, subject.root, ["<algorithm>"]),
        ...(search.declaration ? [removeStatement(source, search.declaration)] : []),
        replaceNode(insert.node, `${name}.push_back(${value.text})`),
        insertAfter(source, loop.node, `std::sort(${name}.begin(), ${name}.end()${order});`),
      ],
    });
  });
}

/** The vector and the order of `std::sort(v.begin(), v.end())`. */
function sortOf(statement: Node): { name: string; order: string[] } | undefined {
  const call = expressionOf(statement);
  if (call?.type !== "call_expression" || !/^(std::)?(stable_)?sort$/.test(calleeOf(call))) return undefined;
  const [first, last, ...order] = argumentsOf(call);
  const name = wholeOf(first, last);
  return name !== undefined && isKnownOrder(order)
    ? { name, order: order.map((each) => each.text) }
    : undefined;
}

interface Search {
  readonly name: string;
  readonly value: string;
  readonly order: readonly string[];
  readonly declaration?: Node;
}

function searchOf(node: Node): Search | undefined {
  if (node.type !== "call_expression" || !/^(std::)?(lower|upper)_bound$/.test(calleeOf(node)))
    return undefined;
  const [first, last, value, ...order] = argumentsOf(node);
  const name = wholeOf(first, last);
  if (name === undefined || !value || !isKnownOrder(order)) return undefined;
  return { name, value: value.text, order: order.map((each) => each.text) };
}

/** `auto place = std::lower_bound(…);` right before, where `place` is not used again. */
function named(where: Node, statement: Node): Search | undefined {
  const variable = where.type === "identifier" ? variableOf(where) : undefined;
  const before = statement.previousNamedSibling;
  const search = variable?.initial && searchOf(variable.initial);
  if (!variable || !before || !search || !same(variable.declaration, before)) return undefined;
  const uses = mentions(variable.name, variable.scope).filter((use) => !contains(before, use));
  return uses.length === 1 ? { ...search, declaration: before } : undefined;
}

function isKnownOrder(order: readonly Node[]): boolean {
  return (
    order.length === 0 ||
    (order.length === 1 && /^(std::)?(greater|less)\s*<[^()]*>\s*(\(\)|\{\})$/.test(order[0]?.text ?? ""))
  );
}

/** The container that `v.begin(), v.end()` goes through. */
function wholeOf(first: Node | undefined, last: Node | undefined): string | undefined {
  const [begin, end] = [first && methodCall(first), last && methodCall(last)];
  return begin?.object.type === "identifier" &&
    /^c?begin$/.test(begin.method) &&
    end?.object.text === begin.object.text &&
    /^c?end$/.test(end.method)
    ? begin.object.text
    : undefined;
}

/** Looking and taking out leave the rest in order. */
function keepsOrder({ node: use, kind }: Use, name: string): boolean {
  const call = callOn(use);
  if (call) {
    if (/^(pop_back|clear|size|empty|reserve|capacity)$/.test(call.method)) return true;
    if (call.method === "erase") return call.node.parent?.type === "expression_statement";
    if (/^(front|back|at)$/.test(call.method)) return isOnlyRead(call.node, kind);
    return /^c?r?(begin|end)$/.test(call.method) && isPlaceKept(call.node, name);
  }
  const { parent } = use;
  if (parent && subscript(parent) && same(subscript(parent)!.array, use)) return isOnlyRead(parent, kind);
  return kind === "read" && parent?.type !== "field_expression";
}

/** Whether the element's value goes on and not the element. */
function isOnlyRead(element: Node, kind: UseKind): boolean {
  const { parent } = element;
  switch (parent?.type) {
    case "parenthesized_expression":
    case "conditional_expression":
      return isOnlyRead(parent, kind);
    case "condition_clause":
    case "return_statement":
    case "unary_expression":
    case "subscript_argument_list":
      return true;
    case "binary_expression":
      return operatorOf(parent) !== ">>";
    case "assignment_expression":
      return same(field(parent, "right") ?? parent, element);
    case "init_declarator":
      return field(parent, "declarator")?.type === "identifier";
    case "argument_list":
      return kind === "read" && parent.parent?.type === "call_expression";
    default:
      return false;
  }
}

/** Whether nothing is written through an iterator: it says what is taken out, is compared or counted, or goes into an algorithm that only looks. */
function isPlaceKept(place: Node, name: string): boolean {
  const { parent } = place;
  if (!parent) return false;
  if (parent.type === "pointer_expression")
    return operatorOf(parent) === "*" && isOnlyRead(parent, "element");
  if (parent.type === "binary_expression") {
    if (/^[!=]=$/.test(operatorOf(parent))) return true;
    const right = field(parent, "right");
    const other = right && methodCall(right);
    // The distance from the beginning.
    if (operatorOf(parent) === "-" && other?.object.text === name && /^c?begin$/.test(other.method))
      return true;
    // `v.begin() + k` is a place again.
    return same(field(parent, "left") ?? parent, place) && isPlaceKept(parent, name);
  }
  const call = parent.type === "argument_list" ? parent.parent : undefined;
  if (call?.type !== "call_expression") return false;
  const own = methodCall(call);
  if (own)
    return own.object.text === name && own.method === "erase" && call.parent?.type === "expression_statement";
  const callee = calleeOf(call);
  if (/^(std::)?(count|binary_search|accumulate|distance)$/.test(callee))
    return argumentsOf(call).length <= 3;
  return /^(std::)?(find|lower_bound|upper_bound)$/.test(callee) && isPlaceKept(call, name);
}

/** Numbers and strings: equal ones cannot be told apart. */
function isComparable(vector: Node): boolean {
  const type = typeOf(vector);
  const element = type && elementType(type);
  return (
    !!type &&
    !!element &&
    containerOf(type)?.name === "vector" &&
    element.pointers === 0 &&
    (/^(std::)?string$/.test(element.base) || arithmeticOf(element) !== undefined)
  );
}

function floating(vector: Node): boolean {
  return isFloating(elementOf(vector));
}

function elementOf(vector: Node): ValueType | undefined {
  const type = typeOf(vector);
  return type && elementType(type);
}

/** Whether the value compares as the vector will hold it: a number of another type may be converted to another number. */
function isHeldAs(value: Node, vector: Node): boolean {
  const [type, element] = [typeOf(value), elementOf(vector)];
  const [given, held] = [arithmeticOf(type), arithmeticOf(element)];
  if (!held) return true;
  const truth = [type, element].map((each) => /^(bool|_Bool)$/.test(each?.base ?? ""));
  return (
    given?.kind === held.kind &&
    given.bits === held.bits &&
    given.signed === held.signed &&
    truth[0] === truth[1]
  );
}

/** Whether the vector is of the function's own, seen by nobody else, and empty when the loop begins. */
function isOrderedBefore(vector: Node, loop: Loop): boolean {
  const variable = variableOf(vector);
  if (!variable || variable.kind !== "local" || !hasOwnName(variable)) return false;
  if (contains(loop.node, variable.node)) return false;
  // Whoever jumps, or catches what is thrown, may come back to the vector half-way.
  if (find(variable.scope, "goto_statement", "try_statement").length > 0) return false;
  const plainly = variable.declaration
    .childrenForFieldName("declarator")
    .some((each) => each?.type === "identifier" && each.text === variable.name);
  const before = mentions(variable.name, variable.scope).filter(
    (use) => !contains(variable.declaration, use) && use.startIndex < loop.node.startIndex,
  );
  return plainly && before.every((use) => callOn(use)?.method === "reserve");
}

function outermost(loop: Loop): Loop {
  return loop.parent ? outermost(loop.parent) : loop;
}

/** Whether the statement belongs to a loop further inside, which sees to it itself. */
function innermost(statement: Node, loop: Loop): boolean {
  return loop.children.some((child) => contains(child.node, statement));
}
