/**
 * `items.pop(0)` and `items.insert(0, x)` move all other elements by one place. A deque takes from and puts to both ends in constant time.
 *
 * Legal where the list is the function's own, and nothing is done with it but to put in and take out at its ends, to ask for its length
 * or whether it is empty, and to read its ends.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, replaceNode } from "../../../code/edit.ts";
import { contains, field, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import {
  importing,
  isBinding,
  isNested,
  kindOf,
  methodOn,
  onlyValue,
  outermostLoop,
  usesOf,
} from "./scope.ts";

export const dequeQueue: Rewrite = {
  name: "python-deque-queue",
  idea: "Uses a deque for a list that is emptied or filled at its front, which does not move all other elements each time.",
  reference:
    "Python documentation, Tutorial, §5.1.2 Using Lists as Queues; Library Reference, collections.deque",
  lessons: {
    faster: "Each pop(0) or insert(0, …) moved the whole list; a deque moves nothing.",
    slower: "The list is short, and moving a few elements at once costs no more than a deque.",
    wrong: "The list was used in a way that a deque does not offer.",
  },
  opportunities(subject) {
    const fronts = find(subject.function, "call").filter(
      (call) => takesFront(call) && outermostLoop(call, subject.function),
    );
    const names = new Set(fronts.flatMap((call) => methodOn(call)?.object.text ?? []));
    return [...names].flatMap((name) => ofList(subject, name));
  },
};

function takesFront(call: Node): boolean {
  const method = methodOn(call);
  const first = method?.values[0]?.text;
  return (
    first === "0" &&
    ((method?.method === "pop" && method.values.length === 1) ||
      (method?.method === "insert" && method.values.length === 2))
  );
}

function ofList(subject: Subject, name: string): Opportunity[] {
  const known = onlyValue(subject, name);
  if (!known || kindOf(known.value, subject) !== "list" || isNested(known.statement, subject.function))
    return [];
  const bound = usesOf(subject.root, "deque").filter(isBinding);
  if (bound.some((use) => !/^from collections import\b/.test(use.parent?.parent?.text ?? ""))) return [];
  const edits: Edit[] = [
    replaceNode(known.value, known.value.text === "[]" ? "deque()" : `deque(${known.value.text})`),
  ];
  for (const use of usesOf(subject.function, name)) {
    if (contains(known.statement, use)) continue;
    const call = use.parent?.type === "attribute" ? use.parent.parent : null;
    const method = call?.type === "call" ? methodOn(call) : undefined;
    if (call && method?.object.id === use.id) {
      const given = method.values.map(({ text }) => text);
      if (takesFront(call))
        edits.push(
          replaceNode(
            call,
            method.method === "pop"
              ? `${name}.popleft()`
              : `${name}.appendleft(${given.slice(1).join(", ")})`,
          ),
        );
      else if (
        !(/^(?:append|extend)$/.test(method.method) && given.length === 1) &&
        !(/^(?:pop|clear)$/.test(method.method) && given.length === 0)
      )
        return [];
    } else if (!isAsked(use)) return [];
  }
  return offer(subject, {
    parameters: {},
    place: `the list ${name}`,
    preconditions: ["a list is emptied or filled at its front in a loop"],
    assumptions: [],
    edits: [...edits, ...importing(subject, "from collections import deque")],
  });
}

/** Whether it is empty, how long it is, what stands at its ends. */
function isAsked(use: Node): boolean {
  const { parent } = use;
  if (parent?.type === "not_operator") return true;
  for (let at = use, above = at.parent; above; at = above, above = at.parent) {
    if (/^(?:while_statement|if_statement|elif_clause)$/.test(above.type)) {
      if (field(above, "condition")?.id === at.id) return true;
      break;
    }
    if (!/^(?:boolean_operator|parenthesized_expression)$/.test(above.type)) break;
  }
  if (parent?.type === "subscript") {
    const reads = !/assignment|delete|pattern|expression_list/.test(parent.parent?.type ?? "");
    return reads && parts(parent).length === 2 && /^(?:0|-1)$/.test(field(parent, "subscript")?.text ?? "");
  }
  return (
    parent?.type === "argument_list" &&
    parts(parent).length === 1 &&
    parent.parent?.type === "call" &&
    field(parent.parent, "function")?.text === "len"
  );
}
