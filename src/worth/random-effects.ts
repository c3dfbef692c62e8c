/**
 * Pooling measurements whose true values differ: a random-effects model.
 *
 * - The variance between true values is R. C. Paule and J. Mandel's ("Consensus values and weighting factors", J. Res. NBS 87, 1982), which
 *   A. A. Veroniki et al. recommend ("Methods to estimate the between-study variance", Research Synthesis Methods 7, 2016).
 * - From few values it is hardly known, so it is drawn towards a prior value that counts for some degrees of freedom (G. K. Smyth, "Linear
 *   models and empirical Bayes methods", Stat. Appl. Genet. Mol. Biol. 3, 2004), which add to those of Student's t.
 * - The mean's error is J. Hartung and G. Knapp's ("A refined method for the meta-analysis of controlled clinical trials", Statistics in
 *   Medicine 20, 2001), never below the usual one (C. Röver, G. Knapp and T. Friede, BMC Med. Res. Methodol. 15, 2015).
 * - What the next true value will be adds the variance between them (J. P. T. Higgins, S. G. Thompson and D. J. Spiegelhalter, "A
 *   re-evaluation of random-effects meta-analysis", J. R. Stat. Soc. A 172, 2009).
 */
import { studentQuantile } from "../evaluate/statistics.ts";
import type { Estimate } from "./general-lesson.ts";

export interface Measurement {
  readonly value: number;
  /** Of the measurement alone. */
  readonly variance: number;
  /** Standard deviation of an error that measurements may share, as those from another machine do; pooling does not average it out. */
  readonly shared?: number | undefined;
}

export interface PriorVariance {
  readonly variance: number;
  /** Whole, above 0: how many values it counts for. */
  readonly degrees: number;
}

export interface Pooled {
  readonly mean: number;
  /** Of the mean, without the shared error. */
  readonly error: number;
  readonly shared: number;
  /** Variance between true values. */
  readonly between: number;
  readonly degrees: number;
}

/** Weights stay finite. */
const leastVariance = 1e-8;
/** From here on Student's t is the normal distribution, in three figures. */
const mostDegrees = 120;

/**
 * Paule and Mandel's variance between true values, within groups that each have a mean of their own; 0 where no group has two values or
 * their scatter is no more than that of measurement.
 */
export function betweenVariance(groups: readonly (readonly Measurement[])[]): number {
  const several = groups.filter((group) => group.length > 1);
  const degrees = several.reduce((sum, group) => sum + group.length - 1, 0);
  if (degrees === 0) return 0;
  const excess = (between: number): number =>
    several.reduce((sum, group) => sum + scatter(group, between), 0) - degrees;
  if (excess(0) <= 0) return 0;
  let high = 0.01;
  while (excess(high) > 0) high *= 4;
  let low = 0;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Throws a RangeError where there is nothing to pool. */
export function pool(measurements: readonly Measurement[], prior: PriorVariance): Pooled {
  if (measurements.length === 0) throw new RangeError("the mean of nothing");
  const own = measurements.length - 1;
  const degrees = prior.degrees + own;
  const between =
    (prior.degrees * prior.variance + (own === 0 ? 0 : own * betweenVariance([measurements]))) / degrees;
  const { mean, weight, shared } = weightedMean(measurements, between);
  const inflation = own === 0 ? 1 : Math.max(1, scatter(measurements, between) / own);
  return { mean, error: Math.sqrt(inflation / weight), shared, between, degrees };
}

/** Of the mean of all true values. */
export function meanEstimate({ mean, error, shared, degrees }: Pooled): Estimate {
  return estimate(mean, Math.hypot(error, shared), degrees);
}

/** Of the next true value. */
export function nextEstimate({ mean, error, shared, between, degrees }: Pooled): Estimate {
  return estimate(mean, Math.hypot(error, shared, Math.sqrt(between)), degrees);
}

/** With Student's 95 % interval; without degrees the normal distribution's. */
export function estimate(mean: number, error: number, degrees: number = mostDegrees): Estimate {
  const half = student95(degrees) * error;
  return { mean, error, low: mean - half, high: mean + half };
}

/** How many standard errors either side hold 95 %. */
export function student95(degrees: number): number {
  const whole = Math.max(1, Math.min(mostDegrees, Math.floor(degrees)));
  const known = quantiles.get(whole) ?? (whole === mostDegrees ? 1.96 : studentQuantile(whole, 0.05));
  quantiles.set(whole, known);
  return known;
}

const quantiles = new Map<number, number>();

function weightedMean(measurements: readonly Measurement[], between: number) {
  let weight = 0;
  let sum = 0;
  let sharedSum = 0;
  for (const { value, variance, shared = 0 } of measurements) {
    const own = 1 / Math.max(leastVariance, variance + shared ** 2 + between);
    weight += own;
    sum += own * value;
    sharedSum += own * shared;
  }
  return { mean: sum / weight, weight, shared: sharedSum / weight };
}

/** Cochran's Q: squared distances from the mean in units of what is expected; as many as there are values, less 1. */
function scatter(measurements: readonly Measurement[], between: number): number {
  const { mean } = weightedMean(measurements, between);
  return measurements.reduce(
    (sum, { value, variance, shared = 0 }) =>
      sum + (value - mean) ** 2 / Math.max(leastVariance, variance + shared ** 2 + between),
    0,
  );
}
