/**
 * The evaluator's interface: Candidate in, Outcome out. `sandboxed-evaluator.ts` is the real one.
 */
import type { Task } from "../task/task.ts";
import type { Outcome } from "./outcome.ts";

/** `waiting`: another evaluator of this user is measuring on this machine; then `time` again. */
export type EvaluationStage = "queued" | "compile" | "check" | "time" | "waiting";

/**
 * How long to measure. `screen` gives up on gains below 3 %: for the many candidates of a search. `confirm` measures longer: for
 * the winner of a run, before it is announced.
 */
export type Effort = "screen" | "normal" | "confirm";

/** One round of timing: a fresh process for each arm, and pairs of calls. */
export interface TimingRound {
  /** The round's value, of which the interval is made: positive where the candidate is faster. */
  readonly logRatio: number;
  /** What the clock that decides read around each timed command, which may hold many short calls. */
  readonly pairs: readonly { readonly referenceMs: number; readonly candidateMs: number }[];
}

export interface EvaluateOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called as the judgement moves on; must not throw. */
  readonly onStage?: ((stage: EvaluationStage) => void) | undefined;
  /** Called after each round of timing, those of a series that is then measured again too; must not throw. */
  readonly onRound?: ((round: TimingRound) => void) | undefined;
  /** Default `normal`. */
  readonly effort?: Effort | undefined;
  /**
   * `reuse` answers with an earlier verdict on the same program, which the Outcome then says in `judgedAt`; `fresh` compiles, checks and
   * measures anew. Default: `reuse` at effort `screen`, for searches meet the same program often; `fresh` otherwise. Effort `confirm` is
   * always fresh.
   */
  readonly verdicts?: "reuse" | "fresh" | undefined;
}

export interface Evaluator {
  /**
   * Judges a whole source file that takes the place of the task's source. Never throws for what the candidate does; throws a
   * TaskError where the reference is at fault, a MachineError where a tool is missing, and the signal's reason when aborted.
   * Calls may overlap: timing is serialised inside.
   */
  evaluate(task: Task, source: string, options?: EvaluateOptions): Promise<Outcome>;
  /** Ends every process it started. Safe to call twice. */
  close(): Promise<void>;
}
