/**
 * What rounds of timed pairs say: which clock decides, what is added to it, and what about them deserves doubt. Pure.
 */
import { movedNs, unseenNs } from "./moved.ts";
import type { Measured, Speedup } from "./outcome.ts";
import { leastScatter, median, roundLogRatio } from "./statistics.ts";
import type { Timing } from "./supervisor.ts";
import { intervalOf, type TimingPlan } from "./timing-plan.ts";
import type { Failure } from "./trial.ts";

/** Whole times beyond what usual ones come to, which one slow call of four needs to be half as slow again. */
const unevenExcess = 1.1;
/** Of the reference's time: less than this that is done around the calls counts, but is not worth a word. */
const worthSaying = 0.02;
/** A busy machine makes a few pairs wait by chance: of fewer than eight, all must; of fewer than six, not even that tells. */
const manyPairs = 8;
const leastPairs = 6;
/** Ten terabytes a second: no core writes as fast. */
const bytesPerMs = 1e10;

export interface TimedPair {
  readonly reference: Timing;
  readonly candidate: Timing;
}

/** Pairs of calls of the same two processes, after a first pair that is not among them. */
export interface Round {
  readonly pairs: readonly TimedPair[];
}

/** One thread is timed on its CPU clock, which others' use of the core does not reach; several on the wall clock. */
export function timeNs(timing: Timing, threads: number): number {
  return threads > 1 ? timing.wallNs : timing.cpuNs;
}

/** How what is done around the calls is charged: what was seen there, so many times, and so much more a call. */
interface Charge {
  readonly times: number;
  readonly extraNs: number;
}

/** The log ratio of each round, by which the interval is made. */
export function logRatios(
  rounds: readonly Round[],
  threads: number,
  { times, extraNs }: Charge = { times: 1, extraNs: 0 },
): number[] {
  const uneven = isUneven(rounds, threads);
  const moved = movedNs(
    rounds.map(({ pairs }) => pairs),
    threads,
  );
  return rounds.map((round, index) => {
    const pairs = round.pairs.map(({ reference, candidate }, place) => ({
      reference: timeNs(reference, threads),
      candidate: timeNs(candidate, threads) + times * (moved[index]?.[place] ?? 0) + extraNs,
    }));
    if (!uneven) return roundLogRatio(pairs);
    return roundLogRatio([
      {
        reference: sum(pairs.map((pair) => pair.reference)),
        candidate: sum(pairs.map((pair) => pair.candidate)),
      },
    ]);
  });
}

/**
 * The mean log ratio with work around the calls charged to the utmost: twice what was seen, since work may be cheaper where it was moved to (among
 * data that are in the caches anyway), and what could go unseen. A win is one only where this is one too.
 */
export function cautiousLogRatio(rounds: readonly Round[], threads: number): number {
  const extraNs = unseenNs(
    rounds.map(({ pairs }) => pairs),
    threads,
  );
  return sum(logRatios(rounds, threads, { times: 2, extraNs })) / rounds.length;
}

/** The log ratio of each pair by itself. */
export function pairLogRatios({ pairs }: Round, threads: number): number[] {
  return logRatios(
    pairs.map((pair) => ({ pairs: [pair] })),
    threads,
  );
}

/**
 * Whether a minority of the candidate's calls is so slow that medians hide it, round after round and in a way that the reference does not
 * show: what it puts off, it does after all. Whole times count then.
 */
export function isUneven(rounds: readonly Round[], threads: number): boolean {
  const excess = ({ pairs }: Round, arm: "reference" | "candidate"): number => {
    const times = pairs.map((pair) => timeNs(pair[arm], threads));
    return sum(times) / Math.max(times.length * median(times), 1);
  };
  const telling = rounds.filter(({ pairs }) => pairs.length > 2);
  const uneven = telling.filter(
    (round) => excess(round, "candidate") > unevenExcess * Math.max(1, excess(round, "reference")),
  );
  return uneven.length > 0 && 2 * uneven.length >= telling.length;
}

/**
 * Wall time far above CPU time, pair after pair, in this arm alone: it waits for something that the clock does not see. Several threads are
 * timed by the wall clock, which sees it, and wait for each other where others want the cores too.
 */
export function waitingFailure(rounds: readonly Round[], threads: number): Failure | undefined {
  if (threads > 1) return undefined;
  const pairs = rounds.flatMap((round) => round.pairs);
  const waits = ({ cpuNs, wallNs }: Timing): boolean => wallNs > 1.5 * cpuNs + 2e6;
  const hidden = pairs.filter(({ reference, candidate }) => waits(candidate) && !waits(reference));
  const chance = pairs.length < manyPairs ? pairs.length - 1 : 0.75 * pairs.length;
  if (pairs.length < leastPairs || hidden.length <= chance) return undefined;
  const wallMs = median(pairs.map(({ candidate }) => candidate.wallNs)) / 1e6;
  const cpuMs = median(pairs.map(({ candidate }) => candidate.cpuNs)) / 1e6;
  return {
    status: "timed-out",
    limitMs: Math.round(1.5 * cpuMs + 2),
    reason: `It waits instead of working: a call takes ${wallMs.toFixed(2)} ms, of which ${cpuMs.toFixed(2)} ms on the CPU.`,
  };
}

/**
 * Whether the wall clock speaks against a win on the CPU clock: over all pairs it shows less than half of that win, and more than its own
 * scatter explains.
 */
export function wallDisagrees(rounds: readonly Round[], speedup: Speedup, plan: TimingPlan): boolean {
  if (speedup.low <= 1 || rounds.length < 2) return false;
  const wall = intervalOf(
    rounds.map(({ pairs }) =>
      roundLogRatio(
        pairs.map(({ reference, candidate }) => ({
          reference: reference.wallNs,
          candidate: candidate.wallNs,
        })),
      ),
    ),
    plan,
  );
  return wall.high < Math.sqrt(speedup.low) - leastScatter;
}

/** What a measurement comes to; `earlier` is a series before it whose win was too large to be believed at once. */
export function concludeRounds(
  rounds: readonly Round[],
  {
    threads,
    instances,
    plan,
    pinned,
    outputBytes,
    earlier,
  }: {
    readonly threads: number;
    readonly instances: number;
    readonly plan: TimingPlan;
    readonly pinned: boolean;
    /** What one call has to write at least. */
    readonly outputBytes: number;
    readonly earlier?: readonly Round[] | undefined;
  },
): Pick<Measured, "speedup" | "faster" | "referenceMs" | "candidateMs" | "reason"> {
  const timed = intervalOf(logRatios(rounds, threads), plan);
  const cautious = Math.exp(cautiousLogRatio(rounds, threads));
  const speedup = { ...timed, low: Math.min(timed.low, cautious) };
  const pairs = rounds.flatMap((round) => round.pairs);
  const callMs = (arm: "reference" | "candidate"): number =>
    median(pairs.map((pair) => timeNs(pair[arm], threads))) / 1e6 / instances;
  const disagrees = wallDisagrees(rounds, speedup, plan);
  const doubts = doubtsAbout(rounds, threads);
  if (timed.low > 1 && cautious <= 1)
    doubts.push(
      "Whether it is faster, or does its work around its calls instead of in them, cannot be told.",
    );
  if (disagrees)
    doubts.push("By the wall clock it is not faster: what it saves on the CPU it spends elsewhere.");
  const impossible = callMs("candidate") < outputBytes / bytesPerMs;
  if (impossible)
    doubts.push(
      `No machine writes ${outputBytes} bytes in ${callMs("candidate").toPrecision(2)} ms: its clock was deceived.`,
    );
  if (earlier) {
    const before = intervalOf(logRatios(earlier, threads), plan);
    if (before.low > speedup.high || before.high < speedup.low)
      doubts.push(`Two series of measurements disagree: ${before.ratio.toFixed(1)}× before this one.`);
  }
  if (speedup.high / speedup.low > 1.5)
    doubts.push(
      "The measurements scatter widely: the machine is busy, or the running time depends on chance.",
    );
  if (!pinned) doubts.push("Only one core is available, so measurements were not pinned.");
  return {
    speedup,
    faster: speedup.low > 1 && !disagrees && !impossible,
    referenceMs: callMs("reference"),
    candidateMs: callMs("candidate"),
    ...(doubts.length > 0 && { reason: doubts.join(" ") }),
  };
}

/** Work that the calls do not show. */
function doubtsAbout(rounds: readonly Round[], threads: number): string[] {
  const doubts: string[] = [];
  if (isUneven(rounds, threads))
    doubts.push("Some of its calls are far slower than most, so whole times were compared, not usual ones.");
  const moved = sum(
    movedNs(
      rounds.map(({ pairs }) => pairs),
      threads,
    ).flat(),
  );
  if (
    moved >
    worthSaying * sum(rounds.flatMap(({ pairs }) => pairs.map(({ reference }) => timeNs(reference, threads))))
  )
    doubts.push("The candidate does work around its call, which was counted as if done inside.");
  const once = median(rounds.map((round) => onceNs(round, "candidate") - onceNs(round, "reference")));
  const calls = median(rounds.map(({ pairs }) => sum(pairs.map(({ candidate }) => candidate.cpuNs))));
  if (once > 0.1 * calls + 1e6)
    doubts.push(
      `It works for ${(once / 1e6).toFixed(1)} ms once a process, before or in its first call, which the speedup leaves out.`,
    );
  return doubts;
}

/** CPU time of a process that its counted calls do not account for: loading it, and its first call beyond a usual one. */
function onceNs({ pairs }: Round, arm: "reference" | "candidate"): number {
  const calls = pairs.map((pair) => pair[arm].cpuNs + pair[arm].untimedNs);
  const lifetime = Math.max(...pairs.map((pair) => pair[arm].lifetimeNs));
  return lifetime - sum(calls) - median(calls);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
