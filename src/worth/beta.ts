/**
 * What is known about a chance after some successes and failures: a Beta distribution with its 95 % interval.
 */
import type { Estimate } from "./general-lesson.ts";

/** Both above 0; they need not be whole. */
export function betaEstimate(successes: number, failures: number): Estimate {
  const all = successes + failures;
  return {
    mean: successes / all,
    error: Math.sqrt((successes * failures) / (all * all * (all + 1))),
    low: betaQuantile(0.025, successes, failures),
    high: betaQuantile(0.975, successes, failures),
  };
}

function betaQuantile(probability: number, successes: number, failures: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (betaBelow(middle, successes, failures) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete beta function, by its continued fraction (Lentz; Press et al., "Numerical Recipes", §6.4). */
export function betaBelow(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaBelow(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let numerator = 1;
  let denominator = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = denominator;
  for (let m = 1; m <= 200; m++) {
    for (const term of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      denominator = 1 / away(1 + term * denominator);
      numerator = away(1 + term / numerator);
      fraction *= denominator * numerator;
    }
    if (Math.abs(denominator * numerator - 1) < 1e-12) break;
  }
  return (front * fraction) / a;
}

/** Stirling's series, after enough steps upwards that its error is below 1e-13 (Abramowitz and Stegun, 6.1.41); for arguments above 0. */
function logGamma(x: number): number {
  let shift = 0;
  let large = x;
  for (; large < 10; large++) shift += Math.log(large);
  const square = large * large;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / large;
  return (large - 0.5) * Math.log(large) - large + Math.log(2 * Math.PI) / 2 + series - shift;
}
