import { describe, expect, it } from "vitest";
import { generator } from "../../bench/sampling.ts";
import { scatterOf, type ScatterRound } from "../../bench/scatter.ts";

/** Standard normal, by Box and Muller. */
function normals(seed: number): () => number {
  const random = generator(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Comparisons whose processes and pairs scatter as given, each around a value of its own. */
function comparisons(between: number, within: number): ScatterRound[][] {
  const normal = normals(7);
  return Array.from({ length: 2000 }, () => {
    const own = 0.1 * normal();
    return Array.from({ length: 5 }, () => {
      const process = own + between * normal();
      const logs = Array.from({ length: 4 }, () => process + within * normal());
      return {
        logRatio: logs.reduce((sum, log) => sum + log, 0) / logs.length,
        pairs: logs.map((log) => ({ referenceMs: 10 * Math.exp(log), candidateMs: 10 })),
      };
    });
  });
}

describe("scatter", () => {
  it.each([
    [0.01, 0.02],
    [0.01, 0.03],
    [0.03, 0.01],
  ])("between processes %d and within %d is found again", (between, within) => {
    const found = scatterOf(comparisons(between, within));
    expect(Math.abs(found.withinProcesses / within - 1)).toBeLessThan(0.05);
    expect(Math.abs(found.betweenProcesses / between - 1)).toBeLessThan(0.15);
    const ofRounds = Math.sqrt(between ** 2 + within ** 2 / 4);
    expect(Math.abs(found.rounds / ofRounds - 1)).toBeLessThan(0.1);
  });

  it("between processes is none where there is none to see", () => {
    const rounds = [0.01, -0.01].map((log) => ({
      logRatio: 0,
      pairs: [log, -log].map((each) => ({ referenceMs: Math.exp(each), candidateMs: 1 })),
    }));
    expect(scatterOf([rounds]).betweenProcesses).toBe(0);
  });

  it("of a single round is not known", () => {
    expect(scatterOf([[{ logRatio: 0, pairs: [{ referenceMs: 1, candidateMs: 1 }] }]]).rounds).toBeNaN();
  });
});
