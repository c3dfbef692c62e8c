/**
 * How much a transformation adds to the log-speedup: a Bayesian regression over trials (`ridge.ts`) with coefficients by name, by name
 * and parameters, and by name and precondition seen, and for each name how far single uses lie from that. The prior of a name is what the
 * others do, one with another (`name-effects.ts`).
 */
import { learnNameEffects, taskDeviation, type LearnedNameEffects } from "./name-effects.ts";
import { fitRidge, type Observation, type RidgePosterior } from "./ridge.ts";
import { transformationKey, type Trial } from "./trials.ts";

/** Prior standard deviations of the coefficients by parameters and by precondition, around what their name does. */
const priorDeviations = { parameters: 0.15, precondition: 0.25 };
/** How far effects differ between the places and repetitions of one task. */
const placeDeviation = 0.1;
/** Uses that the prior spread of a name, which is `taskDeviation`, counts for. */
const priorUses = 2;
/** Enough to tell apart what is often stacked together. */
const spreadPasses = 4;
/** A phrase seen once may be a coincidence; more columns than these cost time without saying more. */
const leastPhraseLessons = 2;
const mostPhrases = 150;

export interface SpeedModel {
  readonly predict: (name: string, key: string, preconditions: readonly string[]) => NextUse;
  /** Of the first use of a transformation that nobody has tried. */
  readonly untried: NextUse;
}

/** Expected log-speedup, and the standard deviation around it. */
export interface NextUse {
  readonly mean: number;
  readonly deviation: number;
}

export function learnSpeeds(trials: readonly Trial[]): SpeedModel {
  const names = learnNameEffects(trials);
  const columns = createColumns();
  const phrases = frequentPhrases(trials);
  // What other names do is taken from each gain beforehand: the coefficients of the regression lie around zero.
  const measured = trials.flatMap((trial) => {
    if (!trial.gain) return [];
    const { logSpeedup, error } = trial.gain;
    const usual = trial.added.reduce((sum, { name }) => sum + names.without(name).mean, 0);
    return [
      { ...trial, beyond: logSpeedup - usual, error, columns: columnsOf(trial, names, columns, phrases) },
    ];
  });
  // How far effects differ between tasks is learned for each name, from how far they lie from a first fit that takes all names alike.
  const first = fit(measured, columns.deviations, () => taskDeviation ** 2);
  const spreads = learnSpreads(measured, first);
  const posterior = fit(measured, columns.deviations, (name) => spreadOf(spreads, name));

  return {
    predict(name, key, preconditions) {
      const keys = [name, key, ...preconditions.map((phrase) => phraseKey(name, phrase))];
      const known = keys.flatMap((each) => columns.find(each) ?? []);
      const { mean, variance } = posterior.predict(new Map(known.map((column) => [column, 1])));
      // A name of which only failures are known has no column: its speed is as uncertain as before.
      const prior = names.without(name);
      const ofName = columns.find(name) === undefined ? prior.deviation ** 2 : 0;
      return {
        mean: prior.mean + mean,
        deviation: Math.sqrt(variance + ofName + spreadOf(spreads, name)),
      };
    },
    untried: {
      mean: names.all.mean,
      deviation: Math.hypot(names.all.error, names.all.deviation, Math.sqrt(usualSpread(spreads))),
    },
  };
}

interface MeasuredTrial extends Trial {
  /** Log-speedup beyond what other transformations do, one with another, and its standard error. */
  readonly beyond: number;
  readonly error: number;
  readonly columns: ReadonlyMap<number, number>;
}

function fit(
  measured: readonly MeasuredTrial[],
  deviations: readonly number[],
  taskVariance: (name: string) => number,
): RidgePosterior {
  const observations = measured.map((trial): Observation => {
    const between = trial.added.reduce((sum, { name }) => sum + taskVariance(name), 0) / trial.added.length;
    const variance = trial.error ** 2 + placeDeviation ** 2 + trial.repeats * between;
    return { columns: trial.columns, value: trial.beyond, weight: trial.weight / variance };
  });
  return fitRidge(observations, deviations);
}

/** By name, squared distances from the prediction beyond what timing explains, and how many uses that are. */
type Spreads = ReadonlyMap<string, { readonly squares: number; readonly uses: number }>;

/**
 * Of what several transformations added together, each has that part of the surprise that its own spread makes likely: what did nothing wherever it was
 * tried alone is not what made the difference. Expectation and maximisation in turn (Dempster, Laird and Rubin, JRSS B 39, 1977).
 */
function learnSpreads(measured: readonly MeasuredTrial[], { means }: RidgePosterior): Spreads {
  const surprises = measured.map(({ added, beyond, error, weight, repeats, columns }) => {
    const predicted = [...columns].reduce((sum, [column, count]) => sum + count * (means[column] ?? 0), 0);
    const square = Math.max(0, (beyond - predicted) ** 2 - error ** 2);
    return { added, square, share: weight / Math.sqrt(repeats) / added.length };
  });
  let spreads: Spreads = new Map();
  for (let pass = 0; pass < spreadPasses; pass++) {
    const next = new Map<string, { squares: number; uses: number }>();
    for (const { added, square, share } of surprises) {
      const total = added.reduce((sum, { name }) => sum + spreadOf(spreads, name), 0);
      for (const { name } of added) {
        const own = spreadOf(spreads, name);
        const expected = (own / total) ** 2 * square + own * (1 - own / total);
        const known = next.get(name) ?? { squares: 0, uses: 0 };
        next.set(name, { squares: known.squares + share * expected, uses: known.uses + share });
      }
    }
    spreads = next;
  }
  return spreads;
}

function spreadOf(spreads: Spreads, name: string): number {
  const { squares, uses } = spreads.get(name) ?? { squares: 0, uses: 0 };
  return (priorUses * taskDeviation ** 2 + squares) / (priorUses + uses);
}

/** Over names. */
function usualSpread(spreads: Spreads): number {
  const known = [...spreads.keys()].toSorted();
  const sum = known.reduce((total, name) => total + spreadOf(spreads, name), 0);
  return known.length === 0 ? taskDeviation ** 2 : sum / known.length;
}

interface Columns {
  readonly deviations: number[];
  readonly find: (key: string) => number | undefined;
  readonly findOrAdd: (key: string, deviation: number) => number;
}

function createColumns(): Columns {
  const indexOf = new Map<string, number>();
  const deviations: number[] = [];
  return {
    deviations,
    find: (key) => indexOf.get(key),
    findOrAdd(key, deviation) {
      const column = indexOf.get(key) ?? deviations.push(deviation) - 1;
      indexOf.set(key, column);
      return column;
    },
  };
}

/** How often each coefficient takes part in a trial. */
function columnsOf(
  { added, preconditions }: Trial,
  names: LearnedNameEffects,
  columns: Columns,
  phrases: ReadonlySet<string>,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const take = (key: string, deviation: number): void => {
    const column = columns.findOrAdd(key, deviation);
    counts.set(column, (counts.get(column) ?? 0) + 1);
  };
  for (const { name, parameters } of added) {
    take(name, names.without(name).deviation);
    const key = transformationKey(name, parameters);
    if (key !== name) take(key, priorDeviations.parameters);
    // Which of several transformations a phrase belongs to is not known.
    if (added.length > 1) continue;
    for (const phrase of new Set(preconditions)) {
      const place = phraseKey(name, phrase);
      if (phrases.has(place)) take(place, priorDeviations.precondition);
    }
  }
  return counts;
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
    .filter(([, times]) => times >= leastPhraseLessons)
    .toSorted(([leftKey, left], [rightKey, right]) => right - left || (leftKey < rightKey ? -1 : 1));
  return new Set(frequent.slice(0, mostPhrases).map(([key]) => key));
}

function phraseKey(name: string, phrase: string): string {
  return `${name} where ${phrase}`;
}
