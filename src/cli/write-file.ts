/** Files that a user names for output: whole or not at all, and refused before work is spent rather than after. */
import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { LessonbankError, UsageError } from "../errors.ts";
import { replaceFile } from "../replace-file.ts";
import type { Terminal } from "./terminal.ts";

/** Throws a UsageError where the file could not be written. */
export async function checkWritable({ directory }: Pick<Terminal, "directory">, file: string): Promise<void> {
  const path = resolve(directory, file);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory())
    throw new UsageError(`${file} is a folder, not a file to write`, { remedy: "name a file" });
  try {
    await access(found && !found.isFile() ? path : dirname(path), constants.W_OK);
  } catch (cause) {
    throw new UsageError(`${file} cannot be written: its folder does not exist or may not be written to`, {
      remedy: "make the folder, or name another file",
      cause,
    });
  }
}

/** A reader sees the old content or the new one. What is not a regular file (a pipe, /dev/stdout) is written to directly. */
export async function writeWhole(
  surroundings: Pick<Terminal, "directory">,
  file: string,
  text: string,
): Promise<void> {
  await writeInto(surroundings, file, text);
}

/** As `writeWhole`, line by line: all of them need not be in memory. Returns how many there were. */
export async function writeLines(
  surroundings: Pick<Terminal, "directory">,
  file: string,
  lines: AsyncIterable<string>,
): Promise<number> {
  let written = 0;
  const ended = async function* (): AsyncIterable<string> {
    for await (const line of lines) {
      written += 1;
      yield `${line}\n`;
    }
  };
  await writeInto(surroundings, file, ended());
  return written;
}

async function writeInto(
  { directory }: Pick<Terminal, "directory">,
  file: string,
  content: string | AsyncIterable<string>,
): Promise<void> {
  const path = resolve(directory, file);
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isFile()) return writeFile(path, content);
  try {
    await replaceFile(path, content);
  } catch (cause) {
    if (cause instanceof LessonbankError) throw cause;
    throw new UsageError(`${file} cannot be written`, {
      remedy: "check the folder's permissions and free space",
      cause,
    });
  }
}
