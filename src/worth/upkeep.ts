/**
 * Which general lessons are no longer shown, and which few are kept where there is room for few.
 *
 * Retirement by outcome helps a bank and premature retirement harms it ("Library Drift", 2026), so a lesson goes only after many draws, when
 * its worth is improbable; what it rests on stays and goes on being counted. A retired one is a tombstone: it is not shown again, whatever new
 * lessons say, until the retirement is undone; then it is never retired by rule again.
 */
import type { Change, WhatChanged } from "../lesson/change.ts";
import { estimateTokens } from "../model/token-estimate.ts";
import { expectedGain, normalBelow } from "./normal.ts";
import type { Estimate, GeneralLesson } from "./general-lesson.ts";
import { bySmallest } from "./order.ts";

/** In the history, as the maker of retirements for lack of room (`capacity.ts`): they say nothing against a lesson. */
export const byCapacity = "capacity";

/** When a lesson goes. */
const retirement = { probability: 0.025, shown: 30, withheld: 30, runs: 5 };

/** Ids of general lessons that are retired, by changes that hold. Pure. */
export function retiredGenerals(changes: readonly Change[]): ReadonlySet<string> {
  const byId = new Map(changes.map((change) => [change.id, change.what]));
  const retired = new Set<string>();
  /** Undoing an undo brings back what that one had undone, however many there are. */
  function set(what: WhatChanged, holds: boolean): void {
    // Two runs may have retired the same one: whoever undoes either means both.
    if (what.kind === "retired") {
      if (holds) retired.add(what.general);
      else retired.delete(what.general);
    }
    const target = what.kind === "undone" ? byId.get(what.change) : undefined;
    if (target) set(target, !holds);
  }
  for (const { what } of changes) set(what, true);
  return retired;
}

/** Whether it, or the whole that it is a part of, is retired. */
export function isRetired({ id, part }: GeneralLesson, retired: ReadonlySet<string>): boolean {
  return retired.has(id) || (part !== undefined && retired.has(part));
}

/** The general lessons that may be shown on other tasks: admitted and not retired. */
export function showable(generals: readonly GeneralLesson[], changes: readonly Change[]): GeneralLesson[] {
  const retired = retiredGenerals(changes);
  return generals.filter((general) => general.admitted !== undefined && !isRetired(general, retired));
}

/**
 * The retirements that are due, by id: lessons drawn often enough whose effect on the log-speedup is positive with a probability of at most 2.5 %.
 * Whatever was retired once, even if that was undone, is left as it is; for lack of room does not count. Pure.
 */
export function dueRetirements(
  generals: readonly GeneralLesson[],
  changes: readonly Change[],
): Extract<WhatChanged, { kind: "retired" }>[] {
  const decided = new Set(
    changes.flatMap(({ by, what }) => (what.kind === "retired" && by !== byCapacity ? [what.general] : [])),
  );
  return generals
    .filter((general) => !isRetired(general, decided) && isDue(general))
    .toSorted(bySmallest(({ id }) => id))
    .map((general) => ({ kind: "retired", general: general.id, reason: reasonFor(general) }));
}

function isDue({ credit }: GeneralLesson): boolean {
  return (
    credit !== undefined &&
    credit.shown >= retirement.shown &&
    credit.withheld >= retirement.withheld &&
    credit.runs >= retirement.runs &&
    probabilityPositive(credit.logSpeedup) <= retirement.probability
  );
}

/** Of a normal distribution with this mean and error. */
export function probabilityPositive({ mean, error }: Estimate): number {
  return error > 0 ? normalBelow(mean / error) : mean > 0 ? 1 : 0;
}

function reasonFor({ credit }: GeneralLesson): string {
  if (!credit) return "";
  const { logSpeedup, shown, withheld, runs } = credit;
  const chance = (100 * probabilityPositive(logSpeedup)).toFixed(1);
  return `showing it changed the speed by a factor of ${factor(logSpeedup.mean)} (95 % interval ${factor(logSpeedup.low)} to ${factor(logSpeedup.high)}), over ${shown} draws that showed it and ${withheld} that did not, in ${runs} runs: that it helps has a chance of ${chance} %`;
}

function factor(logSpeedup: number): string {
  return Math.exp(logSpeedup).toFixed(3);
}

export interface CapacityOptions {
  /** Of all texts together. */
  readonly tokens: number;
  /** Of a transformation's name, the family it belongs to; by default each is its own. */
  readonly familyOf?: ((transformation: string) => string) | undefined;
  /** Tokens of a text; by default estimated from its length. */
  readonly count?: ((text: string) => number) | undefined;
}

/**
 * The general lessons that are worth most for the tokens of their texts, in order of their worth a token: first the best of each family, as far as
 * they fit, so that no kind of change is forgotten, then the best of the rest. Greedy (G. B. Dantzig, "Discrete-variable extremum problems",
 * Operations Research 5, 1957). What may be shown is the caller's to say: `showable`. Pure.
 */
export function keepWithin(generals: readonly GeneralLesson[], options: CapacityOptions): GeneralLesson[] {
  const { tokens, familyOf = (name) => name, count = estimateTokens } = options;
  const ranked = generals
    .map((general) => {
      const cost = Math.max(1, count(general.text));
      return {
        general,
        cost,
        density: expectedValue(general) / cost,
        family: familyOf(general.transformations[0] ?? ""),
      };
    })
    .toSorted(bySmallest(({ general }) => general.id))
    .toSorted((left, right) => right.density - left.density);
  const families = new Set<string>();
  const first = ranked.filter(({ family }) => !families.has(family) && families.add(family));
  let left = tokens;
  const kept = new Set<GeneralLesson>();
  for (const { general, cost } of [...first, ...ranked]) {
    if (kept.has(general) || cost > left) continue;
    left -= cost;
    kept.add(general);
  }
  return ranked.filter(({ general }) => kept.has(general)).map(({ general }) => general);
}

/** How often authors do what a lesson that they are shown speaks of, where little is known, and for how many showings that counts. */
const priorUse = { share: 0.25, showings: 8 };
/** A warning saves a try, and not the whole loss: what is slower or wrong would have been thrown away. */
const saved = 0.25;
/** What a try is worth that was spent on what fails, in log-speedup. */
const worthOfTry = 0.1;

/**
 * What showing it once is expected to gain in log-speedup. Before it was drawn: how often it is followed, times what that gains; the draws then say
 * what showing it does, and outweigh that as they grow in number (two normal estimates, weighed by their precision).
 */
export function expectedValue(general: GeneralLesson): number {
  const { credit, polarity, effect, correctness } = general;
  const use =
    (priorUse.share * priorUse.showings + (credit?.applied ?? 0)) /
    (priorUse.showings + (credit?.shown ?? 0));
  const gain = correctness.mean * expectedGain(effect.mean, effect.error);
  const warning =
    saved *
    (worthOfTry * (1 - correctness.mean) + correctness.mean * expectedGain(-effect.mean, effect.error));
  const supposed =
    use * (polarity === "gain" ? gain : polarity === "contested" ? Math.max(gain, warning) : warning);
  if (!credit || credit.runs === 0) return supposed;
  const measured = 1 / Math.max(1e-8, credit.logSpeedup.error ** 2);
  // What is supposed may be wrong by as much as it says.
  const prior = 1 / Math.max(1e-4, supposed ** 2);
  return (supposed * prior + credit.logSpeedup.mean * measured) / (prior + measured);
}
