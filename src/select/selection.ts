/**
 * What a selection policy is: a pure choice of the lessons that a round is shown.
 */
import type { Lesson } from "../lesson/lesson.ts";

/** A lesson of the task at hand, with its nearness to the code and its description. */
export interface LessonCandidate {
  readonly lesson: Lesson;
  /** Higher is nearer; only the order counts. */
  readonly relevance: number;
}

export interface SelectionOptions {
  /** Most lessons to choose. */
  readonly k: number;
  /** In [0, 1). A policy that makes no random choice does not call it. */
  readonly random: () => number;
}

export interface SelectionPolicy {
  readonly name: string;
  /** At most k lessons, best first, none twice. Pure: the same candidates and the same random numbers give the same choice. */
  select(candidates: readonly LessonCandidate[], options: SelectionOptions): Lesson[];
}

/** Speed times adjustment factor: the published "effective speedup". 0 for a lesson of a failure. */
export function effectiveSpeedup({ lesson }: LessonCandidate): number {
  return lesson.speed * lesson.factor;
}

/** Highest first; equal ones by id, so that the order does not depend on where they came from. */
export function byDescending(
  worth: (candidate: LessonCandidate) => number,
): (left: LessonCandidate, right: LessonCandidate) => number {
  return (left, right) => worth(right) - worth(left) || (left.lesson.id < right.lesson.id ? -1 : 1);
}
