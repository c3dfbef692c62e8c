/**
 * Times a candidate by the project's benchmark: runs of both arms alternate as ABBA, each in a fresh copy, until the interval tells.
 */
import type { EvaluateOptions, TimingRound } from "../../evaluate/evaluator.ts";
import type { Measured, Speedup } from "../../evaluate/outcome.ts";
import { median } from "../../evaluate/statistics.ts";
import {
  implausibleRatio,
  intervalOf,
  isClear,
  isSteady,
  timingPlans,
  verdictOf,
  type TimingPlan,
} from "../../evaluate/timing-plan.ts";
import { benchValue, improvement, valueIn, type BenchValue } from "./bench-value.ts";
import { candidateLimit, runFailure, type Bench, type Verdict } from "./bench.ts";
import type { Layers } from "../room/layers.ts";
import { runThrownAway, succeeded, tailOf } from "../room/room-run.ts";
import { missingLine } from "../room/said.ts";
import { UsageError } from "../../errors.ts";

interface Arms {
  readonly candidate: Layers;
  readonly reference: Layers;
  /** Of the files that the candidate changes. */
  readonly names: readonly string[];
}

interface Timed {
  readonly verdict: Verdict;
  /** Of the candidate. */
  readonly runs: number;
}

interface OneRun {
  readonly wallMs: number;
  /** Of all its processes. */
  readonly cpuMs: number;
  readonly value: BenchValue;
}

/** One round of pairs. */
export interface BenchRound {
  /** Of what the benchmark says; positive where the candidate is better. */
  readonly logRatio: number;
  /** Of the wall times, the same way. */
  readonly wallLogRatio: number;
}

/** More pairs make up for a benchmark that ends before the machine has settled. */
const shortBenchMs = 300;
/** By the wall clock so much slower, a candidate that claims a win by its own number is not believed. */
const grossly = 1.25;
/** So much more CPU time than the reference is worth a word. */
const moreCores = 1.3;

/** Never throws for what the candidate does. */
export async function timeFiles(
  bench: Bench,
  arms: Arms,
  options: EvaluateOptions & { readonly signal: AbortSignal },
): Promise<Timed> {
  const { signal, onStage, onRound, effort = "normal" } = options;
  const plan = timingPlans[effort];
  const pairsPerRound = median(bench.baseline.benchMs) < shortBenchMs ? plan.pairsPerRound : 2;
  const onWait = (): void => onStage?.("waiting");
  let runs = 0;
  const candidateRun = async (): Promise<OneRun | Verdict> => {
    runs += 1;
    return runCandidate(bench, arms, signal);
  };
  const rounds: BenchRound[] = [];
  const times: { referenceMs: number; candidateMs: number }[] = [];
  const values: { reference: BenchValue; candidate: BenchValue }[] = [];
  const pairRatios: number[][] = [];
  const cpuRatios: number[] = [];
  for (;;) {
    const brief = pairRatios.length > 0 && (isClear(pairRatios.flat()) || isSteady(pairRatios));
    const wanted = Math.min(pairsPerRound, brief ? plan.briefPairs : pairsPerRound);
    const pairs: { reference: OneRun; candidate: OneRun }[] = [];
    const failed = await bench.inTurn(signal, onWait, async () => {
      onStage?.("time");
      if (rounds.length === 0) {
        // Caches warm, and what fails fails before anything is timed.
        await runReference(bench, arms.reference, signal);
        const warm = await candidateRun();
        if ("status" in warm) return warm;
      }
      for (let pair = 0; pair < wanted; pair++) {
        const candidateFirst = (rounds.length + pair) % 2 === 1;
        const early = candidateFirst ? await candidateRun() : undefined;
        if (early && "status" in early) return early;
        const reference = await runReference(bench, arms.reference, signal);
        const candidate = early ?? (await candidateRun());
        if ("status" in candidate) return candidate;
        pairs.push({ reference, candidate });
      }
      return undefined;
    });
    if (failed) return { verdict: failed, runs };
    const ratios = pairs.map(({ reference, candidate }) =>
      improvement(bench.settings.metric, reference.value, candidate.value),
    );
    if (ratios.includes(undefined))
      return {
        verdict: { status: "wrong-output", reason: "It prints the benchmark's number in another unit." },
        runs,
      };
    const logRatios = (ratios as number[]).map(Math.log);
    pairRatios.push(logRatios);
    const wall = pairs.map(({ reference, candidate }) => Math.log(reference.wallMs / candidate.wallMs));
    const round = {
      logRatio: median(logRatios),
      wallLogRatio: median(wall),
    };
    rounds.push(round);
    const shown = pairs.map(({ reference, candidate }) => ({
      referenceMs: reference.wallMs,
      candidateMs: candidate.wallMs,
    }));
    times.push(...shown);
    cpuRatios.push(
      ...pairs.map(({ reference, candidate }) => candidate.cpuMs / Math.max(reference.cpuMs, 1)),
    );
    values.push(
      ...pairs.map(({ reference, candidate }) => ({
        reference: reference.value,
        candidate: candidate.value,
      })),
    );
    onRound?.({ logRatio: round.logRatio, pairs: shown } satisfies TimingRound);
    if (
      verdictOf(
        rounds.map(({ logRatio }) => logRatio),
        plan,
      ) !== "continue"
    )
      break;
  }
  const { speedup, faster, doubts } = concludeBench(rounds, bench.settings.metric.kind, plan);
  if (faster && median(cpuRatios) > moreCores)
    doubts.push(
      `It takes ${median(cpuRatios).toFixed(1)} times the CPU time: it is faster by using more cores at once.`,
    );
  const numbers = bench.settings.metric.kind === "number" ? numbersOf(values, bench) : undefined;
  if (numbers)
    doubts.unshift(
      `The benchmark's number went from ${formatNumber(numbers.reference)} to ${formatNumber(numbers.candidate)}${numbers.unit === "" ? "" : ` ${numbers.unit}`}.`,
    );
  return {
    verdict: {
      status: "measured",
      speedup,
      faster,
      referenceMs: median(times.map(({ referenceMs }) => referenceMs)),
      candidateMs: median(times.map(({ candidateMs }) => candidateMs)),
      ...(numbers && { numbers }),
      ...(doubts.length > 0 && { reason: doubts.join(" ") }),
    },
    runs,
  };
}

/** What the rounds come to, and what deserves doubt. Pure. */
export function concludeBench(
  rounds: readonly BenchRound[],
  kind: "time" | "number",
  plan: TimingPlan,
): { readonly speedup: Speedup; readonly faster: boolean; readonly doubts: string[] } {
  const ratios = rounds.map(({ logRatio }) => logRatio);
  const speedup = intervalOf(ratios, plan);
  const doubts: string[] = [];
  let faster = speedup.low > 1;
  const verdict = verdictOf(ratios, plan);
  if (verdict === "undecided" || verdict === "futile")
    if (speedup.low <= 1 && speedup.high >= 1)
      doubts.push(
        `The benchmark is too noisy to tell: the smallest difference that it could see here is ${((speedup.high / speedup.ratio - 1) * 100).toFixed(1)} %.`,
      );
  if (speedup.ratio > implausibleRatio)
    doubts.push("So large a gain deserves a look: does the benchmark still do its work?");
  if (kind === "number" && faster) {
    const wall = intervalOf(
      rounds.map(({ wallLogRatio }) => wallLogRatio),
      plan,
    );
    if (wall.ratio < 1 / grossly && wall.high < 1) {
      faster = false;
      doubts.push(
        `By the wall clock the benchmark takes ${(1 / wall.ratio).toFixed(2)} times as long: the number that it prints is not believed.`,
      );
    } else if (wall.low <= 1)
      doubts.push(
        "By the wall clock the whole benchmark is not faster: it may run for a fixed time, or its number does not tell all.",
      );
  }
  return { speedup, faster, doubts };
}

async function runReference(bench: Bench, layers: Layers, signal: AbortSignal): Promise<OneRun> {
  const { room, settings, limits } = bench;
  const run = await runThrownAway(room, layers, settings.commands.bench, { limitMs: limits.benchMs, signal });
  const value = succeeded(run)
    ? benchValue(settings.metric, { wallMs: run.wallMs, ...run.output })
    : undefined;
  if (value === undefined || typeof value === "string")
    throw new UsageError(
      `the benchmark \`${settings.commands.bench}\` failed on the untouched tree, where it had succeeded before:\n${tailOf(run, 12, 2000)}`,
      { remedy: "It cannot judge anything while it fails by chance." },
    );
  return { wallMs: run.wallMs, cpuMs: run.cpuMs, value };
}

async function runCandidate(
  bench: Bench,
  { candidate, names }: Arms,
  signal: AbortSignal,
): Promise<OneRun | Verdict> {
  const { room, settings, limits, baseline } = bench;
  const limitMs = candidateLimit(baseline.benchMs, limits.benchMs);
  const run = await runThrownAway(room, candidate, settings.commands.bench, { limitMs, signal });
  if (!succeeded(run)) return runFailure("The benchmark", run, limitMs);
  const missing = missingLine(bench.benchLines, run.output.all, names);
  if (missing !== undefined)
    return {
      status: "wrong-output",
      reason: `The benchmark did not print what it prints on the untouched tree: "${missing}" is missing. It said:\n${tailOf(run, 10, 1500)}`,
    };
  const value = benchValue(settings.metric, { wallMs: run.wallMs, ...run.output });
  if (typeof value === "string")
    return {
      status: "wrong-output",
      reason: `The benchmark gives no value: ${value}. It said:\n${tailOf(run, 10, 1500)}`,
    };
  if (value.count > bench.bench.count)
    return {
      status: "wrong-output",
      reason: `The benchmark printed its number ${value.count} times, on the untouched tree ${bench.bench.count}: one of them is not the benchmark's own.`,
    };
  return { wallMs: run.wallMs, cpuMs: run.cpuMs, value };
}

/** In the unit of the untouched tree, which a candidate's number may have been printed in another of. */
function numbersOf(
  values: readonly { readonly reference: BenchValue; readonly candidate: BenchValue }[],
  { bench, baseline }: Bench,
): NonNullable<Measured["numbers"]> {
  const inUnit = (value: BenchValue): number => valueIn(bench.unit, value) ?? value.value;
  return {
    reference: median(values.map(({ reference }) => inUnit(reference))),
    candidate: median(values.map(({ candidate }) => inUnit(candidate))),
    unit: baseline.unit,
  };
}

function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
