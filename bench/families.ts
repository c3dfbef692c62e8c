/**
 * Which shipped tasks are of one kind: what makes their references slow. A comparison that learns on some tasks and is judged on others leaves
 * the whole family of the judged one out, or it would only show that twins resemble each other.
 */
import { UsageError } from "lessonbank";

export const families = {
  /** Few bytes or bits at a time. */
  bytes: [
    "adler-checksum",
    "base64-decode",
    "bit-count",
    "changed-blocks",
    "crc32",
    "nearest-code",
    "rgb-to-grey",
  ],
  /** Strings that are cut out, joined, searched and compared. */
  text: [
    "column-widths",
    "csv-report",
    "escaped-page",
    "keyword-count",
    "longest-palindrome",
    "lower-case",
    "plotter-program",
    "prefix-counts",
    "text-search",
    "translate-dna",
    "wrap-text",
  ],
  /** Large arrays, walked in a bad order or more often than needed. */
  memory: [
    "cholesky",
    "game-of-life",
    "heat-step",
    "histogram",
    "matrix-product",
    "reverse-axes",
    "sparse-product",
    "table-totals",
    "transposed-product",
  ],
  /** Expensive operations: roots, divisions, remainders, powers. */
  arithmetic: [
    "cosine-scores",
    "escape-times",
    "gravity-step",
    "nearest-station",
    "pair-energy",
    "polynomial",
    "residue-powers",
    "shared-secrets",
  ],
  /** Sines, exponentials and powers, called far more often than there are different ones. */
  functions: ["flight-distances", "gamma-curve", "power-spectrum", "softmax-rows"],
  /** Sequences in which every value depends on those before it. */
  sequences: ["echo", "moving-average", "running-balance"],
  /** Sums over what lies around every value, or some way off, with what is known already found again or tested for. */
  signals: ["autocorrelation", "box-blur", "fir-filter"],
  /** Containers that grow, are searched, and are copied. */
  containers: [
    "hop-counts",
    "leader-board",
    "page-faults",
    "sliding-maximum",
    "spark-shower",
    "stock-levels",
    "unique-words",
    "valid-readings",
  ],
  /** Tables of partial solutions that are kept whole, where little of them is read again. */
  tables: ["backpack", "binomial", "edit-distance"],
  /** All nodes or pairs are gone through again and again, and a comparison in the innermost loop says what is stored. */
  graphs: ["component-labels", "longest-rise", "shortest-routes"],
  /** All of a list is gone through for each answer, where an order, an index, a table, an earlier pass or the first hit would do. */
  searches: ["gini-coefficient", "room-requests", "roulette-wheel", "worst-alarms"],
  /** A function calls itself for the same arguments again and again. */
  recursions: ["treasure-trail"],
  /** Every whole number is tried as a divisor, where most cannot be one or tell nothing new. */
  divisors: ["aliquot-sequences", "bucket-counts"],
  /** What stands in a list already is sorted or moved again for every element that joins or leaves it. */
  moves: ["best-bookings", "expected-shortfall"],
  /** Texts are put together and cut up by string streams. */
  streams: ["feature-lengths", "json-lines"],
  /** Sums that lie where they must be stored and loaded at every step. */
  sums: ["scenario-totals"],
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

/**
 * On these the selection of lessons was tuned, whatever their family: what it gains on the others is what counts. No task is added to them, unless the
 * selection is tuned again.
 */
const tuningTasks: readonly string[] = [
  "adler-checksum",
  "bit-count",
  "crc32",
  "rgb-to-grey",
  "heat-step",
  "histogram",
  "matrix-product",
  "reverse-axes",
  "sparse-product",
  "table-totals",
  "transposed-product",
  "echo",
  "moving-average",
  "running-balance",
];

export function tunedOn(task: string): boolean {
  return tuningTasks.includes(task);
}
