/**
 * Speedup from pairs of calls, with its interval. Each round is a fresh pair of processes; within it, the log ratio of reference over
 * candidate time is taken pair by pair, and the round's value is their median. The interval is Student's over the rounds, because
 * the variance that counts lies between processes: T. Kalibera and R. Jones, "Rigorous Benchmarking in Reasonable Time", ISMM 2013.
 * Whoever looks at it after every round and stops when it is good needs stricter levels: see `timing-plan.ts`.
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

/**
 * The interval from at least two rounds' log ratios. `level` is the chance of a single look at identical programs to leave 1 outside;
 * what is reported as `confidence` holds over all looks of a measurement.
 */
export function speedupOf(logRatios: readonly number[], level: number = 1 - confidence): Speedup {
  const rounds = logRatios.length;
  if (rounds < 2) throw new RangeError("an interval needs two rounds");
  const mean = logRatios.reduce((sum, value) => sum + value, 0) / rounds;
  const half = widthOf(logRatios, level);
  return { ratio: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half), confidence };
}

/** Half the interval's width on the log scale; as it would be after `ofRounds` rounds that scatter as much as these. */
export function widthOf(logRatios: readonly number[], level: number, ofRounds = logRatios.length): number {
  const mean = logRatios.reduce((sum, value) => sum + value, 0) / logRatios.length;
  const variance = logRatios.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logRatios.length - 1);
  const scatter = Math.max(Math.sqrt(variance), leastScatter);
  return (studentQuantile(ofRounds - 1, level) * scatter) / Math.sqrt(ofRounds);
}

/**
 * How far from 0 Student's t lies with probability `level`, either side counted. By bisection of its distribution for whole degrees of
 * freedom (Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4). Throws a RangeError without a degree of freedom.
 */
export function studentQuantile(degreesOfFreedom: number, level: number): number {
  if (!(degreesOfFreedom >= 1)) throw new RangeError("Student's t needs a degree of freedom");
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (withinAngle(middle, degreesOfFreedom) < 1 - level) low = middle;
    else high = middle;
  }
  return Math.tan(high) * Math.sqrt(degreesOfFreedom);
}

/** The probability that |t| stays below √ν · tan(angle). */
function withinAngle(angle: number, degreesOfFreedom: number): number {
  const odd = degreesOfFreedom % 2 === 1;
  const cosine = Math.cos(angle);
  let term = odd ? cosine : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power <= degreesOfFreedom - 2; power += 2) {
    term *= ((power - 1) / power) * cosine ** 2;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/** Clocks count whole nanoseconds; a call that seems to take none took one. */
function atLeastOne(ns: number): number {
  return Math.max(ns, 1);
}
