/**
 * How much do equal measurements scatter, on the log scale: pair to pair within a process, process to process, and the values of rounds,
 * which hold both? A one-way analysis of variance, pooled over comparisons.
 */

export interface ScatterRound {
  readonly logRatio: number;
  readonly pairs: readonly { readonly referenceMs: number; readonly candidateMs: number }[];
}

/** Standard deviations. NaN where there are too few measurements to say. */
export interface Scatter {
  readonly withinProcesses: number;
  readonly betweenProcesses: number;
  readonly rounds: number;
}

/** One list of rounds a comparison: what differs from comparison to comparison does not count. */
export function scatterOf(comparisons: readonly (readonly ScatterRound[])[]): Scatter {
  let pairSquares = 0;
  let pairFreedom = 0;
  let meanSquares = 0;
  let roundSquares = 0;
  let roundFreedom = 0;
  let pairCount = 0;
  for (const rounds of comparisons) {
    if (rounds.length < 2) continue;
    const logs = rounds.map(({ pairs }) =>
      pairs.map(({ referenceMs, candidateMs }) => Math.log(referenceMs / candidateMs)),
    );
    for (const each of logs) {
      pairSquares += squares(each);
      pairFreedom += each.length - 1;
      pairCount += each.length;
    }
    meanSquares += squares(logs.map(mean));
    roundSquares += squares(rounds.map((round) => round.logRatio));
    roundFreedom += rounds.length - 1;
  }
  const within = pairSquares / pairFreedom;
  const roundCount = comparisons.reduce((sum, rounds) => sum + (rounds.length < 2 ? 0 : rounds.length), 0);
  // The mean of a round's pairs scatters by the process and by what is left of the pairs' own scatter.
  const between = meanSquares / roundFreedom - within / (pairCount / roundCount);
  return {
    withinProcesses: Math.sqrt(within),
    betweenProcesses: Math.sqrt(Math.max(0, between)),
    rounds: Math.sqrt(roundSquares / roundFreedom),
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function squares(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
}
