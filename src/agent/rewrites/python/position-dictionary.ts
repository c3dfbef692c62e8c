/**
 * `items.index(x)` walks through the list for each position that is asked for. A dictionary from elements to their first positions, made once, has them at hand.
 *
 *     for x in xs:                           →   order_places = {}
 *         out.append(order.index(x))             for order_place, order_item in enumerate(order):
 *                                                    order_places.setdefault(order_item, order_place)
 *                                                for x in xs:
 *                                                    out.append(order_places[x])
 *
 * Legal where the list stays as it is while it is asked. That all that is asked for is there, or KeyError is as good as ValueError, is an assumption.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertBefore, nested, replaceNode } from "../../../code/edit.ts";
import { contains, field, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { parameter, placeName } from "./asked-list.ts";
import { isSteadyCollection, mayHaveOtherName } from "./keys.ts";
import { repeatedPlace } from "./repeated-place.ts";
import { isInTry, isNested, kindOf, onlyValue, startsLine, stemOf } from "./scope.ts";

export const positionDictionary: Rewrite = {
  name: "python-position-dictionary",
  idea: "Makes a dictionary from elements to their first positions once, instead of walking through a list for each position with index.",
  reference:
    "Python Wiki, TimeComplexity: list; J. Bentley, Writing Efficient Programs, rule: Data Structure Augmentation",
  lessons: {
    faster: "Each position was looked for from the list's start; the dictionary has it at hand.",
    slower: "The list is so short, or so few positions are asked for, that making the dictionary costs more.",
    wrong:
      "The list changed while it was asked, an element cannot be hashed, or what was asked for was not there.",
  },
  changesGrowth: true,
  opportunities(subject) {
    const searches = find(subject.function, "call").flatMap((call) => searchAt(subject, call) ?? []);
    const lists = new Set(searches.map(({ list }) => list.text));
    return [...lists].flatMap((list) =>
      mapped(
        subject,
        searches.filter((search) => search.list.text === list),
      ),
    );
  },
};

interface Search {
  readonly node: Node;
  readonly list: Node;
  readonly value: Node;
}

/** `xs.index(value)`, `self.xs.index(value)` */
function searchAt(subject: Subject, node: Node): Search | undefined {
  const callee = field(node, "function");
  const list = callee?.type === "attribute" ? field(callee, "object") : undefined;
  const given = field(node, "arguments");
  const [value, ...more] = given?.type === "argument_list" ? parts(given) : [];
  if (
    !list ||
    !/^(?:identifier|attribute)$/.test(list.type) ||
    field(callee ?? node, "attribute")?.text !== "index"
  )
    return undefined;
  if (!value || more.length > 0 || /splat|keyword_argument|generator/.test(value.type)) return undefined;
  return isNested(node, subject.function) || isInTry(node, subject.function)
    ? undefined
    : { node, list, value };
}

function mapped(subject: Subject, searches: readonly Search[]): Opportunity[] {
  const [first, ...others] = searches;
  if (!first) return [];
  const { list } = first;
  const known = list.type === "identifier" ? onlyValue(subject, list.text) : undefined;
  const kind = known && kindOf(known.value, subject);
  const given = list.type === "identifier" && !known ? parameter(subject, list.text) : undefined;
  if (list.type === "identifier" && !given && kind !== "list" && kind !== "tuple") return [];
  const place = repeatedPlace(subject, first.node, (region) => isSteadyCollection(subject, list, region));
  if (!place || !startsLine(subject, place)) return mapped(subject, others);
  const own = searches.filter(({ node }) => contains(place, node));
  const base = stemOf(list);
  const [places, at, item] = ["places", "place", "item"].map((word) =>
    freshName(subject.source, `${base}_${word}`),
  );
  return offer(subject, {
    parameters: {},
    place: `the positions in ${list.text} in ${placeName(place)}`,
    preconditions: ["positions in a list that stays the same are asked for in a loop"],
    assumptions: [
      `All elements of ${list.text} and all values looked for can be hashed, equal ones have equal hashes, and what is looked for is there.`,
      ...(known
        ? mayHaveOtherName(subject, list, place)
          ? [`Nothing in the loop changes ${list.text} under another name.`]
          : []
        : [
            `${list.text} is a list or a tuple, no text, and nothing in the loop changes it, be it under another name or in what it calls.`,
          ]),
    ],
    edits: [
      insertBefore(
        subject.source,
        place,
        `${places} = {}\nfor ${at}, ${item} in enumerate(${list.text}):\n${nested(subject.source, `${places}.setdefault(${item}, ${at})`)}`,
      ),
      ...own.map(({ node, value }) => replaceNode(node, `${places}[${value.text}]`)),
    ],
  });
}
