/**
 * Writes tasks/project.schema.json from the format of `lessonbank.json`: `node dist/codebase/project/write-schema.js`. A test fails where the file is
 * not current.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { projectJsonSchema } from "./project-file.ts";

/** The text that the schema's file must have. */
export function schemaText(): string {
  return `${JSON.stringify(projectJsonSchema(), undefined, 2)}\n`;
}

/** Where the schema is published. */
export const schemaFile = fileURLToPath(new URL("../../../tasks/project.schema.json", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(schemaFile, schemaText());
