/**
 * Of a list that is sorted only to take its first elements, or its first alone, the order of all others is computed for nothing.
 *
 *     sorted(xs)[0]                   →   min(xs)
 *     sorted(xs, key=size)[-1]        →   max(xs, key=size)
 *     sorted(xs, reverse=True)[:3]    →   nlargest(3, xs)
 *
 * The smallest, and the first few, are the same as in the sorted list, those that equal each other in the same order. Which of several largest ones `[-1]` takes
 * is another one, which is said as an assumption, and so is that there is one.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { field, find, parts } from "../../../code/tree.ts";
import { distinct } from "../distinct.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { importing, isBuiltin, isFreeOrImported, isInTry } from "./scope.ts";

export const partialOrder: Rewrite = {
  name: "python-partial-order",
  idea: "Takes the smallest or largest elements without sorting all the others.",
  reference: "Python documentation, Library Reference, heapq.nsmallest; Sorting HOW TO, Partial Sorts",
  lessons: {
    faster: "All elements were sorted, though only the first were taken.",
    slower: "So many elements were taken, or they were so nearly sorted, that sorting all is as quick.",
    wrong: "There were no elements, or it mattered which of several equal ones was taken.",
  },
  changesGrowth: true,
  opportunities(subject) {
    if (!isBuiltin(subject, "sorted", "min", "max")) return [];
    return distinct(find(subject.function, "subscript").flatMap((node) => taken(subject, node)));
  },
};

function taken(subject: Subject, node: Node): Opportunity[] {
  const [call, index, ...more] = parts(node);
  const list =
    call?.type === "call" && field(call, "function")?.text === "sorted"
      ? field(call, "arguments")
      : undefined;
  if (!call || !index || more.length > 0 || list?.type !== "argument_list") return [];
  const [given, ...options] = parts(list);
  if (
    !given ||
    /keyword|splat/.test(given.type) ||
    (/^(?:assignment|augmented_assignment|delete_statement)$/.test(node.parent?.type ?? "") &&
      field(node.parent ?? node, "right")?.id !== node.id)
  )
    return [];
  const named = new Map(
    options.map((option) => [field(option, "name")?.text ?? "", field(option, "value")?.text ?? ""]),
  );
  const turned = named.get("reverse");
  if (![...named.keys()].every((name) => name === "key" || name === "reverse")) return [];
  if (turned !== undefined && turned !== "True" && turned !== "False") return [];
  const key = named.has("key") ? `, key=${named.get("key")}` : "";
  const least = turned !== "True";
  const place = `the sort in ${node.text.replace(/\s+/g, " ").slice(0, 60)}`;
  const shared = { parameters: {}, place, preconditions: ["all is sorted to take the first elements"] };
  if (/^(?:0|-1)$/.test(index.text)) {
    if (isInTry(node, subject.function)) return [];
    const first = index.text === "0";
    const name = least === first ? "min" : "max";
    return offer(subject, {
      ...shared,
      assumptions: [
        `${given.text} is not empty where it is sorted, and its elements have a consistent order.`,
        ...(first ? [] : ["Which of several elements that are equal is taken makes no difference."]),
      ],
      edits: [replaceNode(node, `${name}(${given.text}${key})`)],
    });
  }
  const count = /^0?: ?([1-9]\d{0,3})$/.exec(index.text)?.[1];
  const name = least ? "nsmallest" : "nlargest";
  if (count === undefined || !isFreeOrImported(subject, name, "heapq")) return [];
  return offer(subject, {
    ...shared,
    assumptions: [`The elements of ${given.text} have a consistent order.`],
    edits: [
      replaceNode(node, `${name}(${count}, ${given.text}${key})`),
      ...importing(subject, `from heapq import ${name}`),
    ],
  });
}
