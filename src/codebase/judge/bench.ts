/**
 * All that judging needs of an opened project, and what a command that failed makes of a candidate.
 */
import type { Outcome } from "../../evaluate/outcome.ts";
import type { BaselineNeeds, Opened } from "./baseline.ts";
import type { JailedRun } from "../room/command-jail.ts";
import type { PreparedCheck } from "../function-check/function-check.ts";
import type { Layers } from "../room/layers.ts";
import type { Outputs } from "../room/outputs.ts";
import { howItEnded, runThrownAway, succeeded, tailOf } from "../room/room-run.ts";
import { keepCommon, missingLine } from "../room/said.ts";

export interface Bench extends BaselineNeeds, Opened {
  /** By the paths of the files that change. */
  readonly references: Map<string, Promise<Reference>>;
  readonly memory: VerdictMemory;
  /** How often the untouched tree was tested again, to see which lines its tests print every time. */
  readonly steadied: { runs: number };
  /** By the tasks' hashes. */
  readonly functionChecks: Map<string, Promise<PreparedCheck>>;
}

/** The untouched tree, built as a candidate is that changes these files. */
export interface Reference {
  readonly layers: Layers;
  readonly outputs: Outputs;
  /** Whether it passes, by the command of a syntax check. */
  readonly checked: Map<string, boolean>;
}

export interface VerdictMemory {
  find(key: string): { readonly outcome: Outcome; readonly judgedAt: string } | undefined;
  add(key: string, outcome: Outcome): void;
}

type WithoutCounts<One> = One extends unknown ? Omit<One, "calls" | "evaluationMs"> : never;
export type Verdict = WithoutCounts<Outcome>;

export function createVerdictMemory(): VerdictMemory {
  const known = new Map<string, { outcome: Outcome; judgedAt: string }>();
  return {
    find: (key) => known.get(key),
    add: (key, outcome) => void known.set(key, { outcome, judgedAt: new Date().toISOString() }),
  };
}

/** How much longer than the untouched tree a candidate may take before it is stopped. */
export function candidateLimit(usual: readonly number[], limitMs: number): number {
  return Math.min(limitMs, 10 * Math.max(...usual) + 10_000);
}

/** Why the tests speak against it; undefined where they do not. */
export async function testFailure(
  bench: Bench,
  run: JailedRun,
  { limitMs, names, signal }: { limitMs: number; names: readonly string[]; signal: AbortSignal },
): Promise<Verdict | undefined> {
  if (!succeeded(run)) return runFailure("The test command", run, limitMs);
  const { all } = run.output;
  let missing = missingLine(bench.testLines, all, names);
  // Two runs of the untouched tree may agree by chance, as where tests run side by side: it is asked again before that is held against anybody.
  if (missing !== undefined && bench.steadied.runs < mostSteadied) {
    bench.steadied.runs += 1;
    const { room, built, settings, limits } = bench;
    const again = await runThrownAway(room, built, settings.commands.test, {
      limitMs: limits.testMs,
      signal,
    });
    if (succeeded(again)) {
      keepCommon(bench.testLines, again.output.all);
      missing = missingLine(bench.testLines, all, names);
    }
  }
  if (missing === undefined) return undefined;
  return {
    status: "wrong-output",
    reason: `The test command succeeded, but did not print what it prints on the untouched tree: "${missing}" is missing. It said:\n${tailOf(run, 10, 1500)}`,
  };
}

/** Tests may take minutes. */
const mostSteadied = 3;

/** What a command that failed makes of a candidate. */
export function runFailure(what: string, run: JailedRun, limitMs: number): Verdict {
  const said = tailOf(run, 15, 3000);
  const reason = `${what} ${howItEnded(run, limitMs)}.${said === "" ? "" : ` It said:\n${said}`}`;
  if (run.ending === "timed-out") return { status: "timed-out", limitMs, reason };
  if (run.ending === "signal") return { status: "crashed", reason, signal: run.signal ?? "?" };
  if (run.ending === "exit") return { status: "wrong-output", reason };
  return { status: "crashed", reason };
}
