/**
 * Thompson sampling (Thompson, Biometrika 25, 1933; Russo et al., "A Tutorial on Thompson Sampling", 2018): each general lesson's effect is drawn
 * from what is believed about it, and those with the best draws are shown. What is uncertain is so tried now and then, and what is known to be
 * useless is not. A lesson whose draw gains nothing is not shown: to abstain is one of the arms.
 */
import { lessonlPolicy } from "./lessonl.ts";
import { byWorth } from "./curated.ts";
import type { SelectionPolicy } from "./selection.ts";

export const thompsonPolicy: SelectionPolicy = {
  name: "thompson",
  reach: 500,
  select: (candidates, options) => lessonlPolicy.select(candidates, options),
  selectGeneral(candidates, { k, random }) {
    // In the order of ids, so that the same numbers fall to the same lessons wherever these came from.
    const drawn = candidates.toSorted(byWorth(() => 0)).map((candidate) => {
      const { expectedLogSpeedup, deviation, successProbability } = candidate.expected;
      const works = random() < successProbability;
      const effect = expectedLogSpeedup + deviation * standardNormal(random);
      return { candidate, effect: works ? effect : 0 };
    });
    return drawn
      .filter(({ effect }) => effect > 0)
      .toSorted((left, right) => right.effect - left.effect)
      .slice(0, k)
      .map(({ candidate }) => candidate);
  },
};

/** Box and Muller's transform; two calls of `random`. */
function standardNormal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}
