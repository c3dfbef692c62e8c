/**
 * Writes tasks/task.schema.json from the format: `node dist/task/write-schema.js`. With `--check` it writes nothing and fails
 * where the file is not current.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { taskJsonSchema } from "./schema.ts";

/** The text that the schema's file must have. */
export function schemaText(): string {
  return `${JSON.stringify(taskJsonSchema(), undefined, 2)}\n`;
}

/** Where the schema is published. */
export const schemaFile = fileURLToPath(new URL("../../tasks/task.schema.json", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const current = (await readFile(schemaFile, "utf8").catch(() => "")) === schemaText();
  if (!process.argv.includes("--check")) await writeFile(schemaFile, schemaText());
  else if (!current) {
    process.stderr.write("tasks/task.schema.json is not current: run node dist/task/write-schema.js\n");
    process.exitCode = 1;
  }
}
