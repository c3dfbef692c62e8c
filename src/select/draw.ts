/**
 * The experiment in every proposal: of the lessons that a policy chose, some are withheld at random, sometimes all, and the chance of each to be
 * shown is kept. What showing a lesson causes can then be told from those draws; that it was shown and things went well tells nothing,
 * since lessons are shown where things go well anyhow.
 */

export interface DrawOptions {
  /** Chance that nothing is shown at all. */
  readonly none: number;
  /** Chance that a lesson is withheld otherwise; below 1. */
  readonly withhold: number;
  /** In [0, 1). Called once, and once more for each lesson. */
  readonly random: () => number;
}

/** A lesson with its chance to be shown, from before the draw. */
export interface Drawn<Item> {
  readonly item: Item;
  readonly probability: number;
  readonly shown: boolean;
}

export interface Draw<Item> {
  /** Nothing is shown, whatever the single draws say. */
  readonly abstained: boolean;
  readonly drawn: readonly Drawn<Item>[];
}

/** One proposal in ten is shown nothing, and of the others each lesson misses one in eight. */
export const usualDraw = { none: 0.1, withhold: 0.125 } as const;

/**
 * Draws of single lessons are independent of each other, so that none is credited with what another does. The chance of each is that of a proposal
 * that is shown anything: those that are not, say what lessons are worth together, and nothing of a single one.
 */
export function drawShown<Item>(
  chosen: readonly Item[],
  { none, withhold, random }: DrawOptions,
): Draw<Item> {
  const abstained = random() < none;
  const drawn = chosen.map((item) => ({
    item,
    probability: 1 - withhold,
    shown: random() >= withhold && !abstained,
  }));
  return { abstained, drawn };
}
