import { expect, test } from "vitest";
import { randomStream } from "../../src/strategy/random.ts";

const draw = (stream: () => number, count: number) => Array.from({ length: count }, stream);

test("the same seed and labels give the same numbers", () => {
  expect(draw(randomStream(7, "loops", 2), 20)).toEqual(draw(randomStream(7, "loops", 2), 20));
});

test("another seed, label or round gives other numbers", () => {
  const base = draw(randomStream(7, "loops", 2), 5);
  expect(draw(randomStream(8, "loops", 2), 5)).not.toEqual(base);
  expect(draw(randomStream(7, "loop", 2), 5)).not.toEqual(base);
  expect(draw(randomStream(7, "loops", 3), 5)).not.toEqual(base);
});

test("numbers lie in [0, 1) and fill it evenly", () => {
  const buckets = Array.from({ length: 10 }, () => 0);
  for (const value of draw(randomStream(1, "even"), 10_000)) {
    expect(value).toBeGreaterThanOrEqual(0);
    expect(value).toBeLessThan(1);
    buckets[Math.floor(value * 10)]!++;
  }
  // Chi-squared with 9 degrees of freedom: 27.9 at p = 0.001. The seed is fixed, so this cannot flicker.
  const chiSquared = buckets.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(chiSquared).toBeLessThan(27.9);
});
