/**
 * Finds the rows that are nearest by the mean over one or two vectors, exactly. Each vector has its own search; the windows are
 * widened until no row outside them can be nearer than the last one kept (Fagin, Lotem and Naor, "Optimal aggregation
 * algorithms for middleware", PODS 2001: the threshold algorithm). In a large bank indices say which rows to look at, so that some may be
 * missed; what is looked at is compared exactly.
 */
import type { Table, VectorQuery } from "@lancedb/lancedb";
import { partitionsFor, type VectorColumn } from "./indices.ts";
import { toRecords } from "./lance-connection.ts";
import { bothOf } from "./lesson-table.ts";
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
    const columns = vectors.map(({ column }) => column);
    for (const { column, vector } of vectors) {
      const rows = await searchOne(table, query, { column, vector }, window, columns);
      complete &&= rows.length < window;
      outside += cosine(vector, vectorOf(rows.at(-1), column)) / vectors.length;
      for (const row of rows) {
        if (leaveOut?.(String(row["id"]))) continue;
        const parts = vectors.map((asked) => cosine(asked.vector, vectorOf(row, asked.column)));
        found.set(String(row["id"]), mean(parts));
      }
    }
    const ranked = [...found].map(([id, similarity]) => ({ id, similarity })).toSorted(byNearnessOfIds);
    const last = ranked[limit - 1];
    if (complete || (last && last.similarity > outside + nearlyEqual)) return ranked.slice(0, limit);
  }
}

/** Of a table with indices. `bench:bank` measures what is missed, and what a partition costs. */
const fewestPartitions = 10;
/** In a smaller table more partitions are looked at, until they hold so many rows. */
const rowsLookedAt = 3000;
/** So few rows, as a filter leaves them, are compared exactly: the partitions that are looked at may hold none of the nearest of them. */
export const fewRows = 1000;
/** Of those that are near by both vectors as one: a similarity below nothing takes from the other there, and counts as nothing in the mean. */
const comparedMore = 4;

/** A row that was found, with the fields that were asked for; without them it takes another look to have them. */
export interface FoundRow extends NearId {
  readonly fields?: Record<string, unknown>;
}

/**
 * As `nearestRows`, by indices: fast, and nearly always the same. Exact where no more than a thousand rows are left by the filter: of all that
 * there are, `rowsLeft`.
 */
export async function nearlyNearestRows(
  table: Table,
  query: NearestQuery,
  {
    fields,
    rows: all,
    rowsLeft,
  }: { readonly fields: readonly string[]; readonly rows: number; readonly rowsLeft: number },
): Promise<FoundRow[]> {
  const { vectors, limit, leaveOut } = query;
  if (limit === 0) return [];
  const indexed = asOne(vectors);
  const partitions = Math.max(fewestPartitions, Math.ceil((rowsLookedAt * partitionsFor(all)) / all));
  // Of one vector the distance says it all, and reading the vectors takes as long as finding them.
  const compared = vectors.length > 1 ? vectors.map(({ column }) => column) : [];
  const similarityOf = (row: Record<string, unknown>): number =>
    vectors.length > 1
      ? mean(vectors.map(({ column, vector }) => cosine(vector, vectorOf(row, column))))
      : Math.min(1, Math.max(0, 1 - Number(row["_distance"])));
  const more = (leaveOut ? 8 : 0) + (vectors.length > 1 ? comparedMore : 0);
  for (let window = limit + more; window < rowsLeft && rowsLeft > fewRows; window *= 4) {
    const rows = await searchOne(table, query, indexed, window, [...compared, ...fields], partitions);
    // Too few lie in those partitions.
    if (rows.length < window) break;
    const found = new Map<string, FoundRow>();
    for (const row of rows) {
      const id = String(row["id"]);
      if (leaveOut?.(id)) continue;
      found.set(id, { id, similarity: similarityOf(row), fields: row });
    }
    if (found.size >= limit) return [...found.values()].toSorted(byNearnessOfIds).slice(0, limit);
  }
  return nearestRows(table, query);
}

/** What an index finds the rows by: for the mean over two vectors both as one, since the inner product with it is the sum of the two. */
export function asOne(vectors: NearestQuery["vectors"]): {
  readonly column: VectorColumn;
  readonly vector: Float32Array;
} {
  const [text, code] = (["textVector", "codeVector"] as const).map((name) =>
    vectors.find(({ column }) => column === name),
  );
  if (text && code) return { column: "vectors", vector: bothOf(text.vector, code.vector) };
  const only = text ?? code;
  if (!only) throw new Error("a search without a vector");
  return only;
}

async function searchOne(
  table: Table,
  query: NearestQuery,
  { column, vector }: { readonly column: VectorColumn; readonly vector: Float32Array },
  window: number,
  columns: readonly string[],
  /** By the index; exact without. */
  partitions?: number,
): Promise<Record<string, unknown>[]> {
  const rows: { toJSON(): Record<string, unknown> }[] = await search(table, query, column, vector, partitions)
    // Without the distance among the columns LanceDB warns at every search.
    .select([...new Set(["id", "_distance", ...columns])])
    .limit(window)
    .toArray();
  return toRecords(rows);
}

function search(
  table: Table,
  { where }: NearestQuery,
  column: string,
  vector: Float32Array,
  partitions: number | undefined,
): VectorQuery {
  const all = table.query().nearestTo(vector).column(column).distanceType("dot");
  const some = partitions === undefined ? all.bypassVectorIndex() : all.nprobes(partitions);
  return where === undefined ? some : some.where(where);
}

function mean(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum + part, 0) / parts.length;
}

function vectorOf(row: Record<string, unknown> | undefined, column: string): Float32Array {
  const vector = row?.[column];
  return vector instanceof Float32Array ? vector : new Float32Array(0);
}
