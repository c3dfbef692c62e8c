/**
 * All that judging needs of an opened project, and what a command that failed makes of a candidate.
 */
import type { Outcome } from "../../evaluate/outcome.ts";
import type { BaselineNeeds, Opened } from "./baseline.ts";
import type { JailedRun } from "../room/command-jail.ts";
import type { PreparedCheck } from "../function-check/function-check.ts";
import type { Layers } from "../room/layers.ts";
import type { Outputs } from "../room/outputs.ts";
import { howItEnded, succeeded, tailOf } from "../room/room-run.ts";
import { missingLine } from "../room/said.ts";

export interface Bench extends BaselineNeeds, Opened {
  /** By the paths of the files that change. */
  readonly references: Map<string, Promise<Reference>>;
  readonly memory: VerdictMemory;
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
export function testFailure(
  bench: Bench,
  run: JailedRun,
  limitMs: number,
  names: readonly string[],
): Verdict | undefined {
  if (!succeeded(run)) return runFailure("The test command", run, limitMs);
  const missing = missingLine(bench.testLines, run.output.all, names);
  if (missing === undefined) return undefined;
  return {
    status: "wrong-output",
    reason: `The test command succeeded, but did not print what it prints on the untouched tree: "${missing}" is missing. It said:\n${tailOf(run, 10, 1500)}`,
  };
}

/** What a command that failed makes of a candidate. */
export function runFailure(what: string, run: JailedRun, limitMs: number): Verdict {
  const said = tailOf(run, 15, 3000);
  const reason = `${what} ${howItEnded(run, limitMs)}.${said === "" ? "" : ` It said:\n${said}`}`;
  if (run.ending === "timed-out") return { status: "timed-out", limitMs, reason };
  if (run.ending === "signal") return { status: "crashed", reason, signal: run.signal ?? "?" };
  if (run.ending === "exit") return { status: "wrong-output", reason };
  return { status: "crashed", reason };
}
