/**
 * Search of a bank on disk: the nearest rows of the table, without those that were changed; beside them the edited lessons, as they are seen;
 * and where words were asked for, the ranking by words put together with the one by similarity.
 */
import type { Table } from "@lancedb/lancedb";
import { LessonbankError } from "../errors.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { Embedder, LessonHit, LessonQuery } from "./bank.ts";
import { embedQuery, matchesFilter, searchableText } from "./entry.ts";
import { asSeen, type History } from "./history.ts";
import { indexedVectors, type VectorColumn } from "./indices.ts";
import { toRecords } from "./lance-connection.ts";
import type { LanceHistory } from "./lance-history.ts";
import { filterToSql, lessonColumns, readLessonColumns } from "./lesson-table.ts";
import {
  asOne,
  fewRows,
  nearestByTwo,
  nearestRows,
  nearlyNearestRows,
  type FoundRow,
  type NearestQuery,
} from "./nearest-rows.ts";
import type { Place } from "./place.ts";
import { byNearnessOfIds, innerProduct, meanSimilarity, type NearId } from "./similarity.ts";
import { textTerms } from "./text-terms.ts";
import { fuseRankings, rankByWords, rankingDepth, type WordedText } from "./word-ranking.ts";

export interface LanceSearch {
  search(query: LessonQuery): Promise<LessonHit[]>;
}

interface Sources {
  readonly place: Place;
  readonly embedder: Embedder;
  readonly table: Table;
  readonly history: LanceHistory;
  /** Whether indices are used where there are any. */
  readonly byIndices: boolean;
  /** Whether every lesson has both its vectors as one, too. */
  readonly hasBoth: () => Promise<boolean>;
  readonly readByIds: (ids: readonly string[], columns: string[]) => Promise<Record<string, unknown>[]>;
  readonly lessonOf: (row: Record<string, unknown>) => Lesson;
}

/** Another process may build indices meanwhile; looking for them at every search would take as long as the search. */
const lookAgainMs = 10_000;
/** Of filters. */
const mostCounts = 256;

export function createLanceSearch(sources: Sources): LanceSearch {
  const { place, embedder, table, history, byIndices, hasBoth, readByIds, lessonOf } = sources;
  let indices: { readonly present: Promise<ReadonlySet<VectorColumn>>; readonly atMs: number } | undefined;
  const counts = new Map<string | undefined, { readonly rows: number; readonly atMs: number }>();

  async function indicesNow(): Promise<ReadonlySet<VectorColumn>> {
    if (!byIndices) return new Set();
    if (!indices || performance.now() - indices.atMs > lookAgainMs)
      indices = { present: indexedVectors(table), atMs: performance.now() };
    return indices.present;
  }

  async function nearest(query: NearestQuery, byIndex: boolean): Promise<FoundRow[]> {
    if (query.vectors.length > 1 && !(await hasBoth())) return nearestByTwo(table, query);
    if (!byIndex) return nearestRows(table, query);
    return nearlyNearestRows(table, query, {
      rows: await rowsLeft(undefined),
      rowsLeft: await rowsLeft(query.where),
    });
  }

  /** How many rows a filter leaves, or left a moment ago; where they are many, some time ago: rows are never taken away. */
  async function rowsLeft(where: string | undefined): Promise<number> {
    const known = counts.get(where);
    if (known && (known.rows > fewRows || performance.now() - known.atMs < lookAgainMs)) return known.rows;
    const rows = await table.countRows(where);
    if (counts.size >= mostCounts) counts.clear();
    counts.set(where, { rows, atMs: performance.now() });
    return rows;
  }

  /** As they were earned, by id. */
  async function lessonsOf(near: readonly FoundRow[]): Promise<Map<string, Lesson>> {
    const lessons = new Map<string, Lesson>();
    for (const { id, fields } of near) if (fields) lessons.set(id, lessonOf(fields));
    const others = near.map(({ id }) => id).filter((id) => !lessons.has(id));
    for (const row of await readByIds(others, lessonColumns)) lessons.set(String(row["id"]), lessonOf(row));
    return lessons;
  }

  /** The rows that hold words, and their texts; all that the filter leaves, or the best of them by the index. */
  async function worded(words: string, where: string | undefined, byIndex: boolean): Promise<WordedText[]> {
    if (textTerms(words).words.size === 0) return [];
    const query = table.query();
    const filtered = where === undefined ? query : query.where(where);
    const texts = new Map<string, WordedText>();
    if (byIndex) {
      const found = filtered.fullTextSearch(words, { columns: ["words"] }).select(["id", "words", "_score"]);
      for (const row of toRecords(await found.limit(2 * rankingDepth).toArray()))
        texts.set(String(row["id"]), { id: String(row["id"]), words: wordsIn(row) });
      return [...texts.values()];
    }
    // A bank of version 1 that is read only has no words beside its lessons.
    const hasWords = (await table.schema()).fields.some(({ name }) => name === "words");
    const rows = await filtered.select(hasWords ? ["id", "words"] : ["id", "factor", "lesson"]).toArray();
    for (const row of toRecords(rows)) {
      const text = hasWords ? wordsIn(row) : searchableText(lessonOf(row));
      texts.set(String(row["id"]), { id: String(row["id"]), words: text });
    }
    return [...texts.values()];
  }

  async function similaritiesOf(ids: readonly string[], vectors: NearestQuery["vectors"]): Promise<NearId[]> {
    const rows = await readByIds(ids, [
      "id",
      "createdAt",
      "sequence",
      ...vectors.map(({ column }) => column),
    ]);
    return rows.map((row) => ({
      id: String(row["id"]),
      similarity: meanSimilarity(
        vectors.map(({ column, vector }) => innerProduct(vector, row[column] as Float32Array)),
      ),
    }));
  }

  return {
    async search(query) {
      const [{ textVector, codeVector }, past] = await Promise.all([
        embedQuery(embedder, query),
        history.current(),
      ]);
      const vectors: NearestQuery["vectors"] = [
        ...(textVector ? [{ column: "textVector" as const, vector: textVector }] : []),
        ...(codeVector ? [{ column: "codeVector" as const, vector: codeVector }] : []),
      ];
      const where = filterToSql(query.filter);
      const changed = past.changes.length > 0;
      const leaveOut = (id: string): boolean => isChanged(past, id);
      try {
        const indexed = await indicesNow();
        const byIndex = indexed.has(asOne(vectors).column);
        const depth = query.words === undefined ? query.limit : Math.max(query.limit, rankingDepth);
        const near: FoundRow[] = await nearest(
          { vectors, where, limit: depth, fields: readLessonColumns, ...(changed && { leaveOut }) },
          byIndex,
        );
        const edited = (await history.edited(past)).filter(({ lesson }) =>
          matchesFilter(lesson, query.filter),
        );
        for (const { lesson, ...own } of edited) {
          const parts = vectors.map(({ column, vector }) => innerProduct(vector, own[column]));
          near.push({ id: lesson.id, similarity: meanSimilarity(parts) });
        }
        let ranked = near.toSorted(byNearnessOfIds);
        if (query.words !== undefined) {
          const texts = (await worded(query.words, where, indexed.size > 0)).filter(
            ({ id }) => !leaveOut(id),
          );
          texts.push(...edited.map(({ lesson }) => ({ id: lesson.id, words: searchableText(lesson) })));
          const byWords = rankByWords(query.words, texts);
          const known = new Map<string, FoundRow>(ranked.map((each) => [each.id, each]));
          const fused = fuseRankings([ranked.map(({ id }) => id), byWords]).slice(0, query.limit);
          const unknown = fused.filter((id) => !known.has(id));
          for (const each of await similaritiesOf(unknown, vectors)) known.set(each.id, each);
          ranked = fused.flatMap((id) => known.get(id) ?? []);
        }
        const shown = ranked.slice(0, query.limit);
        const lessons = await lessonsOf(shown);
        return shown.flatMap(({ id, similarity }) => {
          const raw = lessons.get(id);
          const lesson = raw && asSeen(raw, past);
          return lesson ? [{ lesson, similarity }] : [];
        });
      } catch (error) {
        throw error instanceof LessonbankError
          ? error
          : place.damaged("its lessons cannot be searched", error);
      }
    },
  };
}

/** Empty where an older lessonbank added the row to a newer bank. */
function wordsIn(row: Record<string, unknown>): string {
  return typeof row["words"] === "string" ? row["words"] : "";
}

function isChanged(history: History, id: string): boolean {
  return history.isRemoved(id) || history.wordsOf(id) !== undefined;
}
