/**
 * Whether an expression may be evaluated before a loop instead of in it. Shared by the rewrites that move values out of loops.
 */
import type { Node } from "web-tree-sitter";
import type { Loop } from "../../../code/loops.ts";
import { type Invariance, invarianceOf } from "../../../code/storage.ts";
import { contains, field } from "../../../code/tree.ts";
import { runsAlways } from "../offer.ts";

export interface Placement {
  readonly assumptions: readonly string[];
  /** The condition under which it may be evaluated: the loop's own, for the first iteration. Absent where it never traps. */
  readonly guard: string | undefined;
}

/**
 * Where the expression keeps its value in the loop and evaluating it early cannot trap: at once for sums and products; for loads and
 * integer divisions only if the loop's first iteration evaluates them anyway, behind the loop's own condition.
 */
export function placementOf(
  expression: Node,
  loop: Loop,
  invariance: Invariance | undefined = invarianceOf(expression, loop.node),
): Placement | undefined {
  if (!invariance) return undefined;
  const { assumptions } = invariance;
  const region = ["condition", "body"]
    .map((name) => field(loop.node, name))
    .find((part) => part && contains(part, expression));
  if (!invariance.mayTrap) return { assumptions, guard: undefined };
  if (!region || !runsAlways(expression, region)) return undefined;
  if (loop.kind === "do" || !contains(loop.body, expression)) return { assumptions, guard: undefined };
  const { count } = loop;
  if (!count || loop.kind !== "for") return undefined;
  return { assumptions, guard: `${count.start.text} ${count.comparison} ${count.bound.text}` };
}
