/**
 * What a rewrite is worth on the task at hand: a prior from its place in the textbook order, replaced by lessons of other tasks
 * where there are any, and pulled towards what this agent's own attempts on this task measured. A shrunken normal mean:
 * m = (w·m₀ + Σ yᵢ) / (w + n) over the log-speedups yᵢ that the rewrite added to the code it was applied to.
 */
import type { Outcome } from "../evaluate/outcome.ts";
import type { TransformationRanking } from "../select/experience.ts";
import type { Candidate } from "./agent.ts";
import type { Opportunity } from "./rewrites/rewrite.ts";

export interface Expectation {
  /** Log of the factor by which it is expected to speed up the code it is applied to. */
  readonly logSpeedup: number;
  /** Chance that it makes the code faster at all. */
  readonly probability: number;
  /** Whether that rests on measurements, of this task or others, and not on the textbook order alone. */
  readonly proven: boolean;
}

export interface Worth {
  expect(rewrite: string, opportunity: Opportunity, ranking: TransformationRanking): Expectation;
  record(candidate: Candidate, outcome: Outcome): void;
}

/** Log-speedup booked for a candidate that did not compile, crashed or was wrong: worse than one that is merely not faster. */
const failureCost = -0.25;
/** Attempts that the prior counts for. */
const priorWeight = 1.5;
/** Expectation of the first and of the last rewrite of the textbook order. */
const textbook = { first: 0.2, last: 0.05, probability: 0.3 };

/** `order`: names of rewrites, the most promising first. */
export function createWorth(order: readonly string[]): Worth {
  const attempts = new Map<string, { count: number; sum: number; faster: number }>();

  return {
    expect(rewrite, opportunity, ranking) {
      const learned = ranking.expect(rewrite, opportunity.parameters);
      const place = Math.max(0, order.indexOf(rewrite)) / Math.max(1, order.length - 1);
      const prior = learned
        ? { logSpeedup: learned.expectedLogSpeedup, probability: learned.successProbability }
        : {
            logSpeedup: textbook.first + (textbook.last - textbook.first) * place,
            probability: textbook.probability,
          };
      const own = attempts.get(rewrite) ?? { count: 0, sum: 0, faster: 0 };
      const here = attempts.get(`${rewrite}\0${opportunity.place}`) ?? { count: 0, sum: 0, faster: 0 };
      const count = own.count + here.count;
      return {
        logSpeedup: (priorWeight * prior.logSpeedup + own.sum + here.sum) / (priorWeight + count),
        probability: (priorWeight * prior.probability + own.faster + here.faster) / (priorWeight + count),
        proven: learned !== undefined || count > 0,
      };
    },

    record(candidate, outcome) {
      const added = candidate.transformations.slice(candidate.basis?.transformations ?? 0);
      if (added.length === 0) return;
      const gain =
        outcome.status === "measured"
          ? Math.log(outcome.speedup.ratio / (candidate.basis?.speed ?? 1)) / added.length
          : failureCost;
      for (const { name, place } of added) {
        for (const key of [name, `${name}\0${place}`]) {
          const known = attempts.get(key) ?? { count: 0, sum: 0, faster: 0 };
          attempts.set(key, {
            count: known.count + 1,
            sum: known.sum + gain,
            faster: known.faster + (gain > 0.01 ? 1 : 0),
          });
        }
      }
    },
  };
}
