/**
 * A real candidate of a shipped task, judged, as `bench:cost` records it.
 */
import type { Task } from "lessonbank";
import type { Watched } from "./watched.ts";

/** What was ready before: nothing, the cache folder, or the evaluator too. */
export const states = ["cold", "first", "further"] as const;
export type State = (typeof states)[number];

export interface Judged extends Watched {
  readonly task: string;
  readonly language: Task["language"];
  readonly state: State;
  readonly summary: string;
}

/** It is right, and was timed: what an evaluator answers from memory costs nothing. */
export function isMeasured(item: Judged): boolean {
  return item.outcome.status === "measured" && item.rounds.length > 0;
}
