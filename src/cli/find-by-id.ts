/** What an id on the command line means: all of it, or a beginning that no other has. */
import { cleanProse, clip } from "../code/clean-text.ts";
import { UsageError } from "../errors.ts";
import { count } from "../report/figures.ts";

/** Throws a UsageError where there is none, or more than one. `what` is said of one, such as `lesson`. */
export function findById<Thing extends { readonly id: string }>(
  things: readonly Thing[],
  id: string,
  { what, remedy }: { readonly what: string; readonly remedy: string },
): Thing {
  const matching = id === "" ? [] : things.filter((thing) => thing.id.startsWith(id));
  const found = things.find((thing) => thing.id === id) ?? matching[0];
  if (!found) {
    throw new UsageError(`there is no ${what} ${clip(cleanProse(id), 64)} in this bank`, { remedy });
  }
  if (matching.length > 1 && found.id !== id) {
    throw new UsageError(`${count(matching.length, what)} begin with ${id}`, {
      remedy: "give more of the id",
    });
  }
  return found;
}

export const lessonRemedy = "`lessonbank lessons list` shows the ids";
export const anyLessonRemedy = "`lessonbank lessons list` and `lessonbank lessons general` show the ids";
