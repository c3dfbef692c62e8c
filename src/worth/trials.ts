/**
 * Lessons as trials of transformations: what each added to the code it was built on, and how much it says about the code at hand.
 */
import type { Lesson, LessonContext, Transformation } from "../lesson/lesson.ts";
import { compilerFamily } from "./context-key.ts";

/** A lesson with the similarity, in 0…1, of the code it was earned on to the code at hand. */
export interface Experience {
  readonly lesson: Lesson;
  readonly similarity: number;
}

export interface RankingOptions {
  /** Where the next attempt will be made. Without it all contexts count alike. */
  readonly context?: LessonContext | undefined;
}

/** Similarity lower by this much weighs less by a factor of e. */
const similarityScale = 0.25;
/** Beyond a factor of 20 more says nothing about whether to try it, and would drown everything else. */
const largestEffect = Math.log(20);
/** Of the 99 % interval that lessons carry. */
const normalQuantile99 = 2.5758;

/** One lesson as an observation of the transformations that it added to the code it was built on. */
export interface Trial {
  readonly added: readonly Transformation[];
  readonly preconditions: readonly string[];
  readonly task: string;
  /** In 0…1: similarity of code and context. */
  readonly weight: number;
  /** Where measured: gained log-speedup and its standard error. */
  readonly gain?: { readonly logSpeedup: number; readonly error: number };
  /** How many lessons of the same task added the same transformations. */
  readonly repeats: number;
}

/** `loop-tiling`, or `loop-tiling {"tile":64}` with parameters in the order of their names. */
export function transformationKey(name: string, parameters: Transformation["parameters"] = {}): string {
  const entries = Object.entries(parameters).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return entries.length === 0 ? name : `${name} ${JSON.stringify(Object.fromEntries(entries))}`;
}

export function readTrials(experience: readonly Experience[], context: LessonContext | undefined): Trial[] {
  const groupOf = ({ evidence }: Lesson, added: readonly Transformation[]): string =>
    JSON.stringify([evidence.task, ...new Set(added.map(({ name }) => name).toSorted())]);
  const read = experience.flatMap(({ lesson, similarity }) => {
    const { evidence } = lesson;
    const added = lesson.transformations.slice(evidence.basis?.transformations ?? 0);
    if (added.length === 0) return [];
    const logSpeedup = Math.log((evidence.speedup?.ratio ?? 1) / (evidence.basis?.speed ?? 1));
    const trial = {
      added,
      preconditions: lesson.preconditions,
      task: evidence.task,
      weight: Math.exp((similarity - 1) / similarityScale) * contextWeight(lesson.context, context),
      ...(evidence.speedup && {
        gain: {
          logSpeedup: Math.max(-largestEffect, Math.min(largestEffect, logSpeedup)),
          error: standardError(evidence.speedup) * (evidence.basis ? Math.SQRT2 : 1),
        },
      }),
    };
    return [{ trial, group: groupOf(lesson, added) }];
  });
  const repeats = new Map<string, number>();
  for (const { group } of read) repeats.set(group, (repeats.get(group) ?? 0) + 1);
  return read.map(({ trial, group }) => ({ ...trial, repeats: repeats.get(group) ?? 1 }));
}

/** Of the logarithm of a speedup with such a 99 % interval; 1 where it has no low end. */
export function standardError({ low, high }: { readonly low: number; readonly high: number }): number {
  return low > 0 ? Math.log(high / low) / (2 * normalQuantile99) : 1;
}

function contextWeight(earned: LessonContext, here: LessonContext | undefined): number {
  if (!here) return 1;
  const differences = [
    earned.isa !== here.isa,
    compilerFamily(earned.compiler) !== compilerFamily(here.compiler),
    earned.threads !== here.threads,
  ];
  return 0.5 ** differences.filter(Boolean).length;
}
