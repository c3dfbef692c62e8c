/**
 * What a rewrite is worth at one place of the task at hand. The prior is what lessons of other tasks say or, where nobody has
 * tried the rewrite, its place in the textbook order; the agent's own attempts on this task then update it: a normal mean with
 * known variances (Gelman et al., "Bayesian Data Analysis", §2.5), attempts at the same place speaking louder than others.
 */
import type { Outcome } from "../evaluate/outcome.ts";
import type { TransformationExpectation } from "../worth/experience.ts";
import { expectedGain, normalBelow } from "../worth/normal.ts";
import type { Candidate } from "./agent.ts";
import type { Opportunity } from "./rewrites/rewrite.ts";

export interface Expectation {
  /** Expected gain in log-speedup of one try that is thrown away where it does not help: the number to order attempts by. */
  readonly promise: number;
  /** Expected log-speedup where it works, and the standard deviation around it. */
  readonly logSpeedup: number;
  readonly deviation: number;
  /** Chance that it works. */
  readonly successProbability: number;
  /** Chance that it works and makes the code faster. */
  readonly fasterProbability: number;
  /** Whether that rests on measurements, of this task or others, and not on the textbook order alone. */
  readonly proven: boolean;
}

export interface Worth {
  expect(rewrite: string, opportunity: Opportunity, ranking: TransformationExpectation): Expectation;
  /** Learns from an attempt of this agent's own. */
  record(candidate: Candidate, outcome: Outcome): void;
}

/** Where there is no evidence: no gain on average, and the more uncertain the earlier a textbook would try it. */
const textbook = { deviationOfFirst: 0.9, deviationOfLast: 0.25, successProbability: 0.7 };
/** How far the effect of a rewrite differs between parameters at one place, and between places of one function. */
const deviationAtPlace = 0.15;
const deviationBetweenPlaces = 0.4;
/** Attempts that the prior chance of success counts for. */
const priorAttempts = 2;

interface Attempts {
  worked: number;
  failed: number;
  sum: number;
}

/** `order`: names of rewrites, the most promising first. What is not among them counts as the first. */
export function createWorth(order: readonly string[]): Worth {
  const attempts = new Map<string, Attempts>();
  const known = (key: string): Attempts => attempts.get(key) ?? { worked: 0, failed: 0, sum: 0 };
  const placeKey = (rewrite: string, place: string) => `${rewrite}\0${place}`;

  return {
    expect(rewrite, opportunity, ranking) {
      const learned = ranking.expect(rewrite, opportunity.parameters, opportunity.preconditions);
      const prior = learned ?? textbookWorth(order, rewrite);
      const all = known(rewrite);
      const here = known(placeKey(rewrite, opportunity.place));
      const elsewhere = all.worked - here.worked;

      const priorPrecision = 1 / prior.deviation ** 2;
      const precision =
        priorPrecision +
        here.worked / deviationAtPlace ** 2 +
        elsewhere / (deviationAtPlace ** 2 + deviationBetweenPlaces ** 2);
      const mean =
        (prior.expectedLogSpeedup * priorPrecision +
          here.sum / deviationAtPlace ** 2 +
          (all.sum - here.sum) / (deviationAtPlace ** 2 + deviationBetweenPlaces ** 2)) /
        precision;
      const deviation = Math.sqrt(1 / precision);
      // A failure at this very place counts twice: what was illegal there stays illegal with another parameter.
      const succeeded = all.worked + here.worked;
      const tried = succeeded + all.failed + here.failed;
      const success = (priorAttempts * prior.successProbability + succeeded) / (priorAttempts + tried);
      return {
        promise: success * expectedGain(mean, deviation),
        logSpeedup: mean,
        deviation,
        successProbability: success,
        fasterProbability: success * normalBelow(mean / deviation),
        proven: learned !== undefined || tried > 0,
      };
    },

    record(candidate, outcome) {
      const added = candidate.transformations.slice(candidate.basis?.transformations ?? 0);
      for (const { name, place } of added) {
        for (const key of [name, placeKey(name, place)]) {
          const entry = { ...known(key) };
          if (outcome.status === "measured") {
            entry.worked++;
            entry.sum += Math.log(outcome.speedup.ratio / (candidate.basis?.speed ?? 1)) / added.length;
          } else {
            // Of several rewrites any may be to blame.
            entry.failed += 1 / added.length;
          }
          attempts.set(key, entry);
        }
      }
    },
  };
}

/** Of several rewrites tried together as one: they work together or not at all, and are thrown away together where they do not help. */
export function promiseOfStack(steps: readonly Expectation[]): number {
  const works = steps.reduce((chance, { successProbability }) => chance * successProbability, 1);
  const mean = steps.reduce((sum, { logSpeedup }) => sum + logSpeedup, 0);
  return works * expectedGain(mean, Math.hypot(...steps.map(({ deviation }) => deviation)));
}

function textbookWorth(order: readonly string[], rewrite: string) {
  const rank = Math.max(0, order.indexOf(rewrite)) / Math.max(1, order.length - 1);
  return {
    expectedLogSpeedup: 0,
    deviation: textbook.deviationOfFirst + (textbook.deviationOfLast - textbook.deviationOfFirst) * rank,
    successProbability: textbook.successProbability,
  };
}
