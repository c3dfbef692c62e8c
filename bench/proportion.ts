/**
 * How sure is a share? C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated in the Case of the
 * Binomial", Biometrika 26 (1934): exact, so never narrower than it says.
 */

export interface Proportion {
  readonly count: number;
  readonly total: number;
  readonly share: number;
  /** The 95 % interval. */
  readonly low: number;
  readonly high: number;
}

/** `count` of `total`, with its interval. Of nothing, everything is possible. */
export function proportion(count: number, total: number): Proportion {
  const tail = 0.025;
  return {
    count,
    total,
    share: total === 0 ? 0 : count / total,
    low: count === 0 ? 0 : crossing((p) => atLeast(count, total, p) < tail),
    high: count === total ? 1 : crossing((p) => 1 - atLeast(count + 1, total, p) > tail),
  };
}

/** `3/100 = 3.0 % [0.6, 8.5]` */
export function proportionText({ count, total, share, low, high }: Proportion): string {
  const percent = (value: number): string => (100 * value).toFixed(1);
  return `${count}/${total} = ${percent(share)} % [${percent(low)}, ${percent(high)}]`;
}

/** Where in 0…1 the condition, which holds below, ceases to. */
function crossing(holds: (p: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Chance of at least `count` hits in `total` tries. */
function atLeast(count: number, total: number, p: number): number {
  let sum = 0;
  let logChoose = 0;
  for (let hits = 0; hits <= total; hits++) {
    if (hits > 0) logChoose += Math.log((total - hits + 1) / hits);
    if (hits >= count) sum += Math.exp(logChoose + hits * Math.log(p) + (total - hits) * Math.log1p(-p));
  }
  return Math.min(1, sum);
}
