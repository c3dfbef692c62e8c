/**
 * A spread or a `concat` that adds one element copies all the others: built that way, an array of n elements costs n²/2 copies.
 *
 *     out = [...out, x];              →   out.push(x);
 *     out = out.concat([x]);          →   out.push(x);
 *     seen = { ...seen, [key]: 1 };   →   seen[key] = 1;
 *
 * Legal where nobody keeps the array as it was before: it is made in this function, and only its elements and its length are used until
 * it is returned.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { contains, field, find } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { growthOf, isPlainLiteral, onlyGrows } from "./growth.ts";
import { mentions, roleOf, variableOf } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { repetitionsAround } from "./repetition.ts";
import { isReturned } from "./steady.ts";
import { expressionOf, functionAround, plain } from "./tree.ts";

export const growInPlace: Rewrite = {
  name: "grow-in-place",
  idea: "Pushes onto an array, or sets a property of an object, instead of copying it into a new one with a spread or concat at each pass of a loop.",
  reference:
    "M. Gorelick and I. Ozsvald, High Performance Python, ch. 3 (the same of lists); T. Cormen et al., Introduction to Algorithms, §16.4: dynamic tables",
  lessons: {
    faster: "Each pass copied all that was there already; growing in place costs the same for each element.",
    slower: "The array stays so short that the copy costs nothing.",
    wrong: "Somebody kept the array as it was before an element was added.",
  },
  opportunities(subject) {
    const names = find(subject.function, "assignment_expression").flatMap((node) => {
      const left = field(node, "left");
      return left?.type === "identifier" ? [left.text] : [];
    });
    return distinct([...new Set(names)].flatMap((name) => grown(subject, name)));
  },
};

function grown(subject: Subject, name: string): Opportunity[] {
  const variable = variableOf(subject, name);
  if (!variable?.declaration || (variable.kind !== "let" && variable.kind !== "var") || !variable.value)
    return [];
  const literal = plain(variable.value);
  if (!isPlainLiteral(literal)) return [];
  const home = functionAround(variable.declaration);
  const growths: { node: Node; text: string }[] = [];
  let repeated = false;
  const assumptions = new Set<string>();
  for (const mention of mentions(name, subject.function)) {
    const assignment = mention.parent;
    const right = assignment && field(assignment, "right");
    if (roleOf(mention) === "declared") continue;
    const around = functionAround(mention);
    if (!home || !around || home.id !== around.id) return [];
    if (roleOf(mention) === "written") {
      if (assignment?.type !== "assignment_expression" || !right) return [];
      const growth = growthOf(subject, name, literal.type, right);
      // A new start is a fresh array, whoever holds the old one.
      if (!growth && ["array", "object"].includes(plain(right).type) && !mentions(name, right).length)
        continue;
      if (!growth || expressionOf(assignment.parent ?? assignment)?.id !== assignment.id) return [];
      growths.push({ node: assignment, text: growth.text });
      for (const each of growth.assumptions) assumptions.add(each);
      const loop = repetitionsAround(subject, assignment)[0];
      if (loop && !contains(loop.node, variable.declaration)) repeated = true;
      continue;
    }
    const inGrowth = growthAround(subject, name, literal.type, mention);
    if (!inGrowth && !isReturned(variable, mention) && !onlyGrows(mention)) return [];
  }
  if (growths.length === 0 || !repeated) return [];
  const words = literal.type === "array" ? "elements are added" : "properties are set";
  return offer(subject, {
    parameters: {},
    place: `the copies of ${name}`,
    preconditions: [
      `${name} is copied in a loop to grow`,
      `it is made in this function, and only ${words} and read until it is returned`,
    ],
    assumptions: [...assumptions],
    edits: growths.map(({ node, text }) => replaceNode(node, text)),
  });
}

/** Whether a mention is the copied part of a growth: the `out` in `[...out, x]`. */
function growthAround(subject: Subject, name: string, kind: string, mention: Node): boolean {
  for (let at = mention.parent; at; at = at.parent) {
    if (at.type !== "assignment_expression") continue;
    const right = field(at, "right");
    if (field(at, "left")?.text !== name || !right || !contains(right, mention)) return false;
    const growth = growthOf(subject, name, kind, right);
    return growth !== undefined && growth.copied.id === mention.id;
  }
  return false;
}
