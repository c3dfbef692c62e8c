/**
 * Whether the evidence that a foreign lesson claims can be: an evaluator of ours would not have written it otherwise. That it can be does
 * not make it true; what is true is measured here, whenever somebody acts on it.
 */
import type { Lesson } from "./lesson.ts";

/** What `makeLesson` bounds a ratio by. */
const extreme = 1e9;
/** Clocks differ. */
const clockToleranceMs = 24 * 60 * 60 * 1000;
/** Intervals are of 99 %; a claim of far less would make noise look like an effect. */
const leastConfidence = 0.9;
/** Ratios pass through text and back. */
const tolerance = 1e-9;

/** What cannot be in a lesson's evidence, with the field; undefined where all can. Pure. */
export function unbelievable(lesson: Lesson, now: Date): string | undefined {
  const { evidence, transformations, speed, context } = lesson;
  const { speedup, basis } = evidence;
  if (Date.parse(lesson.createdAt) > now.getTime() + clockToleranceMs)
    return "createdAt: it was earned in the future";
  if (speedup) {
    const { ratio, low, high, confidence } = speedup;
    if (!isRatio(ratio) || high > extreme) return "evidence.speedup: no program is so much faster or slower";
    if (low > ratio * (1 + tolerance) || high < ratio * (1 - tolerance))
      return "evidence.speedup: the ratio lies outside its own interval";
    if (confidence < leastConfidence)
      return `evidence.speedup: an interval of ${100 * confidence} % says too little`;
  }
  if (Math.abs(speed - (speedup?.ratio ?? 0)) > tolerance * Math.max(1, speed))
    return "speed: it is not the measured ratio, which is 0 where none was measured";
  if (basis) {
    if (!isRatio(basis.speed)) return "evidence.basis: no program is so much faster or slower";
    if (basis.transformations > transformations.length)
      return "evidence.basis: more transformations came from there than there are";
    if (basis.lesson === lesson.id) return "evidence.basis: it was built on itself";
  }
  if (Object.values(context.sizes).some((size) => !(size >= 0 && size <= Number.MAX_SAFE_INTEGER)))
    return "context.sizes: a size is none";
  return undefined;
}

function isRatio(ratio: number): boolean {
  return ratio >= 1 / extreme && ratio <= extreme;
}
