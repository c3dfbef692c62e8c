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
const similarityScale = 0.5;
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

/**
 * A lesson says what its transformations added to the code that it was built on. Where another lesson of the task did some of the same and not the rest, it says
 * more: what the rest added to that. Then it is read as such, once for each of the largest such parts, which share its weight. Otherwise what makes all
 * the difference would lend some of it to what it is often stacked with.
 */
export function readTrials(experience: readonly Experience[], context: LessonContext | undefined): Trial[] {
  const groupOf = ({ evidence }: Lesson, added: readonly Transformation[]): string =>
    JSON.stringify([evidence.task, ...new Set(added.map(({ name }) => name).toSorted())]);
  const ofTask = new Map<string, Lesson[]>();
  for (const { lesson } of experience) {
    const { taskHash } = lesson.evidence;
    ofTask.set(taskHash, [...(ofTask.get(taskHash) ?? []), lesson]);
  }
  const read = experience.flatMap(({ lesson, similarity }) => {
    const { evidence } = lesson;
    const steps = stepsOf(lesson, ofTask.get(evidence.taskHash) ?? []);
    return steps.flatMap(({ added, preconditions, speed, errors }) => {
      if (added.length === 0) return [];
      const trial = {
        added,
        preconditions,
        task: evidence.task,
        weight:
          (Math.exp((similarity - 1) / similarityScale) * contextWeight(lesson.context, context)) /
          steps.length,
        ...(evidence.speedup && {
          gain: {
            logSpeedup: bounded(Math.log(evidence.speedup.ratio / speed)),
            error: Math.hypot(standardError(evidence.speedup), ...errors),
          },
        }),
      };
      return [{ trial, group: groupOf(lesson, added) }];
    });
  });
  const repeats = new Map<string, number>();
  for (const { group } of read) repeats.set(group, (repeats.get(group) ?? 0) + 1);
  return read.map(({ trial, group }) => ({ ...trial, repeats: repeats.get(group) ?? 1 }));
}

/** What was added to what. */
interface Step {
  readonly added: readonly Transformation[];
  readonly preconditions: readonly string[];
  /** Of the code that it was added to, with its standard error in logarithms where that is not zero. */
  readonly speed: number;
  readonly errors: readonly number[];
}

function stepsOf(lesson: Lesson, ofTask: readonly Lesson[]): Step[] {
  const { transformations, preconditions, evidence } = lesson;
  const given = evidence.basis?.transformations ?? 0;
  const parts =
    transformations.length - given < 2
      ? []
      : ofTask.flatMap((part) => {
          const { speedup } = part.evidence;
          if (!speedup || part.transformations.length <= given) return [];
          const rest = without(transformations, part.transformations);
          return rest && rest.length > 0 ? [{ rest, speedup, key: keyOf(part) }] : [];
        });
  const fewest = Math.min(...parts.map(({ rest }) => rest.length));
  const largest = new Map(parts.filter(({ rest }) => rest.length === fewest).map((part) => [part.key, part]));
  if (largest.size > 0) {
    return [...largest.values()].map(({ rest, speedup }) => ({
      added: rest,
      // Which of its transformations they belong to is not known.
      preconditions: [],
      speed: speedup.ratio,
      errors: [standardError(speedup)],
    }));
  }
  const own = evidence.speedup && evidence.basis ? [standardError(evidence.speedup)] : [];
  return [
    {
      added: transformations.slice(given),
      preconditions,
      speed: evidence.basis?.speed ?? 1,
      errors: own,
    },
  ];
}

/** Those of `all` that `part` has not; undefined where `part` has others, or others in number. */
function without(
  all: readonly Transformation[],
  part: readonly Transformation[],
): readonly Transformation[] | undefined {
  if (part.length >= all.length) return undefined;
  const rest = [...all];
  for (const { name, parameters } of part) {
    const key = transformationKey(name, parameters);
    const index = rest.findIndex((each) => transformationKey(each.name, each.parameters) === key);
    if (index === -1) return undefined;
    rest.splice(index, 1);
  }
  return rest;
}

function keyOf({ transformations }: Lesson): string {
  return transformations
    .map(({ name, parameters }) => transformationKey(name, parameters))
    .toSorted()
    .join("\0");
}

function bounded(logSpeedup: number): number {
  return Math.max(-largestEffect, Math.min(largestEffect, logSpeedup));
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
