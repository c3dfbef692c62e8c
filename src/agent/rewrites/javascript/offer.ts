/**
 * Makes an opportunity out of edits, as the rewrites of C do, and writes what TypeScript wants to see.
 */
import { type Edit } from "../../../code/edit.ts";
import type { Subject } from "../rewrite.ts";
import type { Place } from "./repetition.ts";

export { distinct } from "../distinct.ts";
export { offer } from "../offer.ts";

/** Lines that run before everything of the place. */
export function before(place: Place, lines: string): Edit[] {
  return place.edits(lines);
}

/** `array[index]` where the index is known to be below the length: TypeScript may be set to doubt that. */
export function elementText(subject: Subject, array: string, index: string): string {
  return `${array}[${index}]${subject.language === "typescript" ? "!" : ""}`;
}
