/**
 * Which of the profiled functions are worth work, and how many candidates each gets: by what a gain of it would be worth to the whole.
 */
import type { HotFunction } from "./profile/hot-functions.ts";

export interface Share {
  readonly hot: HotFunction;
  readonly evaluations: number;
}

/** Fewer candidates than these find nothing. */
const fewest = 4;

/**
 * The functions that can pay: those that, twice as fast, would gain the whole more than `smallestDifference` (a share: 0.02 is 2 %), since
 * less could not be seen. At most `most` of them, the dearest first; the candidates go to them in proportion to what they would gain.
 */
export function shareOut(
  functions: readonly HotFunction[],
  {
    evaluations,
    most,
    smallestDifference,
  }: { evaluations: number; most: number; smallestDifference: number },
): Share[] {
  const gains = (hot: HotFunction): number => hot.wholeIfTwice - 1;
  const paying = functions
    .filter((hot) => gains(hot) > Math.max(smallestDifference, 0.005))
    .slice(0, Math.min(most, Math.max(1, Math.floor(evaluations / fewest))));
  const total = paying.reduce((sum, hot) => sum + gains(hot), 0);
  const spare = evaluations - fewest * paying.length;
  return paying.map((hot) => ({
    hot,
    evaluations: fewest + Math.max(0, Math.floor((spare * gains(hot)) / total)),
  }));
}
