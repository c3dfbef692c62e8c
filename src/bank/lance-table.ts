/**
 * The tables of a bank: opens those that are there, makes those that are missing. Also the way from an earlier version: what a version
 * has beyond the one before is added to the bank step by step, each of which can be taken again, and at last the description is written.
 */
import type { Connection, Table } from "@lancedb/lancedb";
import type { Schema } from "apache-arrow";
import { LessonbankError } from "../errors.ts";
import type { Embedder } from "./bank.ts";
import {
  checkDescription,
  checkVersion,
  describeBank,
  parseDescription,
  type BankDescription,
} from "./bank-folder.ts";
import { changeTableSchema } from "./change-table.ts";
import { indexedFrom } from "./indices.ts";
import { toRecords } from "./lance-connection.ts";
import { searchableText } from "./entry.ts";
import {
  bothVectorSql,
  newColumns,
  readLesson,
  readTableDescription,
  tableName,
  tableSchema,
} from "./lesson-table.ts";
import { withRetries } from "./lance-write.ts";
import { folderPlace, type Place } from "./place.ts";
import { showingTableSchema } from "./showing-table.ts";

export interface OpenedTables {
  readonly lessons: Table;
  /** As the table of lessons was made. */
  readonly description: BankDescription;
  /** Undefined in a bank of version 1 that was opened read-only, until somebody else brings it to this version. */
  readonly showings: () => Promise<Table | undefined>;
  readonly changes: () => Promise<Table | undefined>;
  readonly close: () => void;
}

const rowsPerStep = 500;

/** Makes the table of lessons where there is none. Throws a MachineError where it cannot be written. */
export async function createTable(place: Place, embedder: Embedder): Promise<void> {
  await makeTable(place, tableName, await tableSchema(describeBank(embedder)));
}

/** Throws a UsageError where a table is damaged, of a later version, or was made with another embedder. */
export async function openTables(place: Place, embedder: Embedder): Promise<OpenedTables> {
  const opened: { close(): void }[] = [];
  const close = (): void => {
    for (const each of opened.splice(0).toReversed()) each.close();
  };
  try {
    const connection = await place.connect();
    opened.push(connection);
    const lessons = await connection.openTable(tableName);
    opened.push(lessons);
    const schema = await lessons.schema();
    const description = parseDescription(readTableDescription(schema));
    if (!description) throw place.damaged("its table does not say which embedder it was made with");
    checkDescription(place.name, description, embedder);
    await requireColumns(place, schema, description);
    const tables = {
      lessons,
      description,
      showings: openOnce("showings"),
      changes: openOnce("changes"),
      close,
    };
    // Also to see whether one of them is of a later version.
    await Promise.all([tables.showings(), tables.changes()]);
    return tables;

    function openOnce(name: string): () => Promise<Table | undefined> {
      let table: Promise<Table | undefined> | undefined;
      return async () => {
        table ??= openBeside(place, connection, name).then((found) => {
          if (found) opened.push(found);
          else table = undefined;
          return found;
        });
        return table;
      };
    }
  } catch (error) {
    close();
    throw error instanceof LessonbankError ? error : place.damaged("its table cannot be opened", error);
  }
}

/** For those who look at the rows themselves. */
export async function openTable(
  folder: string,
  embedder: Embedder,
): Promise<{ table: Table; close(): void }> {
  const { lessons, close } = await openTables(folderPlace(folder), embedder);
  return { table: lessons, close };
}

/**
 * Makes whatever a bank of this version has and this one has not, as when its maker was killed or it is of an earlier version, and
 * says at last what it is. Throws a MachineError where it cannot be written; the bank opens as before, or as after.
 */
export async function completeBank(
  place: Place,
  { lessons }: OpenedTables,
  embedder: Embedder,
): Promise<void> {
  const description = describeBank(embedder);
  try {
    await withRetries(() => addWords(place, lessons));
    await withRetries(() => addBothVectors(lessons, description));
    await makeTable(place, "showings", await showingTableSchema(description));
    await makeTable(place, "changes", await changeTableSchema(description));
    await place.describe(description);
  } catch (error) {
    throw error instanceof LessonbankError ? error : place.notWritable(error);
  }
}

async function makeTable(place: Place, table: string, schema: Schema): Promise<void> {
  await place.makeTable(table, schema).catch((error: unknown) => {
    throw error instanceof LessonbankError ? error : place.notWritable(error);
  });
}

async function openBeside(place: Place, connection: Connection, name: string): Promise<Table | undefined> {
  if (!(await place.hasTable(connection, name))) return undefined;
  const table = await connection.openTable(name);
  const description = parseDescription(readTableDescription(await table.schema()));
  if (!description) throw place.damaged(`its table of ${name} does not say what it belongs to`);
  // It holds no vectors: the embedder that it names may be one from before the bank was moved.
  checkVersion(place.name, description);
  return table;
}

/** Columns that came with a later version may be missing from a bank of an earlier one. */
async function requireColumns(place: Place, schema: Schema, description: BankDescription): Promise<void> {
  const columns = new Set(schema.fields.map((field) => field.name));
  const missing = (await tableSchema(description)).fields.find(
    ({ name }) => !columns.has(name) && !newColumns.includes(name),
  );
  if (missing) throw place.damaged(`its table lacks the column ${missing.name}`);
}

/** From version 1 to 2: the column, and then the words of the lessons that have none there yet. Nothing else in a row is touched. */
async function addWords(place: Place, lessons: Table): Promise<void> {
  await addColumn(lessons, "words", "CAST(NULL AS string)");
  const { makeArrowTable } = await import("@lancedb/lancedb");
  for (;;) {
    const query = lessons
      .query()
      .where("words IS NULL")
      .select(["id", "factor", "lesson"])
      .limit(rowsPerStep);
    const rows = toRecords(await query.toArray());
    if (rows.length === 0) return;
    const words = new Map<string, string>();
    for (const row of rows) {
      const lesson = readLesson(row);
      if (!lesson) throw place.damaged(`the lesson ${String(row["id"]).slice(0, 64)} is not one`);
      words.set(lesson.id, searchableText(lesson));
    }
    const { numUpdatedRows } = await lessons
      .mergeInsert("id")
      .whenMatchedUpdateAll()
      .execute(makeArrowTable([...words].map(([id, text]) => ({ id, words: text }))));
    if (numUpdatedRows === 0) throw new Error("the words of lessons were not written");
  }
}

/** From version 2 to 3: LanceDB makes the column out of the two that are there, in one commit. */
async function addBothVectors(lessons: Table, description: BankDescription): Promise<void> {
  const sql = bothVectorSql(description);
  await addColumn(lessons, "vectors", sql);
  // An earlier lessonbank that had the bank open may have added lessons since.
  const without = "vectors IS NULL";
  if ((await lessons.countRows(without)) > 0)
    await lessons.update({ where: without, valuesSql: { vectors: sql } });
}

/**
 * Whether some lessons lack both their vectors as one: an earlier lessonbank that had the bank open when it was brought to this version may have added
 * lessons since. Of a large bank it would take seconds to see.
 */
export async function lacksBothVectors(lessons: Table): Promise<boolean> {
  const { fields } = await lessons.schema();
  if (!fields.some(({ name }) => name === "vectors")) return true;
  return (await lessons.countRows()) < indexedFrom && (await lessons.countRows("vectors IS NULL")) > 0;
}

/** One that is there stays. */
async function addColumn(lessons: Table, name: string, valueSql: string): Promise<void> {
  const has = async (): Promise<boolean> =>
    (await lessons.schema()).fields.some((field) => field.name === name);
  if (await has()) return;
  await lessons.addColumns([{ name, valueSql }]).catch(async (error: unknown) => {
    // Another process may have been quicker.
    await lessons.checkoutLatest();
    if (!(await has())) throw error;
  });
}
