/**
 * A regression serves twice: as a warning, and the other way round, as a pair of slow and fast code (AccelOpt does so). The pair is marked, since
 * undoing a change that made code slower only brings back what was there.
 */
import { applyPatch, parsePatch, reversePatch } from "diff";
import { unifiedDiff } from "../code/diff.ts";
import type { Speedup } from "../evaluate/outcome.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { GeneralLesson, ReversedPair } from "./general-lesson.ts";
import { bySmallest } from "./order.ts";
import { screenDiff } from "./screen.ts";

/**
 * The pair of the clearest regression among the lessons that a general lesson of losses rests on; undefined where it is of another kind, or where none of
 * them has both versions of the code. `lessons` may hold others too, and must hold those that its lessons were built on. Pure.
 */
export function reversed(general: GeneralLesson, lessons: readonly Lesson[]): ReversedPair | undefined {
  if (general.polarity !== "loss" && general.polarity !== "contested") return undefined;
  const byId = new Map(lessons.map((lesson) => [lesson.id, lesson]));
  const regressions = general.evidence
    .flatMap((id) => byId.get(id) ?? [])
    .flatMap((lesson) => {
      const speedup = reversedSpeedup(lesson);
      return speedup && speedup.low > 1 ? [{ lesson, speedup }] : [];
    })
    .toSorted(bySmallest(({ lesson }) => lesson.id))
    .toSorted((left, right) => right.speedup.low - left.speedup.low);
  for (const { lesson, speedup } of regressions) {
    const slow = lesson.evidence.source;
    const fast = codeBefore(lesson, byId);
    if (fast === undefined || fast === slow) continue;
    const diff = unifiedDiff(slow, fast, fileOf(lesson));
    if (screenDiff(diff) !== undefined) continue;
    return {
      reversed: true,
      general: general.id,
      lesson: lesson.id,
      task: lesson.evidence.task,
      slow,
      fast,
      diff,
      speedup,
    };
  }
  return undefined;
}

function reversedSpeedup({ evidence: { speedup, basis } }: Lesson): Speedup | undefined {
  if (!speedup || speedup.low <= 0) return undefined;
  const before = basis?.speed ?? 1;
  return {
    ratio: before / speedup.ratio,
    low: before / speedup.high,
    high: before / speedup.low,
    confidence: speedup.confidence,
  };
}

/** What the lesson's code was made from: its basis, or the reference, which its diff leads back to. */
function codeBefore({ evidence }: Lesson, lessons: ReadonlyMap<string, Lesson>): string | undefined {
  if (evidence.basis) return lessons.get(evidence.basis.lesson)?.evidence.source;
  try {
    const [patch] = parsePatch(evidence.diff);
    const before = patch ? applyPatch(evidence.source, reversePatch(patch)) : false;
    return before === false ? undefined : before;
  } catch {
    // An imported lesson's diff may be anything.
    return undefined;
  }
}

function fileOf({ context }: Lesson): string {
  return context.language === "c" ? "function.c" : "function.cpp";
}
