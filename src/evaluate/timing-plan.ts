/**
 * When to go on measuring and when to stop: pure decisions over the rounds so far.
 */
import type { Effort } from "./evaluator.ts";
import type { Speedup } from "./outcome.ts";
import { leastScatter, speedupOf, widthOf } from "./statistics.ts";

export interface TimingPlan {
  readonly pairsPerRound: number;
  /** Of these, how many are enough after the first round, where more would say no more: see `isClear` and `isSteady`. */
  readonly briefPairs: number;
  /** The same where the rounds before are as clear. */
  readonly clearPairs: number;
  readonly leastRounds: number;
  readonly mostRounds: number;
  /** Half the width of what counts as no difference. */
  readonly tie: number;
  /**
   * The error that the first look at an interval may spend, and each later one: the more looks, the likelier one of them errs. Together they
   * keep the chance that identical programs ever leave the interval at 1 %, whatever the scatter (group sequential testing:
   * S. Pocock, Biometrika 64, 1977). Found by simulation, and a test simulates it again.
   */
  readonly firstLevel: number;
  readonly laterLevel: number;
  /** A gain that is certainly smaller than this is not worth measuring on; 0 where every gain is. */
  readonly worthwhile: number;
}

export const timingPlans: Readonly<Record<Effort, TimingPlan>> = {
  screen: {
    pairsPerRound: 4,
    briefPairs: 2,
    clearPairs: 1,
    leastRounds: 3,
    mostRounds: 5,
    tie: 0.01,
    worthwhile: 0.03,
    firstLevel: 0.005,
    laterLevel: 0.0034,
  },
  normal: {
    pairsPerRound: 4,
    briefPairs: 2,
    clearPairs: 1,
    leastRounds: 3,
    mostRounds: 10,
    tie: 0.01,
    worthwhile: 0,
    firstLevel: 0.005,
    laterLevel: 0.0013,
  },
  confirm: {
    pairsPerRound: 6,
    briefPairs: 6,
    clearPairs: 6,
    leastRounds: 8,
    mostRounds: 20,
    tie: 0.01,
    worthwhile: 0,
    firstLevel: 0.005,
    laterLevel: 0.0014,
  },
};

/** What one timed command should take, so that clocks and wake-ups do not count. */
export const batchMs = 10;
/**
 * How often a single look may give up on a gain that just deserves to be measured on, either side counted: once in twenty on the side of
 * gains. To give up claims nothing, so no error of a claim is spent; what it may cost is the announcement of a gain as small as `tie`.
 */
const givingUpLevel = 0.1;
/** A win this large is believed only when fresh processes and seeds show it again. */
export const implausibleRatio = 10;
/** A candidate this much slower is dropped after two rounds. */
const clearLoss = Math.log(0.8);
const clearWin = Math.log(1.25);

/** Whether rounds and pairs lie so far from 1 that few of them tell which side they are on: how far exactly can wait for `confirm`. */
export function isClear(logRatios: readonly number[]): boolean {
  return logRatios.every((ratio) => ratio > clearWin) || logRatios.every((ratio) => ratio < clearLoss);
}

/** Whether two rounds or more all show a win so large that another series decides: more of this one would say no more. */
export function isImplausible(logRatios: readonly number[]): boolean {
  return logRatios.length >= 2 && logRatios.every((ratio) => ratio > Math.log(implausibleRatio));
}

/**
 * Whether the pairs of each round, given by their log ratios, agree so well that the mean of two scatters about as little as what rounds are
 * taken to scatter by anyway.
 */
export function isSteady(rounds: readonly (readonly number[])[]): boolean {
  const deviations = rounds.flatMap((pairs) => {
    const mean = pairs.reduce((sum, ratio) => sum + ratio, 0) / pairs.length;
    return pairs.map((ratio) => ratio - mean);
  });
  const squares = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
  const freedom = deviations.length - rounds.length;
  return freedom > 0 && Math.sqrt(squares / freedom) <= 2 * leastScatter;
}

export type Verdict = "win" | "loss" | "tie" | "futile" | "continue" | "undecided";

/** The interval that may be reported after these rounds: right at its confidence although it was looked at after each. */
export function intervalOf(logRatios: readonly number[], plan: TimingPlan): Speedup {
  const rounds = logRatios.length;
  // Nothing but a clear loss ends before the first look.
  if (rounds < plan.leastRounds) return speedupOf(logRatios);
  return speedupOf(logRatios, rounds === plan.leastRounds ? plan.firstLevel : plan.laterLevel);
}

/**
 * What the rounds' log ratios say so far. `undecided` only at the most rounds. `cautious` is their mean if the candidate did elsewhere what
 * could go unseen: no win is called before that is one too.
 */
export function verdictOf(logRatios: readonly number[], plan: TimingPlan, cautious = Infinity): Verdict {
  const rounds = logRatios.length;
  if (rounds < 2) return "continue";
  const { low, high } = intervalOf(logRatios, plan);
  if (rounds < plan.leastRounds)
    return high < 1 && logRatios.every((ratio) => ratio < clearLoss) ? "loss" : "continue";
  if (low > 1 && cautious > 0) return "win";
  if (high < 1) return "loss";
  const now = speedupOf(logRatios, givingUpLevel);
  if (now.low >= 1 - plan.tie && now.high <= 1 + plan.tie) return "tie";
  if (now.high <= Math.max(1 + plan.worthwhile, leastWin(logRatios, plan))) return "futile";
  return rounds < plan.mostRounds ? "continue" : "undecided";
}

/**
 * The smallest mean ratio that the last look would call a win, if rounds go on to scatter as they do. What is smaller would be measured for
 * nothing (stochastic curtailment: K. Lan, R. Simon and M. Halperin, Sequential Analysis 1, 1982): stopping for that claims nothing either.
 */
function leastWin(logRatios: readonly number[], plan: TimingPlan): number {
  return Math.exp(widthOf(logRatios, plan.laterLevel, plan.mostRounds));
}

/** Instances of the arguments that one timed command goes through, given the reference's time for one. */
export function instancesFor(referenceMs: number, argumentBytes: number): number {
  if (referenceMs >= batchMs / 2) return 1;
  const byTime = Math.round(batchMs / Math.max(referenceMs, 1e-6));
  const byMemory = Math.floor((128 * 2 ** 20) / Math.max(argumentBytes, 64));
  return Math.max(1, Math.min(byTime, byMemory, 50_000));
}
