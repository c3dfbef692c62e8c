/**
 * How fast is the candidate? Rounds of pairs, each round on two fresh processes, in the order ABBA, until the interval says enough.
 */
import { candidateFactor, candidateGraceMs } from "./check.ts";
import type { Effort, TimingRound } from "./evaluator.ts";
import type { Measured } from "./outcome.ts";
import { batchShape, referenceLimitMs, type ReferenceFacts } from "./reference-facts.ts";
import { median, roundLogRatio, speedupOf } from "./statistics.ts";
import type { Subject } from "./subject.ts";
import type { Supervisor, Timing } from "./supervisor.ts";
import { implausibleRatio, timingPlans, verdictOf, type TimingPlan } from "./timing-plan.ts";
import { dropPlan, endArms, loadPlan, runPair, startArms, type Failure, type LoadedPlan } from "./trial.ts";

export interface TimingOptions {
  readonly effort: Effort;
  /** Held while a round is measured, so that two evaluators on one machine do not disturb each other. */
  readonly lockFile: string;
  readonly signal?: AbortSignal | undefined;
  readonly onRound?: ((round: TimingRound) => void) | undefined;
}

export type Timed =
  | { readonly failure: Failure; readonly calls: number }
  | {
      readonly failure?: undefined;
      readonly calls: number;
      readonly measured: Pick<Measured, "speedup" | "faster" | "referenceMs" | "candidateMs" | "reason">;
    };

interface Round {
  readonly pairs: readonly { readonly reference: Timing; readonly candidate: Timing }[];
}

/** Measures a candidate that has been checked; its outputs are compared after every call all the same. */
export async function timeCandidate(
  supervisor: Supervisor,
  subject: Subject,
  library: string,
  facts: ReferenceFacts,
  options: TimingOptions,
): Promise<Timed> {
  const bench: Bench = { supervisor, subject, library, facts, options, calls: 0 };
  const plan = timingPlans[options.effort];
  const loaded = await loadPlan(supervisor, subject.timed, batchShape(facts));
  try {
    const first = await measure(bench, loaded, plan);
    if (!Array.isArray(first)) return { failure: first, calls: bench.calls };
    let rounds = first;
    let repeated = false;
    if (roundsSpeedup(bench, rounds).ratio > implausibleRatio) {
      // So large a win is reported as what fresh processes and seeds show.
      const again = await measure(bench, loaded, plan);
      if (!Array.isArray(again)) return { failure: again, calls: bench.calls };
      rounds = again;
      repeated = true;
    }
    return conclude(bench, rounds, repeated ? first : undefined);
  } finally {
    if (supervisor.alive) await dropPlan(supervisor, loaded);
  }
}

interface Bench {
  readonly supervisor: Supervisor;
  readonly subject: Subject;
  readonly library: string;
  readonly facts: ReferenceFacts;
  readonly options: TimingOptions;
  calls: number;
}

async function measure(bench: Bench, loaded: LoadedPlan, plan: TimingPlan): Promise<Round[] | Failure> {
  const rounds: Round[] = [];
  for (;;) {
    const round = await measureRound(bench, loaded, plan, rounds);
    if ("status" in round) return round;
    rounds.push(round);
    bench.options.onRound?.(described(bench, round));
    const waiting = waitingFailure(rounds);
    if (waiting) return waiting;
    const verdict = verdictOf(
      rounds.map((one) => logRatio(bench, one)),
      plan,
    );
    if (verdict !== "continue") return rounds;
  }
}

/** Two fresh processes, a warm-up that is checked but not counted, then pairs in alternating order. */
async function measureRound(
  bench: Bench,
  loaded: LoadedPlan,
  plan: TimingPlan,
  before: readonly Round[],
): Promise<Round | Failure> {
  const { supervisor, subject, library, options } = bench;
  await supervisor.lock(options.lockFile, options.signal);
  try {
    const failure = await startArms(supervisor, subject, library, [loaded]);
    if (failure) return failure;
    const pairs: Round["pairs"][number][] = [];
    const slow = before.length > 0 && before.every((round) => logRatio(bench, round) < Math.log(0.4));
    const count = slow ? 2 : plan.pairsPerRound;
    let referenceMs = 0;
    for (let index = -1; index < count; index++) {
      options.signal?.throwIfAborted();
      const pair = await runPair(
        supervisor,
        subject,
        loaded,
        {
          referenceMs: referenceLimitMs + loaded.instances,
          candidateMs: candidateGraceMs + candidateFactor * referenceMs,
          candidateFactor,
        },
        { candidateFirst: index >= 0 && index % 2 === 1 },
      );
      bench.calls += loaded.instances;
      if (pair.failure) return pair.failure;
      referenceMs = Math.max(referenceMs, pair.reference.wallNs / 1e6);
      if (index >= 0) pairs.push(pair);
    }
    return { pairs };
  } finally {
    if (supervisor.alive) {
      await endArms(supervisor);
      await supervisor.unlock();
    }
  }
}

function described(bench: Bench, round: Round): TimingRound {
  return {
    logRatio: logRatio(bench, round),
    pairs: round.pairs.map(({ reference, candidate }) => ({
      referenceMs: timeNs(bench, reference) / 1e6,
      candidateMs: timeNs(bench, candidate) / 1e6,
    })),
  };
}

/** One thread is timed on its CPU clock, which others' use of the core does not reach; several on the wall clock. */
function timeNs(bench: Bench, timing: Timing): number {
  return bench.subject.task.threads > 1 ? timing.wallNs : timing.cpuNs;
}

function logRatio(bench: Bench, round: Round): number {
  const moved = movedNs(bench, round);
  return roundLogRatio(
    round.pairs.map(({ reference, candidate }) => ({
      reference: timeNs(bench, reference),
      candidate: timeNs(bench, candidate) + moved,
    })),
  );
}

/**
 * Work that a candidate does around its call rather than in it, in operators new and delete of its own for example, is counted as if done
 * inside. Decoding and encoding cost both arms about the same, so a small difference is not.
 */
function movedNs(bench: Bench, round: Round): number {
  // Threads that wait for more work spin for a while after a call; wall time does not count that anyway.
  if (bench.subject.task.threads > 1) return 0;
  const own = median(round.pairs.map(({ candidate }) => candidate.untimedNs));
  const usual = median(round.pairs.map(({ reference }) => reference.untimedNs));
  const call = median(round.pairs.map(({ reference }) => timeNs(bench, reference)));
  return own > 1.2 * usual + 0.01 * call + 20_000 ? own - usual : 0;
}

/** Wall time far above CPU time, pair after pair, in this arm alone: it waits for something that the clock does not see. */
function waitingFailure(rounds: readonly Round[]): Failure | undefined {
  const pairs = rounds.flatMap((round) => round.pairs);
  const waits = ({ cpuNs, wallNs }: Timing): boolean => wallNs > 1.5 * cpuNs + 2e6;
  const hidden = pairs.filter(({ reference, candidate }) => waits(candidate) && !waits(reference));
  if (rounds.length < 2 || hidden.length <= 0.75 * pairs.length) return undefined;
  const wallMs = median(pairs.map(({ candidate }) => candidate.wallNs)) / 1e6;
  const cpuMs = median(pairs.map(({ candidate }) => candidate.cpuNs)) / 1e6;
  return {
    status: "timed-out",
    limitMs: Math.round(1.5 * cpuMs + 2),
    reason: `It waits instead of working: a call takes ${wallMs.toFixed(2)} ms, of which ${cpuMs.toFixed(2)} ms on the CPU.`,
  };
}

function roundsSpeedup(bench: Bench, rounds: readonly Round[]): Measured["speedup"] {
  return speedupOf(rounds.map((round) => logRatio(bench, round)));
}

function conclude(bench: Bench, rounds: readonly Round[], first: readonly Round[] | undefined): Timed {
  const speedup = roundsSpeedup(bench, rounds);
  const pairs = rounds.flatMap((round) => round.pairs);
  const callMs = (arm: "reference" | "candidate"): number =>
    median(pairs.map((pair) => timeNs(bench, pair[arm]))) / 1e6 / bench.facts.instances;
  const doubts: string[] = [];
  if (rounds.some((round) => movedNs(bench, round) > 0))
    doubts.push("The candidate does work around its call, which was counted as if done inside.");
  if (first) {
    const earlier = roundsSpeedup(bench, first);
    if (earlier.low > speedup.high || earlier.high < speedup.low)
      doubts.push(`Two series of measurements disagree: ${earlier.ratio.toFixed(1)}× before this one.`);
  }
  if (speedup.high / speedup.low > 1.5)
    doubts.push(
      "The measurements scatter widely: the machine is busy, or the running time depends on chance.",
    );
  if (!bench.supervisor.pinned) doubts.push("Only one core is available, so measurements were not pinned.");
  return {
    calls: bench.calls,
    measured: {
      speedup,
      faster: speedup.low > 1,
      referenceMs: callMs("reference"),
      candidateMs: callMs("candidate"),
      ...(doubts.length > 0 && { reason: doubts.join(" ") }),
    },
  };
}
