/**
 * Which shipped tasks are of one kind: what makes their references slow. A comparison that learns on some tasks and is judged on others leaves
 * the whole family of the judged one out, or it would only show that twins resemble each other.
 */
import { UsageError } from "lessonbank";

export const families = {
  /** Few bytes or bits at a time. */
  bytes: ["adler-checksum", "bit-count", "crc32", "rgb-to-grey"],
  /** Strings that are cut out, joined, searched and compared. */
  text: [
    "csv-report",
    "keyword-count",
    "longest-palindrome",
    "lower-case",
    "prefix-counts",
    "text-search",
    "wrap-text",
  ],
  /** Large arrays, walked in a bad order or more often than needed. */
  memory: [
    "game-of-life",
    "heat-step",
    "histogram",
    "matrix-product",
    "reverse-axes",
    "sparse-product",
    "table-totals",
    "transposed-product",
  ],
  /** Expensive operations: roots, divisions, powers, angles. */
  arithmetic: ["cosine-scores", "gravity-step", "nearest-station", "polynomial"],
  /** Sequences in which every value depends on those before it. */
  sequences: ["echo", "moving-average", "running-balance"],
  /** Containers that grow, are searched, and are copied. */
  containers: ["hop-counts", "sliding-maximum", "stock-levels", "unique-words", "valid-readings"],
  /** Tables of partial solutions that are kept whole, where little of them is read again. */
  tables: ["backpack", "binomial", "edit-distance"],
  /** All nodes or pairs are gone through again and again, and a comparison in the innermost loop says what is stored. */
  graphs: ["component-labels", "longest-rise", "shortest-routes"],
} as const;

export type Family = keyof typeof families;

/** Throws a UsageError for a task that nobody has put into a family. */
export function familyOf(task: string): Family {
  for (const [family, tasks] of Object.entries(families)) {
    if ((tasks as readonly string[]).includes(task)) return family as Family;
  }
  throw new UsageError(`the task ${task} is in no family`, {
    remedy: "put it into one in bench/families.ts",
  });
}

/** Families on whose tasks the selection of lessons was tuned; what it gains on the others is what counts. */
const tuningFamilies: readonly Family[] = ["bytes", "memory", "sequences"];

export function tunedOn(task: string): boolean {
  return tuningFamilies.includes(familyOf(task));
}
