/**
 * What a rewrite is worth at one place of the task at hand. The prior is what lessons of other tasks say or, where nobody has tried the rewrite, its place in
 * the textbook order; what was measured on this task then updates it: one Bayesian regression over all candidates that the agent knows (`ridge.ts`), in which
 * a step's effect is that of its rewrite here and that of its place. A candidate says what it added to the largest part of it that is known as well; of steps
 * that were added together each takes as much of the surprise as it was uncertain.
 */
import type { Outcome } from "../evaluate/outcome.ts";
import type { Transformation } from "../lesson/lesson.ts";
import { transformationKey, type TransformationExpectation } from "../worth/experience.ts";
import { expectedGain, normalBelow } from "../worth/normal.ts";
import { fitRidge, type Observation } from "../worth/ridge.ts";
import { standardError } from "../worth/trials.ts";
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

/** A candidate that was measured on this task: its steps from the reference on, and its speedup. */
export interface Measured {
  readonly steps: readonly Transformation[];
  readonly speedup: { readonly ratio: number; readonly low: number; readonly high: number };
}

/** What is believed of this task's steps, given what lessons say and what was measured. */
export interface Belief {
  /** Of one more step. */
  expect(
    rewrite: string,
    opportunity: Pick<Opportunity, "parameters" | "place" | "preconditions">,
  ): Expectation;
  /** Expected gain in log-speedup of one try without a step that the code has. */
  promiseWithout(step: Transformation): number;
}

export interface Worth {
  /** `told`: what the agent was told of candidates, among them perhaps its own. */
  given(ranking: TransformationExpectation, told?: readonly Measured[]): Belief;
  /** Learns from an attempt of this agent's own. */
  record(candidate: Candidate, outcome: Outcome): void;
}

/** Where there is no evidence: no gain on average, and the more uncertain the earlier a textbook would try it. */
const textbook = { deviationOfFirst: 0.9, deviationOfLast: 0.25, successProbability: 0.7 };
/** How far what a step does differs with the steps around it, and what a rewrite does between places of one function: at most this, and half of what is uncertain. */
const deviationAtPlace = 0.15;
const deviationBetweenPlaces = 0.4;
/** Attempts that the prior chance of success counts for. */
const priorAttempts = 2;
/** Chance that code without one of its steps is right. */
const successWithout = 0.97;

/** `order`: names of rewrites, the most promising first. What is not among them counts as the first. */
export function createWorth(order: readonly string[]): Worth {
  const own: Measured[] = [];
  const trials = new Map<string, { worked: number; failed: number }>();
  const tried = (key: string) => trials.get(key) ?? { worked: 0, failed: 0 };
  const placeKey = (rewrite: string, place: string) => `${rewrite}\0${place}`;

  return {
    given(ranking, told = []) {
      const priorOf = ({ name, parameters }: Transformation) =>
        ranking.expect(name, parameters) ?? textbookWorth(order, name);
      // What was told last: of a base the agent itself knows no more than its speed.
      const known = new Map([...own, ...told].map((each) => [each.steps.map(stepKey).join("\0"), each]));
      const effects = learnEffects([...known.values()], priorOf);
      return {
        expect(rewrite, { parameters, place, preconditions }) {
          const step = { name: rewrite, parameters, place };
          const learned = ranking.expect(rewrite, parameters, preconditions);
          const prior = learned ?? textbookWorth(order, rewrite);
          const { mean, deviation } = effects.of(step, prior);
          const [all, here] = [tried(rewrite), tried(placeKey(rewrite, place))];
          // A failure at this very place counts twice: what was illegal there stays illegal with another parameter.
          const succeeded = all.worked + here.worked;
          const tries = succeeded + all.failed + here.failed;
          const success = (priorAttempts * prior.successProbability + succeeded) / (priorAttempts + tries);
          return {
            promise: success * expectedGain(mean, deviation),
            logSpeedup: mean,
            deviation,
            successProbability: success,
            fasterProbability: success * normalBelow(mean / deviation),
            proven: learned !== undefined || tries > 0,
          };
        },
        promiseWithout(step) {
          const { mean, deviation } = effects.of(step, priorOf(step));
          return successWithout * expectedGain(-mean, deviation);
        },
      };
    },

    record({ transformations, basis }, outcome) {
      const given = basis?.transformations ?? 0;
      if (outcome.status === "measured") {
        if (basis && given > 0)
          own.push({ steps: transformations.slice(0, given), speedup: exactly(basis.speed) });
        own.push({ steps: transformations, speedup: outcome.speedup });
      }
      const added = transformations.slice(given);
      for (const { name, place } of added) {
        for (const key of [name, placeKey(name, place)]) {
          const { worked, failed } = tried(key);
          if (outcome.status === "measured") trials.set(key, { worked: worked + 1, failed });
          // Of several rewrites any may be to blame.
          else trials.set(key, { worked, failed: failed + 1 / added.length });
        }
      }
    },
  };
}

function exactly(ratio: number): Measured["speedup"] {
  return { ratio, low: ratio, high: ratio };
}

/** Of several rewrites tried together as one: they work together or not at all, and are thrown away together where they do not help. */
export function promiseOfStack(steps: readonly Expectation[]): number {
  const works = steps.reduce((chance, { successProbability }) => chance * successProbability, 1);
  const mean = steps.reduce((sum, { logSpeedup }) => sum + logSpeedup, 0);
  return works * expectedGain(mean, Math.hypot(...steps.map(({ deviation }) => deviation)));
}

interface Prior {
  readonly expectedLogSpeedup: number;
  readonly deviation: number;
}

interface Effects {
  /** What the step does to log-speedup, whose prior this is. */
  of(step: Transformation, prior: Prior): { readonly mean: number; readonly deviation: number };
}

/** The regression: a column for each rewrite, for what it does in this function, and one for each place, for what it does there besides. */
function learnEffects(known: readonly Measured[], priorOf: (step: Transformation) => Prior): Effects {
  const columns = new Map<string, number>();
  const deviations: number[] = [];
  const column = (key: string, variance: number): number => {
    const found = columns.get(key) ?? columns.size;
    columns.set(key, found);
    deviations[found] ??= Math.sqrt(variance);
    return found;
  };
  const columnsOf = (step: Transformation, prior: Prior): [number, number] => {
    const { ofRewrite, ofPlace } = shares(prior);
    return [column(step.name, ofRewrite), column(`${step.name}\0${step.place}`, ofPlace)];
  };
  const observations = addedBy(known).map(({ steps, logSpeedup, error }): Observation => {
    const counts = new Map<number, number>();
    let expected = 0;
    for (const step of steps) {
      const prior = priorOf(step);
      expected += prior.expectedLogSpeedup;
      for (const index of columnsOf(step, prior)) counts.set(index, (counts.get(index) ?? 0) + 1);
    }
    const variance = error ** 2 + deviationAtPlace ** 2 * steps.length;
    return { columns: counts, value: logSpeedup - expected, weight: 1 / variance };
  });
  const fit = fitRidge(observations, deviations);
  return {
    of(step, prior) {
      const { ofRewrite, ofPlace } = shares(prior);
      const seen = new Map<number, number>();
      let unseen = 0;
      for (const [key, variance] of [
        [step.name, ofRewrite],
        [`${step.name}\0${step.place}`, ofPlace],
      ] as const) {
        const index = columns.get(key);
        if (index === undefined) unseen += variance;
        else seen.set(index, 1);
      }
      const { mean, variance } = fit.predict(seen);
      return { mean: prior.expectedLogSpeedup + mean, deviation: Math.sqrt(variance + unseen) };
    },
  };
}

/** Which part of a prior's variance is the rewrite's in the whole function, and which the place's. */
function shares({ deviation }: Prior): { readonly ofRewrite: number; readonly ofPlace: number } {
  const ofPlace = Math.min(deviationBetweenPlaces ** 2, deviation ** 2 / 2);
  return { ofRewrite: deviation ** 2 - ofPlace, ofPlace };
}

interface Added {
  readonly steps: readonly Transformation[];
  readonly logSpeedup: number;
  readonly error: number;
}

/** What each candidate adds to the largest part of it that was measured as well; to the reference where none was. */
function addedBy(known: readonly Measured[]): Added[] {
  const keyed = known.map(({ steps, speedup }) => ({
    steps,
    keys: steps.map(stepKey),
    logSpeedup: Math.log(speedup.ratio),
    error: standardError(speedup),
  }));
  return keyed.flatMap((whole) => {
    let best = { steps: whole.steps, logSpeedup: whole.logSpeedup, error: whole.error };
    for (const part of keyed) {
      const rest = part.keys.length < whole.keys.length ? restOf(whole.keys, part.keys) : undefined;
      if (!rest || rest.length >= best.steps.length) continue;
      best = {
        steps: rest.map((index) => whole.steps[index]!),
        logSpeedup: whole.logSpeedup - part.logSpeedup,
        error: Math.hypot(whole.error, part.error),
      };
    }
    return best.steps.length > 0 ? [best] : [];
  });
}

/** Indices of `all` that are not in `part`; undefined where `part` has others. */
function restOf(all: readonly string[], part: readonly string[]): number[] | undefined {
  const left = all.map((_, index) => index);
  for (const key of part) {
    const found = left.findIndex((index) => all[index] === key);
    if (found === -1) return undefined;
    left.splice(found, 1);
  }
  return left;
}

function stepKey({ name, parameters, place }: Transformation): string {
  return `${transformationKey(name, parameters)}\0${place}`;
}

function textbookWorth(order: readonly string[], rewrite: string) {
  const rank = Math.max(0, order.indexOf(rewrite)) / Math.max(1, order.length - 1);
  return {
    expectedLogSpeedup: 0,
    deviation: textbook.deviationOfFirst + (textbook.deviationOfLast - textbook.deviationOfFirst) * rank,
    successProbability: textbook.successProbability,
  };
}
