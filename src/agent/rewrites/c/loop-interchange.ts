/**
 * Makes another loop of a nest the innermost one, so that memory is walked through side by side instead of a row at a time.
 *
 *     for (j …)                         for (i …)
 *       for (i …)               →         for (j …)
 *         y[j] += m[i*n + j];               y[j] += m[i*n + j];
 *
 * Legal where every dependence still runs forwards in the new order. Reductions may be reordered: exactly for integers, up to
 * rounding for floating point. `accumulator-interchange.ts` does the same where a scalar stands in the way.
 */
import type { Edit } from "../../../code/edit.ts";
import { mayPermute } from "../../../code/dependences.ts";
import { mentions } from "../../../code/effects.ts";
import {
  type Count,
  describeLoop,
  isConfined,
  type Loop,
  loopsIn,
  perfectChild,
  perfectNest,
} from "../../../code/loops.ts";
import { reductionsOf } from "../../../code/reductions.ts";
import { innermostCost, jumpsByRows } from "./locality.ts";
import { accumulatorInterchange } from "./accumulator-interchange.ts";
import { headerOf } from "./loop-text.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

type Counted = Loop & { readonly count: Count };

export const loopInterchange: Rewrite = {
  name: "loop-interchange",
  idea: "Makes the loop that walks through memory side by side the innermost one.",
  reference:
    "R. Allen, K. Kennedy, Optimizing Compilers for Modern Architectures, 2002, sections 5.2 and 9.2",
  lessons: {
    faster:
      "The innermost loop strode by a row and now walks through memory side by side, so each cache line is used whole and the loop can be vectorised.",
    slower:
      "The data fit into the cache anyway, or the sum that was kept in a register is now loaded and stored in every iteration.",
    wrong:
      "An iteration needed a value that, in the new order, had not been computed yet, or the sums were too sensitive to their order.",
  },
  opportunities(subject) {
    return loopsIn(subject.function).flatMap((loop) => [
      ...permutations(subject, loop),
      ...accumulatorInterchange(subject, loop),
    ]);
  },
};

/** One opportunity for each loop of a perfect nest that would be better innermost. */
function permutations(subject: Subject, top: Loop): Opportunity[] {
  if (top.parent && perfectChild(top.parent)?.count && top.parent.count) return [];
  const nest = perfectNest(top);
  const last = nest.at(-1);
  if (
    !last ||
    nest.length < 2 ||
    nest.length > 5 ||
    nest.some((loop) => loop.leavesEarly) ||
    !isRectangular(nest)
  )
    return [];
  if (!nest.every((loop) => isConfined(loop, subject.function))) return [];
  const variables = nest.map((loop) => loop.count.variable);
  const before = innermostCost(last.body, last.count.variable);
  return nest.slice(0, -1).flatMap((loop, position) => {
    const after = innermostCost(last.body, loop.count.variable);
    if (after >= before) return [];
    const order = [...nest.keys()].filter((index) => index !== position).concat(position);
    const legality = mayPermute(last.body, variables, order, reductionsOf(top));
    if (!legality.legal) return [];
    return offer(subject, {
      parameters: { innermost: loop.count.variable },
      place: describeLoop(last),
      preconditions: [
        ...(jumpsByRows(last.body, last.count.variable) ? ["inner loop strides by a row"] : []),
        "loops nested with nothing between",
      ],
      assumptions: legality.assumptions,
      edits: nest.map((target, index) => headerEdit(target, nest[order[index] ?? index] ?? target)),
    });
  });
}

/** Whether no loop of the nest depends on the variable of another. */
export function isRectangular(nest: readonly Counted[]): boolean {
  return nest.every(({ count }) =>
    nest.every(
      (other) =>
        other.count === count ||
        (!mentions(count.start, other.count.variable) &&
          !mentions(count.bound, other.count.variable) &&
          !String(count.step).includes(other.count.variable)),
    ),
  );
}

function headerEdit(target: Loop, source: Loop): Edit {
  const start = target.node.startIndex;
  return { start, end: start + headerOf(target).length, text: headerOf(source) };
}
