import { describe, expect, test } from "vitest";
import { fitRidge } from "../../src/worth/ridge.ts";

describe("ridge regression", () => {
  test("of one coefficient is the shrunken mean", () => {
    const observations = [0.4, 0.6, 0.8].map((value) => ({ columns: new Map([[0, 1]]), value, weight: 4 }));
    const { means, predict } = fitRidge(observations, [0.5]);
    // Σwy / (1/τ² + Σw) = 4·1.8 / (4 + 12) = 0.45, with variance 1/16.
    expect(means[0]).toBeCloseTo(0.45, 12);
    expect(predict(new Map([[0, 1]])).mean).toBeCloseTo(0.45, 12);
    expect(predict(new Map([[0, 1]])).variance).toBeCloseTo(1 / 16, 12);
    expect(predict(new Map([[0, 2]])).variance).toBeCloseTo(4 / 16, 12);
  });

  test("is the prior where nothing was observed", () => {
    const { means, predict } = fitRidge([], [0.5, 2]);
    expect(means).toEqual([0, 0]);
    expect(
      predict(
        new Map([
          [0, 1],
          [1, 1],
        ]),
      ).variance,
    ).toBeCloseTo(0.25 + 4, 12);
    expect(fitRidge([], []).predict(new Map())).toEqual({ mean: 0, variance: 0 });
  });

  test("shares what two did together, and tells them apart once one was seen alone", () => {
    const both = {
      columns: new Map([
        [0, 1],
        [1, 1],
      ]),
      value: 1,
      weight: 100,
    };
    const [first = 0, second = 0] = fitRidge([both], [1, 1]).means;
    // By symmetry equal; (XᵀWX + I) b = XᵀWy gives b = 100/201 each.
    expect(first).toBeCloseTo(100 / 201, 12);
    expect(second).toBeCloseTo(100 / 201, 12);
    const alone = { columns: new Map([[0, 1]]), value: 0.9, weight: 100 };
    // Solved by hand: 201 a + 100 b = 190, 100 a + 101 b = 100.
    const determinant = 201 * 101 - 100 * 100;
    const fitted = fitRidge([both, alone], [1, 1]).means;
    expect(fitted[0]).toBeCloseTo((190 * 101 - 100 * 100) / determinant, 12);
    expect(fitted[1]).toBeCloseTo((201 * 100 - 100 * 190) / determinant, 12);
  });
});
