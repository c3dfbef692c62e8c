/**
 * The result of a run: what `optimize --json` prints and the library returns.
 */
import type { Measured, Outcome, Speedup } from "../evaluate/outcome.ts";
import type { Lesson, Transformation } from "../lesson/lesson.ts";

export interface Winner {
  /** Its id among the attempts. */
  readonly candidate: string;
  readonly agent: string;
  readonly round: number;
  /** The whole file that takes the place of the task's source. */
  readonly source: string;
  /** Unified diff from the task's source. */
  readonly diff: string;
  /** Whether it was timed again at length, on fresh processes and seeds; false only where the run was interrupted before. */
  readonly confirmed: boolean;
  /** Of the confirming measurement, where there was one. */
  readonly speedup: Speedup;
  /** Of one call; of a codebase, of the whole benchmark by our clock. */
  readonly referenceMs: number;
  readonly candidateMs: number;
  /** What the benchmark printed, where a number that it prints decides. */
  readonly numbers?: NonNullable<Measured["numbers"]>;
  readonly transformations: readonly Transformation[];
  /** What it assumes beyond what tests can show. */
  readonly assumptions: readonly string[];
  /** The lesson that its agent wrote about it. */
  readonly why: string;
}

export interface AttemptSummary {
  readonly candidate: string;
  readonly agent: string;
  readonly round: number;
  readonly summary: string;
  readonly transformations: readonly Transformation[];
  readonly outcome: Outcome;
}

export interface OptimizeResult {
  readonly task: string;
  readonly run: string;
  readonly strategy: string;
  /** Absent where nothing was found that is faster at 99 %. */
  readonly best?: Winner;
  readonly attempts: readonly AttemptSummary[];
  readonly lessons: readonly Lesson[];
  readonly costs: {
    readonly evaluations: number;
    readonly modelCalls: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly usd: number;
    readonly wallMs: number;
  };
  /** Why the run ended, in words; `interrupted` where its signal was aborted. */
  readonly ended: string;
  /** Path of the journal, where one was kept. */
  readonly journal?: string;
  /** What of it could not be kept in bank and journal, and why; absent where all of it was. */
  readonly unkept?: readonly string[];
}
