/**
 * Repeats the body of a short inner loop, so that counting and testing are paid once for several iterations and the compiler sees
 * across them.
 *
 *     for (i …) f(i);   →   #pragma GCC unroll 8
 *                           for (i …) f(i);
 *
 * Always legal. Written as the pragma that gcc and clang read, because the compiler then handles the remaining iterations.
 */
import { insertDirective } from "../../../code/edit.ts";
import { describeLoop, type Loop, loopsIn, tripCount } from "../../../code/loops.ts";
import { find } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const loopUnrolling: Rewrite = {
  name: "loop-unrolling",
  idea: "Repeats the body of a short inner loop, so that counting and testing are paid once for several iterations.",
  reference:
    "J. Dongarra, A. Hinds, Unrolling Loops in FORTRAN, Software: Practice and Experience 9(3), 1979",
  lessons: {
    faster:
      "The body was so short that counting, testing and jumping took much of its time; repeated, they are paid once for several iterations.",
    slower:
      "The loop waits for memory or for its own results, or the longer code no longer fits the processor's instruction buffers.",
    wrong: "The compiler's unrolled loop brought out undefined behaviour that was in the original.",
  },
  opportunities(subject) {
    return loopsIn(subject.function).flatMap((loop) => unrollings(subject, loop));
  },
};

const factors = [4, 8];
const longestBody = 600;

function unrollings(subject: Subject, loop: Loop): Opportunity[] {
  if (loop.children.length > 0 || loop.kind === "range" || loop.body.text.length > longestBody) return [];
  if (loop.hasUnknownCalls || find(loop.body, "switch_statement", "labeled_statement").length > 0) return [];
  // A pragma belongs to the statement after it: inside an unbraced if or for there is no room for it.
  if (loop.node.parent?.type !== "compound_statement" || hasPragma(loop)) return [];
  const trips = tripCount(loop);
  if (trips !== undefined && trips < 4) return [];
  return factors
    .filter((factor) => trips === undefined || factor <= trips)
    .flatMap((factor) =>
      offer(subject, {
        parameters: { factor },
        place: describeLoop(loop),
        preconditions: ["short body of an inner loop"],
        assumptions: [],
        edits: [insertDirective(subject.source, loop.node, `#pragma GCC unroll ${factor}`)],
      }),
    );
}

/** Whether the line before the loop tells the compiler about it already. */
export function hasPragma(loop: Loop, pattern: RegExp = /unroll/): boolean {
  for (
    let before = loop.node.previousNamedSibling;
    before?.type === "preproc_call" || before?.type === "comment";
    before = before.previousNamedSibling
  ) {
    if (before.type === "preproc_call" && pattern.test(before.text)) return true;
  }
  return false;
}
