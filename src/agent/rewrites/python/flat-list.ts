/**
 * Adding lists up copies what is there already for each further one: quadratic. One comprehension takes the elements of all.
 *
 *     sum(lists, [])                                   →   [item for part in lists for item in part]
 *     reduce(lambda a, b: a + b, lists, [])
 *
 * That all of them are lists is an assumption.
 */
import type { Node } from "web-tree-sitter";
import { freshName, replaceNode } from "../../../code/edit.ts";
import { field, find, parts } from "../../../code/tree.ts";
import { distinct } from "../distinct.ts";
import { offer } from "../offer.ts";
import type { Rewrite, Subject } from "../rewrite.ts";
import {
  isBinding,
  isBoundToPlace,
  isBuiltin,
  isModule,
  plainCall,
  usesOf,
  isImportedFrom,
} from "./scope.ts";

export const flatList: Rewrite = {
  name: "python-flat-list",
  idea: "Takes the elements of all lists in one comprehension, instead of adding list after list to a copy of what there is.",
  reference: "Ruff, rule RUF017 (quadratic-list-summation); Python documentation, Library Reference, sum",
  lessons: {
    faster: "Each list that was added copied all elements before it; the comprehension takes each once.",
    slower: "There are so few lists that copying them costs next to nothing.",
    wrong: "Something that was added was no list.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return distinct(
      find(subject.function, "call").flatMap((call) => {
        const lists = addedUp(subject, call);
        if (!lists || isBoundToPlace(lists)) return [];
        const [part, item] = ["part", "item"].map((word) => freshName(subject.source, word));
        const over = /^(?:conditional_expression|lambda)$/.test(lists.type) ? `(${lists.text})` : lists.text;
        return offer(subject, {
          parameters: {},
          place: `the sum of ${lists.text.replace(/\s+/g, " ").slice(0, 50)}`,
          preconditions: ["lists are added up"],
          assumptions: ["All that is added up are lists."],
          edits: [replaceNode(call, `[${item} for ${part} in ${over} for ${item} in ${part}]`)],
        });
      }),
    );
  },
};

/** The lists that a call adds up. */
function addedUp(subject: Subject, call: Node): Node | undefined {
  const plain = plainCall(call);
  if (plain?.name === "sum") {
    const [lists, start, ...more] = plain.values;
    return isBuiltin(subject, "sum") && start?.text === "[]" && more.length === 0 ? lists : undefined;
  }
  const callee = field(call, "function")?.text;
  const imported = usesOf(subject.root, "reduce").filter(isBinding);
  const known =
    callee === "reduce"
      ? imported.length > 0 && imported.every((use) => isImportedFrom(use, "functools"))
      : callee === "functools.reduce" && isModule(subject, "functools");
  const list = field(call, "arguments");
  const [fold, lists, start, ...more] = known && list ? parts(list) : [];
  if (!fold || !lists || start?.text !== "[]" || more.length > 0 || /keyword|splat/.test(lists.type))
    return undefined;
  return /^lambda (\w+), ?(\w+): \1 \+ \2$/.test(fold.text) ? lists : undefined;
}
