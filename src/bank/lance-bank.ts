/**
 * The bank on disk: LanceDB tables in a folder. Every add is one commit of one new version of a table, so it happens whole
 * or not at all, also when the process is killed; readers see the version before or the one after. Processes of one machine take
 * turns (`turns.ts`); where that is not possible appends do not conflict, and what does (factors, compaction) is tried again.
 */
import { resolve } from "node:path";
import type { Table } from "@lancedb/lancedb";
import { MachineError, UsageError } from "../errors.ts";
import type { Change, WhatChanged } from "../lesson/change.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { Showing } from "../lesson/showing.ts";
import type {
  Bank,
  BankEntry,
  Embedder,
  EntryOptions,
  LessonFilter,
  LessonHit,
  LessonQuery,
  ShowingFilter,
} from "./bank.ts";
import { checkDescription, parseDescription, type BankDescription } from "./bank-folder.ts";
import { toChangeRow } from "./change-table.ts";
import { checkEntries, checkFactors, embedEntries } from "./entry.ts";
import { asSeen, checkChange, newChange, overtaken } from "./history.ts";
import { buildIndices, indexedFrom } from "./indices.ts";
import { byCommit, toRecords } from "./lance-connection.ts";
import { createLanceHistory } from "./lance-history.ts";
import { completeBank, createTable, lacksBothVectors, openTables, type OpenedTables } from "./lance-table.ts";
import { createWriter } from "./lance-write.ts";
import {
  filterToSql,
  idIn,
  lessonColumns,
  orderColumns,
  readLesson,
  readSummary,
  readTableDescription,
  summaryColumns,
  toArrow,
  toRow,
} from "./lesson-table.ts";
import { createLanceSearch } from "./lance-search.ts";
import { isObjectUri, objectPlace, type ObjectStorageOptions } from "./object-place.ts";
import { folderPlace, type Place } from "./place.ts";
import { readShowing, showingFilterToSql, toShowingRow } from "./showing-table.ts";
import { byTime, checkShowings } from "./showings.ts";
import { countLessons } from "./statistics.ts";
import { createStructuralEmbedder } from "./structural-embedder.ts";
import { tidy } from "./upkeep.ts";

export interface OpenBankOptions {
  /** Default: the structural embedder. A bank can only be opened with the embedder that it was made with. */
  readonly embedder?: Embedder | undefined;
  /** Nothing is written, and the bank must exist. Default false: a bank that does not exist is made. */
  readonly readOnly?: boolean | undefined;
  /** Opens read-only, whatever embedder the bank was made with: it can be listed and exported, not searched. Default false. */
  readonly anyEmbedder?: boolean | undefined;
  /**
   * So many lessons and more are searched by indices, which are built when a bank that was written to is closed. Default: 20,000, where
   * comparing with every vector begins to be felt. Infinity: none are built, and those that are there are not used, so that search is exact.
   */
  readonly indexedFrom?: number | undefined;
  /** Of a bank in an S3 store. */
  readonly storage?: ObjectStorageOptions | undefined;
}

const idsPerQuery = 500;
/** After so many of its own writes a bank looks whether it should be tidied. */
const writesBetweenTidying = 64;

/**
 * Opens the bank in a folder or at `s3://bucket/prefix`, or makes one there. One of an earlier version is brought to this one, unless it is opened read-only. Throws a
 * UsageError where the folder is not a bank, is damaged, is of a later version or was made with another embedder, and a MachineError
 * where it cannot be read or written; nothing is then changed.
 */
export async function openBank(directory: string, options: OpenBankOptions = {}): Promise<Bank> {
  const place = placeOf(directory, options.storage);
  const state = await place.inspect();
  const readOnly = options.readOnly === true || options.anyEmbedder === true;
  if (state.kind === "vacant" && readOnly) {
    throw new UsageError(`there is no bank of lessons in ${place.name}`, {
      remedy: "name the folder of a bank; the first run that is to keep its lessons there makes one",
    });
  }
  // Without a description, as when its maker was killed, the table itself tells whether the embedder fits.
  const embedder =
    options.anyEmbedder && state.kind === "bank" && state.description
      ? unknownEmbedder(place.name, state.description)
      : (options.embedder ?? createStructuralEmbedder());
  if (state.kind === "vacant") {
    await createTable(place, embedder);
  } else {
    if (state.description) checkDescription(place.name, state.description, embedder);
    if (!readOnly) await place.requireWritable();
  }
  const tables = await openTables(place, embedder);
  try {
    // Of a damaged one that is told to whoever reads it.
    const lacksVectors = !readOnly && (await lacksBothVectors(tables.lessons).catch(() => false));
    const complete = state.kind === "bank" && state.complete && !lacksVectors;
    if (!readOnly && !complete) await createWriter(place).write(() => completeBank(place, tables, embedder));
  } catch (error) {
    tables.close();
    throw error;
  }
  return createLanceBank({
    place,
    tables,
    embedder,
    readOnly,
    indicesFrom: options.indexedFrom ?? indexedFrom,
  });
}

/** What a bank says of itself, without opening it; undefined where none is there, or its maker was killed first. Throws as `openBank`. */
export async function describeBankAt(
  directory: string,
  storage?: ObjectStorageOptions,
): Promise<BankDescription | undefined> {
  const state = await placeOf(directory, storage).inspect();
  return state.kind === "bank" ? state.description : undefined;
}

function placeOf(directory: string, storage: ObjectStorageOptions | undefined): Place {
  return isObjectUri(directory) ? objectPlace(directory, storage) : folderPlace(resolve(directory));
}

/** Stands in for the embedder that a bank names, where nothing has to be embedded. */
function unknownEmbedder(folder: string, description: BankDescription): Embedder {
  const refuse = async (): Promise<never> => {
    throw new UsageError(
      `the bank of lessons in ${folder} was opened without its embedder and cannot be searched`,
      {
        remedy: `open it with ${description.embedder.id}, or import an export of its lessons into a new bank`,
      },
    );
  };
  return { ...description.embedder, embedText: refuse, embedCode: refuse };
}

interface OpenedBank {
  readonly place: Place;
  readonly tables: OpenedTables;
  readonly embedder: Embedder;
  readonly readOnly: boolean;
  readonly indicesFrom: number;
}

function createLanceBank({ place, tables, embedder, readOnly, indicesFrom }: OpenedBank): Bank {
  const { lessons: table } = tables;
  const writer = createWriter(place);
  const history = createLanceHistory({
    place,
    embedder,
    changes: tables.changes,
    rawLessons: async (ids) =>
      (await readByIds(ids, [...lessonColumns, "codeVector"])).map((row) => ({
        lesson: lessonOf(row),
        codeVector: row["codeVector"] as Float32Array,
      })),
  });
  const searcher = createLanceSearch({
    place,
    embedder,
    table,
    history,
    byIndices: Number.isFinite(indicesFrom),
    async hasBoth() {
      // A bank that is only read may be brought to this version by somebody else.
      everyHasBoth ||= !readOnly || !(await lacksBothVectors(table));
      return everyHasBoth;
    },
    readByIds,
    lessonOf,
  });
  let everyHasBoth = false;
  let lastSequence = 0;
  /** Of the table, when its embedder was looked at. */
  let checkedVersion: number | undefined;
  let writes = 0;
  let closing: Promise<void> | undefined;

  function requireOpen(): void {
    if (closing) throw new UsageError(`the bank of lessons in ${place.name} has been closed`);
  }

  async function write<Result>(work: () => Promise<Result>): Promise<Result> {
    requireOpen();
    if (readOnly) {
      throw new UsageError(`the bank of lessons in ${place.name} was opened read-only`, {
        remedy: "open it without read-only",
      });
    }
    const written = writer.write(work);
    // In the queue, so that it does not conflict with what this process writes; nobody waits for it.
    if (++writes % writesBetweenTidying === 0) void writer.write(tidyAll).catch(() => undefined);
    return written;
  }

  /** Another process may have moved the bank to another embedder since: its vectors say something else then. Throws a MachineError. */
  async function requireSameEmbedder(): Promise<void> {
    const version = await table.version();
    if (version === checkedVersion) return;
    const now = parseDescription(readTableDescription(await table.schema()))?.embedder.id;
    if (now === undefined || now === embedder.id) {
      checkedVersion = version;
      return;
    }
    throw new MachineError(
      `the bank of lessons in ${place.name} was moved from ${embedder.id} to ${now} while it was open`,
      { remedy: `open it anew, with ${now}` },
    );
  }

  async function tidyAll(): Promise<void> {
    await tidy([table, await tables.showings(), await tables.changes()]);
  }

  async function tidyAtLast(): Promise<void> {
    await writer.write(tidyAll).catch(() => undefined);
    // Takes long, so that others write meanwhile.
    await buildIndices(table, indicesFrom).catch(() => undefined);
  }

  /** Of a bank that is written to, which therefore has all its tables. */
  async function ofThisVersion(side: () => Promise<Table | undefined>): Promise<Table> {
    const found = await side();
    if (!found) throw place.damaged("one of its tables is missing");
    return found;
  }

  async function scan(
    from: Table,
    where: string | undefined,
    columns: string[],
  ): Promise<Record<string, unknown>[]> {
    const read = async (): Promise<Record<string, unknown>[]> => {
      const query = from.query().select(columns);
      return toRecords(await (where === undefined ? query : query.where(where)).toArray());
    };
    // Once more: a process that was suspended may find that the version which it was reading has been taken away.
    return read()
      .catch(read)
      .catch((error: unknown) => {
        throw place.damaged("what it holds cannot be read", error);
      });
  }

  function lessonOf(row: Record<string, unknown>): Lesson {
    const lesson = readLesson(row);
    if (!lesson) throw place.damaged(`the lesson ${String(row["id"]).slice(0, 64)} is not one`);
    return lesson;
  }

  /** As they were earned, in order of creation; of an id that two processes added at once, the first. */
  async function readInOrder(
    where: string | undefined,
    columns: string[],
  ): Promise<Record<string, unknown>[]> {
    requireOpen();
    const rows = (await scan(table, where, columns)).toSorted(byCreation);
    const seen = new Set<unknown>();
    return rows.filter((row) => !seen.has(row["id"]) && seen.add(row["id"]));
  }

  async function readByIds(ids: readonly string[], columns: string[]): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    for (const some of chunks(ids)) rows.push(...(await readInOrder(idIn(some), columns)));
    return rows;
  }

  async function idsOf(from: Table, ids: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const some of chunks(ids)) {
      for (const row of await scan(from, idIn(some), ["id"])) found.add(String(row["id"]));
    }
    return found;
  }

  return {
    async add(entries: readonly BankEntry[]): Promise<void> {
      requireOpen();
      const embedded = await embedEntries(embedder, checkEntries(entries));
      await write(async () => {
        await requireSameEmbedder();
        const banked = await idsOf(
          table,
          embedded.map((entry) => entry.lesson.id),
        );
        const fresh = embedded.filter((entry) => !banked.has(entry.lesson.id));
        if (fresh.length === 0) return;
        const rows = fresh.map((entry) => {
          lastSequence = Math.max(lastSequence + 1, Date.now() * 1000);
          return toRow(entry, lastSequence);
        });
        await table.add(toArrow(rows, await table.schema()));
      });
    },

    async search(query: LessonQuery): Promise<LessonHit[]> {
      requireOpen();
      const found = searcher.search(query);
      // Both at once; where the embedder is another one, that is what is told.
      found.catch(() => {});
      await requireSameEmbedder();
      return found;
    },

    async list(filter?: LessonFilter): Promise<Lesson[]> {
      const rows = await readInOrder(filterToSql(filter), lessonColumns);
      const past = await history.current();
      return rows.flatMap((row) => asSeen(lessonOf(row), past) ?? []);
    },

    async newest(limit, filter) {
      const order = await readInOrder(filterToSql(filter), orderColumns);
      const past = await history.current();
      const ids = order.map((row) => String(row["id"])).filter((id) => !past.isRemoved(id));
      const rows = await readByIds(ids.toReversed().slice(0, limit).toReversed(), lessonColumns);
      return {
        lessons: rows.flatMap((row) => asSeen(lessonOf(row), past) ?? []).toReversed(),
        of: ids.length,
      };
    },

    async *entries(filter?: LessonFilter, { asEarned = false }: EntryOptions = {}): AsyncIterable<BankEntry> {
      const order = await readInOrder(filterToSql(filter), orderColumns);
      const past = await history.current();
      const ids = order.map((row) => String(row["id"]));
      for (const some of chunks(ids)) {
        for (const row of await readInOrder(idIn(some), [...lessonColumns, "code"])) {
          const lesson = asEarned ? lessonOf(row) : asSeen(lessonOf(row), past);
          if (lesson) yield { lesson, code: String(row["code"]) };
        }
      }
    },

    async get(id: string): Promise<Lesson | undefined> {
      const [row] = await readInOrder(idIn([id]), lessonColumns);
      return row && asSeen(lessonOf(row), await history.current());
    },

    async setFactors(factors: ReadonlyMap<string, number>): Promise<void> {
      requireOpen();
      const pairs = [...checkFactors(factors)];
      if (pairs.length === 0) return;
      const { makeArrowTable } = await import("@lancedb/lancedb");
      const rows = makeArrowTable(pairs.map(([id, factor]) => ({ id, factor })));
      // All of them in one commit, and nothing else of their rows.
      await write(() => table.mergeInsert("id").whenMatchedUpdateAll().execute(rows));
    },

    async addShowings(showings: readonly Showing[]): Promise<void> {
      requireOpen();
      const checked = checkShowings(showings);
      await write(async () => {
        const shown = await ofThisVersion(tables.showings);
        const known = await idsOf(
          shown,
          checked.map(({ id }) => id),
        );
        const fresh = checked.filter(({ id }) => !known.has(id));
        if (fresh.length > 0) await shown.add(fresh.map(toShowingRow));
      });
    },

    async showings(filter?: ShowingFilter): Promise<Showing[]> {
      requireOpen();
      const shown = await tables.showings();
      if (!shown) return [];
      const rows = await scan(shown, showingFilterToSql(filter), ["id", "showing", "_rowid"]);
      const byId = new Map<string, Showing>();
      for (const row of rows.toSorted(byCommit)) {
        const showing = readShowing(row);
        if (!showing) throw place.damaged(`the showing ${String(row["id"]).slice(0, 64)} is not one`);
        if (!byId.has(showing.id)) byId.set(showing.id, showing);
      }
      return byTime([...byId.values()]);
    },

    async change(what: WhatChanged, by: string, at = new Date()): Promise<Change> {
      requireOpen();
      const change = newChange(what, by, at);
      await write(async () => {
        const changes = await ofThisVersion(tables.changes);
        const [row] = "lesson" in change.what ? await readByIds([change.what.lesson], lessonColumns) : [];
        checkChange(change, await history.current(), row && lessonOf(row));
        await changes.add([toChangeRow(change)]);
        // Two processes may have looked at the same moment; whose change came second finds it without effect.
        const { changes: effective } = await history.current();
        if (!effective.some(({ id }) => id === change.id)) throw overtaken(change);
      });
      return change;
    },

    async history(): Promise<Change[]> {
      requireOpen();
      return structuredClone([...(await history.current()).changes]);
    },

    async statistics() {
      const rows = await readInOrder(undefined, [...summaryColumns, "createdAt", "sequence"]);
      const past = await history.current();
      const seen = rows.filter((row) => !past.isRemoved(String(row["id"])));
      return countLessons(seen.map(readSummary), embedder.id);
    },

    close(): Promise<void> {
      closing ??= writer
        .settled()
        .then(() => (readOnly ? undefined : tidyAtLast()))
        .finally(() => tables.close());
      return closing;
    },
  };
}

/** In order of creation. */
function byCreation(left: Record<string, unknown>, right: Record<string, unknown>): number {
  const [before, after] = [String(left["createdAt"]), String(right["createdAt"])];
  if (before !== after) return before < after ? -1 : 1;
  return Number(left["sequence"]) - Number(right["sequence"]);
}

function chunks(ids: readonly string[]): string[][] {
  const result: string[][] = [];
  for (let start = 0; start < ids.length; start += idsPerQuery)
    result.push(ids.slice(start, start + idsPerQuery));
  return result;
}
