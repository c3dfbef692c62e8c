/**
 * How likely a transformation is to give code that compiles, runs and is right: Beta posteriors. What everything achieves is the prior
 * of a name, what a name achieves the prior of its parameters.
 */
import { betaEstimate } from "./beta.ts";
import type { Estimate } from "./general-lesson.ts";
import { transformationKey, type Trial } from "./trials.ts";

/** Outcomes that a prior counts for, and the rate of success where nothing is known. */
const priorOutcomes = 2;
const priorSuccess = 0.7;

/** The chance of success after so many outcomes, of which so many worked; they need not be whole. */
export function estimateSuccess(worked: number, outcomes: number): Estimate {
  return betaEstimate(
    priorOutcomes * priorSuccess + worked,
    priorOutcomes * (1 - priorSuccess) + outcomes - worked,
  );
}

export interface Successes {
  /** Sums of weights by key: names and names with parameters. */
  readonly evidence: ReadonlyMap<string, number>;
  /** Of everything together. */
  readonly overall: number;
  readonly probability: (name: string, key: string) => number;
}

export function learnSuccesses(trials: readonly Trial[]): Successes {
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
  const rate = overall.worked / overall.all;
  return {
    evidence,
    overall: rate,
    probability(name, key) {
      const ofName = towards(rate, name);
      return key === name ? ofName : towards(ofName, key);
    },
  };
}
