/**
 * What a transformation is worth on code like this, learned from lessons of other tasks.
 *
 * Speed and correctness are learned apart: measured outcomes say how much faster, all outcomes say how often it works.
 *
 * Speed. The log-speedup that a candidate added to the code it was built on is the sum of what its transformations added, so
 * lessons with several share the credit: one Bayesian regression over all lessons (`ridge.ts`; for a single transformation it is the
 * shrunken normal mean Σwᵢyᵢ / (1/τ² + Σwᵢ)). Each transformation has a coefficient by name, one by name and parameters, and one
 * by name and precondition seen; the finer ones are held closer to zero, so they speak only where there is evidence, and what
 * was never tried falls back to its name. An observation weighs by the inverse of its variance: its interval, plus how much effects
 * differ between pieces of code, shared by all lessons of a task, so that thirty lessons of one task do not outvote five tasks.
 *
 * Correctness. A Beta posterior over outcomes that were measured against those that failed; a failure of n transformations
 * counts for 1/n against each. Names are drawn towards the rate of all, parameters towards their name.
 *
 * Similarity scales every weight: code of the same kind counts several times as much as code of another kind. A lesson from
 * another instruction set, compiler or number of threads is less certain, not wrong: its weight is halved for each.
 */
import type { Lesson, LessonContext, Transformation } from "../lesson/lesson.ts";
import { expectedGain, normalBelow } from "./normal.ts";
import { fitRidge, type Observation } from "./ridge.ts";

/** A lesson with the similarity, in 0…1, of the code it was earned on to the code at hand. */
export interface Experience {
  readonly lesson: Lesson;
  readonly similarity: number;
}

export interface TransformationWorth {
  /** Natural logarithm of the factor by which it is expected to speed up the code that it is applied to, where it works. */
  readonly expectedLogSpeedup: number;
  /** Standard deviation around it, of the next use: what is not known, and what differs from code to code. */
  readonly deviation: number;
  /** That what it makes compiles, runs and is right. */
  readonly successProbability: number;
  /** That it works and the code becomes faster. */
  readonly fasterProbability: number;
  /**
   * What one try is expected to gain in log-speedup, given that one that does not help is thrown away: the expectation of
   * max(0, gain), times the probability that it works. The number to order attempts by: great but uncertain gains come before
   * small certain ones, and what failed everywhere comes last.
   */
  readonly promise: number;
  /** Lessons that it rests on, each counted by its similarity and its share. */
  readonly evidence: number;
}

/** By `transformationKey`: each name, and each name with parameters, that the experience holds. */
export interface TransformationRanking extends ReadonlyMap<string, TransformationWorth> {
  /** The finest that is known about it, falling back to the name; undefined where its name was never tried. */
  readonly expect: (
    name: string,
    parameters?: Transformation["parameters"],
    preconditions?: readonly string[],
  ) => TransformationWorth | undefined;
}

export interface RankingOptions {
  /** Where the next attempt will be made. Without it all contexts count alike. */
  readonly context?: LessonContext | undefined;
}

/** Prior standard deviations of the coefficients: by name, by parameters, by precondition. */
const priorDeviations = { name: 0.5, parameters: 0.15, precondition: 0.25 };
/** How far effects differ between tasks, and between the places and repetitions of one task. */
const taskDeviation = 0.3;
const placeDeviation = 0.1;
/** Similarity lower by this much weighs less by a factor of e. */
const similarityScale = 0.25;
/** Beyond a factor of 20 more says nothing about whether to try it, and would drown everything else. */
const largestEffect = Math.log(20);
/** Outcomes that a Beta prior counts for, and the rate of success where nothing is known. */
const priorOutcomes = 2;
const priorSuccess = 0.7;
/** A phrase seen once may be a coincidence; more columns than these cost time without saying more. */
const leastPhraseLessons = 2;
const mostPhrases = 150;
/** Of the 99 % interval that lessons carry. */
const normalQuantile99 = 2.5758;

/** `loop-tiling`, or `loop-tiling {"tile":64}` with parameters in the order of their names. */
export function transformationKey(name: string, parameters: Transformation["parameters"] = {}): string {
  const entries = Object.entries(parameters).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return entries.length === 0 ? name : `${name} ${JSON.stringify(Object.fromEntries(entries))}`;
}

/** Learns from the experience; see the module's comment. Pure. */
export function rankTransformations(
  experience: readonly Experience[],
  options: RankingOptions = {},
): TransformationRanking {
  const trials = readTrials(experience, options.context);
  const speeds = learnSpeeds(trials);
  const successes = learnSuccesses(trials);

  function expect(
    name: string,
    parameters: Transformation["parameters"] = {},
    preconditions: readonly string[] = [],
  ): TransformationWorth | undefined {
    if (!successes.evidence.has(name)) return undefined;
    const key = transformationKey(name, parameters);
    const columns = [name, key, ...preconditions.map((phrase) => phraseKey(name, phrase))];
    const { mean, variance } = speeds(columns);
    const deviation = Math.sqrt(variance + taskDeviation ** 2);
    const successProbability = successes.probability(name, key);
    return {
      expectedLogSpeedup: mean,
      deviation,
      successProbability,
      fasterProbability: successProbability * normalBelow(mean / deviation),
      promise: successProbability * expectedGain(mean, deviation),
      evidence: successes.evidence.get(key) ?? successes.evidence.get(name) ?? 0,
    };
  }

  const worths = new Map<string, TransformationWorth>();
  for (const { added } of trials) {
    for (const { name, parameters } of added) {
      for (const [key, given] of [
        [name, {}],
        [transformationKey(name, parameters), parameters],
      ] as const) {
        const worth = worths.has(key) ? undefined : expect(name, given);
        if (worth) worths.set(key, worth);
      }
    }
  }
  return Object.assign(worths, { expect });
}

/** One lesson as an observation of the transformations that it added to the code it was built on. */
interface Trial {
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

function readTrials(experience: readonly Experience[], context: LessonContext | undefined): Trial[] {
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

function standardError({ low, high }: { readonly low: number; readonly high: number }): number {
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

/** Versions of one compiler are alike; compilers are not. */
function compilerFamily(compiler: string): string {
  return /clang/i.test(compiler) ? "clang" : /gcc|g\+\+/i.test(compiler) ? "gcc" : compiler;
}

/** The regression; returns the mean and variance of a sum of columns, where an unknown column has its prior. */
function learnSpeeds(
  trials: readonly Trial[],
): (columns: readonly string[]) => { mean: number; variance: number } {
  const indexOf = new Map<string, number>();
  const deviations: number[] = [];
  const columnOf = (key: string, deviation: number): number => {
    const known = indexOf.get(key);
    if (known !== undefined) return known;
    indexOf.set(key, deviations.length);
    return deviations.push(deviation) - 1;
  };
  const phrases = frequentPhrases(trials);
  const observations = trials.flatMap((trial): Observation[] => {
    if (!trial.gain) return [];
    const columns = new Map<number, number>();
    const count = (column: number) => columns.set(column, (columns.get(column) ?? 0) + 1);
    for (const { name, parameters } of trial.added) {
      count(columnOf(name, priorDeviations.name));
      const key = transformationKey(name, parameters);
      if (key !== name) count(columnOf(key, priorDeviations.parameters));
      if (trial.added.length > 1) continue;
      // Which of several transformations a phrase belongs to is not known.
      for (const phrase of new Set(trial.preconditions)) {
        const place = phraseKey(name, phrase);
        if (phrases.has(place)) count(columnOf(place, priorDeviations.precondition));
      }
    }
    const variance = trial.gain.error ** 2 + placeDeviation ** 2 + trial.repeats * taskDeviation ** 2;
    return [{ columns, value: trial.gain.logSpeedup, weight: trial.weight / variance }];
  });
  const posterior = fitRidge(observations, deviations);
  return (keys) => {
    const [name] = keys;
    const columns = new Map<number, number>();
    for (const key of keys) {
      const column = indexOf.get(key);
      if (column !== undefined) columns.set(column, 1);
    }
    const { mean, variance } = posterior.predict(columns);
    // A name of which only failures are known has no column: its speed is as uncertain as before.
    const nameUnknown = name !== undefined && !indexOf.has(name);
    return { mean, variance: variance + (nameUnknown ? priorDeviations.name ** 2 : 0) };
  };
}

function frequentPhrases(trials: readonly Trial[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { added, preconditions, gain } of trials) {
    const [only, ...others] = added;
    if (!gain || !only || others.length > 0) continue;
    for (const phrase of new Set(preconditions)) {
      const key = phraseKey(only.name, phrase);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  const frequent = [...counts]
    .filter(([, count]) => count >= leastPhraseLessons)
    .toSorted(([leftKey, left], [rightKey, right]) => right - left || (leftKey < rightKey ? -1 : 1));
  return new Set(frequent.slice(0, mostPhrases).map(([key]) => key));
}

function phraseKey(name: string, phrase: string): string {
  return `${name} where ${phrase}`;
}

interface Successes {
  /** Sums of weights by key: names and names with parameters. */
  readonly evidence: ReadonlyMap<string, number>;
  probability(name: string, key: string): number;
}

function learnSuccesses(trials: readonly Trial[]): Successes {
  const evidence = new Map<string, number>();
  const worked = new Map<string, number>();
  const overall = { worked: priorSuccess * priorOutcomes, all: priorOutcomes };
  for (const { added, weight, gain, repeats } of trials) {
    // Of the lessons of one task that tried the same, each further one says less: √n lessons for n.
    const share = weight / Math.sqrt(repeats) / added.length;
    overall.all += share * added.length;
    if (gain) overall.worked += share * added.length;
    for (const { name, parameters } of added) {
      for (const key of new Set([name, transformationKey(name, parameters)])) {
        evidence.set(key, (evidence.get(key) ?? 0) + share);
        if (gain) worked.set(key, (worked.get(key) ?? 0) + share);
      }
    }
  }
  const towards = (rate: number, key: string): number =>
    (priorOutcomes * rate + (worked.get(key) ?? 0)) / (priorOutcomes + (evidence.get(key) ?? 0));
  return {
    evidence,
    probability(name, key) {
      const ofName = towards(overall.worked / overall.all, name);
      return key === name ? ofName : towards(ofName, key);
    },
  };
}
