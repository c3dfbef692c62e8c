/**
 * LessonL's adjustment factors: a lesson rises where those who were shown it did better than it did, and falls where they did not.
 * As published, f is the mean over the agents of 1.1 (better) or 0.9, and replaces the factor that was there.
 *
 * Different, on purpose:
 * - "Better" and "worse" mean by more than the noise of both measurements; in between an attempt counts as 1. As published, equality
 *   and any difference within the noise counted against the lesson.
 * - A lesson is judged by the attempts that were shown it, and by no other.
 */
import type { Outcome, Speedup } from "../evaluate/outcome.ts";
import type { Lesson } from "../lesson/lesson.ts";

/** How one proposal fared, and which lessons its author had been shown. */
export interface ShownAttempt {
  /** Ids. */
  readonly lessons: readonly string[];
  readonly outcome: Outcome;
}

const better = 1;
const neither = 0;
const worse = -1;
/** What one mark adds to, or takes from, a factor of 1. */
const step = 0.1;

/** New factors by lesson id; a lesson that no attempt had been shown keeps its factor and is absent. */
export function updateFactors(
  shown: readonly Lesson[],
  attempts: readonly ShownAttempt[],
): Map<string, number> {
  const factors = new Map<string, number>();
  for (const lesson of shown) {
    const marks = attempts
      .filter((attempt) => attempt.lessons.includes(lesson.id))
      .map((attempt) => compare(attempt.outcome, lesson));
    // Whole marks are added, so that their order does not matter, down to the last bit: attempts of a round end in any.
    const sum = marks.reduce((total, mark) => total + mark, 0);
    if (marks.length > 0) factors.set(lesson.id, 1 + (step * sum) / marks.length);
  }
  return factors;
}

/** A failure is worse than anything, and no better than another failure. */
function compare(outcome: Outcome, lesson: Lesson): number {
  if (outcome.status !== "measured") return worse;
  if (!lesson.evidence.speedup) return better;
  const difference = Math.log(outcome.speedup.ratio / lesson.evidence.speedup.ratio);
  const margin = Math.hypot(halfWidth(outcome.speedup), halfWidth(lesson.evidence.speedup));
  if (difference > margin) return better;
  return difference < -margin ? worse : neither;
}

/** Half the interval's width in logarithms: what the ratio may be off by, either way. */
function halfWidth({ low, high }: Speedup): number {
  return low > 0 ? Math.log(high / low) / 2 : Infinity;
}
