/**
 * Makes an opportunity out of edits, as the rewrites of C do, and writes what TypeScript wants to see.
 */
import { type Edit } from "../../../code/edit.ts";
import type { Opportunity, Subject } from "../rewrite.ts";
import type { Place } from "./repetition.ts";

export { offer } from "../offer.ts";

/** Lines that run before everything of the place. */
export function before(place: Place, lines: string): Edit[] {
  return place.edits(lines);
}

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

/** `array[index]` where the index is known to be below the length: TypeScript may be set to doubt that. */
export function elementText(subject: Subject, array: string, index: string): string {
  return `${array}[${index}]${subject.language === "typescript" ? "!" : ""}`;
}
