/**
 * What showing a lesson causes, from the randomised draws alone: never from "it was shown and it went well", which credits a lesson with
 * the tasks that it was shown on.
 *
 * - A draw that showed a lesson with probability p, 0 < p < 1, counts by 1/p where it did and by 1/(1 − p) where it did not; the credit is the
 *   difference of the two weighted means: J. Hájek's estimator (comment on D. Basu, "Foundations of Statistical Inference", 1971).
 * - From each outcome what other runs achieved on its task is taken away first. That depends on no draw of this run, so it adds no bias, and most of
 *   the noise is that tasks differ (J. M. Robins, A. Rotnitzky and L. P. Zhao, JASA 89, 1994).
 * - Proposals of a run are not independent, so the error is that of the jackknife over runs (S. L. Lohr and J. N. K. Rao, JASA 101, 2006), drawn towards
 *   that of independent draws where runs are few (as in `random-effects.ts`).
 * - Single lessons are shown too rarely to tell apart, so they are pooled: a lesson is drawn towards its family, a family towards all, and all
 *   towards no effect (empirical Bayes; C. N. Morris, "Parametric empirical Bayes inference", JASA 78, 1983).
 */
import type { Showing } from "../lesson/showing.ts";
import type { Credit, Estimate, GeneralLesson } from "./general-lesson.ts";
import { bySmallest } from "./order.ts";
import { betweenVariance, estimate, student95, type PriorVariance } from "./random-effects.ts";

export interface CreditOptions {
  /** Of a general lesson's id, the family that it is pooled with; a lesson without one has none but itself. */
  readonly familyOf?: ((lesson: string) => string | undefined) | undefined;
}

/** Effects of a lesson are expected to be small; how small is learned from all. */
const effects: Readonly<Record<Measure, PriorVariance>> = {
  correctness: { variance: 0.1 ** 2, degrees: 4 },
  logSpeedup: { variance: 0.1 ** 2, degrees: 4 },
};
/** How far proposals differ, and how many proposals that counts for: the first few may all have done the same. */
const outcomes: Readonly<Record<Measure, PriorVariance>> = {
  correctness: { variance: 0.16, degrees: 4 },
  logSpeedup: { variance: 0.3 ** 2, degrees: 4 },
};
/** Runs that the error of independent draws counts for. */
const priorRuns = 4;
/** Proposals that the mean over all tasks counts for, in what a task's proposals are expected to achieve. */
const priorProposals = 2;
/** Fewer say nothing about how runs differ. */
const leastRuns = 3;

type Measure = "correctness" | "logSpeedup";

/** One proposal, as far as estimating goes. */
interface Proposal {
  readonly showing: Showing;
  readonly achieved: Readonly<Record<Measure, number>>;
}

/** Credit by general lesson, for all that were ever drawn. Pure; the order of the showings does not matter, nor does one that is there twice. */
export function estimateCredit(
  showings: readonly Showing[],
  options: CreditOptions = {},
): ReadonlyMap<string, Credit> {
  const proposals = readProposals(showings);
  const draws = collectDraws(proposals);
  const correctness = estimateMeasure("correctness", proposals, draws, options);
  const logSpeedup = estimateMeasure("logSpeedup", proposals, draws, options);
  return new Map(
    [...draws].map(([lesson, own]) => {
      const random = own.filter(isRandom);
      const shown = random.filter(({ shown: was }) => was);
      const within = correctness.get(lesson) ?? estimate(0, 0);
      const credit: Credit = {
        correctness: { ...within, low: Math.max(-1, within.low), high: Math.min(1, within.high) },
        logSpeedup: logSpeedup.get(lesson) ?? estimate(0, 0),
        shown: shown.length,
        withheld: random.length - shown.length,
        cited: shown.filter(({ cited }) => cited).length,
        applied: shown.filter(({ applied }) => applied).length,
        runs: new Set(random.map(({ proposal }) => proposal.showing.run)).size,
      };
      return [lesson, credit];
    }),
  );
}

function readProposals(showings: readonly Showing[]): Proposal[] {
  const known = new Set<string>();
  return showings
    .toSorted(bySmallest(({ id }) => id))
    .filter(({ id }) => !known.has(id) && known.add(id))
    .map((showing) => ({
      showing,
      achieved: {
        correctness: showing.status === "measured" ? 1 : 0,
        // What is slower than what was known is thrown away: it gained nothing.
        logSpeedup: showing.status === "measured" ? Math.max(0, showing.gain?.logSpeedup ?? 0) : 0,
      },
    }));
}

interface Draw {
  readonly proposal: Proposal;
  readonly probability: number;
  readonly shown: boolean;
  readonly cited: boolean;
  readonly applied: boolean;
}

/** By lesson, in the order of their ids. */
function collectDraws(proposals: readonly Proposal[]): ReadonlyMap<string, readonly Draw[]> {
  const draws = new Map<string, Draw[]>();
  for (const proposal of proposals) {
    // All of its lessons were withheld by one chance: the contrast of each would take on what the others do.
    if (proposal.showing.abstained) continue;
    for (const { lesson, ...drawn } of proposal.showing.drawn) {
      const own = draws.get(lesson);
      if (own) own.push({ proposal, ...drawn });
      else draws.set(lesson, [{ proposal, ...drawn }]);
    }
  }
  return new Map([...draws].toSorted(bySmallest(([lesson]) => lesson)));
}

function isRandom({ probability }: Draw): boolean {
  return probability > 0 && probability < 1;
}

/** A contrast of one lesson, before pooling. */
interface Contrast {
  readonly lesson: string;
  readonly family: string;
  readonly value: number;
  readonly variance: number;
}

function estimateMeasure(
  measure: Measure,
  proposals: readonly Proposal[],
  draws: ReadonlyMap<string, readonly Draw[]>,
  { familyOf = () => undefined }: CreditOptions,
): ReadonlyMap<string, Estimate> {
  const beyond = beyondOthers(measure, proposals);
  const variance = meanSquare([...beyond.values()], outcomes[measure]);
  const families = new Map([...draws.keys()].map((lesson) => [lesson, familyOf(lesson) ?? `only ${lesson}`]));
  const contrasts = [...draws].flatMap(([lesson, own]) => {
    const found = contrastOf(own.filter(isRandom), beyond, variance);
    return found ? [{ lesson, family: families.get(lesson) ?? lesson, ...found }] : [];
  });
  return shrink(families, contrasts, effects[measure]);
}

/** What each proposal achieved beyond what is expected of its task from the other runs. */
function beyondOthers(measure: Measure, proposals: readonly Proposal[]): ReadonlyMap<Proposal, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const { showing, achieved } of proposals) {
    for (const key of keysOf(showing)) {
      const known = sums.get(key) ?? { sum: 0, count: 0 };
      sums.set(key, { sum: known.sum + achieved[measure], count: known.count + 1 });
    }
  }
  return new Map(
    proposals.map((proposal) => {
      const [all, run, task, both] = keysOf(proposal.showing).map(
        (key) => sums.get(key) ?? { sum: 0, count: 0 },
      );
      if (!all || !run || !task || !both) throw new Error("every proposal was counted");
      const elsewhere = all.count > run.count ? (all.sum - run.sum) / (all.count - run.count) : 0;
      const expected =
        (priorProposals * elsewhere + task.sum - both.sum) / (priorProposals + task.count - both.count);
      return [proposal, proposal.achieved[measure] - expected];
    }),
  );
}

/** All proposals, and those of a run, of a task, and of both. */
function keysOf({ run, task }: Showing): readonly string[] {
  return ["all", `run ${run}`, `task ${task}`, `both ${JSON.stringify([run, task])}`];
}

/** Sums of weights and of weighted values, of draws that showed it and of those that did not. */
interface Sums {
  shown: number;
  shownValue: number;
  withheld: number;
  withheldValue: number;
}

/** Undefined where it was never shown or never withheld. */
function contrastOf(
  draws: readonly Draw[],
  beyond: ReadonlyMap<Proposal, number>,
  variance: number,
): { readonly value: number; readonly variance: number } | undefined {
  const total = emptySums();
  const squares = { shown: 0, withheld: 0 };
  const byRun = new Map<string, Sums>();
  for (const { proposal, probability, shown } of draws) {
    const value = beyond.get(proposal) ?? 0;
    const run = byRun.get(proposal.showing.run) ?? emptySums();
    byRun.set(proposal.showing.run, run);
    const weight = shown ? 1 / probability : 1 / (1 - probability);
    const side = shown ? "shown" : "withheld";
    squares[side] += weight ** 2;
    for (const sums of [total, run]) {
      sums[side] += weight;
      sums[`${side}Value`] += weight * value;
    }
  }
  const value = difference(total);
  if (value === undefined) return undefined;
  const independent = variance * (squares.shown / total.shown ** 2 + squares.withheld / total.withheld ** 2);
  const jackknife = jackknifeVariance(total, [...byRun.values()]);
  const runs = jackknife === undefined ? 0 : byRun.size - 1;
  const moderated = (priorRuns * independent + runs * (jackknife ?? 0)) / (priorRuns + runs);
  // As a normal error of the same 95 % interval.
  return { value, variance: moderated * (student95(priorRuns + runs) / 1.96) ** 2 };
}

function emptySums(): Sums {
  return { shown: 0, shownValue: 0, withheld: 0, withheldValue: 0 };
}

function difference({ shown, shownValue, withheld, withheldValue }: Sums): number | undefined {
  // Weights are at least 1; less is what subtraction left over.
  if (shown < 0.5 || withheld < 0.5) return undefined;
  return shownValue / shown - withheldValue / withheld;
}

/** Leaves out one run at a time; undefined where runs are too few, or one of them is the only one that showed or withheld it. */
function jackknifeVariance(total: Sums, runs: readonly Sums[]): number | undefined {
  if (runs.length < leastRuns) return undefined;
  const without = runs.map((run) =>
    difference({
      shown: total.shown - run.shown,
      shownValue: total.shownValue - run.shownValue,
      withheld: total.withheld - run.withheld,
      withheldValue: total.withheldValue - run.withheldValue,
    }),
  );
  const values = without.filter((value) => value !== undefined);
  if (values.length < without.length) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return (squares * (values.length - 1)) / values.length;
}

function meanSquare(values: readonly number[], { variance, degrees }: PriorVariance): number {
  return (
    (degrees * variance + values.reduce((sum, value) => sum + value ** 2, 0)) / (degrees + values.length)
  );
}

/** Lessons towards their families, families towards all, all towards no effect: normal at each step. */
function shrink(
  families: ReadonlyMap<string, string>,
  contrasts: readonly Contrast[],
  prior: PriorVariance,
): ReadonlyMap<string, Estimate> {
  const byFamily = new Map<string, Contrast[]>();
  for (const contrast of contrasts)
    byFamily.set(contrast.family, [...(byFamily.get(contrast.family) ?? []), contrast]);

  const within = learnVariance([...byFamily.values()], prior);
  const means = new Map([...byFamily].map(([family, own]) => [family, precisionMean(own, within)]));
  const between = learnVariance([[...means.values()]], prior);
  // All together are one more value, with a prior around no effect.
  const all = toward({ value: 0, variance: prior.variance }, precisionMean([...means.values()], between));

  const familyOf = (family: string): Normal => spread(all, between, means.get(family));
  const own = new Map(contrasts.map((contrast) => [contrast.lesson, contrast]));
  return new Map(
    [...families].map(([lesson, family]) => {
      const { value, variance } = spread(familyOf(family), within, own.get(lesson));
      return [lesson, estimate(value, Math.sqrt(variance))];
    }),
  );
}

interface Normal {
  readonly value: number;
  /** Infinite where nothing is known. */
  readonly variance: number;
}

function learnVariance(groups: readonly (readonly Normal[])[], prior: PriorVariance): number {
  const degrees = groups.reduce((sum, group) => sum + Math.max(0, group.length - 1), 0);
  return (prior.degrees * prior.variance + degrees * betweenVariance(groups)) / (prior.degrees + degrees);
}

function precisionMean(values: readonly Normal[], between: number): Normal {
  let precision = 0;
  let sum = 0;
  for (const { value, variance } of values) {
    precision += 1 / (variance + between);
    sum += value / (variance + between);
  }
  return precision === 0
    ? { value: 0, variance: Infinity }
    : { value: sum / precision, variance: 1 / precision };
}

/** What is known of both together. */
function toward(left: Normal, right: Normal): Normal {
  const precision = 1 / left.variance + 1 / right.variance;
  return {
    value: (left.value / left.variance + right.value / right.variance) / precision,
    variance: 1 / precision,
  };
}

/**
 * A member of a group whose mean is `mean`, in which members differ by the variance `between`, with what was measured of the member itself. That the
 * mean is not known exactly weighs on the member as far as it is drawn towards it.
 */
function spread(mean: Normal, between: number, measured: Normal | undefined): Normal {
  if (!measured) return { value: mean.value, variance: mean.variance + between };
  const trust = between / (between + measured.variance);
  return {
    value: mean.value + trust * (measured.value - mean.value),
    variance: trust * measured.variance + (1 - trust) ** 2 * mean.variance,
  };
}

/** Pools lessons whose first transformations are of one family: by `families`, from transformation to family, or each its own. */
export function familiesOf(
  generals: readonly { readonly id: string; readonly transformations: readonly string[] }[],
  families: Readonly<Record<string, string>> = {},
): (lesson: string) => string | undefined {
  const known = new Map(
    generals.flatMap(({ id, transformations: [first] }) =>
      first === undefined
        ? []
        : [[id, Object.hasOwn(families, first) ? (families[first] ?? first) : first] as const],
    ),
  );
  return (lesson) => known.get(lesson);
}

/** The lessons with their credit from these draws; those on the same transformation share what draws of one of them showed. Pure. */
export function withCredit(general: readonly GeneralLesson[], showings: readonly Showing[]): GeneralLesson[] {
  const credits = estimateCredit(showings, { familyOf: familiesOf(general) });
  return general.map((lesson) => {
    const credit = credits.get(lesson.id);
    return credit ? { ...lesson, credit } : lesson;
  });
}
