/**
 * Taking the first element out of a vector, or putting one before it, moves all the others. A deque does both at once.
 *
 *     std::vector<int> open = {start};            std::deque<int> open = {start};
 *     while (!open.empty()) {                     while (!open.empty()) {
 *       int at = open.front();             →        int at = open.front();
 *       open.erase(open.begin());                   open.pop_front();
 *       … open.push_back(next); …                   … open.push_back(next); …
 *     }                                           }
 *
 * Legal for a vector of the function's own that is only used as a deque can be: it is not handed on, nobody keeps an iterator or asks for its memory.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, includeEdits, removeStatement, replaceNode } from "../../../code/edit.ts";
import { constructorArguments, declaredAlone } from "../../../code/construction.ts";
import { loopsIn } from "../../../code/loops.ts";
import { callOn, methodCall } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { calleeOf, contains, field, find, operatorOf, parts, same, subscript } from "../../../code/tree.ts";
import { containerOf } from "../../../code/types.ts";
import { declaredOnce, mentions } from "../../../code/uses.ts";
import { type Variable, variablesOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const doubleEndedQueue: Rewrite = {
  name: "double-ended-queue",
  idea: "Takes elements from the front of a deque rather than of a vector, which moves all the others each time.",
  reference: "S. Meyers, Effective STL, Item 1; ISO C++ [deque.modifiers] and [vector.modifiers]",
  lessons: {
    faster:
      "Every element that left at the front moved all that stood behind it; a deque only moves its beginning.",
    slower: "The queue stays so short that moving it is cheaper than the deque's own book-keeping.",
    wrong: "The vector was used in a way that a deque is not.",
  },
  changesGrowth: true,
  opportunities(subject) {
    if (subject.language !== "c++") return [];
    return reachedFunctions(subject).flatMap((definition) =>
      variablesOf(definition).flatMap((variable) => queued(subject, definition, variable)),
    );
  },
};

function queued(subject: Subject, definition: Node, variable: Variable): Opportunity[] {
  const { name, kind, type, declaration } = variable;
  const typeNode = field(declaration, "type");
  if (kind !== "local" || type.reference || type.pointers > 0 || containerOf(type)?.name !== "vector")
    return [];
  if (
    !typeNode ||
    !/^(std::)?vector\s*<(?!\s*bool\b)/.test(typeNode.text) ||
    declaration.type !== "declaration"
  )
    return [];
  if (!declaredAlone(variable) || !declaredOnce(name, definition) || isCopied(variable, definition))
    return [];
  const loops = loopsIn(definition);
  const changes: Edit[] = [];
  let shifts = false;
  for (const use of mentions(name, definition)) {
    if (contains(declaration, use)) {
      if (!same(use, variable.node)) return [];
      continue;
    }
    const front = frontOf(use, name);
    if (front) {
      if (front.edit) changes.push(front.edit);
      shifts ||= loops.some((loop) => contains(loop.body, use));
    } else if (isReserved(use)) {
      const statement = use.parent?.parent?.parent;
      if (!statement) return [];
      // As all that a branch does, the statement leaves an empty one behind.
      changes.push(
        statement.parent?.type === "compound_statement"
          ? removeStatement(subject.source, statement)
          : replaceNode(statement, ";"),
      );
    } else if (!isShared(use, name)) return [];
  }
  if (!shifts) return [];
  return offer(subject, {
    parameters: {},
    place: name,
    preconditions: ["a vector gives or takes elements at its front in a loop"],
    assumptions: [],
    edits: [
      ...includeEdits(subject.source, subject.root, ["<deque>"]),
      replaceNode(typeNode, typeNode.text.replace("vector", "deque")),
      ...changes,
    ],
  });
}

/** Whether it begins as a copy of a whole container, which no deque does: `v = other`, `v(other)`, `v{other}`. */
function isCopied(variable: Variable, definition: Node): boolean {
  const { initial } = variable;
  const given = initial?.type === "initializer_list" ? parts(initial) : constructorArguments(variable);
  const [first, ...more] = given ?? [];
  // `v = x` and `v = T(…)` are of the vector's own type.
  if (!given || (initial && !/^(initializer|argument)_list$/.test(initial.type))) return true;
  return (
    first !== undefined &&
    more.length === 0 &&
    variablesOf(definition).some((each) => each.name === first.text && containerOf(each.type) !== undefined)
  );
}

/** `v.erase(v.begin())` and `v.insert(v.begin(), x)`, seen from the `v` that they begin with; the other `v` goes with them. */
function frontOf(use: Node, name: string): { edit?: Edit } | undefined {
  const call = callOn(use);
  if (!call || call.node.parent?.type !== "expression_statement") {
    const around = use.parent?.parent?.parent?.parent;
    const outer = around && methodCall(around);
    const first = outer?.arguments[0];
    const inside = outer && first && contains(first, use) && frontOf(outer.object, name);
    // The edit is made once, for the object.
    return inside ? {} : undefined;
  }
  const [where, value, ...more] = call.arguments;
  const begin = where && methodCall(where);
  if (!begin || begin.object.text !== name || !/^c?begin$/.test(begin.method) || more.length > 0)
    return undefined;
  if (call.method === "erase" && !value) return { edit: replaceNode(call.node, `${name}.pop_front()`) };
  if (
    call.method !== "insert" ||
    !value ||
    mentions(name, value).length > 0 ||
    value.type === "initializer_list"
  )
    return undefined;
  return { edit: replaceNode(call.node, `${name}.push_front(${value.text})`) };
}

/** `v.reserve(n);`, which a deque does not know. */
function isReserved(use: Node): boolean {
  const call = callOn(use);
  return call?.method === "reserve" && call.node.parent?.type === "expression_statement";
}

const shared =
  /^(push_back|emplace_back|pop_back|front|back|size|empty|clear|at|resize|assign|shrink_to_fit)$/;
const algorithms =
  /^(std::)?(find|find_if|count|count_if|accumulate|max_element|min_element|sort|stable_sort|reverse|all_of|any_of|none_of|fill|swap_ranges|lower_bound|upper_bound|binary_search|unique|remove|remove_if|nth_element)$/;

/** Whether the address of an element, which may be that of an array, is taken or can be through a reference to it. */
function isAddressed(element: Node): boolean {
  let at = element;
  while (at.parent?.type === "parenthesized_expression") at = at.parent;
  const { parent } = at;
  const holder = parent?.type === "argument_list" ? parent.parent : parent;
  if (holder?.type === "init_declarator")
    return /reference|function/.test(field(holder, "declarator")?.type ?? "");
  if (holder?.type === "call_expression") return /^(std::)?addressof$/.test(calleeOf(holder));
  return parent?.type === "pointer_expression" && operatorOf(parent) === "&";
}

/** Whether a loop over the elements, which goes by iterators, neither changes how many there are nor takes the address of one. */
function isLeftAlone(loop: Node, name: string): boolean {
  const [body, declarator] = [field(loop, "body"), field(loop, "declarator")];
  const within = [body, ...find(loop.tree.rootNode, "lambda_expression")];
  const changed = within.some(
    (region) => region && mentions(name, region).some((use) => changing.test(callOn(use)?.method ?? "")),
  );
  const element = declarator?.type === "reference_declarator" ? parts(declarator).at(-1)?.text : undefined;
  return !changed && !(body && element && mentions(element, body).some((use) => isAddressed(use)));
}

const changing = /^(push_back|emplace_back|pop_back|resize|assign|clear|insert|erase)$/;

/**
 * Whether nobody keeps the iterator that an algorithm gives: after the next push_back it is none for a deque, even of a reserved size.
 */
function isUsedAtOnce(call: Node, name: string): boolean {
  if (!iterators.test(calleeOf(call))) return true;
  const { parent } = call;
  if (parent?.type === "pointer_expression" && operatorOf(parent) === "*") return !isAddressed(parent);
  if (parent?.type === "argument_list") {
    const taker = parent.parent && methodCall(parent.parent);
    return taker?.object.text === name && taker.node.parent?.type === "expression_statement";
  }
  return parent?.type === "expression_statement" || isEdge(comparedWith(call), name);
}

/** What the iterator is compared with or measured from: `std::find(…) != v.end()`, `std::find(…) - v.begin()`. */
function comparedWith(iterator: Node): Node | undefined {
  const { parent } = iterator;
  if (parent?.type !== "binary_expression" || !/^([=!]=|-)$/.test(operatorOf(parent))) return undefined;
  const [left, right] = [field(parent, "left"), field(parent, "right")];
  return left && same(left, iterator) ? right : left;
}

/** `v.begin()`, `v.end()` and their like. */
function isEdge(node: Node | undefined, name: string): boolean {
  const call = node && methodCall(node);
  return call?.object.text === name && edges.test(call.method);
}

const edges = /^c?r?(begin|end)$/;

/** Whether an algorithm gives it, as an iterator. */
function isFound(node: Node | undefined): boolean {
  if (node?.type !== "call_expression" || methodCall(node)) return false;
  return algorithms.test(calleeOf(node)) && iterators.test(calleeOf(node));
}

const iterators =
  /(find|find_if|max_element|min_element|swap_ranges|lower_bound|upper_bound|unique|remove|remove_if)$/;

/** Whether vector and deque take the use alike. */
function isShared(use: Node, name: string): boolean {
  const { parent } = use;
  if (!parent) return false;
  const element = subscript(parent);
  if (element && same(element.array, use)) {
    return !isAddressed(parent);
  }
  if (parent.type === "for_range_loop")
    return same(field(parent, "right") ?? parent, use) && isLeftAlone(parent, name);
  const call = callOn(use);
  if (!call) return false;
  if (shared.test(call.method)) return !isAddressed(call.node);
  if (/^(erase|insert)$/.test(call.method)) return call.node.parent?.type === "expression_statement";
  if (!edges.test(call.method)) return false;
  if (isFound(comparedWith(call.node))) return true;
  // An iterator that only goes into an algorithm, or back into the container.
  for (let at: Node | null = call.node.parent; at; at = at.parent) {
    if (at.type === "call_expression") {
      const own = methodCall(at);
      return own ? own.object.text === name : algorithms.test(calleeOf(at)) && isUsedAtOnce(at, name);
    }
    if (!/^(argument_list|binary_expression|parenthesized_expression)$/.test(at.type)) return false;
  }
  return false;
}
