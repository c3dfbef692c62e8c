/**
 * A bank's content changes places with new content that was made in a folder beside it.
 *
 * Two folders cannot change places in one step. So the swap is written down first (`.new-swap.json`), and from then on it is a list of renamings that
 * whoever comes next can finish (`finishSwap`), each of which has happened or not. Until it is written down, the old content is whole and in
 * place; after that, the new content is whole and on its way; and in between the folder is never taken for an empty one, since the description is
 * replaced first and the table of lessons comes last: whoever looks meanwhile is told that a table is missing.
 */
import { randomBytes } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { UsageError } from "../errors.ts";
import { notWritable } from "./bank-folder.ts";

/** What a bank's folder passes over begins with this. */
const stagingPrefix = ".new-";
const swapFile = `${stagingPrefix}swap.json`;
/** Of the folder that the new content is made in: below the bank's folder, and with the content in `bank`. */
export const workPrefix = `${stagingPrefix}reembed-`;
/** What a killed process left lies about for so long before it is taken away. */
const leftoverMs = 24 * 60 * 60 * 1000;

const fileName = z.string().regex(/^[\w.-]+$/);
const swapSchema = z.strictObject({
  /** The folder with the new content, in the bank's own. */
  work: fileName.startsWith(workPrefix),
  /** What leaves the bank's folder, and what comes into it, in order. What comes and is there already stays out. */
  old: z.array(fileName),
  new: z.array(fileName),
});
export type Swap = z.output<typeof swapSchema>;

/**
 * Finishes a swap that a killed process had begun; does nothing where there is none, for the price of one look. To be called before a bank is
 * opened. Several processes may do so at once. Throws a MachineError where the folder cannot be written.
 */
export async function finishSwap(
  directory: string,
  /** Given the folder with the old content, once the new is in place. */
  beforeRemoval?: (old: string) => Promise<void>,
): Promise<void> {
  const folder = resolve(directory);
  const swap = await readSwap(folder);
  if (!swap) return;
  const work = join(folder, swap.work);
  const gone = join(folder, `${stagingPrefix}gone-${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(join(work, "old")).catch(ignore("EEXIST", "ENOENT"));
    for (const name of swap.old) {
      // Each leaves once: a second time it would be the new one that goes.
      if (await exists(join(work, "old", name))) continue;
      await rename(join(folder, name), join(work, "old", name)).catch(
        ignore("ENOENT", "ENOTEMPTY", "EEXIST"),
      );
    }
    for (const name of swap.new) {
      await rename(join(work, "bank", name), join(folder, name)).catch(
        ignore("ENOENT", "ENOTEMPTY", "EEXIST"),
      );
    }
    // Another swap may have begun since whoever finished this one was done.
    if ((await readSwap(folder))?.work === swap.work) await rm(join(folder, swapFile), { force: true });
    await beforeRemoval?.(join(work, "old"));
    // Out of reach before anything in it is removed, for whoever is doing the same at this moment.
    await rename(work, gone).catch(ignore("ENOENT"));
    await rm(gone, { recursive: true, force: true });
  } catch (error) {
    throw isSystemError(error) ? notWritable(folder, error) : error;
  }
}

/** Whole or not at all, and one at a time. Throws a UsageError where another process is at it. */
export async function beginSwap(folder: string, swap: Swap): Promise<void> {
  const staged = join(folder, swap.work, swapFile);
  await writeFile(staged, `${JSON.stringify(swap)}\n`, { flag: "wx", flush: true });
  await link(staged, join(folder, swapFile)).catch((error: unknown) => {
    if (!isCode(error, "EEXIST")) throw error;
    throw new UsageError(`the bank of lessons in ${folder} is being moved by another process`, {
      remedy: "look at it when that is done",
    });
  });
}

export async function readSwap(folder: string): Promise<Swap | undefined> {
  const file = join(folder, swapFile);
  const text = await readFile(file, "utf8").catch(ignore("ENOENT", "ENOTDIR"));
  if (text === undefined) return undefined;
  try {
    return swapSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new UsageError(`${file} does not say how a bank changes its place`, {
      remedy: "remove the file, or restore the folder from a copy",
      cause: error,
    });
  }
}

/** Of processes that were killed before their swap. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(workPrefix) && !name.startsWith(`${stagingPrefix}gone-`)) continue;
    const path = join(folder, name);
    const changed = (await stat(path).catch(ignore("ENOENT")))?.mtimeMs ?? Infinity;
    if (changed < Date.now() - leftoverMs) await rm(path, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(ignore("ENOENT"))) !== undefined;
}

export function ignore(...codes: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!isCode(error, ...codes)) throw error;
    return undefined;
  };
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return isSystemError(error) && codes.includes(error.code ?? "");
}
