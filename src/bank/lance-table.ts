/**
 * Connects to LanceDB, makes the table of a new bank, opens the one of a bank that is there.
 */
import type { Connection, Table } from "@lancedb/lancedb";
import { LessonbankError } from "../errors.ts";
import type { Embedder } from "./bank.ts";
import {
  checkDescription,
  damaged,
  describeBank,
  notWritable,
  parseDescription,
  placeTable,
} from "./bank-folder.ts";
import { readTableDescription, tableName, tableSchema } from "./lesson-table.ts";

export interface OpenedTable {
  readonly table: Table;
  close(): void;
}

/** Makes an empty table in a folder that holds none. Throws a MachineError where it cannot be written. */
export async function createTable(folder: string, embedder: Embedder): Promise<void> {
  const schema = await tableSchema(describeBank(embedder));
  await placeTable(folder, async (staging) => {
    const connection = await connect(staging);
    try {
      const table = await connection.createEmptyTable(tableName, schema);
      table.close();
    } finally {
      connection.close();
    }
  }).catch((error: unknown) => {
    throw error instanceof LessonbankError ? error : notWritable(folder, error);
  });
}

/** Throws a UsageError where the table is damaged, or was made with another embedder. */
export async function openTable(folder: string, embedder: Embedder): Promise<OpenedTable> {
  let connection: Connection | undefined;
  let table: Table | undefined;
  const close = (): void => {
    table?.close();
    connection?.close();
  };
  try {
    connection = await connect(folder);
    table = await connection.openTable(tableName);
    const schema = await table.schema();
    const description = parseDescription(readTableDescription(schema));
    if (!description) throw damaged(folder, "its table does not say which embedder it was made with");
    checkDescription(folder, description, embedder);
    const columns = new Set(schema.fields.map((field) => field.name));
    const missing = (await tableSchema(description)).fields.find((field) => !columns.has(field.name));
    if (missing) throw damaged(folder, `its table lacks the column ${missing.name}`);
    return { table, close };
  } catch (error) {
    close();
    throw error instanceof LessonbankError ? error : damaged(folder, "its table cannot be opened", error);
  }
}

/** Rows of a query as plain objects, with vectors as Float32Array. */
export function toRecords(rows: readonly { toJSON(): Record<string, unknown> }[]): Record<string, unknown>[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row.toJSON()).map(([name, value]) => [name, isVector(value) ? value.toArray() : value]),
    ),
  );
}

function isVector(value: unknown): value is { toArray(): unknown } {
  return typeof value === "object" && value !== null && "toArray" in value;
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
