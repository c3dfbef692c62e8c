/**
 * A lesson read for the global tier: which transformations it added, where, and what came of them.
 */
import { bySmallest } from "./order.ts";
import type { Lesson } from "../lesson/lesson.ts";
import { readTrials, type Trial } from "./trials.ts";
import { contextPhrases, hardContext, type HardContext } from "./context-key.ts";

export interface Reading {
  readonly lesson: Lesson;
  readonly trial: Trial;
  /** What it added, each name once, in the order applied. */
  readonly transformations: readonly string[];
  readonly hard: HardContext;
  /** What its code and context show. */
  readonly phrases: ReadonlySet<string>;
}

/** How a task, or a part of it, speaks for a transformation. */
export type Sign = "gained" | "lost" | "neither";

/** Of the 99 % interval that lessons carry. */
const normalQuantile99 = 2.5758;
/** Identical programs differ by up to 2 % between processes, beyond what the interval of one measurement says. */
const leastDifference = Math.log(1.02);

/**
 * In order of their ids, each id once. A lesson that added nothing, or repeats a measurement that another one reports (a verdict that was kept),
 * is left out.
 */
export function readLessons(lessons: readonly Lesson[]): Reading[] {
  const seen = new Set<string>();
  const phrasesOf = rememberPhrases();
  return lessons
    .toSorted(bySmallest(({ id }) => id))
    .filter((lesson) => firstOf(lesson.id, seen) && firstOf(measurementKey(lesson), seen))
    .flatMap((lesson) => {
      const [trial] = readTrials([{ lesson, similarity: 1 }], undefined);
      if (!trial) return [];
      return [
        {
          lesson,
          trial,
          transformations: [...new Set(trial.added.map(({ name }) => name))],
          hard: hardContext(lesson.context),
          phrases: new Set([...lesson.preconditions, ...lesson.features, ...phrasesOf(lesson.context)]),
        },
      ];
    });
}

/** Whether the measurements together show a gain or a loss beyond their noise. */
export function signOf(readings: readonly Reading[]): Sign {
  const together = meanGain(readings);
  if (!together) return "neither";
  const { mean, margin } = together;
  return mean > margin ? "gained" : mean < -margin ? "lost" : "neither";
}

/** Whether the measurements together leave no room, at 99 %, for a log-speedup of that much. */
export function gainsLessThan(readings: readonly Reading[], logSpeedup: number): boolean {
  const together = meanGain(readings);
  return together !== undefined && together.mean + together.margin < logSpeedup;
}

/** Log-speedup with what it may be off by at 99 %; undefined where nothing was timed. */
function meanGain(readings: readonly Reading[]): { mean: number; margin: number } | undefined {
  const gains = readings.flatMap(({ trial }) => trial.gain ?? []);
  if (gains.length === 0) return undefined;
  let weight = 0;
  let sum = 0;
  for (const { logSpeedup, error } of gains) {
    const own = 1 / Math.max(1e-8, error ** 2);
    weight += own;
    sum += own * logSpeedup;
  }
  const mean = sum / weight;
  const scatter = gains.reduce(
    (total, { logSpeedup, error }) => total + (logSpeedup - mean) ** 2 / Math.max(1e-8, error ** 2),
    0,
  );
  const inflation = gains.length === 1 ? 1 : Math.max(1, scatter / (gains.length - 1));
  return { mean, margin: Math.max(leastDifference, normalQuantile99 * Math.sqrt(inflation / weight)) };
}

/** The readings by a key, in the order of the keys. */
export function groupBy(
  readings: readonly Reading[],
  keyOf: (reading: Reading) => string,
): [key: string, readings: Reading[]][] {
  const groups = new Map<string, Reading[]>();
  for (const reading of readings) {
    const key = keyOf(reading);
    const group = groups.get(key);
    if (group) group.push(reading);
    else groups.set(key, [reading]);
  }
  return [...groups].toSorted(bySmallest(([key]) => key));
}

export function taskOf({ lesson }: Reading): string {
  return lesson.evidence.task;
}

function measurementKey({ id, evidence: { taskHash, source, speedup } }: Lesson): string {
  return speedup ? `${taskHash}\0${speedup.ratio} ${speedup.low} ${speedup.high}\0${source}` : `failed ${id}`;
}

/** Adds it; says whether it was not there yet. */
function firstOf(key: string, seen: Set<string>): boolean {
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

/** Lessons share few contexts. */
function rememberPhrases(): (context: Lesson["context"]) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  return (context) => {
    const key = JSON.stringify(context);
    const phrases = known.get(key) ?? contextPhrases(context);
    known.set(key, phrases);
    return phrases;
  };
}
