/**
 * Gives parts of a loop's body a loop each: one part may then be vectorised, interchanged or tiled while the other cannot.
 *
 *     for (i …) { for (j …) c[i][j] = 0;             for (i …) for (j …) c[i][j] = 0;
 *                 for (k …) for (j …) c[i][j] += …; }  →  for (i …) for (k …) for (j …) c[i][j] += …;
 *
 * Legal where no iteration of the first part needs an earlier one of the second.
 */
import type { Node } from "web-tree-sitter";
import { block } from "../../../code/edit.ts";
import { mayDistribute } from "../../../code/dependences.ts";
import { effectsOf } from "../../../code/effects.ts";
import { describeLoop, isConfined, isCounted, isInvariant, type Loop, loopsIn } from "../../../code/loops.ts";
import { isLoopHint } from "../../../code/tree.ts";
import { headerOf, replaceByLines, statementsText } from "./loop-text.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const loopFission: Rewrite = {
  name: "loop-fission",
  idea: "Gives independent parts of a loop a loop each, so that each can be vectorised, interchanged or tiled by itself.",
  reference:
    "D. Kuck, The Structure of Computers and Computations, 1978; Allen and Kennedy, 2002, section 6.2",
  lessons: {
    faster:
      "One part of the body held the other back; in loops of their own, one is vectorised or walks through memory undisturbed.",
    slower: "The parts used the same data, which are now passed through twice.",
    wrong: "The first part needed something that the second had computed in an earlier iteration.",
  },
  opportunities(subject) {
    return loopsIn(subject.function).flatMap((loop) => splits(subject, loop));
  },
};

/** Beyond this many statements a body is not one loop by mistake. */
const mostStatements = 12;

function splits(subject: Subject, loop: Loop): Opportunity[] {
  const { statements } = loop;
  if (!isCounted(loop) || loop.kind !== "for" || loop.leavesEarly || loop.hasContinue) return [];
  if (statements.length < 2 || statements.length > mostStatements || !isConfined(loop, subject.function))
    return [];
  if (loop.body.namedChildren.some((child) => child.type.startsWith("preproc_") && !isLoopHint(child)))
    return [];
  return statements.slice(1).flatMap((statement, index) => {
    const [first, second] = [statements.slice(0, index + 1), statements.slice(index + 1)];
    if (!isWork(first) || !isWork(second) || sharesNames(first, second)) return [];
    if (!isInvariant(loop.count.bound, loop.node)) return [];
    const legality = mayDistribute(first, second, loop.count.variable);
    if (!legality.legal) return [];
    const header = headerOf(loop);
    const lines = [first, second]
      .map((part) => block(subject.source, header, statementsText(subject, part)))
      .join("\n");
    return offer(subject, {
      parameters: { before: index + 1 },
      place: describeLoop(loop),
      preconditions: ["independent parts in one loop"],
      assumptions: legality.assumptions,
      edits: [replaceByLines(subject, loop.node, lines)],
    });
  });
}

/** Whether the statements do something by themselves: a loop of declarations alone is none. */
function isWork(statements: readonly Node[]): boolean {
  return statements.some((statement) => statement.type !== "declaration");
}

/** Whether the second part uses what the first declares. */
function sharesNames(first: readonly Node[], second: readonly Node[]): boolean {
  const declared = new Set(
    first
      .filter((statement) => statement.type === "declaration")
      .flatMap((statement) => [...effectsOf(statement).declared]),
  );
  return second.some((statement) =>
    effectsOf(statement).accesses.some((access) => declared.has(access.root)),
  );
}
