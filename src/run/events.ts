/**
 * Everything that a run says while it goes on: the strategy's events between a start and an end. The same events feed the
 * display, the journal and library users.
 */
import type { LessonContext } from "../lesson/lesson.ts";
import type { StrategyEvent } from "../strategy/strategy.ts";
import type { ModelEvent } from "./outside.ts";
import type { RecordOf } from "./record.ts";
import type { OptimizeResult } from "./result.ts";

export type RunEvent =
  | {
      readonly type: "run-started";
      readonly run: string;
      readonly task: string;
      readonly taskHash: string;
      readonly strategy: string;
      readonly policy: string;
      readonly seed: number;
      readonly agents: readonly {
        readonly name: string;
        readonly kind: string;
        readonly speciality: string;
      }[];
      /** Lessons in the bank before the run; of one that the run cannot change, the hash of what it holds. */
      readonly bank: {
        readonly lessons: number;
        readonly tasks: number;
        readonly snapshot?: string | undefined;
      };
      readonly context: LessonContext;
    }
  /** What the journal holds has been played, and the run goes on from there. */
  | {
      readonly type: "run-resumed";
      readonly run: string;
      /** Of the journal. */
      readonly lines: number;
      /** Of the run, before. */
      readonly elapsedMs: number;
      /** Calls of all processes before whose reply never reached the journal. */
      readonly interruptedCalls: number;
    }
  | StrategyEvent
  | ModelEvent
  | { readonly type: "run-ended"; readonly result: OptimizeResult };

/** How a run began, as its journal keeps it, for a display. */
export function startedEvent(started: RecordOf<"run-started">): RunEvent {
  const { type, run, task, strategy, policy, seed, agents, bank, context } = started;
  return { type, run, task: task.name, taskHash: task.hash, strategy, policy, seed, agents, bank, context };
}
