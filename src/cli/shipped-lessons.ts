/** The lessons that ship with the package, each earned in a recorded run that ships too: as everybody else's, they are screened and marked. */
import type { Bank } from "../bank/bank.ts";
import { importLessons, type Imported } from "../lesson/exchange.ts";
import { packageVersion } from "../version.ts";
import { screenLesson } from "../worth/screen.ts";
import { shippedLessons } from "./places.ts";
import { openLines } from "./read-lines.ts";

/** As it stands with each lesson, and as `lessons remove --from` takes it. */
export function shippedOrigin(): string {
  return `lessonbank ${packageVersion()}`;
}

/** Few enough to be in memory, so that they are one commit: a bank never begins with a part of them. */
const all = 10_000;

/** Adds those that the bank does not have. All of them or none. */
export async function importShipped(bank: Bank): Promise<Imported> {
  const noInput = { directory: "/", readInput: async () => "" };
  const { lines } = await openLines(noInput, shippedLessons);
  const from = shippedOrigin();
  return importLessons(bank, lines, { screen: screenLesson, strict: true, from, batch: all });
}
