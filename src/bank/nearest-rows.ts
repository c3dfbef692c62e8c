/**
 * Finds the rows that are nearest by the mean over one or two vectors, exactly. Each vector has its own search; the windows are
 * widened until no row outside them can be nearer than the last one kept (Fagin, Lotem and Naor, "Optimal aggregation
 * algorithms for middleware", PODS 2001: the threshold algorithm). In a large bank indices say which rows to look at, so that some may be
 * missed; what is looked at is compared exactly.
 */
import type { Table } from "@lancedb/lancedb";
import { toRecords } from "./lance-connection.ts";
import { byNearnessOfIds, cosine, type NearId } from "./similarity.ts";

export interface NearestQuery {
  /** One or both; the similarity is the mean. */
  readonly vectors: readonly {
    readonly column: "textVector" | "codeVector";
    readonly vector: Float32Array;
  }[];
  /** SQL. */
  readonly where: string | undefined;
  readonly limit: number;
  /** Rows that do not count, by id. */
  readonly leaveOut?: ((id: string) => boolean) | undefined;
}

/** Similarities closer than this count as equal when the search decides whether it has seen enough: vectors are of single precision. */
const nearlyEqual = 1e-6;

/** Nearest first; equally near ones by id. */
export async function nearestRows(table: Table, query: NearestQuery): Promise<NearId[]> {
  const { vectors, limit, leaveOut } = query;
  if (limit === 0) return [];
  for (let window = limit * 2 + 32; ; window *= 4) {
    const found = new Map<string, number>();
    let outside = 0;
    let complete = true;
    for (const { column, vector } of vectors) {
      const rows = await searchOne(table, query, column, vector, window, false);
      complete &&= rows.length < window;
      outside += cosine(vector, vectorOf(rows.at(-1), column)) / vectors.length;
      for (const row of rows) {
        if (leaveOut?.(String(row["id"]))) continue;
        const parts = vectors.map((asked) => cosine(asked.vector, vectorOf(row, asked.column)));
        found.set(String(row["id"]), parts.reduce((sum, part) => sum + part, 0) / parts.length);
      }
    }
    const ranked = [...found].map(([id, similarity]) => ({ id, similarity })).toSorted(byNearnessOfIds);
    const last = ranked[limit - 1];
    if (complete || (last && last.similarity > outside + nearlyEqual)) return ranked.slice(0, limit);
  }
}

/** Of a table with indices: the partitions that are looked at, and how many rows for each that is asked for are compared exactly. */
const partitionsLookedAt = 20;
const comparedExactly = 8;

/** As `nearestRows`, by indices: fast, and nearly always the same. Also says where the rows are. */
export async function nearlyNearestRows(
  table: Table,
  query: NearestQuery,
): Promise<(NearId & { readonly rowId: bigint })[]> {
  const { vectors, limit, leaveOut } = query;
  if (limit === 0) return [];
  // One vector's nearest need not be those of the mean of two.
  for (let window = vectors.length === 1 ? limit + 8 : limit * 8 + 32; ; window *= 4) {
    const found = new Map<string, NearId & { readonly rowId: bigint }>();
    let complete = true;
    for (const { column, vector } of vectors) {
      const rows = await searchOne(table, query, column, vector, window, true);
      complete &&= rows.length < window;
      for (const row of rows) {
        const id = String(row["id"]);
        if (found.has(id) || leaveOut?.(id)) continue;
        const parts = vectors.map((asked) => cosine(asked.vector, vectorOf(row, asked.column)));
        const similarity = parts.reduce((sum, part) => sum + part, 0) / parts.length;
        found.set(id, { id, similarity, rowId: BigInt(String(row["_rowid"])) });
      }
    }
    if (complete || found.size >= limit) return [...found.values()].toSorted(byNearnessOfIds).slice(0, limit);
  }
}

async function searchOne(
  table: Table,
  { where, vectors }: NearestQuery,
  column: string,
  vector: Float32Array,
  window: number,
  byIndex: boolean,
): Promise<Record<string, unknown>[]> {
  const all = table.query().nearestTo(vector).column(column).distanceType("dot");
  const search = byIndex
    ? // However few rows the filter leaves, it goes on until it has found enough.
      all.minimumNprobes(partitionsLookedAt).maximumNprobes(0).refineFactor(comparedExactly).withRowId()
    : all.bypassVectorIndex();
  const rows: { toJSON(): Record<string, unknown> }[] = await (
    where === undefined ? search : search.where(where)
  )
    // Without the distance among the columns LanceDB warns at every search.
    .select(["id", ...vectors.map((asked) => asked.column), "_distance"])
    .limit(window)
    .toArray();
  return toRecords(rows);
}

function vectorOf(row: Record<string, unknown> | undefined, column: string): Float32Array {
  const vector = row?.[column];
  return vector instanceof Float32Array ? vector : new Float32Array(0);
}
