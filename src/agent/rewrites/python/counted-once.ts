/**
 * `items.count(x)` goes through the whole list for each question. Whether there is any is asked with `in`, which stops at the first; how many there are of
 * each is counted once.
 *
 *     if seen.count(x) < 1:               →   if x not in seen:
 *
 *     [xs.count(x) for x in xs]           →   xs_counts = Counter(xs)
 *                                             [xs_counts[x] for x in xs]
 *
 * Counted once where the list is the function's own, or a parameter, and stays the same while it is asked. That all elements can be hashed is an assumption.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, insertBefore, replaceNode } from "../../../code/edit.ts";
import { contains, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isListBefore, isRead, isRepeated, parameter, placeName, placesOf } from "./asked-list.ts";
import { importing, isBinding, isNested, kindOf, methodOn, onlyValue, startsLine, usesOf } from "./scope.ts";

export const countedOnce: Rewrite = {
  name: "python-counted-once",
  idea: "Asks with `in` whether a list has an element, and counts all elements once where the numbers are wanted, instead of calling count again and again.",
  reference:
    "Python documentation, Library Reference, collections.Counter; Python Wiki, TimeComplexity: list",
  lessons: {
    faster:
      "Each count went through the whole list; `in` stops at the first hit, and a Counter knows all numbers.",
    slower: "The list is so short, or asked so seldom, that counting all of it costs more.",
    wrong: "The list changed while it was asked, it was a text, or an element cannot be hashed.",
  },
  opportunities(subject) {
    const counts = find(subject.function, "call").filter(
      (call) => isCount(call) && !isNested(call, subject.function),
    );
    const tests = counts.flatMap((call) => testOf(call) ?? []);
    const names = new Set(tests.map(({ name }) => name));
    const numbers = counts.filter((call) => testOf(call) === undefined);
    return [
      ...[...names].flatMap((name) =>
        tested(
          subject,
          tests.filter((test) => test.name === name),
        ),
      ),
      ...placesOf(subject).flatMap((place) => {
        const asked = numbers.filter((call) => contains(place, call) && isRepeated(call, place));
        return [...new Set(asked.map((call) => methodOn(call)?.object.text ?? ""))].flatMap((name) =>
          counted(
            subject,
            place,
            name,
            asked.filter((call) => methodOn(call)?.object.text === name),
          ),
        );
      }),
    ];
  },
};

/** `name.count(value)` */
function isCount(call: Node): boolean {
  const method = methodOn(call);
  const [value, ...more] = method?.values ?? [];
  return (
    method?.method === "count" &&
    value !== undefined &&
    more.length === 0 &&
    !/^(?:list_splat|keyword_argument|generator_expression|dictionary_splat)$/.test(value.type)
  );
}

interface Test {
  readonly name: string;
  readonly node: Node;
  readonly value: Node;
  readonly negated: boolean;
}

/** `name.count(value) > 0` and the like: only whether there is one is asked. */
function testOf(call: Node): Test | undefined {
  const node = call.parent;
  const method = methodOn(call);
  const [value] = method?.values ?? [];
  if (node?.type !== "comparison_operator" || !method || !value || parts(node)[0]?.id !== call.id)
    return undefined;
  const operators = node.childrenForFieldName("operators");
  const [, bound] = parts(node);
  if (operators.length !== 1 || parts(node).length !== 2) return undefined;
  const asked = `${operators[0]?.text} ${bound?.text}`;
  const test = { name: method.object.text, node, value };
  if (/^(?:> 0|>= 1|!= 0)$/.test(asked)) return { ...test, negated: false };
  return /^(?:< 1|== 0|<= 0)$/.test(asked) ? { ...test, negated: true } : undefined;
}

function tested(subject: Subject, tests: readonly Test[]): Opportunity[] {
  const [first] = tests;
  if (!first) return [];
  const { name } = first;
  const known = onlyValue(subject, name);
  const kind = known && kindOf(known.value, subject);
  if (kind !== undefined && kind !== "list" && kind !== "tuple") return [];
  return offer(subject, {
    parameters: {},
    place: `the questions whether ${name} has an element`,
    preconditions: ["elements are counted only to see whether there is one"],
    assumptions: kind === undefined ? [`${name} is a list or a tuple.`] : [],
    edits: tests.map(({ node, value, negated }) =>
      replaceNode(node, `${operandText(value)} ${negated ? "not in" : "in"} ${name}`),
    ),
  });
}

/** As it may stand before `in`. */
function operandText(value: Node): string {
  return /^(?:identifier|attribute|subscript|call|string|integer|float|list|tuple|parenthesized_expression)$/.test(
    value.type,
  )
    ? value.text
    : `(${value.text})`;
}

function counted(subject: Subject, place: Node, name: string, asked: readonly Node[]): Opportunity[] {
  const known = onlyValue(subject, name);
  const given = known ? undefined : parameter(subject, name);
  if (!startsLine(subject, place) || (!known && !given) || asked.length === 0) return [];
  if (known && !isListBefore(subject, known, place)) return [];
  const bound = usesOf(subject.root, "Counter").filter(isBinding);
  if (bound.some((use) => !/^from collections import\b/.test(use.parent?.parent?.text ?? ""))) return [];
  for (const use of usesOf(subject.function, name)) {
    if (!contains(place, use) || isRead(use)) continue;
    if (isBinding(use) || !asked.some((call) => methodOn(call)?.object.id === use.id)) return [];
  }
  const counts = freshName(subject.source, `${name}_counts`);
  const edits: Edit[] = [
    insertBefore(subject.source, place, `${counts} = Counter(${name})`),
    ...asked.flatMap((call) => {
      const value = methodOn(call)?.values[0];
      return value ? [replaceNode(call, `${counts}[${value.text}]`)] : [];
    }),
    ...importing(subject, "from collections import Counter"),
  ];
  return offer(subject, {
    parameters: {},
    place: `the counts of ${name} in ${placeName(place)}`,
    preconditions: ["elements of a list that stays the same are counted in a loop"],
    assumptions: [
      `All elements of ${name} and all values counted in it can be hashed, and those that are equal have equal hashes.`,
      ...(given
        ? [`${name} is a list or a tuple, no text, and nothing that the loop calls changes it.`]
        : []),
    ],
    edits,
  });
}
