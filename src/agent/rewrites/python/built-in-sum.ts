/**
 * A loop that only adds up becomes `sum`, which adds in C.
 *
 *     total = 0                           →   total = sum(x * 2 for x in xs if x > 0)
 *     for x in xs:
 *         if x > 0:
 *             total += x * 2
 */
import type { Node } from "web-tree-sitter";
import { field, find } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import {
  endsLine,
  expressionIn,
  isBinding,
  isBoundToPlace,
  isBuiltin,
  isInTry,
  isPrivate,
  isReadOutside,
  kindOf,
  loopName,
  loopsOf,
  startsLine,
  statementBefore,
  statementsIn,
  unknownCalls,
  usesOf,
} from "./scope.ts";

export const builtInSum: Rewrite = {
  name: "python-built-in-sum",
  idea: "Adds up by the built-in sum instead of a loop of its own, so that the additions are not interpreted one by one.",
  reference:
    "Python documentation, Library Reference, sum; M. Gorelick, I. Ozsvald, High Performance Python, Ch. 5",
  lessons: {
    faster: "Each addition was interpreted; sum adds in one compiled loop.",
    slower: "The generator costs more for each element than the addition that it saves.",
    wrong: "What was added up were no numbers, or the rounding of the sum mattered.",
  },
  opportunities(subject) {
    return isBuiltin(subject, "sum", "next")
      ? loopsOf(subject).flatMap((loop) => addingLoop(subject, loop))
      : [];
  },
};

function addingLoop(subject: Subject, loop: Node): Opportunity[] {
  const before = statementBefore(loop);
  const assignment = expressionIn(before);
  const target = assignment?.type === "assignment" ? field(assignment, "left") : undefined;
  const start = assignment && field(assignment, "right");
  if (
    !before ||
    target?.type !== "identifier" ||
    start?.text !== "0" ||
    loop.type !== "for_statement" ||
    field(loop, "alternative")
  )
    return [];
  const { text: total } = target;
  const [left, right] = [field(loop, "left"), field(loop, "right")];
  const statements = statementsIn(field(loop, "body"));
  let at = statements.length === 1 ? statements[0] : undefined;
  let condition: Node | undefined;
  if (at?.type === "if_statement" && !field(at, "alternative")) {
    condition = field(at, "condition");
    const inner = statementsIn(field(at, "consequence"));
    at = inner.length === 1 ? inner[0] : undefined;
  }
  const adding = expressionIn(at);
  const term =
    adding?.type === "augmented_assignment" &&
    field(adding, "operator")?.text === "+=" &&
    field(adding, "left")?.text === total
      ? field(adding, "right")
      : undefined;
  if (!left || !right || !term || right.type === "expression_list" || /list$|yield|generator/.test(term.type))
    return [];
  if (
    usesOf(loop, total).length !== 1 ||
    !isPrivate(subject, total) ||
    isInTry(loop, subject.function) ||
    isBoundToPlace(loop)
  )
    return [];
  if (
    !startsLine(subject, before) ||
    !endsLine(subject, loop) ||
    find(loop, "comment").length > 0 ||
    find(left, "attribute", "subscript").length > 0
  )
    return [];
  const bound = find(loop, "identifier")
    .filter((use) => use.text !== total && isBinding(use))
    .map(({ text }) => text);
  if (
    bound.some((name) => !isPrivate(subject, name) || isReadOutside(subject, loop, name)) ||
    usesOf(loop, "next").length > 0
  )
    return [];
  const text = `${total} = sum(${term.text} for ${left.text} in ${wrapped(right)}${condition ? ` if ${wrapped(condition)}` : ""})`;
  const whole = kindOf(term, subject) === "int" || kindOf(term, subject) === "bool";
  return offer(subject, {
    parameters: {},
    place: `the sum ${total} in ${loopName(loop)}`,
    preconditions: ["a loop does nothing but add up"],
    assumptions: [
      ...(whole
        ? []
        : [
            `What is added to ${total} are numbers, and where they are floats, Python before 3.12 runs it or the last digit of the sum may differ.`,
          ]),
      ...(unknownCalls(loop, subject).length > 0 ? ["No call in the loop raises StopIteration."] : []),
    ],
    edits: [{ start: before.startIndex, end: loop.endIndex, text }],
  });
}

/** In a clause a conditional needs parentheses. */
function wrapped(node: Node): string {
  return node.type === "conditional_expression" ? `(${node.text})` : node.text;
}
