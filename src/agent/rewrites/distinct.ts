/**
 * Places of opportunities, told apart.
 */
import type { Opportunity } from "./rewrite.ts";

/** Opportunities whose places are called alike get numbers, so that a step can be found again by its place. */
export function distinct(found: readonly Opportunity[]): Opportunity[] {
  const met = new Map<string, number>();
  return found.map((opportunity) => {
    const key = `${opportunity.place} ${JSON.stringify(opportunity.parameters)}`;
    const number = (met.get(key) ?? 0) + 1;
    met.set(key, number);
    return number === 1 ? opportunity : { ...opportunity, place: `${opportunity.place}, number ${number}` };
  });
}
