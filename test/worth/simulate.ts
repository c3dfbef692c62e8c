/**
 * Made-up worlds for tests of worth: seeded, so that every run is the same.
 */
import type { Lesson, LessonContext } from "../../src/lesson/lesson.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";

export interface Chance {
  /** In [0, 1). */
  readonly uniform: () => number;
  readonly normal: () => number;
}

/** Mulberry32, and Box and Muller. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

export function shuffled<T>(values: readonly T[], { uniform }: Chance): T[] {
  return values
    .map((value) => ({ value, at: uniform() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ value }) => value);
}

export interface TrialFields {
  readonly task: string;
  readonly names?: readonly string[];
  /** Absent: it failed. */
  readonly logSpeedup?: number;
  /** Standard error of it; 0.01 where absent. */
  readonly error?: number;
  readonly run?: string;
  readonly candidate?: string;
  readonly preconditions?: readonly string[];
  readonly features?: readonly string[];
  readonly context?: Partial<LessonContext>;
  readonly basis?: Lesson["evidence"]["basis"];
}

let number = 0;

/** A lesson as a trial: what was added, where, and what came of it. */
export function trialLesson(fields: TrialFields): Lesson {
  const { task, names = ["loop-tiling"], logSpeedup, error = 0.01, run = `run ${++number}` } = fields;
  const ratio = Math.exp(logSpeedup ?? 0);
  const half = Math.exp(2.5758 * error);
  const lesson = exampleLesson({
    task,
    run,
    text: `It was tried for the ${++number}th time.`,
    transformations: names,
    preconditions: fields.preconditions ?? [],
    ...(logSpeedup === undefined
      ? { status: "wrong-output" as const }
      : { ratio, interval: [ratio / half, ratio * half] as const }),
  });
  return {
    ...lesson,
    context: { ...lesson.context, ...fields.context },
    features: fields.features ?? [],
    evidence: {
      ...lesson.evidence,
      candidate: fields.candidate ?? `candidate ${number}`,
      source: `int f(void) { return ${number}; }\n`,
      ...(fields.basis && { basis: fields.basis }),
    },
  };
}
