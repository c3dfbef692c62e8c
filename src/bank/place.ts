/**
 * Where a bank is kept: what has to be known of a folder, or of a bucket, to look at it, to make tables in it and to say what it is.
 */
import { join } from "node:path";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { Connection } from "@lancedb/lancedb";
import type { Schema } from "apache-arrow";
import type { MachineError, UsageError } from "../errors.ts";
import {
  damaged,
  folderOfTable,
  inspectFolder,
  notWritable,
  placeTable,
  requireWritable,
  writeDescription,
  type BankDescription,
  type FolderState,
} from "./bank-folder.ts";
import { finishSwap } from "./folder-swap.ts";
import { connect } from "./lance-connection.ts";

export interface Place {
  /** For people. */
  readonly name: string;
  connect(): Promise<Connection>;
  /** Looks without writing, but for finishing a swap that a killed process had begun. Throws a UsageError where something else is there, or a damaged bank. */
  inspect(): Promise<FolderState>;
  /** Throws a MachineError where nothing can be written. */
  requireWritable(): Promise<void>;
  hasTable(connection: Connection, table: string): Promise<boolean>;
  /** Makes an empty table, whole or not at all; one that is there stays. */
  makeTable(table: string, schema: Schema): Promise<void>;
  /** Says what the bank is, once all its tables are there. */
  describe(description: BankDescription): Promise<void>;
  /** What its writers on this machine call it, to take turns; undefined where they may be anywhere. */
  turn(): Promise<string | undefined>;
  /** To be thrown where what is there cannot be used. */
  damaged(what: string, cause?: unknown): UsageError;
  /** To be thrown where LanceDB could not write. */
  notWritable(cause: unknown): MachineError;
}

/** `directory` is absolute. */
export function folderPlace(directory: string): Place {
  return {
    name: directory,
    connect: () => connect(directory),
    async inspect() {
      await finishSwap(directory);
      return inspectFolder(directory);
    },
    requireWritable: () => requireWritable(directory),
    hasTable: async (_, table) => existsSync(join(directory, folderOfTable(table))),
    makeTable: (table, schema) =>
      placeTable(directory, table, async (staging) => {
        const connection = await connect(staging);
        try {
          await makeEmptyTable(connection, table, schema);
        } finally {
          connection.close();
        }
      }),
    describe: (description) => writeDescription(directory, description),
    async turn() {
      // Whatever names lead to the folder.
      const { dev, ino } = await stat(directory);
      return `lessonbank-${dev}-${ino}`;
    },
    damaged: (what, cause) => damaged(directory, what, cause),
    notWritable: (cause) => notWritable(directory, cause),
  };
}

/** Row ids that stay as they are say in which order rows were committed, also after pieces were put together. */
export async function makeEmptyTable(connection: Connection, table: string, schema: Schema): Promise<void> {
  const storageOptions = { new_table_enable_stable_row_ids: "true" };
  const made = await connection.createEmptyTable(table, schema, { storageOptions });
  made.close();
}
