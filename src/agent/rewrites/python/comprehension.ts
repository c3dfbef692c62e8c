/**
 * A loop that does nothing but append becomes a comprehension, which needs no look-up of `append` and no call for each element.
 *
 *     out = []                            →   out = [x * 2 for x in xs if x > 0]
 *     for x in xs:
 *         if x > 0:
 *             out.append(x * 2)
 *
 * Legal where nobody sees the list before it is complete, and the loop's variables are not read after it.
 */
import type { Node } from "web-tree-sitter";
import { contains, field, find } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import {
  endsLine,
  expressionIn,
  isBinding,
  isBoundToPlace,
  isInTry,
  isPrivate,
  isReadOutside,
  loopName,
  loopsOf,
  methodOn,
  startsLine,
  statementBefore,
  statementsIn,
  usesOf,
} from "./scope.ts";

export const comprehension: Rewrite = {
  name: "python-comprehension",
  idea: "Builds a list by a comprehension instead of appending in a loop, which saves a look-up and a call for each element.",
  reference:
    "Python documentation, Tutorial, §5.1.3 List Comprehensions; M. Gorelick, I. Ozsvald, High Performance Python, Ch. 3",
  lessons: {
    faster: "Each element was appended by a method call; the comprehension appends by one instruction.",
    slower: "The work for each element is so much that the call of append does not count.",
    wrong:
      "Something looked at the list, or at the loop's variable, that the comprehension does not leave behind.",
  },
  opportunities(subject) {
    return loopsOf(subject).flatMap((loop) => appendLoop(subject, loop));
  },
};

function appendLoop(subject: Subject, loop: Node): Opportunity[] {
  const before = statementBefore(loop);
  const assignment = expressionIn(before);
  const target = assignment?.type === "assignment" ? field(assignment, "left") : undefined;
  if (!before || target?.type !== "identifier" || field(assignment ?? loop, "right")?.text !== "[]")
    return [];
  const shape = shapeOf(loop, target.text);
  if (!shape || !isPrivate(subject, target.text) || isInTry(loop, subject.function)) return [];
  if (!startsLine(subject, before) || !endsLine(subject, loop) || find(loop, "comment").length > 0) return [];
  const others = usesOf(loop, target.text);
  if (others.length !== 1 || isBoundToPlace(loop) || usesOf(subject.function, "locals").length > 0) return [];
  const bound = usesOf(loop, "")
    .concat(find(loop, "identifier").filter(isBinding))
    .map(({ text }) => text);
  if (bound.some((name) => !isPrivate(subject, name) || isReadOutside(subject, loop, name))) return [];
  const text = `${target.text} = [${shape.element} ${shape.clauses.join(" ")}]`;
  return offer(subject, {
    parameters: {},
    place: `the list ${target.text} in ${loopName(loop)}`,
    preconditions: ["a loop does nothing but append to a list that begins empty"],
    assumptions: [],
    edits: [{ start: before.startIndex, end: loop.endIndex, text }],
  });
}

/** What is appended, and the `for` and `if` clauses around it. */
function shapeOf(loop: Node, list: string): { element: string; clauses: string[] } | undefined {
  const clauses: string[] = [];
  let at: Node | undefined = loop;
  for (;;) {
    if (at?.type === "for_statement" && !field(at, "alternative") && at.children[0]?.type !== "async") {
      const [left, right] = [field(at, "left"), field(at, "right")];
      if (
        !left ||
        !right ||
        right.type === "expression_list" ||
        find(left, "attribute", "subscript").length > 0
      )
        return undefined;
      clauses.push(`for ${left.text} in ${wrapped(right)}`);
      at = onlyIn(field(at, "body"));
    } else if (at?.type === "if_statement" && !field(at, "alternative")) {
      clauses.push(`if ${wrapped(field(at, "condition"))}`);
      at = onlyIn(field(at, "consequence"));
    } else break;
  }
  const call = expressionIn(at);
  const method = call && methodOn(call);
  const [value, ...more] = method?.values ?? [];
  if (!value || more.length > 0 || method?.object.text !== list || method.method !== "append")
    return undefined;
  if (/splat|keyword/.test(value.type) || !contains(loop, value)) return undefined;
  return { element: value.text, clauses };
}

function onlyIn(block: Node | undefined): Node | undefined {
  const statements = statementsIn(block);
  return statements.length === 1 ? statements[0] : undefined;
}

/** In a clause a conditional needs parentheses. */
function wrapped(node: Node | undefined): string {
  return node?.type === "conditional_expression" ? `(${node.text})` : (node?.text ?? "");
}
