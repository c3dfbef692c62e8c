/**
 * Which of the profiled functions are worth work, how many candidates each gets (by what a gain of it would be worth to the whole), and
 * what is left for a function of everything that the whole run may spend.
 */
import type { RunLimitOptions } from "../run/optimize.ts";
import type { OptimizeResult } from "../run/result.ts";
import { amdahl, type HotFunction } from "./profile/hot-functions.ts";

export interface Share {
  readonly hot: HotFunction;
  readonly evaluations: number;
}

/**
 * A machine that is busy while the untouched tree is timed must not forbid the work: what is found has to be faster at 99 % all the same.
 */
const mostDoubt = 0.1;
/** Fewer candidates than these find nothing. */
export const fewest = 4;

/**
 * The functions that can pay: those that, ten times as fast, would gain the whole more than `smallestDifference` (a share: 0.02 is 2 %), since
 * less could not be seen. At most `most` of them, and no more than can have a few candidates each, the dearest first.
 */
export function payingOf(
  functions: readonly HotFunction[],
  limits: { evaluations: number; most: number; smallestDifference: number },
): HotFunction[] {
  const least = Math.max(Math.min(limits.smallestDifference, mostDoubt), 0.01);
  return functions.filter(({ share }) => amdahl(share, 10) - 1 > least).slice(0, mostOf(limits));
}

/** How many functions can be worked on. */
export function mostOf({ evaluations, most }: { evaluations: number; most: number }): number {
  return Math.min(most, Math.max(1, Math.floor(evaluations / fewest)));
}

/** The candidates go to the functions in proportion to what the whole would gain if they were twice as fast. */
export function shareOut(paying: readonly HotFunction[], evaluations: number): Share[] {
  const gains = (hot: HotFunction): number => hot.wholeIfTwice - 1;
  const total = paying.reduce((sum, hot) => sum + gains(hot), 0);
  const spare = evaluations - fewest * paying.length;
  return paying.map((hot) => ({
    hot,
    evaluations: fewest + Math.max(0, Math.floor((spare * gains(hot)) / total)),
  }));
}

/** Named functions share the candidates equally. */
export function shareEqually(functions: number, evaluations: number): number {
  return Math.max(fewest, Math.floor(evaluations / functions));
}

/**
 * The limits of one function's run, of those of the whole: what others spent is gone, and of the rest it gets its part (0…1). Undefined where
 * nothing is left of something.
 */
export function limitsLeft(
  whole: RunLimitOptions,
  spent: OptimizeResult["costs"],
  part: number,
): RunLimitOptions | undefined {
  const left = {
    modelCalls: rest(whole.modelCalls, spent.modelCalls),
    tokens: rest(whole.tokens, spent.inputTokens + spent.outputTokens),
    usd: rest(whole.usd, spent.usd),
    timeLimitMs: rest(whole.timeLimitMs, spent.wallMs),
  };
  if (Object.values(left).some((each) => each !== undefined && each <= 0)) return undefined;
  const share = (value: number | undefined): number | undefined =>
    value === undefined ? undefined : value * part;
  const { rounds, patience, targetSpeedup } = whole;
  return {
    rounds,
    patience,
    targetSpeedup,
    modelCalls: left.modelCalls === undefined ? undefined : Math.max(1, Math.round(left.modelCalls * part)),
    tokens: left.tokens === undefined ? undefined : Math.max(1, Math.round(left.tokens * part)),
    usd: share(left.usd),
    timeLimitMs: share(left.timeLimitMs),
  };
}

function rest(limit: number | undefined, spent: number): number | undefined {
  return limit === undefined ? undefined : limit - spent;
}
