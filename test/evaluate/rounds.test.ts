import { describe, expect, it } from "vitest";
import {
  concludeRounds,
  isUneven,
  logRatios,
  wallDisagrees,
  waitingFailure,
  type Round,
} from "../../src/evaluate/rounds.ts";
import type { Timing } from "../../src/evaluate/supervisor.ts";
import { intervalOf, timingPlans } from "../../src/evaluate/timing-plan.ts";

const plan = timingPlans.normal;

/** Calls of one process, in milliseconds; its life is those, a first call as long as the first, and `onceMs` more. */
function arm(callsMs: readonly number[], { wallMs = callsMs, untimedMs = 0, onceMs = 0 } = {}): Timing[] {
  let lifetimeMs = onceMs + (callsMs[0] ?? 0) + untimedMs;
  return callsMs.map((ms, index) => {
    lifetimeMs += ms + untimedMs;
    return {
      cpuNs: ms * 1e6,
      wallNs: (wallMs[index] ?? 0) * 1e6,
      untimedNs: untimedMs * 1e6,
      untimedWallNs: untimedMs * 1e6,
      lifetimeNs: lifetimeMs * 1e6,
    };
  });
}

function rounds(reference: readonly Timing[], candidate: readonly Timing[], count = 4): Round[] {
  const pairs = reference.map((timing, index) => ({
    reference: timing,
    candidate: candidate[index] ?? timing,
  }));
  return Array.from({ length: count }, () => ({ pairs }));
}

function conclude(measured: readonly Round[], outputBytes = 0): ReturnType<typeof concludeRounds> {
  return concludeRounds(measured, { threads: 1, instances: 1, plan, pinned: true, outputBytes });
}

describe("rounds of pairs", () => {
  it("half the time is twice the speed, without a doubt", () => {
    const outcome = conclude(rounds(arm([10, 10, 10, 10]), arm([5, 5, 5, 5])));
    expect(outcome).toMatchObject({ faster: true, referenceMs: 10, candidateMs: 5 });
    expect(outcome.speedup.ratio).toBeCloseTo(2, 6);
    expect(outcome.reason).toBeUndefined();
  });

  it("one slow call in four is not hidden by the median", () => {
    const measured = rounds(arm([10, 10, 10, 10]), arm([5, 5, 5, 25]));
    expect(isUneven(measured, 1)).toBe(true);
    expect(logRatios(measured, 1)[0]).toBeCloseTo(0, 12);
    const outcome = conclude(measured);
    expect(outcome.faster).toBe(false);
    expect(outcome.reason).toMatch(/far slower than most/);
  });

  it("a single disturbed round is not taken for it", () => {
    const even = rounds(arm([10, 10, 10, 10]), arm([5, 5, 5, 5]), 3);
    const disturbed = rounds(arm([10, 10, 10, 10]), arm([5, 5, 5, 25]), 1);
    expect(isUneven([...even, ...disturbed], 1)).toBe(false);
  });

  it("calls that are uneven in both arms are compared by the median", () => {
    const measured = rounds(arm([10, 10, 10, 30]), arm([5, 5, 5, 15]));
    expect(isUneven(measured, 1)).toBe(false);
    expect(logRatios(measured, 1)[0]).toBeCloseTo(Math.log(2), 12);
  });

  it("work around the call is counted as if done inside", () => {
    const outcome = conclude(rounds(arm([10, 10, 10, 10]), arm([5, 5, 5, 5], { untimedMs: 5 })));
    expect(outcome.faster).toBe(false);
    expect(outcome.reason).toMatch(/around its call/);
  });

  it("work that is done once a process is said", () => {
    const outcome = conclude(rounds(arm([10, 10, 10, 10]), arm([5, 5, 5, 5], { onceMs: 30 })));
    expect(outcome).toMatchObject({ faster: true });
    expect(outcome.reason).toMatch(/works for 30\.0 ms once a process/);
  });

  it("a win on the CPU clock that the wall clock denies is none", () => {
    const measured = rounds(arm([10, 10, 10, 10]), arm([5, 5, 5, 5], { wallMs: [10, 10, 10, 10] }));
    expect(wallDisagrees(measured, intervalOf(logRatios(measured, 1), plan), plan)).toBe(true);
    expect(conclude(measured)).toMatchObject({ faster: false });
  });

  it("a wall clock that scatters too much to tell does not deny anything", () => {
    const reference = arm([10, 10, 10, 10]);
    const measured = [14, 6, 13, 7].flatMap((ms) =>
      rounds(reference, arm([5, 5, 5, 5], { wallMs: [ms, ms, ms, ms] }), 1),
    );
    expect(conclude(measured).faster).toBe(true);
  });

  it("waiting, pair after pair, in the candidate alone is a failure", () => {
    const waiting = rounds(arm([10, 10, 10, 10]), arm([1, 1, 1, 1], { wallMs: [10, 10, 10, 10] }));
    expect(waitingFailure(waiting, 1)).toMatchObject({ status: "timed-out" });
    // By the wall clock, which times these, waiting gains nothing.
    expect(waitingFailure(waiting, 2)).toBeUndefined();
    const busy = { wallMs: [30, 30, 30, 30] };
    expect(waitingFailure(rounds(arm([10, 10, 10, 10], busy), arm([5, 5, 5, 5], busy)), 1)).toBeUndefined();
  });

  it("a time in which the outputs cannot be written is not believed", () => {
    const outcome = conclude(rounds(arm([10, 10, 10, 10]), arm([0.001, 0.001, 0.001, 0.001])), 48_000_000);
    expect(outcome.faster).toBe(false);
    expect(outcome.reason).toMatch(/No machine writes 48000000 bytes/);
  });

  it("tasks with threads are compared by the wall clock", () => {
    const measured = rounds(arm([10, 10, 10, 10]), arm([10, 10, 10, 10], { wallMs: [5, 5, 5, 5] }));
    expect(logRatios(measured, 2)[0]).toBeCloseTo(Math.log(2), 12);
  });
});
