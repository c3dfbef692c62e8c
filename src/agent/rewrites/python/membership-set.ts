/**
 * `x in items` compares with one element after the other; in a loop that is quadratic. A set beside the list answers in constant time.
 *
 *     for x in xs:                        →   seen_set = set(seen)
 *         if x not in seen:                   for x in xs:
 *             seen.append(x)                      if x not in seen_set:
 *                                                     seen.append(x)
 *                                                     seen_set.add(x)
 *
 * A comprehension is a loop, too. Legal where the name is the function's own and holds a list, or is a parameter, and the loop does nothing with it but ask, read and
 * append. That all elements can be hashed is an assumption, unless they are seen to be texts or whole numbers; so is that a parameter is
 * a collection.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertAfter, insertBefore, replaceNode } from "../../../code/edit.ts";
import { contains, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isListBefore, isRead, isRepeated, parameter, placeName, placesOf } from "./asked-list.ts";
import {
  endsLine,
  expressionIn,
  isBinding,
  isBuiltin,
  isNested,
  kindOf,
  methodOn,
  onlyValue,
  startsLine,
  usesOf,
} from "./scope.ts";

export const membershipSet: Rewrite = {
  name: "python-membership-set",
  idea: "Asks a set instead of a list whether it contains a value, so that each question takes constant time.",
  reference:
    "Python Wiki, TimeComplexity: list and set, x in s; M. Gorelick, I. Ozsvald, High Performance Python, Ch. 4",
  lessons: {
    faster: "Each `in` walked through a list; a set beside it answers in constant time.",
    slower: "The list is so short that walking through it costs less than hashing the value.",
    wrong:
      "Something was looked up that cannot be hashed, or that equals an element without having its hash.",
  },
  opportunities(subject) {
    if (!isBuiltin(subject, "set")) return [];
    return placesOf(subject).flatMap((place) => {
      const asked = find(place, "comparison_operator").filter(
        (node) => !isNested(node, subject.function) && asksFor(node) !== undefined && isRepeated(node, place),
      );
      const names = new Set(asked.flatMap((node) => asksFor(node)?.text ?? []));
      return [...names].flatMap((name) =>
        ofList(
          subject,
          place,
          name,
          asked.filter((node) => asksFor(node)?.text === name),
        ),
      );
    });
  },
};

/** The name asked in `x in name`. */
function asksFor(node: Node): Node | undefined {
  const operators = node.childrenForFieldName("operators");
  const right = parts(node)[1];
  const asks = operators.length === 1 && /^(?:not\s+)?in$/.test(operators[0]?.text ?? "");
  return asks && parts(node).length === 2 && right?.type === "identifier" ? right : undefined;
}

function ofList(subject: Subject, loop: Node, name: string, asked: readonly Node[]): Opportunity[] {
  const known = onlyValue(subject, name);
  const given = known ? undefined : parameter(subject, name);
  if (!startsLine(subject, loop) || (!known && !given)) return [];
  if (known && !isListBefore(subject, known, loop)) return [];
  const appended: Node[] = [];
  const values: Node[] = asked.flatMap((node) => parts(node)[0] ?? []);
  for (const use of usesOf(subject.function, name)) {
    if (isBinding(use)) {
      if (known && !contains(known.statement, use)) return [];
    } else if (asked.some((node) => contains(node, use) && parts(node)[1]?.id === use.id) || isRead(use))
      continue;
    else if (contains(loop, use)) {
      const statement = appendOf(use);
      const value = statement && methodOn(expressionIn(statement) ?? statement)?.values[0];
      // A value is mentioned twice then: it must be the same both times.
      if (
        !statement ||
        !value ||
        !isRepeatable(value) ||
        !startsLine(subject, statement) ||
        !endsLine(subject, statement)
      )
        return [];
      appended.push(statement);
      values.push(value);
    } else if (known && use.startIndex < loop.startIndex) {
      const before = appendOf(use);
      const value = before && methodOn(expressionIn(before) ?? before)?.values[0];
      if (!value) return [];
      values.push(value);
    }
  }
  const set = freshName(subject.source, `${name}_set`);
  const all = [...values, ...(known ? parts(known.value) : [])];
  const sure =
    known?.value.type === "list" &&
    all.every((value) => ["str", "int"].includes(kindOf(value, subject) ?? ""));
  return offer(subject, {
    parameters: {},
    place: `the list ${name} in ${placeName(loop)}`,
    preconditions: [
      "membership in a list is asked in a loop",
      appended.length > 0 ? "the list grows in the loop" : "the list stays the same in the loop",
    ],
    assumptions: [
      ...(sure
        ? []
        : [
            `All elements of ${name} and all values looked up in it can be hashed, and those that are equal have equal hashes.`,
          ]),
      ...(given
        ? [
            `${name} is a collection, neither a text nor an iterator, and nothing that the loop calls changes it.`,
          ]
        : []),
    ],
    edits: [
      insertBefore(subject.source, loop, `${set} = set(${name})`),
      ...asked.flatMap((node) => {
        const right = parts(node)[1];
        return right ? [replaceNode(right, set)] : [];
      }),
      ...appended.map((statement) =>
        insertAfter(
          subject.source,
          statement,
          `${set}.add(${methodOn(expressionIn(statement) ?? statement)?.values[0]?.text})`,
        ),
      ),
    ],
  });
}

/** The statement `name.append(value)` whose object the node is. */
function appendOf(use: Node): Node | undefined {
  const call = use.parent?.type === "attribute" ? use.parent.parent : null;
  const method = call?.type === "call" ? methodOn(call) : undefined;
  const statement = call?.parent;
  return method?.object.id === use.id &&
    method.method === "append" &&
    method.values.length === 1 &&
    statement?.type === "expression_statement"
    ? statement
    : undefined;
}

/** A name or a literal, or an element or attribute of one, which is read twice without doing anything. */
function isRepeatable(value: Node): boolean {
  if (/^(?:identifier|integer|string)$/.test(value.type)) return find(value, "interpolation").length === 0;
  return /^(?:subscript|attribute)$/.test(value.type) && parts(value).every(isRepeatable);
}
