/**
 * When to go on measuring and when to stop: pure decisions over the rounds so far.
 */
import type { Effort } from "./evaluator.ts";
import { speedupOf } from "./statistics.ts";

export interface TimingPlan {
  readonly pairsPerRound: number;
  readonly leastRounds: number;
  readonly mostRounds: number;
  /** Half the width of what counts as no difference. */
  readonly tie: number;
  /** A gain that is certainly smaller than this is not worth measuring on; 0 where every gain is. */
  readonly worthwhile: number;
}

export const timingPlans: Readonly<Record<Effort, TimingPlan>> = {
  screen: { pairsPerRound: 4, leastRounds: 3, mostRounds: 5, tie: 0.01, worthwhile: 0.03 },
  normal: { pairsPerRound: 4, leastRounds: 3, mostRounds: 10, tie: 0.01, worthwhile: 0 },
  confirm: { pairsPerRound: 6, leastRounds: 8, mostRounds: 20, tie: 0.01, worthwhile: 0 },
};

/** What one timed command should take, so that clocks and wake-ups do not count. */
export const batchMs = 10;
/** A win this large is believed only when fresh processes and seeds show it again. */
export const implausibleRatio = 10;
/** A candidate this much slower is dropped after two rounds. */
const clearLoss = Math.log(0.8);

export type Verdict = "win" | "loss" | "tie" | "futile" | "continue" | "undecided";

/** What the rounds' log ratios say so far. `undecided` only at the most rounds. */
export function verdictOf(logRatios: readonly number[], plan: TimingPlan): Verdict {
  const rounds = logRatios.length;
  if (rounds < 2) return "continue";
  const { low, high } = speedupOf(logRatios);
  if (rounds < plan.leastRounds)
    return high < 1 && logRatios.every((ratio) => ratio < clearLoss) ? "loss" : "continue";
  if (low > 1) return "win";
  if (high < 1) return "loss";
  if (low >= 1 - plan.tie && high <= 1 + plan.tie) return "tie";
  if (high <= 1 + plan.worthwhile) return "futile";
  return rounds < plan.mostRounds ? "continue" : "undecided";
}

/** Instances of the arguments that one timed command goes through, given the reference's time for one. */
export function instancesFor(referenceMs: number, argumentBytes: number): number {
  if (referenceMs >= batchMs / 2) return 1;
  const byTime = Math.round(batchMs / Math.max(referenceMs, 1e-6));
  const byMemory = Math.floor((64 * 2 ** 20) / Math.max(argumentBytes, 64));
  return Math.max(1, Math.min(byTime, byMemory, 50_000));
}
