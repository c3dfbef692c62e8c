/**
 * The changes of a bank on disk, folded, and the lessons that they put into other words: those are searched beside the table, which holds
 * lessons as they were earned.
 */
import type { Table } from "@lancedb/lancedb";
import type { Change } from "../lesson/change.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { Embedder } from "./bank.ts";
import { readChange } from "./change-table.ts";
import { searchableText } from "./entry.ts";
import { asSeen, foldChanges, type History } from "./history.ts";
import { byCommit, toRecords } from "./lance-connection.ts";
import type { Place } from "./place.ts";

/** An edited lesson, as it is seen, with the vectors that it is found by. */
export interface EditedLesson {
  readonly lesson: Lesson;
  readonly textVector: Float32Array;
  readonly codeVector: Float32Array;
}

export interface LanceHistory {
  /** As of now, also where another process has changed something. */
  current(): Promise<History>;
  /** The lessons that are edited and not removed. Throws where the embedder does. */
  edited(history: History): Promise<readonly EditedLesson[]>;
}

/** The changes as of a version of their table. */
interface Known {
  readonly version: number;
  /** In the order of their commits. */
  readonly made: readonly Change[];
  /** LanceDB's number of the last one's row. */
  readonly lastRow: number;
  readonly history: History;
}

interface Sources {
  readonly place: Place;
  readonly embedder: Embedder;
  /** The table of changes, where there is one. */
  readonly changes: () => Promise<Table | undefined>;
  /** Lessons as they were earned, with the vectors of their code. */
  readonly rawLessons: (
    ids: readonly string[],
  ) => Promise<readonly { lesson: Lesson; codeVector: Float32Array }[]>;
}

export function createLanceHistory({ place, embedder, changes, rawLessons }: Sources): LanceHistory {
  let known: Known | undefined;
  let embedded: { readonly history: History; readonly lessons: readonly EditedLesson[] } | undefined;
  const none = foldChanges([]);

  return {
    async current() {
      const table = await changes();
      if (!table) return none;
      const version = await table.version();
      if (known?.version === version) return known.history;
      known = await readOn(place, table, version, known);
      return known.history;
    },
    async edited(history) {
      if (history.edited.length === 0) return [];
      if (embedded?.history === history) return embedded.lessons;
      const raw = await rawLessons(history.edited);
      const seen = raw.flatMap(({ lesson, codeVector }) => {
        const edited = asSeen(lesson, history);
        return edited ? [{ lesson: edited, codeVector }] : [];
      });
      const vectors = await embedder.embedText(seen.map(({ lesson }) => searchableText(lesson)));
      const lessons = seen.flatMap((each, index) => {
        const textVector = vectors[index];
        return textVector ? [{ ...each, textVector }] : [];
      });
      embedded = { history, lessons };
      return lessons;
    },
  };
}

/** Rows are only ever added, and numbered as they are committed: what is known needs not be read again. */
async function readOn(place: Place, table: Table, version: number, known?: Known): Promise<Known> {
  const { made, lastRow } = known ?? { made: [], lastRow: -1 };
  const query = table.query().select(["id", "change"]).withRowId();
  const later = known && lastRow >= 0 ? query.where(`_rowid > ${lastRow}`) : query;
  const rows = toRecords(await later.toArray()).toSorted(byCommit);
  if (known && rows.length === 0) return { ...known, version };
  const all = [...made, ...rows.map((row) => changeOf(place, row))];
  return {
    version,
    made: all,
    lastRow: Number(rows.at(-1)?.["_rowid"] ?? lastRow),
    history: foldChanges(all),
  };
}

function changeOf(place: Place, row: Record<string, unknown>): Change {
  const change = readChange(row);
  if (!change) throw place.damaged(`the change ${String(row["id"]).slice(0, 64)} is not one`);
  return change;
}
