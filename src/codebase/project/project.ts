/**
 * A repository that is judged by its own commands: what has to be said of it, and what can be asked of it once it is open.
 * `open-project.ts` opens one.
 */
import type { Evaluator, EvaluateOptions } from "../../evaluate/evaluator.ts";
import type { Outcome } from "../../evaluate/outcome.ts";
import type { CommandTask, Metric } from "../../task/task.ts";

/** What one command may take. */
export interface CommandLimits {
  /** Default 15 minutes. */
  readonly buildMs: number;
  /** Default 10 minutes. */
  readonly testMs: number;
  /** Default 5 minutes. */
  readonly benchMs: number;
  /** Of all processes of a command together. Default 4 GiB, or half of the machine's where that is less. */
  readonly memoryBytes: number;
  /** Of the copy of the tree with all that is built in it, and of what a command writes beside it. Default 4 GiB. */
  readonly diskBytes: number;
  /** Processes and threads of a command at a time. Default 512. */
  readonly processes: number;
}

export interface ProjectSettings {
  /** The repository's root. Nothing in it is ever changed. */
  readonly root: string;
  readonly commands: CommandTask["commands"];
  readonly metric: Metric;
  readonly limits?: Partial<CommandLimits>;
}

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as things go on; must not throw. */
  readonly onProgress?: ((progress: OpenProgress) => void) | undefined;
}

/** `run` of `runs`, counted from 1. */
export interface OpenProgress {
  readonly stage: "copy" | "build" | "test" | "bench";
  readonly run: number;
  readonly runs: number;
}

/** What the untouched tree showed. */
export interface Baseline {
  /** Durations by our clock; of the build undefined where there is no build command. */
  readonly buildMs: number | undefined;
  /** Of each passed run. */
  readonly testMs: readonly number[];
  readonly benchMs: readonly number[];
  /** What the benchmark said in each run: milliseconds where the metric is time, else the number that it printed. */
  readonly values: readonly number[];
  /** Median of `values`. */
  readonly value: number;
  /** `ms`, or the metric's unit; empty where it has none. */
  readonly unit: string;
  /** Standard deviation of the values' logarithms: 0.01 is about 1 %. */
  readonly scatter: number;
  /** The smallest gain that a judgement at effort `normal` could tell from none, as a share of the whole benchmark: 0.02 is 2 %. */
  readonly smallestDifference: number;
  /** What a person should know: links left out, files skipped, a work tree with changes, a noisy benchmark. One sentence each. */
  readonly notes: readonly string[];
}

/** How a command ended. `out-of-memory` and `disk-full` are said where that is known for sure. */
export type CommandEnding = "exit" | "signal" | "timed-out" | "out-of-memory" | "disk-full";

/** One command, run in a jail. */
export interface CommandRun {
  /** As it was given. */
  readonly command: string;
  readonly ending: CommandEnding;
  /** 0 where it succeeded; undefined where it did not come to exit. */
  readonly exitCode: number | undefined;
  /** Name, as `SIGSEGV`, where a signal ended it. */
  readonly signal?: string;
  readonly durationMs: number;
  /** Last part of what it printed on both channels, in the order of its arrival; without control characters. Untrusted text. */
  readonly tail: string;
}

/** `files` by path relative to the tree's root, in order. Contents are untrusted. */
export interface CollectedRun extends CommandRun {
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface RunInCopyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Globs, relative to the root (`*`, `**`, `?`), of regular files to bring back: at most 256, together at most 64 MiB. */
  readonly collect?: readonly string[];
  /** Files with other content than in the tree, by relative path: put there before anything runs. */
  readonly files?: ReadonlyMap<string, string | Uint8Array>;
  /** Beside what every command is given. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the build command is run first, in the same copy (and with the same environment): default only where `files` are given. */
  readonly build?: boolean;
  /** From the untouched, unbuilt tree instead of the built one. With `build` everything is compiled anew. Default false. */
  readonly fromScratch?: boolean;
  /** Whether it may read performance counters, as `perf` does: for the untouched tree alone, since it opens a large part of the kernel. */
  readonly profiling?: boolean;
  /** Default: `benchMs`. */
  readonly limitMs?: number;
}

/**
 * Of a C or C++ function: reference and candidate called alone on inputs that were recorded while the benchmark and the tests ran (`calls`), and
 * on shorter ones; `sanitizers`: under these too; `failure`: how it differs. Or why that is not possible.
 */
export type FunctionCheck =
  | {
      readonly calls: number;
      readonly shorter: number;
      readonly sanitizers: boolean;
      readonly failure?: string;
    }
  | { readonly reason: string };

/** Whether the tests notice the function. */
export interface Proof {
  /**
   * `proven`: mutants were caught, and (where it can be told) the function was executed. `unproven`: no mutant was caught, or it was never
   * executed, or none could be made.
   */
  readonly verdict: "proven" | "unproven";
  /** Of the mutants that still build. */
  readonly mutants: readonly MutantResult[];
  readonly caught: number;
  /** Whether tests fail when the function's body is replaced by an abort or raise; undefined where that does not build. */
  readonly noticesAbsence: boolean | undefined;
  /** Of the changed lines that hold code; undefined where it could not be measured. */
  readonly coverage?: { readonly executed: number; readonly lines: number; readonly by: string };
  /** A sentence for a person. */
  readonly reason: string;
  /** Absent in other languages than C and C++. */
  readonly functionCheck?: FunctionCheck;
}

export interface MutantResult {
  /** As `negates a condition`. */
  readonly change: string;
  /** Line in the candidate's file, from 1. */
  readonly line: number;
  readonly caught: boolean;
}

export interface ProveOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default 6. */
  readonly mutants?: number;
  /** Called before each run of the test command; must not throw. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

export interface OpenProject {
  readonly settings: ProjectSettings;
  /** Of the untouched tree: test passed twice, the benchmark's value and scatter, the smallest difference that it could see. */
  readonly baseline: Baseline;
  /** Files of the tree, by path relative to the root, that the build writes anew: a change of them would be lost. */
  readonly rewritten: ReadonlySet<string>;
  /** Judges command tasks of this project; closing the project closes it. */
  readonly evaluator: Evaluator;
  /**
   * Whether the project's tests notice the function: `source` is the whole file with the candidate, which passed. Throws like `evaluate`.
   */
  prove(task: CommandTask, source: string, options?: ProveOptions): Promise<Proof>;
  /** Several files changed together, by path relative to the root: judged as a whole, like one candidate. */
  evaluateTogether(files: ReadonlyMap<string, string>, options?: EvaluateOptions): Promise<Outcome>;
  /** Runs a command in a fresh copy, in the jail. A command that fails is a result, not an exception. */
  runInCopy(command: string, options?: RunInCopyOptions): Promise<CollectedRun>;
  /** Ends what runs and removes the copies. Safe to call twice. */
  close(): Promise<void>;
}
