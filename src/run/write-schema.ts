/**
 * Writes lessons/journal.schema.json from the journal's format: `node dist/run/write-schema.js`. A test fails where the file is not current.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { journalJsonSchema } from "./record.ts";

/** The text that the schema's file must have. */
export function schemaText(): string {
  return `${JSON.stringify(journalJsonSchema(), undefined, 2)}\n`;
}

/** Where the schema is published. */
export const schemaFile = fileURLToPath(new URL("../../lessons/journal.schema.json", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(schemaFile, schemaText());
