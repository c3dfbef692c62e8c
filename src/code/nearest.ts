/**
 * What somebody meant who mistyped a name.
 */

/** The known name with the fewest edits, where they are few enough for a slip. */
export function nearest(wanted: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: edits(wanted.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best &&
    best.distance <= Math.max(1, Math.floor(best.name.length / 3)) + 1 &&
    best.distance < best.name.length
    ? best.name
    : undefined;
}

/** Levenshtein distance; long words are cut, they are no slip. */
function edits(a: string, b: string): number {
  const left = a.slice(0, 64);
  const right = b.slice(0, 64);
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
