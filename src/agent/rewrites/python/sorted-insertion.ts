/**
 * A list that is sorted again after each element that is added is compared and moved through as a whole each time. Bisection finds the place of the new element, and
 * the list is never out of order.
 *
 *     for x in xs:                           →   for x in xs:
 *         seen.append(x)                             insort(seen, x)
 *         seen.sort()                                medians.append(seen[len(seen) // 2])
 *         medians.append(seen[len(seen) // 2])
 *
 * Legal where the list is the function's own, starts in order, only grows by `append`, and is looked at only where it was in order before, too. Both put a new
 * element behind those that equal it.
 */
import type { Node } from "web-tree-sitter";
import { removeStatement, replaceNode } from "../../../code/edit.ts";
import { contains, field, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isRead } from "./asked-list.ts";
import {
  endsLine,
  expressionIn,
  importing,
  isBuiltin,
  isIn,
  isInTry,
  isNested,
  methodOn,
  onlyValue,
  outermostLoop,
  plainCall,
  startsLine,
  statementsIn,
  usesOf,
  isFreeOrImported,
} from "./scope.ts";

export const sortedInsertion: Rewrite = {
  name: "python-sorted-insertion",
  idea: "Puts each new element at its place by bisection, instead of sorting the whole list again after it was appended.",
  reference:
    "Python documentation, Library Reference, bisect.insort; D. E. Knuth, The Art of Computer Programming, Vol. 3, §6.2.1",
  lessons: {
    faster: "The whole list was gone through to sort in one new element; bisection compares with a few.",
    slower: "Many elements were appended between two sorts, or the list is short.",
    wrong: "The elements have no consistent order, or change while they are in the list.",
  },
  changesGrowth: true,
  opportunities(subject) {
    const names = new Set(
      find(subject.function, "call").flatMap((call) => {
        const method = methodOn(call);
        return method?.method === "sort" && outermostLoop(call, subject.function) ? [method.object.text] : [];
      }),
    );
    if (!isFreeOrImported(subject, "insort", "bisect")) return [];
    return [...names].flatMap((name) => ofList(subject, name));
  },
};

function ofList(subject: Subject, name: string): Opportunity[] {
  const known = onlyValue(subject, name);
  if (!known || isNested(known.statement, subject.function) || !startsInOrder(known.value)) return [];
  const uses = usesOf(subject.function, name).filter((use) => !contains(known.statement, use));
  const sorts = uses.flatMap((use) => statementOf(use, "sort") ?? []);
  const appends = uses.flatMap((use) => statementOf(use, "append") ?? []);
  const [key, ...keys] = new Set(sorts.map(keyOf));
  if (appends.length === 0 || keys.length > 0 || key === undefined) return [];
  // What is sorted is in the order of its elements, not of their keys.
  if (known.value.type !== "list" && (key !== "" || !isBuiltin(subject, "sorted"))) return [];
  const state = { sorts, appends, first: known.statement, definition: subject.function };
  for (const use of uses) {
    if ([...sorts, ...appends].some((statement) => contains(statement, use))) {
      const inValue = methodOn(expressionIn(appends.find((each) => contains(each, use))) ?? use);
      if (inValue && inValue.object.id !== use.id) return [];
      continue;
    }
    if (isUnordered(use)) continue;
    if (!(isRead(use) || isTaken(use) || isGivenBack(use, subject.function)) || !isInOrder(use, state))
      return [];
    if (
      use.parent?.type === "for_statement" &&
      [...appends, ...uses].some((other) => isWithin(use.parent, other, use))
    )
      return [];
  }
  const lines = [...sorts, ...appends];
  const own = lines.every(
    (statement) =>
      startsLine(subject, statement) && endsLine(subject, statement) && !isInTry(statement, subject.function),
  );
  if (!own || sorts.some((statement) => statementsIn(statement.parent ?? undefined).length < 2)) return [];
  if (!appends.some((statement) => outermostLoop(statement, subject.function))) return [];
  return offer(subject, {
    parameters: {},
    place: `the list ${name} that is sorted in a loop`,
    preconditions: [
      "a list is sorted again after elements were appended",
      "it is looked at only when it is in order",
    ],
    assumptions: [
      `The elements of ${name} have a consistent order, none is NaN, and none changes while it is in the list.`,
      ...(key === "" ? [] : ["Python is 3.10 or later."]),
    ],
    edits: [
      ...appends.map((statement) => {
        const value = methodOn(expressionIn(statement) ?? statement)?.values[0]?.text ?? "";
        return replaceNode(statement, `insort(${name}, ${value}${key === "" ? "" : `, ${key}`})`);
      }),
      ...sorts.map((statement) => removeStatement(subject.source, statement)),
      ...importing(subject, "from bisect import insort"),
    ],
  });
}

/** Whether a use other than the loop's own, or an append, stands in the loop. */
function isWithin(loop: Node | null, other: Node, use: Node): boolean {
  return loop !== null && other.id !== use.id && contains(loop, other) && !isUnordered(other);
}

/** At most one element, or sorted. */
function startsInOrder(value: Node): boolean {
  if (value.type === "list") return parts(value).length <= 1 && find(value, "list_splat").length === 0;
  const call = plainCall(value);
  return call?.name === "sorted" && call.values.length === 1;
}

/** The statement `name.append(value)` or `name.sort(…)` that the use is the object of. */
function statementOf(use: Node, method: "append" | "sort"): Node | undefined {
  const call = use.parent?.type === "attribute" ? use.parent.parent : null;
  const found = call?.type === "call" ? methodOn(call) : undefined;
  if (
    !call ||
    found?.object.id !== use.id ||
    found.method !== method ||
    call.parent?.type !== "expression_statement"
  )
    return undefined;
  if (method === "append")
    return found.values.length === 1 && found.values[0]?.type !== "list_splat" ? call.parent : undefined;
  return keyOf(call.parent) === undefined ? undefined : call.parent;
}

/** `key=…` of a sort as it is written, nothing where there is none; undefined for a sort that does something else. */
function keyOf(statement: Node): string | undefined {
  const values = methodOn(expressionIn(statement) ?? statement)?.values ?? [];
  const [only, ...more] = values;
  if (!only) return "";
  const lambda = field(only, "value");
  const pure = lambda?.type === "lambda" && find(lambda, "call").length === 0;
  const free = lambda && find(lambda, "identifier").length <= 2;
  return more.length === 0 &&
    only.type === "keyword_argument" &&
    field(only, "name")?.text === "key" &&
    pure &&
    free
    ? only.text
    : undefined;
}

/** `len(xs)`, `while xs`, `not xs`, `x in xs`: the order makes no difference. */
function isUnordered(use: Node): boolean {
  const { parent } = use;
  if (parent?.type === "not_operator") return true;
  if (/^(?:while_statement|if_statement|elif_clause)$/.test(parent?.type ?? "")) return true;
  if (parent?.type === "comparison_operator")
    return (
      parent.childrenForFieldName("operators").every(({ text }) => /\bin$/.test(text)) &&
      parts(parent)[1]?.id === use.id
    );
  return (
    parent?.type === "argument_list" &&
    parent.parent?.type === "call" &&
    field(parent.parent, "function")?.text === "len"
  );
}

/** `xs.pop(…)`, `del xs[…]`, `xs.remove(x)`: what is left is in order. */
function isTaken(use: Node): boolean {
  const { parent } = use;
  if (parent?.type === "subscript") return parent.parent?.type === "delete_statement";
  return (
    parent?.type === "attribute" &&
    parent.parent?.type === "call" &&
    /^(?:pop|remove)$/.test(field(parent, "attribute")?.text ?? "")
  );
}

/** Part of what the function gives back: it is at its end then. */
function isGivenBack(use: Node, definition: Node): boolean {
  return (
    isIn(use, ["return_statement"], definition) && !isIn(use, ["generator_expression", "lambda"], definition)
  );
}

interface State {
  readonly sorts: readonly Node[];
  readonly appends: readonly Node[];
  readonly first: Node;
  readonly definition: Node;
}

/** Whether the list was sorted when the program came to the use: on each way to it the last append is followed by a sort. */
function isInOrder(use: Node, state: State): boolean {
  const grows = (node: Node) => state.appends.some((statement) => contains(node, statement));
  for (let at: Node = use, above = at.parent; above; at = above, above = at.parent) {
    if (above.id === state.definition.id) return false;
    if (above.type === "block" || above.type === "module")
      for (let before = at.previousNamedSibling; before; before = before.previousNamedSibling) {
        if (before.id === state.first.id || state.sorts.some(({ id }) => id === before?.id)) return true;
        if (grows(before) && !endsInOrder(before, state)) return false;
      }
    // Where a loop begins anew, what its body did is done.
    if (/^(?:for|while)_statement$/.test(above.type) && grows(above) && !endsInOrder(above, state))
      return false;
  }
  return false;
}

/** Whether the list is in order after a statement that appends to it, if it was before. */
function endsInOrder(statement: Node, { sorts, appends }: State): boolean {
  const bodies = find(statement, "block").filter((body) =>
    appends.some((append) => append.parent?.id === body.id),
  );
  if (find(statement, "break_statement", "continue_statement", "return_statement").length > 0) return false;
  return (
    bodies.length > 0 &&
    bodies.every((body) => {
      const last = statementsIn(body).findLastIndex((each) => sorts.some(({ id }) => id === each.id));
      const append = statementsIn(body).findLastIndex((each) => appends.some(({ id }) => id === each.id));
      return last > append;
    })
  );
}
