/**
 * What the evaluator found out about one candidate. A bad candidate is data, never an exception.
 */

/** Reference time over candidate time, with its interval over processes. Above 1 is faster. */
export interface Speedup {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** Of the interval: 0.99. */
  readonly confidence: number;
}

interface OutcomeBase {
  /** Calls of the candidate that were made, checked and timed together. */
  readonly calls: number;
  /** Wall time of the whole judgement. */
  readonly evaluationMs: number;
  /**
   * Present where the same program was judged before: when, in ISO 8601. The verdict, its measurements and `calls` are those of that time.
   */
  readonly judgedAt?: string;
  /** Said where it was judged without namespaces, as `EvaluatorOptions.sandbox` asked for. */
  readonly sandbox?: "weaker";
}

interface Failed extends OutcomeBase {
  /** A sentence that a person can act on. Control characters are gone and it is at most 8 KiB. Text from the candidate is untrusted. */
  readonly reason: string;
}

/** The text was refused before compiling: empty, binary, too large, or without the function. */
export interface Rejected extends Failed {
  readonly status: "rejected";
}

/** `reason` begins with the compiler's first error. */
export interface NotCompiled extends Failed {
  readonly status: "not-compiled";
}

/** Killed by a signal, refused a system call, or exited. */
export interface Crashed extends Failed {
  readonly status: "crashed";
  readonly signal?: string;
}

export interface TimedOut extends Failed {
  readonly status: "timed-out";
  readonly limitMs: number;
}

/** `reason` names the output, the first wrong index and both values, and the sizes. */
export interface WrongOutput extends Failed {
  readonly status: "wrong-output";
}

export interface Measured extends OutcomeBase {
  readonly status: "measured";
  readonly speedup: Speedup;
  /** True only where `speedup.low` is above 1. */
  readonly faster: boolean;
  /** Median time of one call; of a codebase's candidate, of the whole benchmark by our clock, whatever its metric is. */
  readonly referenceMs: number;
  readonly candidateMs: number;
  /** Medians of what the benchmark printed, where that decides (a codebase's metric of kind `number`). */
  readonly numbers?: { readonly reference: number; readonly candidate: number; readonly unit: string };
  /** Said where something about the measurement deserves doubt, for example a noisy machine. */
  readonly reason?: string;
}

export type Outcome = Rejected | NotCompiled | Crashed | TimedOut | WrongOutput | Measured;
export type OutcomeStatus = Outcome["status"];

/** The six words, in the order in which a candidate can fail. */
export const outcomeStatuses: readonly OutcomeStatus[] = [
  "rejected",
  "not-compiled",
  "crashed",
  "timed-out",
  "wrong-output",
  "measured",
];
