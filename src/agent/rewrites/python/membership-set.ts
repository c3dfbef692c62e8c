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
import { contains, field, find, parts } from "../../../code/tree.ts";
import { parametersOf } from "../../../code/script-functions.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import {
  comprehensions,
  endsLine,
  expressionIn,
  isBinding,
  isBuiltin,
  isIn,
  isNested,
  isPrivate,
  kindOf,
  loopName,
  loopsOf,
  methodOn,
  onlyValue,
  outermostLoop,
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

/** Loops that are in no other loop, and statements outside loops, whose comprehensions are loops too. */
function placesOf(subject: Subject): Node[] {
  const loops = loopsOf(subject).filter((loop) => outermostLoop(loop, subject.function) === undefined);
  const statements = find(subject.function, "expression_statement", "return_statement").filter(
    (statement) =>
      !isNested(statement, subject.function) && outermostLoop(statement, subject.function) === undefined,
  );
  return [...loops, ...statements];
}

/** Whether it is asked again and again at that place. */
function isRepeated(node: Node, place: Node): boolean {
  return place.type.startsWith("for") || place.type.startsWith("while") || isIn(node, comprehensions, place);
}

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
        !/^(?:identifier|integer|string)$/.test(value.type) ||
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
    place: `the list ${name} in ${nameOf(loop)}`,
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

/** A list that the function made before the loop, on every way to it. */
function isListBefore(
  subject: Subject,
  { statement, value }: { statement: Node; value: Node },
  loop: Node,
): boolean {
  const precedes = statement.endIndex <= loop.startIndex && statement.parent !== null;
  return precedes && contains(statement.parent, loop) && kindOf(value, subject) === "list";
}

/** The parameter of that name, where nothing else binds it and its annotation names nothing that a set is no help for. */
function parameter(subject: Subject, name: string): Node | undefined {
  const bindings = usesOf(subject.function, name).filter(isBinding);
  const found = parametersOf(subject.function).find((each) => bindings[0] && contains(each, bindings[0]));
  if (bindings.length !== 1 || !isPrivate(subject, name) || found?.text.startsWith("*")) return undefined;
  const useless =
    /:.*\b(?:str|bytes|range|dict|set|frozenset|mapping|iterator|generator|iterable|counter)\b/is;
  return found && useless.test(found.text) ? undefined : found;
}

/** `name[i]` that is read, `len(name)`, `for … in name`, `return name` after the loop: nothing that changes it or lets another change it. */
function isRead(use: Node): boolean {
  const { parent } = use;
  if (parent?.type === "subscript") {
    const inner =
      field(parent, "value")?.id === use.id &&
      !/^(?:assignment|augmented_assignment|delete_statement)$/.test(parent.parent?.type ?? "");
    return inner && parent.parent?.type !== "pattern_list" && parent.parent?.type !== "expression_list";
  }
  if (parent?.type === "for_statement" || parent?.type === "for_in_clause")
    return field(parent, "right")?.id === use.id;
  if (parent?.type === "return_statement") return true;
  return (
    parent?.type === "argument_list" &&
    parent.parent?.type === "call" &&
    field(parent.parent, "function")?.text === "len"
  );
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

/** `the loop over x`, by the first variable of a comprehension where the place is a statement. */
function nameOf(place: Node): string {
  const clause = /^(?:for|while)/.test(place.type) ? undefined : find(place, "for_in_clause")[0];
  return loopName(clause ?? place);
}
