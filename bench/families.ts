/**
 * What kind of work each shipped task is. A comparison that holds a task out holds its family out, so that a bank has not seen its like.
 */

const families: Readonly<Record<string, readonly string[]>> = {
  bytes: ["adler-checksum", "bit-count", "crc32", "echo", "lower-case", "rgb-to-grey"],
  text: ["csv-report", "edit-distance", "keyword-count", "text-search", "unique-words"],
  matrices: ["matrix-product", "transposed-product", "sparse-product", "reverse-axes", "table-totals"],
  numbers: ["cosine-scores", "gravity-step", "nearest-station", "polynomial", "heat-step"],
  series: ["histogram", "moving-average", "running-balance", "valid-readings"],
};

/** Families on whose tasks the selection was tuned; what it gains on the others is what counts. */
const tuningFamilies = ["bytes", "matrices", "series"];

/** Throws where a task has none: whoever adds a task says what it is like. */
export function familyOf(task: string): string {
  const found = Object.entries(families).find(([, names]) => names.includes(task));
  if (!found) throw new Error(`bench/families.ts does not say to which family ${task} belongs`);
  return found[0];
}

export function tunedOn(task: string): boolean {
  return tuningFamilies.includes(familyOf(task));
}
