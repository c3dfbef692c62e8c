/**
 * What a strategy is given and what it gives back. A strategy sees interfaces alone: agents, an evaluator, a bank, a policy.
 */
import type { Agent, AskModel, Candidate } from "../agent/agent.ts";
import type { Bank } from "../bank/bank.ts";
import type { EvaluationStage, Evaluator } from "../evaluate/evaluator.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import type { WhatChanged } from "../lesson/change.ts";
import type { Lesson, LessonContext } from "../lesson/lesson.ts";
import type { Draw } from "../select/draw.ts";
import type { GeneralCandidate, SelectionPolicy } from "../select/policy.ts";
import type { Task } from "../task/task.ts";

/** One judged candidate. */
export interface Attempt {
  readonly candidate: Candidate;
  readonly outcome: Outcome;
}

/** Everything that happens inside a strategy, in order. */
export type StrategyEvent =
  | { readonly type: "round-started"; readonly round: number; readonly lessons: readonly Lesson[] }
  | {
      readonly type: "lessons-drawn";
      readonly agent: string;
      readonly round: number;
      /** Of the general lessons that the policy chose for it. */
      readonly draw: Draw<GeneralCandidate>;
    }
  | { readonly type: "candidate-proposed"; readonly candidate: Candidate }
  | { readonly type: "agent-passed"; readonly agent: string; readonly round: number }
  | { readonly type: "agent-failed"; readonly agent: string; readonly round: number; readonly reason: string }
  | { readonly type: "stage-entered"; readonly candidate: string; readonly stage: EvaluationStage }
  | { readonly type: "candidate-judged"; readonly candidate: Candidate; readonly outcome: Outcome }
  | { readonly type: "lesson-banked"; readonly lesson: Lesson }
  | { readonly type: "factors-updated"; readonly factors: Readonly<Record<string, number>> }
  | { readonly type: "round-ended"; readonly round: number; readonly best?: Attempt }
  | { readonly type: "winner-confirmed"; readonly candidate: Candidate; readonly outcome: Outcome };

/** What models have cost so far. */
export interface Spend {
  readonly modelCalls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
}

export const nothingSpent: Spend = { modelCalls: 0, inputTokens: 0, outputTokens: 0, usd: 0 };

/** How far a run has come: what stop conditions look at. */
export interface Progress extends Spend {
  /** What the strategy is about to begin. */
  readonly before: "round" | "candidate";
  readonly rounds: number;
  readonly evaluations: number;
  readonly elapsedMs: number;
  /** The best measured ratio so far of a candidate that is certainly faster; 1 before there is one. */
  readonly bestRatio: number;
  /** Rounds since the best measured ratio last rose by more than the noise. */
  readonly roundsWithoutProgress: number;
}

/** Says why the run has to stop, or undefined to go on. */
export type StopCondition = (progress: Progress) => string | undefined;

/** What a strategy has of a bank. */
export type StrategyBank = Pick<
  Bank,
  "add" | "search" | "list" | "setFactors" | "showings" | "addShowings" | "history"
> & {
  /** A change that is made already is not made twice. */
  change(what: WhatChanged, by: string): Promise<unknown>;
};

export interface RunTime {
  readonly elapsedMs: number;
  readonly at: Date;
}

export interface StrategyContext {
  readonly run: string;
  readonly task: Task;
  readonly agents: readonly Agent[];
  readonly evaluator: Pick<Evaluator, "evaluate">;
  readonly bank: StrategyBank;
  readonly policy: SelectionPolicy;
  readonly seed: number;
  /** Where the run takes place. */
  readonly context: LessonContext;
  /** For an agent of that name. */
  readonly ask: (agent: string) => AskModel;
  /** The run's own time: that of the last thing that came in from outside, so that a replay sees the same. */
  readonly clock: () => RunTime;
  readonly spend: () => Spend;
  /** Asked before every round and every candidate of a round. */
  readonly stop: StopCondition;
  /** Candidates that may be judged in all. What the rounds leave may be spent on making the winner simpler. */
  readonly evaluations: number;
  readonly signal: AbortSignal;
  /** Records an event; it has been kept when this returns. */
  readonly emit: (event: StrategyEvent) => void;
}

export interface StrategyResult {
  /** In the order in which they were judged. */
  readonly attempts: readonly Attempt[];
  readonly lessons: readonly Lesson[];
  /** The fastest candidate with its confirming measurement (its first one where interrupted); absent where none is faster. */
  readonly winner?: Attempt & { readonly confirmed: boolean };
  /** Why it ended, in words. */
  readonly ended: string;
}

export interface Strategy {
  readonly name: string;
  run(context: StrategyContext): Promise<StrategyResult>;
}
