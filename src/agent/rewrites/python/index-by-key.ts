/**
 * A loop inside another one that only wants the elements with a certain key looks at all elements each time: quadratic. A dictionary from keys to
 * elements, made once, hands out those that fit, in their order.
 *
 *     for order in orders:                          →   users_by_id = {}
 *         for user in users:                            for user in users:
 *             if user.id == order.user_id:                  users_by_id.setdefault(user.id, []).append(user)
 *                 out.append((user, order))             for order in orders:
 *                                                           for user in users_by_id.get(order.user_id, ()):
 *                                                               out.append((user, order))
 *
 * The same for positions, `for j in range(i + 1, len(xs)): if xs[i] == xs[j]`, for clauses of comprehensions, and for a sum that has to come to
 * something, `xs[i] + xs[j] == total`, which asks for the difference. Legal where neither the elements nor their keys are written meanwhile. That keys
 * can be hashed is an assumption.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, insertBefore, nested, replaceNode, textWith } from "../../../code/edit.ts";
import { contains, field, find, parts } from "../../../code/tree.ts";
import { distinct } from "../distinct.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { type Inner, innersOf, withPlace } from "./inner-loop.ts";
import { repeatedPlace } from "./repeated-place.ts";
import {
  changesIn,
  changesPartOf,
  isFresh,
  isSteadyCollection,
  keySide,
  mayHaveOtherName,
  namesIn,
  type Side,
  usesOfPath,
  writesKey,
} from "./keys.ts";
import { placeName } from "./asked-list.ts";
import {
  isBinding,
  isReadOutside,
  methodOn,
  onlyValue,
  startsLine,
  unknownCalls,
  usesOf,
  stemOf,
} from "./scope.ts";

export const indexByKey: Rewrite = {
  name: "python-index-by-key",
  idea: "Makes a dictionary from keys to elements once, instead of looking through all elements for those with a certain key at each pass of a loop.",
  reference:
    "J. Bentley, Writing Efficient Programs, rule: Data Structure Augmentation; hash join in R. Ramakrishnan and J. Gehrke, Database Management Systems, §14.4.3",
  lessons: {
    faster: "Each pass looked at all elements for the few that fit; the dictionary hands those out at once.",
    slower: "There are so few elements, or so few passes, that making the dictionary costs more.",
    wrong: "A key could not be hashed, was NaN, or changed while the loop ran.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return distinct(innersOf(subject).flatMap((inner) => indexed(subject, inner)));
  },
};

function indexed(subject: Subject, inner: Inner): Opportunity[] {
  const { source } = subject;
  const sides = inner.tests.map((test) => keySide(subject, test, inner.names, inner.skips ? "!=" : "=="));
  const at = sides.findIndex((each) => each !== undefined);
  const side = sides[at];
  // What is asked before the keys are compared may guard them.
  if (!side || !inner.tests.slice(0, at).every(isOfNumbers)) return [];
  if (inner.statement && inner.names.some((name) => isReadOutside(subject, inner.node, name))) return [];
  if (!isSteadyWanted(subject, inner, side)) return [];
  const bounding = (inner.bounds ?? []).flatMap(({ holds }) => holds.match(/[A-Za-z_]\w*/g) ?? []);
  if (bounding.some((name) => !inner.names.includes(name) && usesOf(inner.node, name).some(isBinding)))
    return [];
  const place = repeatedPlace(subject, inner.node, (region) => isSteady(subject, inner, side, region));
  if (!place || !startsLine(subject, place)) return [];
  const filled = dictionaryOf(subject, inner, side);
  const { map, key } = filled;
  const rest = inner.tests.flatMap((test, index) => (index === at ? [] : [conjunct(test)]));
  const changed = inner.without(rest, inner.bounds ?? [], `${map}.get(${side.wanted}, ())`);
  if (!changed) return [];
  const over = inner.bounds && inner.place === undefined ? "the positions in " : "";
  return offer(subject, {
    parameters: {},
    place: `${over}${inner.collection.text} by ${key} in ${placeName(place)}`,
    preconditions: [
      "a loop inside another looks through all elements for those with a certain key",
      "neither the elements nor their keys are written meanwhile",
    ],
    assumptions: [
      `${side.difference ? "What is added are whole numbers, and the" : "The"} keys of ${inner.collection.text} and those looked for can be read and hashed, equal ones have equal hashes, and none is NaN.`,
      ...collectionAssumptions(subject, inner, side, place),
    ],
    edits: [insertBefore(source, place, filled.lines), ...changed] satisfies Edit[],
  });
}

/** The dictionary from keys to elements or positions: its name, what it goes by, and the lines that fill it. */
function dictionaryOf(
  subject: Subject,
  inner: Inner,
  side: Side,
): { map: string; key: string; lines: string } {
  const { source } = subject;
  const { names, collection, target } = inner;
  const taken = new Set<string>();
  // A comprehension's names are its own: the loop that fills the dictionary must not take those of the function.
  const renamed = new Map(
    names
      .filter((name) =>
        usesOf(subject.function, name).some((use) => !contains(inner.node.parent ?? inner.node, use)),
      )
      .map((name) => [name, freshName(source, `${name}_kept`, taken)]),
  );
  const spelled = (node: Node) =>
    textWith(
      node,
      [...renamed].flatMap(([name, other]) => usesOf(node, name).map((use) => replaceNode(use, other))),
    );
  const base = stemOf(collection);
  const last = /([A-Za-z_]\w*)\W*$/.exec(side.key.text.replace(/\(\)$/, ""))?.[1] ?? "value";
  const key = names.includes(last) || last === collection.text ? "value" : last;
  const map = freshName(source, `${base}_by_${key}`.replace(/__+/g, "_"), taken);
  const element = withPlace(inner.place, spelled(target));
  const kept = /^\w+$/.test(element) || /^[([]/.test(element) ? element : `(${element})`;
  const over =
    inner.place !== undefined
      ? `enumerate(${collection.text})`
      : inner.bounds
        ? `range(len(${collection.text}))`
        : inner.iterable.text;
  const line = nested(source, `${map}.setdefault(${spelled(side.key)}, []).append(${kept})`);
  return { map, key, lines: `${map} = {}\nfor ${element} in ${over}:\n${line}` };
}

/** `i != j`: of names and whole numbers alone. */
function isOfNumbers(test: Node): boolean {
  return (
    test.type === "comparison_operator" &&
    parts(test).every(({ type }) => /^(?:identifier|integer)$/.test(type)) &&
    test.childrenForFieldName("operators").every(({ text }) => /^(?:[<>]=?|[!=]=)$/.test(text))
  );
}

/** As it may stand beside `and`. */
function conjunct(test: Node): string {
  return /^(?:conditional_expression|lambda|named_expression)$/.test(test.type)
    ? `(${test.text})`
    : test.text;
}

function isSteady(subject: Subject, inner: Inner, side: Side, region: Node): boolean {
  const others = find(side.key, "identifier").filter(
    ({ text, parent }) =>
      !inner.names.includes(text) && parent && usesOf(side.key, text).length > 0 && !isCallee(parent, text),
  );
  return (
    [inner.collection, ...others].every((path) => isSteadyCollection(subject, path, region)) &&
    !writesKey(subject, side.key, region, inner.collection)
  );
}

function isCallee(parent: Node, name: string): boolean {
  return parent.type === "call" && field(parent, "function")?.text === name;
}

/** Whether what is looked for stays the same while the inner loop runs. */
function isSteadyWanted(subject: Subject, inner: Inner, { asked }: Side): boolean {
  const names = namesIn(asked).filter((name) => !inner.names.includes(name));
  return (
    names.every((name) => !usesOf(inner.node, name).some(isBinding)) &&
    !changesPartOf(asked, names, repeatedBy(inner)) &&
    !writesKey(subject, asked, repeatedBy(inner), inner.collection)
  );
}

/** What runs while the inner loop does: of a clause, the whole comprehension. */
function repeatedBy({ node, statement }: Inner): Node {
  return statement ? node : (node.parent ?? node);
}

function collectionAssumptions(subject: Subject, inner: Inner, { asked }: Side, place: Node): string[] {
  const { collection } = inner;
  const known = collection.type === "identifier" ? onlyValue(subject, collection.text) : undefined;
  const sure = known !== undefined && /^(?:list|tuple|list_comprehension)$/.test(known.value.type);
  const own = usesOfPath(collection, place);
  const region = repeatedBy(inner);
  const composed =
    find(asked, "attribute", "subscript", "call").length > 0 &&
    [...unknownCalls(region, subject), ...changesIn(subject, region)].some(
      (each) => !isAppend(subject, each),
    );
  const calls = unknownCalls(place, subject).filter(
    (call) => !own.some((use) => contains(call, use)) && !isAppend(subject, call),
  );
  return [
    ...(sure || inner.bounds ? [] : [`${collection.text} is a collection, no iterator.`]),
    ...(calls.length > 0 || mayHaveOtherName(subject, collection, place)
      ? [
          `Nothing in the loop changes ${collection.text} or its keys, be it under another name or in what it calls${composed ? ", and what is looked for stays the same" : ""}.`,
        ]
      : []),
  ];
}

/** An element more in what the function made and keeps to itself. */
function isAppend(subject: Subject, call: Node): boolean {
  const found = methodOn(call);
  return found !== undefined && /^(?:append|add)$/.test(found.method) && isFresh(subject, found.object.text);
}
