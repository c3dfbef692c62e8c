import { describe, expect, it } from "vitest";
import {
  leastScatter,
  median,
  roundLogRatio,
  speedupOf,
  studentQuantile,
} from "../../src/evaluate/statistics.ts";
import {
  instancesFor,
  intervalOf,
  isClear,
  isImplausible,
  isSteady,
  timingPlans,
  verdictOf,
} from "../../src/evaluate/timing-plan.ts";

describe("statistics, by hand", () => {
  it("the median is the middle, or the mean of the two in the middle", () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });

  it("a round's value is the median log ratio of its pairs, so one disturbed pair does not move it", () => {
    const pairs = [
      { reference: 20, candidate: 10 },
      { reference: 40, candidate: 20 },
      { reference: 900, candidate: 1 },
    ];
    expect(roundLogRatio(pairs)).toBeCloseTo(Math.log(2), 12);
  });

  it("swapping the arms turns the sign", () => {
    const pairs = [{ reference: 30, candidate: 10 }];
    const swapped = [{ reference: 10, candidate: 30 }];
    expect(roundLogRatio(swapped)).toBeCloseTo(-roundLogRatio(pairs), 12);
  });

  it("the interval is Student's over the rounds", () => {
    // Mean 0.7, deviation 0.1, n = 3: half width 9.925 · 0.1 / √3 = 0.57302.
    const { ratio, low, high, confidence } = speedupOf([0.6, 0.7, 0.8]);
    expect(Math.log(ratio)).toBeCloseTo(0.7, 12);
    expect(Math.log(low)).toBeCloseTo(0.7 - 0.57302, 4);
    expect(Math.log(high)).toBeCloseTo(0.7 + 0.57302, 4);
    expect(confidence).toBe(0.99);
  });

  it("rounds that agree by luck do not make the interval vanish", () => {
    const { low, high } = speedupOf([0, 0, 0]);
    expect(Math.log(high)).toBeCloseTo((9.925 * leastScatter) / Math.sqrt(3), 5);
    expect(Math.log(low)).toBeCloseTo(-Math.log(high), 12);
  });

  it("the quantiles are those of every table", () => {
    expect(studentQuantile(1, 0.01)).toBeCloseTo(63.657, 3);
    expect(studentQuantile(2, 0.01)).toBeCloseTo(9.925, 3);
    expect(studentQuantile(9, 0.01)).toBeCloseTo(3.25, 3);
    expect(studentQuantile(10, 0.05)).toBeCloseTo(2.228, 3);
    expect(studentQuantile(30, 0.001)).toBeCloseTo(3.646, 3);
    expect(() => studentQuantile(0, 0.01)).toThrow(RangeError);
  });
});

/** Normal deviates from a small generator (xorshift and Box–Muller), the same in every run. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return ((state >>> 0) + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

describe("looking after every round", () => {
  it.each(Object.entries(timingPlans))(
    "at effort %s, identical programs leave the interval at any look at most once in a hundred, whatever the scatter",
    (_, plan) => {
      const next = normals(20_261_125);
      const runs = 20_000;
      let left = 0;
      for (let run = 0; run < runs; run++) {
        const rounds: number[] = [];
        // So much scatter that the floor beneath it does not help.
        while (rounds.length < plan.leastRounds - 1) rounds.push(next());
        while (rounds.length < plan.mostRounds) {
          rounds.push(next());
          const { low, high } = intervalOf(rounds, plan);
          if (low <= 1 && high >= 1) continue;
          left++;
          break;
        }
      }
      // Four standard errors of the simulation above one in a hundred.
      expect(left / runs).toBeLessThan(0.01 + 4 * Math.sqrt((0.01 * 0.99) / runs));
      expect(left / runs).toBeGreaterThan(0.006);
    },
  );
});

describe("when to stop", () => {
  const plan = timingPlans.normal;

  it("never after one round", () => {
    expect(verdictOf([2], plan)).toBe("continue");
  });

  it("a clear loss is dropped after two, a clear win is not", () => {
    expect(verdictOf([-0.7, -0.7], plan)).toBe("loss");
    expect(verdictOf([0.7, 0.7], plan)).toBe("continue");
  });

  it("a series is left for another one where two rounds both show more than is believed at once", () => {
    const [large, larger, usual] = [Math.log(11), Math.log(500), Math.log(9)];
    expect(isImplausible([large])).toBe(false);
    expect(isImplausible([large, larger])).toBe(true);
    expect(isImplausible([large, usual])).toBe(false);
  });

  it("pairs are clear where all of them lie far on one side", () => {
    expect(isClear([0.3, 0.25])).toBe(true);
    expect(isClear([-0.3, -0.25])).toBe(true);
    expect(isClear([0.3, 0.1])).toBe(false);
    expect(isClear([0.3, -0.3])).toBe(false);
  });

  it("pairs are steady where those of each round agree, whatever lies between rounds", () => {
    expect(isSteady([[0.3, 0.301, 0.299, 0.3]])).toBe(true);
    expect(
      isSteady([
        [0.3, 0.301],
        [0.2, 0.201],
      ]),
    ).toBe(true);
    expect(isSteady([[0, 0.03, -0.03, 0]])).toBe(false);
    expect(
      isSteady([
        [0, 0.001],
        [0, 0.06],
      ]),
    ).toBe(false);
    // A single pair tells nothing of the kind.
    expect(isSteady([[0], [0]])).toBe(false);
    expect(isSteady([])).toBe(false);
  });

  it("five percent is a win after three steady rounds", () => {
    expect(verdictOf([0.05, 0.051, 0.049], plan)).toBe("win");
    expect(verdictOf([0.05, 0.051, 0.049], plan, -0.01)).toBe("continue");
  });

  it("steady rounds without a difference are a tie at once, restless ones need more", () => {
    expect(verdictOf([0, 0.001, -0.001], plan)).toBe("tie");
    // What made it stop is a single look; what is reported holds over all looks.
    expect(intervalOf([0, 0.001, -0.001], plan).high).toBeGreaterThan(1.01);
    const restless = [0, 0.01, -0.01, 0.01, -0.01, 0, 0.01, -0.01];
    expect(verdictOf(restless.slice(0, 3), plan)).toBe("continue");
    expect(verdictOf(restless, plan)).toBe("tie");
  });

  it("a gain of two percent is hardly ever given up for a tie", () => {
    for (const scatter of [0.002, 0.004, 0.008]) {
      const next = normals(20_261_126);
      const verdicts = Array.from({ length: 2000 }, () => {
        const rounds: number[] = [];
        let verdict = "continue";
        while (verdict === "continue") {
          rounds.push(Math.log(1.02) + scatter * next());
          verdict = verdictOf(rounds, plan);
        }
        return verdict;
      });
      expect(verdicts.filter((verdict) => verdict === "tie").length).toBeLessThan(10);
      expect(verdicts.filter((verdict) => verdict === "win").length).toBeGreaterThan(0.97 * verdicts.length);
    }
  });

  it("rounds that contradict each other end undecided, where they do not even say that it is in vain", () => {
    const rounds = Array.from({ length: plan.mostRounds }, (_, index) => (index % 2 === 0 ? 0.4 : 0.05));
    expect(verdictOf(rounds.slice(0, -1), plan)).toBe("continue");
    expect(verdictOf(rounds, plan)).toBe("undecided");
  });

  it("what scatters too much for the last look to show a gain is given up, and next to no true gain with it", () => {
    const measured = (gain: number, mostRounds: number) => {
      const next = normals(20_261_127);
      return Array.from({ length: 1000 }, () => {
        const rounds: number[] = [];
        let verdict = "continue";
        while (verdict === "continue") {
          rounds.push(gain + 0.015 * next());
          verdict = verdictOf(rounds, { ...plan, mostRounds });
        }
        return { rounds: rounds.length, verdict };
      });
    };
    const same = measured(0, plan.mostRounds);
    expect(same.reduce((sum, { rounds }) => sum + rounds, 0) / same.length).toBeLessThan(5);
    const faster = measured(0.03, plan.mostRounds);
    expect(faster.filter(({ verdict }) => verdict === "futile").length).toBeLessThan(10);
    // The more rounds could follow, the smaller a gain is measured on.
    expect(verdictOf([0, 0.02, -0.02], { ...plan, mostRounds: 4 })).toBe("futile");
    expect(verdictOf([0, 0.02, -0.02], plan)).toBe("continue");
  });

  it("short calls are batched to about ten milliseconds, within memory", () => {
    expect(instancesFor(12, 1000)).toBe(1);
    expect(instancesFor(1, 1000)).toBe(10);
    expect(instancesFor(0.001, 64)).toBe(10_000);
    expect(instancesFor(0.001, 2 ** 20)).toBe(128);
    expect(instancesFor(1e-9, 8)).toBe(50_000);
  });
});
