/**
 * Speedup from pairs of calls, with its interval. Each round is a fresh pair of processes; within it, the log ratio of reference over
 * candidate time is taken pair by pair, and the round's value is their median. The interval is Student's over the rounds, because
 * the variance that counts lies between processes: T. Kalibera and R. Jones, "Rigorous Benchmarking in Reasonable Time", ISMM 2013.
 */
import type { Speedup } from "./outcome.ts";

/** Level of every interval that is reported. */
export const confidence = 0.99;

/**
 * The least standard deviation between processes that is believed, on the log scale. Identical programs scatter by 0.2–1.9 %
 * between processes, and with three rounds a small sample deviation is often luck.
 */
export const leastScatter = 0.004;

/** The middle value, or the mean of the two in the middle. Throws where there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("the median of nothing");
  return (upper + lower) / 2;
}

/** The median log ratio of one round's pairs: positive where the candidate is faster. */
export function roundLogRatio(
  pairs: readonly { readonly reference: number; readonly candidate: number }[],
): number {
  return median(
    pairs.map(({ reference, candidate }) => Math.log(atLeastOne(reference) / atLeastOne(candidate))),
  );
}

/** The interval from at least two rounds' log ratios. */
export function speedupOf(logRatios: readonly number[]): Speedup {
  const rounds = logRatios.length;
  if (rounds < 2) throw new RangeError("an interval needs two rounds");
  const mean = logRatios.reduce((sum, value) => sum + value, 0) / rounds;
  const variance = logRatios.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (rounds - 1);
  const half =
    (studentQuantile(rounds - 1) * Math.max(Math.sqrt(variance), leastScatter)) / Math.sqrt(rounds);
  return { ratio: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half), confidence };
}

/** Two-sided 99 % quantiles of Student's t by degrees of freedom, as printed in every table. */
const quantiles = [
  63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.25, 3.169, 3.106, 3.055, 3.012, 2.977, 2.947,
  2.921, 2.898, 2.878, 2.861, 2.845, 2.831, 2.819, 2.807, 2.797, 2.787, 2.779, 2.771, 2.763, 2.756, 2.75,
];

/** Beyond the table the 30th value stands: a little too wide, never too narrow. */
export function studentQuantile(degreesOfFreedom: number): number {
  const value = quantiles[Math.min(degreesOfFreedom, quantiles.length) - 1];
  if (value === undefined) throw new RangeError("Student's t needs a degree of freedom");
  return value;
}

/** Clocks count whole nanoseconds; a call that seems to take none took one. */
function atLeastOne(ns: number): number {
  return Math.max(ns, 1);
}
