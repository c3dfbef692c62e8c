/**
 * Finds the rows that are nearest by the mean over one or two vectors, exactly. Each vector has its own search; the windows are
 * widened until no row outside them can be nearer than the last one kept (Fagin, Lotem and Naor, "Optimal aggregation
 * algorithms for middleware", PODS 2001: the threshold algorithm). There is no approximate index: a bank of lessons is small.
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
      const rows = await searchOne(table, query, column, vector, window);
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

async function searchOne(
  table: Table,
  { where }: NearestQuery,
  column: string,
  vector: Float32Array,
  window: number,
): Promise<Record<string, unknown>[]> {
  const search = table.query().nearestTo(vector).column(column).distanceType("dot");
  const rows: { toJSON(): Record<string, unknown> }[] = await (
    where === undefined ? search : search.where(where)
  )
    // Without the distance among the columns LanceDB warns at every search.
    .select(["id", "textVector", "codeVector", "_distance"])
    .limit(window)
    .toArray();
  return toRecords(rows);
}

function vectorOf(row: Record<string, unknown> | undefined, column: string): Float32Array {
  const vector = row?.[column];
  return vector instanceof Float32Array ? vector : new Float32Array(0);
}
