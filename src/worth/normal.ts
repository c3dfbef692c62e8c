/**
 * The normal distribution, as far as ordering uncertain attempts needs it.
 */

/** E[max(0, X)] of a normal X. */
export function expectedGain(mean: number, deviation: number): number {
  const z = mean / deviation;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return mean * normalBelow(z) + deviation * density;
}

/** The standard normal distribution function; error below 1.5e-7 (Abramowitz and Stegun, 7.1.26). */
export function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = (series * Math.exp(-x * x)) / 2;
  return z >= 0 ? 1 - half : half;
}
