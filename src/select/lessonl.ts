/**
 * LessonL's selection. Liu et al., "Lessons Learned: A Multi-Agent Framework for Code LLMs to Learn and Improve", NeurIPS 2025,
 * as its published code does it: where there are no more than k lessons, all; otherwise up to ⌈k/2⌉ seats for effective speedups
 * (speed × factor) of at least 1.1, highest first, and the seats that remain by relevance, from all lessons that remain.
 *
 * Different, on purpose:
 * - A seat for speed needs a speedup that is one: the lower end of its interval lies above 1. The published code takes ratios at
 *   their face value, so noise can sit there.
 * - The factor also weighs on relevance. As published it multiplies the speed alone, so the lesson of a failure (speed 0)
 *   keeps its rank however little it helped those who were shown it.
 * - Relevance is compared anew for every choice, by the bank's embedder; the published vectors were untrained for this, and broke
 *   down for a single agent.
 * - Of lessons on one and the same source (a candidate judged again) the first by rank takes a seat; nothing is shown twice.
 */
import type { Lesson } from "../lesson/lesson.ts";
import { byDescending, effectiveSpeedup, type LessonCandidate, type SelectionPolicy } from "./selection.ts";

/** The smallest effective speedup with a right to a seat for speed. */
const leastSpeedup = 1.1;

export const lessonlPolicy: SelectionPolicy = {
  name: "lessonl",
  select(candidates, { k }) {
    const fast = candidates
      .filter((candidate) => effectiveSpeedup(candidate) >= leastSpeedup && isProven(candidate.lesson))
      .toSorted(byDescending(effectiveSpeedup));
    const near = candidates.toSorted(byDescending(({ lesson, relevance }) => relevance * lesson.factor));
    if (k >= candidates.length) return seat([...fast, ...near], candidates.length);
    const forSpeed = seat(fast, Math.ceil(k / 2));
    return seat([...forSpeed.map((lesson) => ({ lesson, relevance: 0 })), ...near], k);
  },
};

/** The first lessons in the order given, each source once. */
function seat(ranked: readonly LessonCandidate[], seats: number): Lesson[] {
  const chosen = new Map<string, Lesson>();
  for (const { lesson } of ranked) {
    if (chosen.size >= seats) break;
    if (!chosen.has(lesson.evidence.source)) chosen.set(lesson.evidence.source, lesson);
  }
  return [...chosen.values()];
}

function isProven(lesson: Lesson): boolean {
  return (lesson.evidence.speedup?.low ?? 0) > 1;
}
