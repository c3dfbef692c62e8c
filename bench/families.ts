/**
 * Which shipped tasks are of one kind: what makes their references slow. A comparison that learns on some tasks and is judged on others leaves
 * the whole family of the judged one out, or it would only show that twins resemble each other.
 */
import { UsageError } from "lessonbank";

export const families = {
  /** Few bytes or bits at a time. */
  bytes: ["adler-checksum", "bit-count", "crc32", "rgb-to-grey"],
  /** Strings that are cut out, joined, searched and compared. */
  text: ["csv-report", "edit-distance", "keyword-count", "lower-case", "text-search"],
  /** Large arrays, walked in a bad order or more often than needed. */
  memory: [
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
  containers: ["unique-words", "valid-readings"],
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
