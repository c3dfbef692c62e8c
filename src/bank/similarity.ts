/**
 * Similarity of unit vectors, and the order in which hits are returned.
 */
import type { LessonHit } from "./bank.ts";

/** Cosine of two unit vectors, held to 0…1: less than nothing in common is nothing in common. */
export function cosine(left: ArrayLike<number>, right: ArrayLike<number>): number {
  return meanSimilarity([innerProduct(left, right)]);
}

/** Of unit vectors their cosine, -1…1. */
export function innerProduct(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}

/**
 * Of one or more cosines, held to 0…1 at last: so it is the cosine of the vectors side by side, by which an index can find what is near by all of
 * them at once.
 */
export function meanSimilarity(cosines: readonly number[]): number {
  const mean = cosines.reduce((sum, each) => sum + each, 0) / cosines.length;
  return Math.min(1, Math.max(0, mean));
}

/** Nearest first; equally near ones by id, so that a search can be repeated. */
export function byNearness(left: LessonHit, right: LessonHit): number {
  return byNearnessOfIds(
    { id: left.lesson.id, similarity: left.similarity },
    { id: right.lesson.id, similarity: right.similarity },
  );
}

export interface NearId {
  readonly id: string;
  readonly similarity: number;
}

export function byNearnessOfIds(left: NearId, right: NearId): number {
  if (left.similarity !== right.similarity) return right.similarity - left.similarity;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}
