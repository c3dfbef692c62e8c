/** The lines of a file that may be anybody's: never more of it in memory than one line, and no line without end. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { longestLine } from "../lesson/lines.ts";
import type { Terminal } from "./terminal.ts";

/** Of what cannot be read twice, and is kept in memory meanwhile. */
const longestInputBytes = 256 * 1024 * 1024;
const remedy = "name a file that `lessonbank lessons export` wrote, or - for standard input";

export interface LinesOf {
  readonly lines: () => AsyncIterable<string> | Iterable<string>;
  /** The file's name, without its folder. */
  readonly name: string;
}

/** Throws a UsageError where there is no such file. What is wrong later is thrown while the lines are read. */
export async function openLines(
  { directory, readInput }: Pick<Terminal, "directory" | "readInput">,
  file: string,
): Promise<LinesOf> {
  if (file === "-") {
    const text = await readInput();
    if (text.length > longestInputBytes) throw tooLong("standard input");
    return { lines: () => text.split(/\r?\n/), name: "standard input" };
  }
  const path = resolve(directory, file);
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(
      `${file}: ${cause.code === "ENOENT" ? "there is no such file" : "it cannot be read"}`,
      {
        remedy,
        cause,
      },
    );
  });
  if (found.isDirectory()) throw new UsageError(`${file}: it is a folder`, { remedy });
  const name = basename(path);
  if (found.isFile()) return { lines: () => readLines(path, file), name };
  const kept: string[] = [];
  let bytes = 0;
  for await (const line of readLines(path, file)) {
    bytes += line.length;
    if (bytes > longestInputBytes) throw tooLong(file);
    kept.push(line);
  }
  return { lines: () => kept, name };
}

function tooLong(what: string): UsageError {
  return new UsageError(`${what} is longer than ${longestInputBytes / 1024 / 1024} MB`, {
    remedy: "write it to a file first, and name that: a file may be longer",
  });
}

async function* readLines(path: string, shown: string): AsyncIterable<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 1;
  let rest = "";
  try {
    for await (const chunk of createReadStream(path)) {
      const parts = (rest + decoder.decode(chunk as Buffer, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        yield line;
        number += 1;
      }
      if (rest.length > longestLine) {
        throw new UsageError(`${shown}: line ${number} is longer than ${longestLine} characters`, { remedy });
      }
    }
    rest += decoder.decode();
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const problem =
      cause instanceof TypeError ? `it is not UTF-8, in line ${number} or soon after` : "it cannot be read";
    throw new UsageError(`${shown}: ${problem}`, { remedy, cause });
  }
  if (rest !== "") yield rest;
}
