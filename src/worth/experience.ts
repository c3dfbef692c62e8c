/**
 * What a transformation is worth on code like this, learned from lessons of other tasks.
 *
 * Speed and correctness are learned apart: measured outcomes say how much faster, all outcomes say how often it works.
 *
 * Speed. The log-speedup that a candidate added to the code it was built on is the sum of what its transformations added, so
 * lessons with several share the credit: one Bayesian regression over all lessons (`speed-model.ts`, `ridge.ts`; for a single transformation it is the
 * shrunken normal mean Σwᵢyᵢ / (1/τ² + Σwᵢ)). What it is shrunken to is what transformations do, one with another, and that is also what is expected of
 * one that nobody has tried (`name-effects.ts`). Each transformation has a coefficient by name, one by name and parameters, and one
 * by name and precondition seen; the finer ones are held closer to it, so they speak only where there is evidence, and what
 * was never tried falls back to its name. An observation weighs by the inverse of its variance: its interval, plus how much effects
 * differ between pieces of code, shared by all lessons of a task, so that thirty lessons of one task do not outvote five tasks.
 * How much the effect of a transformation differs from one use to the next is learned for each name: what now and then triples the
 * speed is worth trying before what never does anything, at the same mean.
 *
 * Correctness. A Beta posterior over outcomes that were measured against those that failed; a failure of n transformations
 * counts for 1/n against each. Names are drawn towards the rate of all, parameters towards their name.
 *
 * Similarity scales every weight: code of the same kind counts several times as much as code of another kind. A lesson from
 * another instruction set, compiler or number of threads is less certain, not wrong: its weight is halved for each.
 */
import type { Transformation } from "../lesson/lesson.ts";
import { expectedGain, normalBelow } from "./normal.ts";
import { learnSpeeds, type NextUse } from "./speed-model.ts";
import { learnSuccesses } from "./success-model.ts";
import { readTrials, transformationKey, type Experience, type RankingOptions } from "./trials.ts";

export { transformationKey, type Experience, type RankingOptions } from "./trials.ts";

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

export interface TransformationExpectation {
  /** The finest that is known about it, falling back to the name; undefined where nothing is. */
  readonly expect: (
    name: string,
    parameters?: Transformation["parameters"],
    preconditions?: readonly string[],
  ) => TransformationWorth | undefined;
}

/** By `transformationKey`: each name, and each name with parameters, that the experience holds. */
export interface TransformationRanking
  extends ReadonlyMap<string, TransformationWorth>, TransformationExpectation {
  /** What is expected of one that nobody has tried. */
  readonly untried: TransformationWorth;
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
    return worthOf(
      speeds.predict(name, key, preconditions),
      successes.probability(name, key),
      successes.evidence.get(key) ?? successes.evidence.get(name) ?? 0,
    );
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
  return Object.assign(worths, { expect, untried: worthOf(speeds.untried, successes.overall, 0) });
}

function worthOf(
  { mean, deviation }: NextUse,
  successProbability: number,
  evidence: number,
): TransformationWorth {
  return {
    expectedLogSpeedup: mean,
    deviation,
    successProbability,
    fasterProbability: successProbability * normalBelow(mean / deviation),
    promise: successProbability * expectedGain(mean, deviation),
    evidence,
  };
}
