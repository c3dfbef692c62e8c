/**
 * What a selection policy is: a pure choice of the lessons that a round is shown.
 */
import type { Lesson, Transformation } from "../lesson/lesson.ts";
import type { GeneralLesson } from "../worth/general-lesson.ts";
import type { TransformationWorth } from "../worth/experience.ts";

/** A lesson, with its nearness to the code at hand and its description. */
export interface LessonCandidate {
  readonly lesson: Lesson;
  /** Higher is nearer; only the order counts. */
  readonly relevance: number;
}

/** A general lesson, with what it is expected to do to the code at hand. */
export interface GeneralCandidate {
  readonly lesson: GeneralLesson;
  /** Similarity, in 0…1, of the likest code that it was earned on. */
  readonly relevance: number;
  readonly expected: TransformationWorth;
  /** Whether its conditions hold at a place of this code where this was seen. */
  readonly holdsAt: (preconditions: readonly string[]) => boolean;
  /**
   * What one of its transformations is expected to do, at a place where this was seen in the code, with these parameters. Undefined for a
   * transformation that it is not about.
   */
  readonly expectedOf: (
    name: string,
    parameters?: Transformation["parameters"],
    preconditions?: readonly string[],
  ) => TransformationWorth | undefined;
  /** How early the agent would try this transformation without being shown anything: 1 first, 0 last. Absent where it does not say. */
  readonly eagerness?: (name: string) => number;
}

export interface SelectionOptions {
  /** Most lessons to choose. */
  readonly k: number;
  /** In [0, 1). A policy that makes no random choice does not call it. */
  readonly random: () => number;
  /** Transformations that the agent has tried on this task itself. Default: none. */
  readonly familiar?: ReadonlySet<string>;
}

export interface SelectionPolicy {
  readonly name: string;
  /** From how many of the nearest lessons of other tasks it chooses. Default: `usualReach`. */
  readonly reach?: number;
  /** At most k lessons, best first, none twice. Pure: the same candidates and the same random numbers give the same choice. */
  select(candidates: readonly LessonCandidate[], options: SelectionOptions): Lesson[];
  /**
   * Likewise of general lessons, where the policy shows those of other tasks in this form. Where it has no such choice, `select` chooses from single
   * lessons of other tasks as well. None at all is a choice.
   */
  selectGeneral?(candidates: readonly GeneralCandidate[], options: SelectionOptions): GeneralCandidate[];
}

/** Enough for the kinds of code nearest to that at hand to be there, few enough for a journal to hold them whole. */
export const usualReach = 200;

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
