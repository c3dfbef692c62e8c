/**
 * Repeatable shuffles and intervals for the comparisons in this folder.
 */

/** A shuffled copy; the same for the same seed. Fisher–Yates over a 32-bit xorshift. */
export function shuffle<Item>(items: readonly Item[], seed: number): Item[] {
  const next = generator(seed);
  const copy = [...items];
  for (let index = copy.length - 1; index > 0; index--) {
    const other = Math.floor(next() * (index + 1));
    [copy[index], copy[other]] = [copy[other]!, copy[index]!];
  }
  return copy;
}

/** Of positive numbers; 1 of none. */
export function geometricMean(numbers: readonly number[]): number {
  if (numbers.length === 0) return 1;
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
}

/** Geometric mean of the ratios with a 95 % percentile bootstrap over them. */
export function bootstrapRatio(
  ratios: readonly number[],
  resamples: number,
): { ratio: number; low: number; high: number } {
  const next = generator(12345);
  const means = Array.from({ length: resamples }, () =>
    geometricMean(ratios.map(() => ratios[Math.floor(next() * ratios.length)]!)),
  ).sort((a, b) => a - b);
  return {
    ratio: geometricMean(ratios),
    low: means[Math.floor(resamples * 0.025)] ?? 1,
    high: means[Math.floor(resamples * 0.975)] ?? 1,
  };
}

/** Uniform in [0, 1); the same for the same seed. */
export function generator(seed: number): () => number {
  let state = (seed * 2654435761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
