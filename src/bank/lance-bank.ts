/**
 * The bank on disk: a LanceDB table in a folder. Every add is one commit of one new version of the table, so it happens whole
 * or not at all, also when the process is killed; readers see the version before or the one after. Appends of several
 * processes do not conflict; what does (factors, compaction) is tried again.
 */
import { resolve } from "node:path";
import type { Table } from "@lancedb/lancedb";
import { LessonbankError, MachineError, UsageError } from "../errors.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { Bank, BankEntry, Embedder, LessonFilter, LessonHit, LessonQuery } from "./bank.ts";
import {
  checkDescription,
  damaged,
  describeBank,
  inspectFolder,
  notWritable,
  requireWritable,
  writeDescription,
  type BankDescription,
} from "./bank-folder.ts";
import { checkEntries, checkFactors, embedEntries, embedQuery } from "./entry.ts";
import { createTable, openTable, toRecords, type OpenedTable } from "./lance-table.ts";
import {
  filterToSql,
  idIn,
  lessonColumns,
  readLesson,
  readSummary,
  summaryColumns,
  toRow,
} from "./lesson-table.ts";
import { nearestRows, type NearestQuery } from "./nearest-rows.ts";
import { countLessons } from "./statistics.ts";
import { createStructuralEmbedder } from "./structural-embedder.ts";

export interface OpenBankOptions {
  /** Default: the structural embedder. A bank can only be opened with the embedder that it was made with. */
  readonly embedder?: Embedder | undefined;
  /** Nothing is written, and the bank must exist. Default false: a bank that does not exist is made. */
  readonly readOnly?: boolean | undefined;
  /** Opens read-only, whatever embedder the bank was made with: it can be listed and exported, not searched. Default false. */
  readonly anyEmbedder?: boolean | undefined;
}

const mostAttempts = 30;
/** Above this many pieces a closing bank puts them together. */
const mostFragments = 24;
/** Versions younger than this may still be read by another process. */
const keptVersionsMs = 60 * 60 * 1000;
const idsPerQuery = 500;

/**
 * Opens the bank in a folder, or makes one there. Throws a UsageError where the folder is not a bank, is damaged, is of a
 * later version or was made with another embedder, and a MachineError where it cannot be read or written; nothing is then changed.
 */
export async function openBank(directory: string, options: OpenBankOptions = {}): Promise<Bank> {
  const folder = resolve(directory);
  const state = await inspectFolder(folder);
  const readOnly = options.readOnly === true || options.anyEmbedder === true;
  if (state.kind === "vacant" && readOnly) {
    throw new UsageError(`there is no bank of lessons in ${folder}`, {
      remedy: "name the folder of a bank; the first run that is to keep its lessons there makes one",
    });
  }
  // Without a description, as when its maker was killed, the table itself tells whether the embedder fits.
  const embedder =
    options.anyEmbedder && state.kind === "bank" && state.description
      ? unknownEmbedder(folder, state.description)
      : (options.embedder ?? createStructuralEmbedder());
  if (state.kind === "vacant") {
    await createTable(folder, embedder);
  } else {
    if (state.description) checkDescription(folder, state.description, embedder);
    if (!readOnly) await requireWritable(folder);
  }
  const opened = await openTable(folder, embedder);
  try {
    if (!readOnly && (state.kind === "vacant" || !state.description)) {
      await writeDescription(folder, describeBank(embedder));
    }
  } catch (error) {
    opened.close();
    throw error;
  }
  return createLanceBank({ folder, opened, embedder, readOnly });
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
  readonly folder: string;
  readonly opened: OpenedTable;
  readonly embedder: Embedder;
  readonly readOnly: boolean;
}

function createLanceBank({ folder, opened, embedder, readOnly }: OpenedBank): Bank {
  const { table } = opened;
  /** Writes of this process, one after the other: they would only conflict with each other. */
  let lastWrite: Promise<unknown> = Promise.resolve();
  let lastSequence = 0;
  let closing: Promise<void> | undefined;

  function requireOpen(): void {
    if (closing) throw new UsageError(`the bank of lessons in ${folder} has been closed`);
  }

  function write<Result>(work: () => Promise<Result>): Promise<Result> {
    requireOpen();
    if (readOnly) {
      throw new UsageError(`the bank of lessons in ${folder} was opened read-only`, {
        remedy: "open it without read-only",
      });
    }
    const written = lastWrite
      .then(() => withRetries(work))
      .catch((error: unknown) => {
        throw error instanceof LessonbankError ? error : couldNotWrite(folder, error);
      });
    lastWrite = written.catch(() => undefined);
    return written;
  }

  async function scan(where: string | undefined, columns: string[]): Promise<Record<string, unknown>[]> {
    try {
      const query = table.query().select(columns);
      return toRecords(await (where === undefined ? query : query.where(where)).toArray());
    } catch (error) {
      throw damaged(folder, "its lessons cannot be read", error);
    }
  }

  function lessonOf(row: Record<string, unknown>): Lesson {
    const lesson = readLesson(row);
    if (!lesson) throw damaged(folder, `the lesson ${String(row["id"]).slice(0, 64)} is not one`);
    return lesson;
  }

  /** In order of creation; of an id that two processes added at once, the first. */
  async function readInOrder(
    where: string | undefined,
    columns: string[],
  ): Promise<Record<string, unknown>[]> {
    requireOpen();
    const rows = (await scan(where, columns)).toSorted(byCreation);
    const seen = new Set<unknown>();
    return rows.filter((row) => !seen.has(row["id"]) && seen.add(row["id"]));
  }

  return {
    async add(entries: readonly BankEntry[]): Promise<void> {
      requireOpen();
      const embedded = await embedEntries(embedder, checkEntries(entries));
      await write(async () => {
        const banked = new Set<unknown>();
        for (const ids of chunks(embedded.map((entry) => entry.lesson.id))) {
          for (const row of await scan(idIn(ids), ["id"])) banked.add(row["id"]);
        }
        const fresh = embedded.filter((entry) => !banked.has(entry.lesson.id));
        if (fresh.length === 0) return;
        await table.add(
          fresh.map((entry) => {
            lastSequence = Math.max(lastSequence + 1, Date.now() * 1000);
            return toRow(entry, lastSequence);
          }),
        );
      });
    },

    async search(query: LessonQuery): Promise<LessonHit[]> {
      requireOpen();
      const { textVector, codeVector } = await embedQuery(embedder, query);
      const vectors: NearestQuery["vectors"] = [
        ...(textVector ? [{ column: "textVector" as const, vector: textVector }] : []),
        ...(codeVector ? [{ column: "codeVector" as const, vector: codeVector }] : []),
      ];
      const where = filterToSql(query.filter);
      const near = await nearestRows(table, { vectors, where, limit: query.limit }).catch(
        (error: unknown) => {
          throw damaged(folder, "its lessons cannot be searched", error);
        },
      );
      const lessons = new Map<string, Lesson>();
      for (const ids of chunks(near.map(({ id }) => id))) {
        for (const row of await readInOrder(idIn(ids), lessonColumns)) {
          lessons.set(String(row["id"]), lessonOf(row));
        }
      }
      return near.flatMap(({ id, similarity }) => {
        const lesson = lessons.get(id);
        return lesson ? [{ lesson, similarity }] : [];
      });
    },

    async list(filter?: LessonFilter): Promise<Lesson[]> {
      return (await readInOrder(filterToSql(filter), lessonColumns)).map(lessonOf);
    },

    async *entries(filter?: LessonFilter): AsyncIterable<BankEntry> {
      const order = await readInOrder(filterToSql(filter), ["id", "createdAt", "sequence"]);
      for (const ids of chunks(order.map((row) => String(row["id"])))) {
        for (const row of await readInOrder(idIn(ids), [...lessonColumns, "code"])) {
          yield { lesson: lessonOf(row), code: String(row["code"]) };
        }
      }
    },

    async get(id: string): Promise<Lesson | undefined> {
      const [row] = await readInOrder(idIn([id]), lessonColumns);
      return row && lessonOf(row);
    },

    async setFactors(factors: ReadonlyMap<string, number>): Promise<void> {
      requireOpen();
      const pairs = [...checkFactors(factors)];
      const idsOf = new Map<number, string[]>();
      for (const [id, factor] of pairs) idsOf.set(factor, [...(idsOf.get(factor) ?? []), id]);
      // Lance's updates know no CASE: one commit for each factor, of which there are one more than agents.
      await write(async () => {
        for (const [factor, ids] of idsOf) await table.update({ where: idIn(ids), values: { factor } });
      });
    },

    async statistics() {
      const rows = await readInOrder(undefined, [...summaryColumns, "createdAt", "sequence"]);
      return countLessons(rows.map(readSummary), embedder.id);
    },

    close(): Promise<void> {
      closing ??= lastWrite.then(() => (readOnly ? undefined : compact(table))).finally(() => opened.close());
      return closing;
    },
  };
}

/** Many small adds leave many small files; together they are read faster. Not needed for correctness, so no failure of it matters. */
async function compact(table: Table): Promise<void> {
  try {
    const { fragmentStats } = await table.stats();
    if (fragmentStats.numFragments <= mostFragments) return;
    await table.optimize({ cleanupOlderThan: new Date(Date.now() - keptVersionsMs) });
  } catch {
    // Another process is writing, or the disk is full: the next to close tries again.
  }
}

/** Lance finds out at commit time that another process changed the same rows; then the work is done again on the newest version. */
async function withRetries<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === mostAttempts || !isConflict(error)) throw error;
      const longestMs = Math.min(1000, 10 * 2 ** attempt);
      await new Promise((done) => setTimeout(done, longestMs * Math.random()));
    }
  }
}

function isConflict(error: unknown): boolean {
  return (
    error instanceof Error &&
    /commit conflict|concurrent commit|concurrent transaction|too much write contention|retryable/i.test(
      error.message,
    )
  );
}

function couldNotWrite(folder: string, error: unknown): MachineError {
  if (isConflict(error)) {
    return new MachineError(
      `the bank of lessons in ${folder} is being written by too many processes at once`,
      {
        remedy: "try again when they are done",
        cause: error,
      },
    );
  }
  return notWritable(folder, error);
}

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
