/**
 * The experiment in every proposal: of the lessons that a policy chose, some are withheld at random, sometimes all, and the chance of each to be
 * shown is kept. What showing a lesson causes can then be told from those draws; that it was shown and things went well tells nothing,
 * since lessons are shown where things go well anyhow.
 */

export interface DrawOptions {
  /** Chance that nothing is shown at all. */
  readonly none: number;
  /** Chance that a lesson is withheld otherwise. */
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

/** One proposal in ten is shown nothing, and of the others each lesson misses one in eight. */
export const usualDraw = { none: 0.1, withhold: 0.125 } as const;

/** Draws are independent of each other but for `none`, which all share. */
export function drawShown<Item>(
  chosen: readonly Item[],
  { none, withhold, random }: DrawOptions,
): Drawn<Item>[] {
  const nothing = random() < none;
  const probability = (1 - none) * (1 - withhold);
  return chosen.map((item) => ({ item, probability, shown: random() >= withhold && !nothing }));
}
