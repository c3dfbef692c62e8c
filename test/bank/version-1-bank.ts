/**
 * Makes a bank as the first version of lessonbank did: one table, without the lessons' words, and a description that says version 1. And
 * makes one of version 2 of one of today.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectNamespace } from "@lancedb/lancedb";
import { Schema } from "apache-arrow";
import type { BankEntry } from "../../src/bank/bank.ts";
import { embedEntries } from "../../src/bank/entry.ts";
import { newColumns, tableSchema, toRow } from "../../src/bank/lesson-table.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";

export async function makeVersion1Bank(
  folder: string,
  batches: readonly (readonly BankEntry[])[],
): Promise<void> {
  const embedder = createStructuralEmbedder();
  const { id, dimensions } = embedder;
  const description = { format: "lessonbank", version: 1, embedder: { id, dimensions } } as const;
  const today = await tableSchema(description);
  const schema = new Schema(
    today.fields.filter(({ name }) => !newColumns.includes(name)),
    today.metadata,
  );
  await mkdir(folder, { recursive: true });
  const connection = await connectNamespace("dir", { root: folder, manifestEnabled: false });
  const table = await connection.createEmptyTable("lessons", schema);
  for (const [number, batch] of batches.entries()) {
    const rows = (await embedEntries(embedder, batch)).map((entry, index) => {
      const { words: _words, vectors: _both, ...row } = toRow(entry, number * 1000 + index);
      return row;
    });
    await table.add(rows);
  }
  table.close();
  connection.close();
  await writeFile(join(folder, "bank.json"), `${JSON.stringify(description, undefined, 2)}\n`, {
    flag: "wx",
  });
}

/** The bank must be closed. */
export async function asVersion2Bank(folder: string): Promise<void> {
  const connection = await connectNamespace("dir", { root: folder, manifestEnabled: false });
  const table = await connection.openTable("lessons");
  await table.dropColumns(["vectors"]);
  table.close();
  connection.close();
  const file = join(folder, "bank.json");
  await writeFile(file, (await readFile(file, "utf8")).replace('"version": 3', '"version": 2'));
}
