import { describe, expect, test } from "vitest";
import { betaBelow, betaEstimate } from "../../src/worth/beta.ts";
import { fisherExact, mostTelling, type Table } from "../../src/worth/fisher.ts";
import {
  betweenVariance,
  estimate,
  meanEstimate,
  nextEstimate,
  pool,
  student95,
} from "../../src/worth/random-effects.ts";

/** Thirteen trials of the BCG vaccine (Colditz et al. 1994): log risk ratios and variances, as in R's metafor. */
const trials = [
  [-0.8893, 0.3256],
  [-1.5854, 0.1946],
  [-1.3481, 0.4154],
  [-1.4416, 0.02],
  [-0.2175, 0.0512],
  [-0.7861, 0.0069],
  [-1.6209, 0.223],
  [0.012, 0.004],
  [-0.4694, 0.0564],
  [-1.3713, 0.073],
  [-0.3394, 0.0124],
  [0.4459, 0.5325],
  [-0.0173, 0.0714],
].map(([value = 0, variance = 0]) => ({ value, variance }));

describe("pooling", () => {
  test("finds the variance, the mean and the interval that metafor finds", () => {
    expect(betweenVariance([trials])).toBeCloseTo(0.3181, 3);
    const pooled = pool(trials, { variance: 0.3181, degrees: 1 });
    expect(pooled.mean).toBeCloseTo(-0.715, 3);
    // Knapp and Hartung's error, at 13 degrees here instead of 12.
    expect(pooled.error).toBeCloseTo(0.1813, 2);
    expect(meanEstimate(pooled).low).toBeCloseTo(-0.715 - 2.16 * pooled.error, 2);
    expect(nextEstimate(pooled).error).toBeCloseTo(Math.hypot(pooled.error, Math.sqrt(0.3181)), 3);
  });

  test("finds no variance where values scatter no more than they were measured, and keeps the prior of a single one", () => {
    expect(betweenVariance([[]])).toBe(0);
    expect(betweenVariance([[{ value: 3, variance: 0 }]])).toBe(0);
    expect(
      betweenVariance([
        [
          { value: 0, variance: 1 },
          { value: 1, variance: 1 },
        ],
      ]),
    ).toBe(0);
    const single = pool([{ value: 0.5, variance: 0.01 }], { variance: 0.09, degrees: 4 });
    expect(single).toMatchObject({ mean: 0.5, between: 0.09, degrees: 4 });
    expect(single.error).toBeCloseTo(Math.sqrt(0.1), 9);
    expect(() => pool([], { variance: 1, degrees: 1 })).toThrow(RangeError);
  });

  test("widens the mean's error where values scatter more than the prior lets them", () => {
    const far = [-1, 1, -1, 1].map((value) => ({ value, variance: 0.0001 }));
    const pooled = pool(far, { variance: 0.0001, degrees: 1000 });
    expect(pooled.error).toBeCloseTo(Math.sqrt(4 / 3 / 4), 2);
  });

  test("does not average out an error that measurements share", () => {
    const many = Array.from({ length: 400 }, (_, index) => ({
      value: (index % 2) / 10,
      variance: 0.01,
      shared: 0.3,
    }));
    const pooled = pool(many, { variance: 0.01, degrees: 4 });
    expect(pooled.shared).toBeCloseTo(0.3, 9);
    expect(pooled.error).toBeLessThan(0.02);
    expect(meanEstimate(pooled).error).toBeGreaterThan(0.3);
  });

  test("takes Student's quantiles from tables", () => {
    expect(student95(1)).toBeCloseTo(12.706, 3);
    expect(student95(5)).toBeCloseTo(2.571, 3);
    expect(student95(1000)).toBeCloseTo(1.96, 2);
    expect(estimate(1, 2)).toMatchObject({ mean: 1, error: 2, low: 1 - 3.92, high: 1 + 3.92 });
  });
});

describe("a chance", () => {
  test("has the Beta distribution's mean and quantiles", () => {
    expect(betaBelow(0.5, 2, 3)).toBeCloseTo(0.6875, 9);
    expect(betaBelow(0.2, 1.4, 0.6)).toBeCloseTo(1 - betaBelow(0.8, 0.6, 1.4), 12);
    expect(betaBelow(0, 2, 2)).toBe(0);
    expect(betaBelow(1, 2, 2)).toBe(1);
    const even = betaEstimate(1, 1);
    expect(even.mean).toBe(0.5);
    expect(even.low).toBeCloseTo(0.025, 6);
    expect(even.high).toBeCloseTo(0.975, 6);
    expect(betaEstimate(10, 1).low).toBeCloseTo(0.025 ** 0.1, 6);
    expect(betaEstimate(400, 600).low).toBeCloseTo(0.4 - 1.96 * Math.sqrt(0.24 / 1001), 3);
  });
});

const table = (
  withFirst: number,
  withSecond: number,
  withoutFirst: number,
  withoutSecond: number,
): Table => ({
  withFirst,
  withSecond,
  withoutFirst,
  withoutSecond,
});

describe("what tells two kinds apart", () => {
  test("is tested as Fisher did with the lady's eight cups of tea", () => {
    expect(fisherExact(table(3, 1, 1, 3))).toBeCloseTo(34 / 70, 9);
    expect(fisherExact(table(4, 0, 0, 4))).toBeCloseTo(2 / 70, 9);
    expect(fisherExact(table(1, 9, 11, 3))).toBeCloseTo(0.002759, 5);
  });

  test("is the most telling of all, where that is significant among so many", () => {
    expect(mostTelling([table(3, 3, 3, 3), table(6, 0, 0, 6)], 0.05)).toBe(1);
    expect(mostTelling([table(3, 1, 1, 3)], 0.05)).toBeUndefined();
    expect(mostTelling([], 0.05)).toBeUndefined();
    const useless = Array.from({ length: 30 }, () => table(2, 2, 2, 2));
    const four = table(4, 0, 0, 4);
    expect(mostTelling([four], 0.05)).toBe(0);
    expect(mostTelling([...useless, four], 0.05)).toBeUndefined();
    // Tables that could never be significant are no tests.
    const tiny = Array.from({ length: 30 }, () => table(1, 1, 3, 3));
    expect(mostTelling([...tiny, four], 0.05)).toBe(30);
  });
});
