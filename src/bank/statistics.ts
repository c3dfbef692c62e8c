/**
 * What a bank holds, counted.
 */
import type { Lesson } from "../lesson/lesson.ts";
import type { BankStatistics } from "./bank.ts";

/** What counting needs of a lesson: a bank on disk reads these columns alone. */
export interface LessonSummary {
  readonly task: string;
  readonly run: string;
  readonly status: string;
  /** Names, each once. */
  readonly transformations: readonly string[];
  /** Where measured. */
  readonly speedup?: { readonly ratio: number; readonly low: number };
}

export function summarise({ evidence, transformations }: Lesson): LessonSummary {
  return {
    task: evidence.task,
    run: evidence.run,
    status: evidence.status,
    transformations: namesOf(transformations),
    ...(evidence.speedup ? { speedup: evidence.speedup } : {}),
  };
}

/** The names of transformations, each once, in the order applied. */
export function namesOf(transformations: Lesson["transformations"]): string[] {
  return [...new Set(transformations.map((transformation) => transformation.name))];
}

/** A lesson with several transformations counts once for each of their names: `tried` says in how many lessons it took part. */
export function countLessons(lessons: readonly LessonSummary[], embedder: string): BankStatistics {
  const byStatus: Record<string, number> = {};
  const byName = new Map<string, { tried: number; faster: number; measured: number; logSum: number }>();
  for (const { status, transformations, speedup } of lessons) {
    byStatus[status] = (byStatus[status] ?? 0) + 1;
    for (const name of transformations) {
      const counts = byName.get(name) ?? { tried: 0, faster: 0, measured: 0, logSum: 0 };
      byName.set(name, counts);
      counts.tried += 1;
      if (speedup === undefined) continue;
      counts.measured += 1;
      counts.logSum += Math.log(speedup.ratio);
      if (speedup.low > 1) counts.faster += 1;
    }
  }
  return {
    lessons: lessons.length,
    tasks: new Set(lessons.map((lesson) => lesson.task)).size,
    runs: new Set(lessons.map((lesson) => lesson.run)).size,
    byStatus,
    byTransformation: [...byName]
      .map(([name, { tried, faster, measured, logSum }]) => ({
        name,
        tried,
        faster,
        ...(measured === 0 ? {} : { speedup: Math.exp(logSum / measured) }),
      }))
      .toSorted((left, right) => right.tried - left.tried || (left.name < right.name ? -1 : 1)),
    embedder,
  };
}
