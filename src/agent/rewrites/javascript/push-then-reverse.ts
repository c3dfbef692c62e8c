/**
 * `unshift` moves all elements that are there already. An array that is built from its end is pushed to, and turned round once.
 *
 *     const path = [];                                        const path = [];
 *     for (let n = end; n; n = from[n]) path.unshift(n);  →   for (let n = end; n; n = from[n]) path.push(n);
 *                                                             path.reverse();
 *
 * Legal where the array is empty before the loop, is not looked at in it, and the loop is left only to the line after it.
 */
import type { Node } from "web-tree-sitter";
import { insertAfter, replaceNode } from "../../../code/edit.ts";
import { contains, enclosing, field, find } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isCaptured, mentions, roleOf, variableOf } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { repetitionsAround } from "./repetition.ts";
import { callOn, isLoopStatement, plain } from "./tree.ts";

export const pushThenReverse: Rewrite = {
  name: "push-then-reverse",
  idea: "Pushes in a loop and reverses once after it, instead of putting each element before all others with unshift.",
  reference:
    "J. Bentley, Programming Pearls, 2nd ed., column 2: reversal; the same in functional languages: R. Bird, Pearls of Functional Algorithm Design",
  lessons: {
    faster: "Each unshift moved all elements at each pass; push moves none, and reversing moves each once.",
    slower: "The array stays short, and moving it is cheaper than reversing it.",
    wrong: "The array was looked at before the loop was done.",
  },
  opportunities(subject) {
    const names = find(subject.function, "identifier")
      .filter((node) => callOn(node)?.method === "unshift")
      .map(({ text }) => text);
    return distinct([...new Set(names)].flatMap((name) => reversed(subject, name)));
  },
};

function reversed(subject: Subject, name: string): Opportunity[] {
  const variable = variableOf(subject, name);
  const { declaration, value } = variable ?? {};
  if (!variable || !declaration || !value || plain(value).text !== "[]" || variable.kind === "outer")
    return [];
  const uses = mentions(name, subject.function).filter((node) => roleOf(node) !== "declared");
  const [first] = uses;
  if (!first || uses.some((node) => roleOf(node) === "written" || isCaptured(variable, node))) return [];
  const loop = repetitionsAround(subject, first)
    .map(({ node }) => node)
    .filter((node) => isLoopStatement(node) && !contains(node, declaration))
    .at(-1);
  if (!loop || loop.parent?.type !== "statement_block" || !contains(variable.scope, loop)) return [];
  // A loop around all of it would come with elements from the pass before.
  if (enclosing(declaration, ["try_statement"], subject.function)) return [];
  if (enclosing(loop, ["try_statement"], subject.function)) return [];
  const inside = uses.filter((node) => contains(loop, node));
  if (uses.some((node) => node.startIndex < loop.startIndex)) return [];
  const calls = inside.flatMap((node) => callOn(node) ?? []);
  const alike = calls.every(
    ({ method, arguments: given, node }) =>
      method === "unshift" &&
      given.length === 1 &&
      given[0]?.type !== "spread_element" &&
      node.parent?.type === "expression_statement",
  );
  if (calls.length !== inside.length || !alike || leavesOutward(loop)) return [];
  return offer(subject, {
    parameters: {},
    place: `the array ${name}`,
    preconditions: [
      `${name} is empty before the loop and is only put elements at its front there`,
      "the loop is left only to the line after it",
    ],
    assumptions: [],
    edits: [
      ...calls.map(({ node }) => {
        const method = field(field(node, "function") ?? node, "property") ?? node;
        return replaceNode(method, "push");
      }),
      insertAfter(subject.source, loop, `${name}.reverse();`),
    ],
  });
}

/** A jump to a label outside of the loop would skip the reversal; `return` ends the array as well. */
function leavesOutward(loop: Node): boolean {
  return find(loop, "break_statement", "continue_statement", "yield_expression").some(
    (jump) => jump.type === "yield_expression" || field(jump, "label") !== undefined,
  );
}
