/**
 * How fast is the candidate? Rounds of pairs, each round on two fresh processes, in the order ABBA, until the interval says enough.
 */
import { candidateFactor, candidateGraceMs } from "./check.ts";
import type { Effort, TimingRound } from "./evaluator.ts";
import { outputBytes } from "./encode-plan.ts";
import type { Measured } from "./outcome.ts";
import { batchShape, referenceLimitMs, type ReferenceFacts } from "./reference-facts.ts";
import {
  cautiousLogRatio,
  concludeRounds,
  isUneven,
  logRatios,
  pairLogRatios,
  timeNs,
  waitingFailure,
  type Round,
  type TimedPair,
} from "./rounds.ts";
import type { Subject } from "./subject.ts";
import type { Supervisor } from "./supervisor.ts";
import {
  implausibleRatio,
  intervalOf,
  isClear,
  isImplausible,
  isSteady,
  timingPlans,
  verdictOf,
  type TimingPlan,
} from "./timing-plan.ts";
import { dropPlans, endArms, loadPlan, runPair, startArms, type Failure, type LoadedPlan } from "./trial.ts";

export interface TimingOptions {
  readonly effort: Effort;
  readonly signal?: AbortSignal | undefined;
  /** Called as it begins to wait for another evaluator's round to end, and as it goes on. */
  readonly onWait?: ((waits: boolean) => void) | undefined;
  readonly onRound?: ((round: TimingRound) => void) | undefined;
}

export type Timed =
  | { readonly failure: Failure; readonly calls: number }
  | {
      readonly failure?: undefined;
      readonly calls: number;
      readonly measured: Pick<Measured, "speedup" | "faster" | "referenceMs" | "candidateMs" | "reason">;
    };

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
  const { threads } = subject.task;
  const loaded = await loadPlan(supervisor, subject.timed, batchShape(facts));
  try {
    const first = await measure(bench, loaded, plan, isImplausible);
    if (!Array.isArray(first)) return { failure: first, calls: bench.calls };
    let rounds = first;
    const implausible = intervalOf(logRatios(first, threads), plan).ratio > implausibleRatio;
    if (implausible) {
      // So large a win is reported as what fresh processes and seeds show.
      const again = await measure(bench, loaded, plan);
      if (!Array.isArray(again)) return { failure: again, calls: bench.calls };
      rounds = again;
    }
    const measured = concludeRounds(rounds, {
      threads,
      plan,
      instances: facts.instances,
      pinned: supervisor.pinned,
      outputBytes: outputBytes(subject.timed.plan),
      earlier: implausible ? first : undefined,
    });
    return { measured, calls: bench.calls };
  } finally {
    if (supervisor.alive) await dropPlans(supervisor, [loaded]);
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

/** `enough`: whether rounds of these log ratios need no more, though they are not clear by themselves. */
async function measure(
  bench: Bench,
  loaded: LoadedPlan,
  plan: TimingPlan,
  enough: (logRatios: readonly number[]) => boolean = () => false,
): Promise<Round[] | Failure> {
  const { threads } = bench.subject.task;
  const rounds: Round[] = [];
  for (;;) {
    // The first is whole, to see whether all calls are alike.
    const brief = rounds.length > 0 && !isUneven(rounds, threads);
    const steady = isSteady(rounds.map((round) => pairLogRatios(round, threads)));
    const before = logRatios(rounds, threads);
    const fewPairs = (pairs: readonly TimedPair[]): boolean =>
      brief &&
      ((pairs.length >= plan.briefPairs && (steady || isClear(pairLogRatios({ pairs }, threads)))) ||
        (pairs.length >= plan.clearPairs && isClear([...before, ...pairLogRatios({ pairs }, threads)])));
    const round = await measureRound(bench, loaded, plan, {
      enough: fewPairs,
      candidateFirst: rounds.length % 2 === 1,
    });
    if ("status" in round) return round;
    rounds.push(round);
    const ratios = logRatios(rounds, threads);
    bench.options.onRound?.(described(round, ratios.at(-1) ?? 0, threads));
    const waiting = waitingFailure(rounds, bench.subject.task.threads);
    if (waiting) return waiting;
    if (enough(ratios)) return rounds;
    if (verdictOf(ratios, plan, cautiousLogRatio(rounds, threads)) !== "continue") return rounds;
  }
}

/** Two fresh processes, a warm-up that is checked but not counted, then pairs in alternating order. */
async function measureRound(
  bench: Bench,
  loaded: LoadedPlan,
  plan: TimingPlan,
  {
    enough,
    candidateFirst,
  }: {
    /** Whether no more pairs are needed than these. */
    readonly enough: (pairs: readonly TimedPair[]) => boolean;
    /** Which of the two is started first, finds its memory first and begins: from round to round it is the other one's turn. */
    readonly candidateFirst: boolean;
  },
): Promise<Round | Failure> {
  const { supervisor, subject, library, options } = bench;
  // So that two evaluators on one machine do not disturb each other.
  let waited = false;
  await supervisor.lock({
    signal: options.signal,
    onWait() {
      waited = true;
      options.onWait?.(true);
    },
  });
  if (waited) options.onWait?.(false);
  try {
    const failure = await startArms(supervisor, subject, library, [loaded], { candidateFirst });
    if (failure) return failure;
    const pairs: TimedPair[] = [];
    let referenceMs = bench.facts.callMs * loaded.instances;
    for (let index = -1; index < plan.pairsPerRound; index++) {
      if (enough(pairs)) break;
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
        { candidateFirst: index % 2 === 1 ? !candidateFirst : candidateFirst },
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

function described({ pairs }: Round, logRatio: number, threads: number): TimingRound {
  return {
    logRatio,
    pairs: pairs.map(({ reference, candidate }) => ({
      referenceMs: timeNs(reference, threads) / 1e6,
      candidateMs: timeNs(candidate, threads) / 1e6,
    })),
  };
}
