/**
 * The bank on disk: a LanceDB table in a folder. Every add is one commit of one new version of the table, so it happens whole
 * or not at all, also when the process is killed; readers see the version before or the one after. Appends of several
 * processes do not conflict; what does (factors, compaction) is tried again.
 */
import { resolve } from "node:path";
import type { Connection, Table } from "@lancedb/lancedb";
import { LessonbankError, MachineError, UsageError } from "../errors.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { Bank, BankEntry, Embedder, LessonFilter, LessonHit, LessonQuery } from "./bank.ts";
import {
  checkDescription,
  damaged,
  describeBank,
  inspectFolder,
  notWritable,
  placeTable,
  requireWritable,
  writeDescription,
  type BankDescription,
} from "./bank-folder.ts";
import { checkEntries, embedEntries, embedQuery } from "./entry.ts";
import {
  filterToSql,
  idIn,
  lessonColumns,
  readLesson,
  readSummary,
  readTableDescription,
  summaryColumns,
  tableName,
  tableSchema,
  toRow,
} from "./lesson-table.ts";
import { checkFactors } from "./memory-bank.ts";
import { byNearness, cosine } from "./similarity.ts";
import { countLessons } from "./statistics.ts";
import { createStructuralEmbedder } from "./structural-embedder.ts";

export interface OpenBankOptions {
  /** Default: the structural embedder. A bank can only be opened with the embedder that it was made with. */
  readonly embedder?: Embedder | undefined;
  /** Nothing is written, and the bank must exist. Default false: a bank that does not exist is made. */
  readonly readOnly?: boolean | undefined;
}

/** Similarities closer than this are taken as equal when the search decides whether it has seen enough. */
const nearlyEqual = 1e-6;
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
export async function openBank(
  directory: string,
  { embedder = createStructuralEmbedder(), readOnly = false }: OpenBankOptions = {},
): Promise<Bank> {
  const folder = resolve(directory);
  const state = await inspectFolder(folder);
  if (state.kind === "vacant") {
    if (readOnly) {
      throw new UsageError(`there is no bank of lessons in ${folder}`, {
        remedy: "name the folder of a bank, or leave read-only out to have one made",
      });
    }
    await createTable(folder, describeBank(embedder));
  } else {
    if (state.description) checkDescription(folder, state.description, embedder);
    if (!readOnly) await requireWritable(folder);
  }
  const { connection, table } = await openTable(folder, embedder);
  try {
    if (!readOnly && (state.kind === "vacant" || !state.description)) {
      await writeDescription(folder, describeBank(embedder));
    }
  } catch (error) {
    close(connection, table);
    throw error;
  }
  return createLanceBank({ folder, connection, table, embedder, readOnly });
}

/**
 * LanceDB is loaded when a bank is opened and not before: it takes longer than everything else at start. Its native part logs
 * warnings to stderr, where our progress goes, unless told not to before it loads; a user's own setting stands.
 */
async function connect(folder: string): Promise<Connection> {
  process.env["LANCEDB_LOG"] ??= "error";
  const { connectNamespace } = await import("@lancedb/lancedb");
  return connectNamespace(
    "dir",
    // A plain connection would write a manifest of all tables, also where nothing may be written; there is one table.
    { root: folder, manifestEnabled: false },
    // 0: every read looks whether another process has added since.
    { readConsistencyInterval: 0 },
  );
}

async function createTable(folder: string, description: BankDescription): Promise<void> {
  await placeTable(folder, async (staging) => {
    const connection = await connect(staging);
    try {
      const table = await connection.createEmptyTable(tableName, await tableSchema(description));
      table.close();
    } finally {
      connection.close();
    }
  }).catch((error: unknown) => {
    throw error instanceof LessonbankError ? error : notWritable(folder, error);
  });
}

async function openTable(
  folder: string,
  embedder: Embedder,
): Promise<{ connection: Connection; table: Table }> {
  let connection: Connection | undefined;
  let table: Table | undefined;
  try {
    connection = await connect(folder);
    table = await connection.openTable(tableName);
    const schema = await table.schema();
    const description = readTableDescription(schema);
    if (!isDescription(description))
      throw damaged(folder, "its table does not say which embedder it was made with");
    checkDescription(folder, description, embedder);
    const columns = new Set(schema.fields.map((field) => field.name));
    const missing = (await tableSchema(description)).fields.filter((field) => !columns.has(field.name));
    if (missing.length > 0) throw damaged(folder, `its table lacks the column ${missing[0]?.name}`);
    return { connection, table };
  } catch (error) {
    close(connection, table);
    throw error instanceof LessonbankError ? error : damaged(folder, "its table cannot be opened", error);
  }
}

interface OpenedBank {
  readonly folder: string;
  readonly connection: Connection;
  readonly table: Table;
  readonly embedder: Embedder;
  readonly readOnly: boolean;
}

function createLanceBank({ folder, connection, table, embedder, readOnly }: OpenedBank): Bank {
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

  async function nearest(query: LessonQuery, column: string, vector: Float32Array, window: number) {
    const search = table.query().nearestTo(vector).column(column).distanceType("dot");
    const where = filterToSql(query.filter);
    const rows = await (where === undefined ? search : search.where(where))
      .select(["id", "textVector", "codeVector", "_distance"])
      .limit(window)
      .toArray();
    return toRecords(rows);
  }

  /**
   * The ids that are nearest by the mean over all vectors asked for. Each vector has its own search; the windows are widened until
   * no row outside them can be nearer than the last one kept (Fagin, Lotem and Naor, "Optimal aggregation algorithms for
   * middleware", 2001: the threshold algorithm).
   */
  async function nearestIds(
    query: LessonQuery,
    vectors: readonly (readonly ["textVector" | "codeVector", Float32Array])[],
  ): Promise<{ id: string; similarity: number }[]> {
    const total = await table.countRows();
    for (let window = query.limit * 2 + 32; ; window *= 4) {
      const found = new Map<string, number>();
      let bound = 0;
      let complete = true;
      for (const [column, vector] of vectors) {
        const rows = await nearest(query, column, vector, Math.min(window, Math.max(total, 1)));
        complete &&= rows.length < window;
        const last = rows.at(-1);
        bound += last ? cosine(vector, last[column] as Float32Array) / vectors.length : 0;
        for (const row of rows) {
          const sum = vectors.reduce(
            (total, [name, asked]) => total + cosine(asked, row[name] as Float32Array),
            0,
          );
          found.set(String(row["id"]), sum / vectors.length);
        }
      }
      const ranked = [...found]
        .map(([id, similarity]) => ({ id, similarity }))
        .toSorted((left, right) => right.similarity - left.similarity || (left.id < right.id ? -1 : 1));
      const lastKept = ranked[query.limit - 1];
      if (complete || (lastKept !== undefined && lastKept.similarity > bound + nearlyEqual)) {
        return ranked.slice(0, query.limit);
      }
    }
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
      if (query.limit === 0) return [];
      const vectors: ["textVector" | "codeVector", Float32Array][] = [];
      if (textVector) vectors.push(["textVector", textVector]);
      if (codeVector) vectors.push(["codeVector", codeVector]);
      const nearestOnes = await nearestIds(query, vectors).catch((error: unknown) => {
        throw damaged(folder, "its lessons cannot be searched", error);
      });
      const lessons = new Map<string, Lesson>();
      for (const ids of chunks(nearestOnes.map(({ id }) => id))) {
        for (const row of await readInOrder(idIn(ids), lessonColumns)) {
          lessons.set(String(row["id"]), lessonOf(row));
        }
      }
      return nearestOnes
        .flatMap(({ id, similarity }) => {
          const lesson = lessons.get(id);
          return lesson ? [{ lesson, similarity }] : [];
        })
        .toSorted(byNearness);
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
      closing ??= lastWrite
        .then(() => (readOnly ? undefined : compact(table)))
        .finally(() => close(connection, table));
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

function isDescription(value: unknown): value is BankDescription {
  const candidate = value as Partial<BankDescription> | undefined | null;
  return (
    typeof candidate?.version === "number" &&
    typeof candidate.embedder?.id === "string" &&
    typeof candidate.embedder.dimensions === "number"
  );
}

function byCreation(left: Record<string, unknown>, right: Record<string, unknown>): number {
  const [before, after] = [String(left["createdAt"]), String(right["createdAt"])];
  if (before !== after) return before < after ? -1 : 1;
  return Number(left["sequence"]) - Number(right["sequence"]);
}

/** Arrow rows as plain objects, with vectors as Float32Array. */
function toRecords(rows: readonly unknown[]): Record<string, unknown>[] {
  return rows.map((row) => {
    const source = row as Record<string, unknown> & { toJSON(): Record<string, unknown> };
    const record = { ...source.toJSON() };
    for (const name of ["textVector", "codeVector"]) {
      const vector = record[name] as { toArray(): Float32Array } | undefined;
      if (vector) record[name] = vector.toArray();
    }
    return record;
  });
}

function chunks(ids: readonly string[]): string[][] {
  const result: string[][] = [];
  for (let start = 0; start < ids.length; start += idsPerQuery)
    result.push(ids.slice(start, start + idsPerQuery));
  return result;
}

function close(connection: Connection | undefined, table: Table | undefined): void {
  table?.close();
  connection?.close();
}
