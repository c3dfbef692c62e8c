import { describe, expect, it } from "vitest";
import { movedNs, unseenNs } from "../../src/evaluate/moved.ts";
import { cautiousLogRatio, concludeRounds, logRatios, type TimedPair } from "../../src/evaluate/rounds.ts";
import type { Timing } from "../../src/evaluate/supervisor.ts";
import { timingPlans } from "../../src/evaluate/timing-plan.ts";

function timing(callMs: number, aroundMs: number, aroundWallMs = aroundMs): Timing {
  return {
    cpuNs: callMs * 1e6,
    wallNs: callMs * 1e6,
    untimedNs: aroundMs * 1e6,
    untimedWallNs: aroundWallMs * 1e6,
    lifetimeNs: 0,
  };
}

/** Rounds of four pairs; each arm by the number of its pair. */
function rounds(
  reference: (pair: number) => Timing,
  candidate: (pair: number) => Timing,
  count = 4,
): { pairs: TimedPair[] }[] {
  return Array.from({ length: count }, (_, round) => ({
    pairs: Array.from({ length: 4 }, (__, place) => ({
      reference: reference(4 * round + place),
      candidate: candidate(4 * round + place),
    })),
  }));
}

function charged(measured: readonly { readonly pairs: readonly TimedPair[] }[], threads = 1): number {
  const moved = movedNs(
    measured.map(({ pairs }) => pairs),
    threads,
  );
  return moved.flat().reduce((sum, ns) => sum + ns, 0) / 1e6;
}

/** Chance that is the same every time: between -1 and 1. */
function chance(draw: number): number {
  const far = Math.sin((draw + 1) * 12.9898) * 43758.5453;
  return 2 * (far - Math.floor(far)) - 1;
}

describe("work around the calls", () => {
  it("is counted as if done inside", () => {
    const measured = rounds(
      () => timing(10, 0.1),
      () => timing(0, 10.1),
    );
    expect(logRatios(measured, 1)[0]).toBeCloseTo(0, 6);
  });

  it("is counted in the pairs in which it is done: in half of them it is not half hidden", () => {
    const measured = rounds(
      () => timing(10, 0.1),
      (pair) => (pair % 2 ? timing(10, 0.1) : timing(0, 10.1)),
    );
    expect(logRatios(measured, 1)[0]).toBeCloseTo(0, 6);
  });

  it("is counted where it is little, but more than the reference's scatter explains", () => {
    const measured = rounds(
      (pair) => timing(10, 0.05 + 0.01 * chance(pair)),
      (pair) => timing(9.9, 0.15 + 0.01 * chance(pair + 100)),
    );
    expect(logRatios(measured, 1).every((ratio) => Math.abs(ratio) < 0.003)).toBe(true);
  });

  it("is counted where decoding takes longer than the call itself", () => {
    const measured = rounds(
      (pair) => timing(7, 13 + chance(pair)),
      (pair) => timing(5, 15 + chance(pair + 100)),
    );
    expect(charged(measured)).toBeGreaterThan(25);
  });

  it("is chance where both arms scatter alike", () => {
    const measured = rounds(
      (pair) => timing(7, (pair % 4 ? 13 : 45) * (1 + 0.1 * chance(pair))),
      (pair) => timing(7, (pair % 4 ? 13 : 45) * (1 + 0.1 * chance(pair + 100))),
    );
    expect(charged(measured)).toBe(0);
  });

  it("cannot hide behind a scatter of the candidate's own", () => {
    const measured = rounds(
      (pair) => timing(10, 0.1 + 0.01 * chance(pair)),
      (pair) => timing(5, 5.1 + 5 * chance(pair)),
    );
    expect(charged(measured)).toBeGreaterThan(70);
  });

  it("that is saved is no merit", () => {
    const measured = rounds(
      () => timing(7, 13),
      () => timing(7, 2),
    );
    expect(charged(measured)).toBe(0);
    expect(logRatios(measured, 1)[0]).toBe(0);
  });

  it("goes by the wall clock where there are threads, which may spin meanwhile", () => {
    const spinning = rounds(
      () => timing(10, 0.1),
      () => timing(6, 8, 0.1),
    );
    expect(charged(spinning, 2)).toBe(0);
    const late = rounds(
      () => timing(10, 0.1),
      () => timing(0, 10.1),
    );
    expect(logRatios(late, 2)[0]).toBeCloseTo(0, 6);
  });

  it("that is cheaper where it was moved to is no gain", () => {
    const measured = rounds(
      (pair) => timing(10, 17 + 0.1 * chance(pair)),
      (pair) => timing(5, 21 + 0.1 * chance(pair + 100)),
    );
    expect(logRatios(measured, 1).every((ratio) => ratio > 0.05)).toBe(true);
    expect(cautiousLogRatio(measured, 1)).toBeLessThan(0);
  });

  it("can hardly go unseen where the reference takes the same time around every call", () => {
    const measured = rounds(
      () => timing(10, 0.1),
      () => timing(9.5, 0.1),
    ).map(({ pairs }) => pairs);
    expect(unseenNs(measured, 1)).toBeLessThan(0.01 * 1e6);
  });

  describe("on a machine so busy that as much could go unseen as is gained", () => {
    /** Decoding takes longer than the call and scatters; half of the candidate's calls seem to take nothing. */
    const busy = rounds(
      (pair) => timing(2, 13 + 8 * chance(pair)),
      (pair) => (pair % 2 ? timing(2, 13 + 8 * chance(pair + 100)) : timing(1, 14 + 8 * chance(pair + 100))),
    );
    const conclusion = concludeRounds(busy, {
      threads: 1,
      instances: 1,
      plan: timingPlans.normal,
      pinned: true,
      outputBytes: 0,
    });

    it("nothing is charged, because chance explains it", () => {
      expect(charged(busy)).toBe(0);
      expect(logRatios(busy, 1).every((ratio) => ratio > 0.2)).toBe(true);
    });

    it("it is no win, and why is said", () => {
      expect(cautiousLogRatio(busy, 1)).toBeLessThan(0);
      expect(conclusion.faster).toBe(false);
      expect(conclusion.speedup.low).toBeLessThan(1);
      expect(conclusion.reason).toMatch(/cannot be told/);
    });

    it("a win that is larger stays one", () => {
      const large = busy.map(({ pairs }) => ({
        pairs: pairs.map(({ reference, candidate }) => ({
          reference: { ...reference, cpuNs: 60e6, wallNs: 60e6 },
          candidate: { ...candidate, cpuNs: 20e6, wallNs: 20e6 },
        })),
      }));
      expect(cautiousLogRatio(large, 1)).toBeGreaterThan(Math.log(2));
    });
  });
});
