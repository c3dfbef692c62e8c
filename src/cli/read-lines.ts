/** The lines of a file that may be anybody's, packed by gzip or not: never more of it in memory than one line, and no line without end. */
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { UsageError } from "../errors.ts";
import { longestLine } from "../lesson/lines.ts";
import { inputTooLong, longestInputBytes, type Terminal } from "./terminal.ts";

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
  if (found.isFile()) {
    const packed = await isPacked(path);
    return { lines: () => readLines(path, file, packed), name };
  }
  const kept: string[] = [];
  let bytes = 0;
  for await (const line of readLines(path, file)) {
    bytes += line.length;
    if (bytes > longestInputBytes) throw inputTooLong(file);
    kept.push(line);
  }
  return { lines: () => kept, name };
}

async function isPacked(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  try {
    const { buffer } = (await file?.read(Buffer.alloc(2), 0, 2, 0)) ?? {};
    return buffer?.[0] === 0x1f && buffer[1] === 0x8b;
  } catch {
    // What cannot be read is told when it is read.
    return false;
  } finally {
    await file?.close();
  }
}

/** What is packed is unpacked as it is read, so a small file that unpacks to a huge one costs time and no memory. */
function bytesOf(path: string, packed: boolean): AsyncIterable<Buffer> {
  const file = createReadStream(path);
  // A failure of either ends the iteration; there is nobody else to tell.
  return packed ? pipeline(file, createGunzip(), () => undefined) : file;
}

async function* readLines(path: string, shown: string, packed = false): AsyncIterable<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let number = 1;
  let rest = "";
  try {
    for await (const chunk of bytesOf(path, packed)) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
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
      (cause as NodeJS.ErrnoException).code === "ERR_ENCODING_INVALID_ENCODED_DATA"
        ? `it is not UTF-8, in line ${number} or soon after`
        : packed
          ? "it cannot be unpacked: it is cut short or damaged"
          : "it cannot be read";
    throw new UsageError(`${shown}: ${problem}`, { remedy, cause });
  }
  if (rest !== "") yield rest;
}
