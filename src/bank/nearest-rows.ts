/**
 * Finds the rows that are nearest by one vector, or by two of them: for the mean of both similarities both are kept as one vector more, since the inner
 * product with what is asked for is then the sum of the two. Exact, or in a large bank by indices, which say which rows to look at, so that some may be
 * missed; what is looked at last is compared exactly.
 *
 * In a bank that lacks those vectors, since it is of an earlier version and is only read, each vector has its own search; the windows are widened until no
 * row outside them can be nearer than the last one kept (Fagin, Lotem and Naor, "Optimal aggregation algorithms for middleware", PODS 2001: the
 * threshold algorithm).
 */
import type { Table, VectorQuery } from "@lancedb/lancedb";
import { partitionsFor, type VectorColumn } from "./indices.ts";
import { toRecords } from "./lance-connection.ts";
import { bothOf } from "./lesson-table.ts";
import { byNearnessOfIds, innerProduct, meanSimilarity, type NearId } from "./similarity.ts";

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
  /** Columns to return with what is found. */
  readonly fields: readonly string[];
}

/** A row that was found, with the fields that were asked for; without them it takes another look to have them. */
export interface FoundRow extends NearId {
  readonly fields?: Record<string, unknown>;
}

/** Similarities closer than this count as equal when the search decides whether it has seen enough: vectors are of single precision. */
const nearlyEqual = 1e-6;

/** Nearest first; equally near ones by id. */
export async function nearestRows(table: Table, query: NearestQuery): Promise<FoundRow[]> {
  const { vectors, limit, fields } = query;
  if (limit === 0) return [];
  for (let window = limit * 2 + 32; ; window *= 8) {
    const rows = await searchOne(table, query, asOne(vectors), window, fields);
    const ranked = rank(rows, query);
    const last = ranked[limit - 1];
    const complete = rows.length < window;
    if (complete || (last && last.similarity > similarityOf(rows.at(-1), query) + nearlyEqual))
      return ranked.slice(0, limit);
  }
}

/** The same without the column of both vectors as one. */
export async function nearestByTwo(table: Table, query: NearestQuery): Promise<NearId[]> {
  const { vectors, limit, leaveOut } = query;
  if (limit === 0) return [];
  const columns = vectors.map(({ column }) => column);
  for (let window = limit * 2 + 32; ; window *= 4) {
    const found = new Map<string, number>();
    let outside = 0;
    let complete = true;
    for (const { column, vector } of vectors) {
      const rows = await searchOne(table, query, { column, vector }, window, columns);
      complete &&= rows.length < window;
      outside += innerProduct(vector, vectorOf(rows.at(-1), column)) / vectors.length;
      for (const row of rows) {
        if (leaveOut?.(String(row["id"]))) continue;
        const parts = vectors.map((asked) => innerProduct(asked.vector, vectorOf(row, asked.column)));
        found.set(String(row["id"]), meanSimilarity(parts));
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
/**
 * Codes say nearly which rows are near. Of so many times those that are wanted, and of so many at least, the vectors themselves are compared, for
 * each of which LanceDB looks into the table.
 */
const comparedTimes = 2;
const fewestCompared = 12;

/**
 * As `nearestRows`, by indices: fast, and nearly always the same. Exact where no more than a thousand rows are left by the filter: of all that
 * there are, `rowsLeft`.
 */
export async function nearlyNearestRows(
  table: Table,
  query: NearestQuery,
  { rows: all, rowsLeft }: { readonly rows: number; readonly rowsLeft: number },
): Promise<FoundRow[]> {
  const { vectors, limit, leaveOut, fields } = query;
  if (limit === 0) return [];
  const partitions = Math.max(fewestPartitions, Math.ceil((rowsLookedAt * partitionsFor(all)) / all));
  for (let window = limit + (leaveOut ? 8 : 0); window < rowsLeft && rowsLeft > fewRows; window *= 4) {
    const rows = await searchOne(table, query, asOne(vectors), window, fields, partitions);
    // Too few lie in those partitions.
    if (rows.length < window) break;
    const ranked = rank(rows, query);
    if (ranked.length >= limit) return ranked.slice(0, limit);
  }
  return nearestRows(table, query);
}

/** What a search looks at: one of the vectors, or both as one. */
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

/** Nearest first, each id once, without those that do not count. */
function rank(rows: readonly Record<string, unknown>[], query: NearestQuery): FoundRow[] {
  const found = new Map<string, FoundRow>();
  for (const row of rows) {
    const id = String(row["id"]);
    if (query.leaveOut?.(id)) continue;
    found.set(id, { id, similarity: similarityOf(row, query), fields: row });
  }
  return [...found.values()].toSorted(byNearnessOfIds);
}

/** LanceDB calls 1 less the inner product a distance; with both vectors as one the product is the sum of two. */
function similarityOf(row: Record<string, unknown> | undefined, { vectors }: NearestQuery): number {
  const product = 1 - Number(row?.["_distance"] ?? 1);
  return meanSimilarity([product / vectors.length]);
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
  const nearest = search(table, query, column, vector, partitions);
  if (partitions !== undefined)
    nearest.refineFactor(Math.max(comparedTimes, Math.ceil(fewestCompared / window)));
  const rows: { toJSON(): Record<string, unknown> }[] = await nearest
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

function vectorOf(row: Record<string, unknown> | undefined, column: string): Float32Array {
  const vector = row?.[column];
  return vector instanceof Float32Array ? vector : new Float32Array(0);
}
