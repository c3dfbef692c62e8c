import { describe, expect, it } from "vitest";
import { resample, type StoppingRule } from "../../bench/resample.ts";
import { generator } from "../../bench/sampling.ts";

/** Two rounds, and the sign of their sum decides. */
const rule: StoppingRule = {
  verdictOf: (logRatios) =>
    logRatios.length < 2 ? "continue" : (logRatios[0] ?? 0) + (logRatios[1] ?? 0) > 0 ? "win" : "tie",
};

describe("a stopping rule on recorded rounds", () => {
  it("is asked after every round until it answers, and its answers are counted", () => {
    const { shares, meanRounds } = resample([-0.01, 0.01], rule, {
      speedup: 1,
      trials: 4000,
      random: generator(3),
    });
    expect(meanRounds).toBeCloseTo(2, 9);
    // Both drawn above nought: a quarter of the trials.
    expect(Math.abs((shares["win"] ?? 0) - 0.25)).toBeLessThan(0.03);
    expect((shares["win"] ?? 0) + (shares["tie"] ?? 0)).toBeCloseTo(1, 9);
  });

  it("sees the difference that was added", () => {
    const options = { speedup: 1.05, trials: 100, random: generator(3) };
    expect(resample([-0.01, 0.01], rule, options).shares).toEqual({ win: expect.closeTo(1, 9) as number });
  });
});
