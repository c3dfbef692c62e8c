/**
 * `items.insert(0, x)` moves all that is there by one place. A list that is built from its end is appended to, and turned round once.
 *
 *     path = []                           →   path = []
 *     while node is not None:                 while node is not None:
 *         path.insert(0, node.name)               path.append(node.name)
 *         node = node.parent                      node = node.parent
 *                                             path.reverse()
 *
 * Legal where the list is empty, or has one element, before the loop, and the loop does nothing with it but put in at its front.
 */
import type { Node } from "web-tree-sitter";
import { insertAfter, replaceNode } from "../../../code/edit.ts";
import { contains, field, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import {
  endsLine,
  isInTry,
  isNested,
  loopName,
  loopsOf,
  methodOn,
  onlyValue,
  outermostLoop,
  startsLine,
  usesOf,
} from "./scope.ts";

export const appendThenReverse: Rewrite = {
  name: "python-append-then-reverse",
  idea: "Appends to a list that is built from its end, and turns it round once, instead of moving all of it for each element.",
  reference: "Python Wiki, TimeComplexity: list, insert and append; J. Bentley, Writing Efficient Programs",
  lessons: {
    faster: "Each element that was put in at the front moved all others; they are appended now.",
    slower: "The list is so short that moving its elements costs less than turning it round.",
    wrong: "Something looked at the list before it was turned round.",
  },
  opportunities(subject) {
    return loopsOf(subject)
      .filter(
        (loop) => outermostLoop(loop, subject.function) === undefined && !isInTry(loop, subject.function),
      )
      .flatMap((loop) => {
        const names = new Set(loop.descendantsOfType("call").flatMap((call) => frontOf(call)?.name ?? []));
        return [...names].flatMap((name) => ofList(subject, loop, name));
      });
  },
};

/** `name.insert(0, value)` as a statement. */
function frontOf(call: Node): { name: string; object: Node; value: Node } | undefined {
  const method = methodOn(call);
  const [at, value, ...more] = method?.values ?? [];
  if (method?.method !== "insert" || at?.text !== "0" || !value || more.length > 0) return undefined;
  if (call.parent?.type !== "expression_statement" || value.type === "list_splat") return undefined;
  return { name: method.object.text, object: method.object, value };
}

function ofList(subject: Subject, loop: Node, name: string): Opportunity[] {
  const known = onlyValue(subject, name);
  const few = known?.value.type === "list" && parts(known.value).every(({ type }) => type !== "list_splat");
  if (!known || !few || parts(known.value).length > 1 || isNested(known.statement, subject.function))
    return [];
  // It ran before the loop, whatever branches were taken, and nothing was done with the list between the two.
  const { statement } = known;
  if (statement.endIndex > loop.startIndex || !statement.parent || !contains(statement.parent, loop))
    return [];
  const uses = usesOf(subject.function, name).filter((use) => !contains(statement, use));
  if (uses.some((use) => use.startIndex < loop.startIndex)) return [];
  const fronts = loop.descendantsOfType("call").flatMap((call) => {
    const front = frontOf(call);
    return front?.name === name ? [{ call, ...front }] : [];
  });
  const inside = uses.filter((use) => contains(loop, use));
  if (
    inside.length !== fronts.length ||
    !inside.every((use) => fronts.some(({ object }) => object.id === use.id))
  )
    return [];
  if (!startsLine(subject, loop) || !endsLine(subject, loop) || field(loop, "alternative")) return [];
  return offer(subject, {
    parameters: {},
    place: `the list ${name} in ${loopName(loop)}`,
    preconditions: ["a list is filled at its front in a loop, and not looked at meanwhile"],
    assumptions: [],
    edits: [
      ...fronts.map(({ call, value }) => replaceNode(call, `${name}.append(${value.text})`)),
      insertAfter(subject.source, loop, `${name}.reverse()`),
    ],
  });
}
