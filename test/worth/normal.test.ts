import { describe, expect, test } from "vitest";
import { expectedGain, normalBelow } from "../../src/worth/normal.ts";

describe("the normal distribution", () => {
  test.each([
    [0, 0.5],
    [1, 0.841344746],
    [-1, 0.158655254],
    [1.959963985, 0.975],
    [-2.575829304, 0.005],
    [8, 1],
    [-8, 0],
  ])("lies below %d with the tabled probability", (z, probability) => {
    expect(normalBelow(z)).toBeCloseTo(probability, 6);
  });

  test("gains what the integral of its upper part says", () => {
    // E max(0, X) = μΦ(μ/σ) + σφ(μ/σ); for μ = 1, σ = 2: 0.6914625 + 2·0.3520653.
    expect(expectedGain(1, 2)).toBeCloseTo(1.3955931, 5);
    expect(expectedGain(0, 1)).toBeCloseTo(0.3989423, 6);
    // Far above zero it is the mean, far below nothing.
    expect(expectedGain(3, 0.1)).toBeCloseTo(3, 6);
    expect(expectedGain(-3, 0.1)).toBeCloseTo(0, 6);
  });
});
