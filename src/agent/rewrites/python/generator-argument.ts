/**
 * A function that takes elements one by one needs no list of them: `sum([…])`, `any([…])`, `max([…])`. With `any` and `all` the
 * first answer ends the work. `join` is the other way round: it makes a list of what it gets, so it is given one.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { field, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isBoundToPlace, isBuiltin, kindOf, unknownCalls, usesOf } from "./scope.ts";

export const generatorArgument: Rewrite = {
  name: "python-generator-argument",
  idea: "Hands elements to sum, any, all, min and max one by one instead of making a list of them first, and to join a list at once.",
  reference:
    "PEP 289, Generator Expressions; R. Hettinger, join and list comprehensions, Python FAQ for str.join",
  lessons: {
    faster: "A list was made only to be read once, or went on where the answer was known already.",
    slower: "Resuming a generator for each element costs more than filling a list.",
    wrong: "What the elements' computation did was seen, and not all of them were computed.",
  },
  opportunities(subject) {
    return find(subject.function, "call").flatMap((call) => [
      ...toGenerator(subject, call),
      ...toList(subject, call),
    ]);
  },
};

function toGenerator(subject: Subject, call: Node): Opportunity[] {
  const callee = field(call, "function");
  const list = field(call, "arguments");
  const given = list?.type === "argument_list" ? parts(list) : [];
  const [only] = given;
  if (callee?.type !== "identifier" || !/^(?:sum|any|all|min|max|sorted|set|tuple)$/.test(callee.text))
    return [];
  if (
    !list ||
    given.length !== 1 ||
    only?.type !== "list_comprehension" ||
    !isBuiltin(subject, callee.text, "next")
  )
    return [];
  if (isBoundToPlace(only) || usesOf(only, "next").length > 0) return [];
  const ends = /^(?:any|all)$/.test(callee.text);
  const calls = unknownCalls(only, subject);
  return offer(subject, {
    parameters: { function: callee.text },
    place: `the list in ${short(call)}`,
    preconditions: [`a list is made only for ${callee.text}`],
    assumptions: [
      ...(ends && calls.length > 0
        ? [`What ${short(only)} calls has no effects, so that not all of them need be made.`]
        : []),
      ...(ends ? [`Making the elements in ${short(only)} raises no error after the one that decides.`] : []),
      ...(calls.length > 0 ? [`No call in ${short(only)} raises StopIteration.`] : []),
    ],
    edits: [replaceNode(list, `(${only.text.slice(1, -1)})`)],
  });
}

function toList(subject: Subject, call: Node): Opportunity[] {
  const callee = field(call, "function");
  const generator = field(call, "arguments");
  const object = callee?.type === "attribute" ? field(callee, "object") : undefined;
  if (!object || field(callee ?? call, "attribute")?.text !== "join" || kindOf(object, subject) !== "str")
    return [];
  if (generator?.type !== "generator_expression" || isBoundToPlace(generator)) return [];
  return offer(subject, {
    parameters: { function: "join" },
    place: `the generator in ${short(call)}`,
    preconditions: ["join is given a generator"],
    assumptions:
      unknownCalls(generator, subject).length > 0
        ? [`No call in ${short(generator)} raises StopIteration.`]
        : [],
    edits: [replaceNode(generator, `([${generator.text.slice(1, -1)}])`)],
  });
}

function short(node: Node): string {
  const text = node.text.replace(/\s+/g, " ");
  return text.length > 50 ? `${text.slice(0, 50)}…` : text;
}
