/**
 * Moves a bank to another embedder: everything in it is carried into a new bank, made in a folder beside its content, which then takes the
 * old one's place.
 *
 * Two folders cannot change places in one step. So the swap is written down first (`.new-swap.json`), and from then on it is a list of renamings that
 * whoever comes next can finish (`finishSwap`), each of which has happened or not. Until it is written down, the old bank is whole and in
 * place; after that, the new bank is whole and on its way; and in between the folder is never taken for an empty one, since the description is
 * replaced first and the table of lessons comes last: whoever looks meanwhile is told that a table is missing.
 */
import { randomBytes } from "node:crypto";
import { link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { LessonbankError, MachineError, UsageError } from "../errors.ts";
import type { Bank, BankEntry, BankStatistics, Embedder } from "./bank.ts";
import { notWritable, tableFolder } from "./bank-folder.ts";
import { openBank } from "./lance-bank.ts";

/** What a bank's folder passes over begins with this. */
const stagingPrefix = ".new-";
const swapFile = `${stagingPrefix}swap.json`;
const workPrefix = `${stagingPrefix}reembed-`;
/** What a killed process left lies about for so long before it is taken away. */
const leftoverMs = 24 * 60 * 60 * 1000;
const batchSize = 200;

const fileName = z.string().regex(/^[\w.-]+$/);
const swapSchema = z.strictObject({
  /** The folder with the new bank, in the bank's own. */
  work: fileName.startsWith(workPrefix),
  /** What leaves the bank's folder, and what comes into it, in order. */
  old: z.array(fileName),
  new: z.array(fileName),
});
type Swap = z.output<typeof swapSchema>;

export interface ReembedOptions {
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
  /** Before the swap nothing of the bank has changed, and an abort leaves it so. */
  readonly signal?: AbortSignal | undefined;
}

export interface Reembedded {
  readonly lessons: number;
  /** Ids of the embedders. */
  readonly from: string;
  readonly to: string;
}

/** One kind of content that is carried over. Whoever gives banks another kind adds a line to `contents`. */
type Carry = (from: Bank, to: Bank, progress: (done: number) => void) => Promise<void>;
const contents: readonly Carry[] = [carryLessons, carryFactors];

/**
 * Makes the vectors of every lesson in the bank of a folder anew, with another embedder. Lessons that others add until the swap are carried over
 * too. Who has the bank open beyond the swap goes on with the old embedder and should open it anew. A kill at any moment leaves the old bank or
 * the new one, whole; after a kill in the middle of the swap, `finishSwap` puts the new one in place.
 *
 * Throws a UsageError where there is no bank, a MachineError where the folder cannot be written, and what the embedder throws; the bank
 * is then as it was.
 */
export async function reembed(
  directory: string,
  embedder: Embedder,
  { onProgress, signal }: ReembedOptions = {},
): Promise<Reembedded> {
  const folder = resolve(directory);
  await finishSwap(folder);
  const { embedder: from, lessons } = await statisticsOf(folder);
  if (from === embedder.id) return { lessons, from, to: from };

  const work = `${workPrefix}${randomBytes(6).toString("hex")}`;
  const target = join(folder, work, "bank");
  try {
    await removeLeftovers(folder);
    await mkdir(join(folder, work));
    const count = await carry(folder, target, embedder, { onProgress, signal });
    signal?.throwIfAborted();
    await beginSwap(folder, {
      work,
      old: await namesFor("leaving", folder),
      new: await namesFor("coming", target),
    });
    await finishSwap(folder);
    return { lessons: count, from, to: embedder.id };
  } catch (error) {
    // Not where the swap has begun: then the new bank is in it.
    if ((await readSwap(folder).catch(() => undefined)) === undefined) {
      await rm(join(folder, work), { recursive: true, force: true });
    }
    if (error instanceof LessonbankError || !isSystemError(error)) throw error;
    throw notWritable(folder, error);
  }
}

/**
 * Finishes a swap that a killed process had begun; does nothing where there is none, for the price of one look. To be called before a bank is
 * opened. Several processes may do so at once. Throws a MachineError where the folder cannot be written.
 */
export async function finishSwap(directory: string): Promise<void> {
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
    // Out of reach before anything in it is removed, for whoever is doing the same at this moment.
    await rename(work, gone).catch(ignore("ENOENT"));
    await rm(join(folder, swapFile), { force: true });
    await rm(gone, { recursive: true, force: true });
  } catch (error) {
    throw isSystemError(error) ? notWritable(folder, error) : error;
  }
}

async function statisticsOf(folder: string): Promise<BankStatistics> {
  const bank = await openBank(folder, { anyEmbedder: true });
  try {
    return await bank.statistics();
  } finally {
    await bank.close();
  }
}

/** Returns how many lessons the new bank has. */
async function carry(
  folder: string,
  target: string,
  embedder: Embedder,
  { onProgress, signal }: ReembedOptions,
): Promise<number> {
  const from = await openBank(folder, { anyEmbedder: true });
  const to = await openBank(target, { embedder });
  try {
    const of = (await from.statistics()).lessons;
    // The second time for what others added during the first, which takes long.
    for (const pass of [1, 2]) {
      for (const each of contents) {
        await each(from, to, (done) => {
          signal?.throwIfAborted();
          if (pass === 1) onProgress?.(Math.min(done, of), of);
        });
      }
    }
    const [before, after] = [(await from.statistics()).lessons, (await to.statistics()).lessons];
    if (after < before) {
      throw new MachineError(
        `the bank of lessons in ${folder} was written to faster than it could be copied`,
        {
          remedy: "try again when nobody is adding lessons",
        },
      );
    }
    return after;
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
}

async function carryLessons(from: Bank, to: Bank, progress: (done: number) => void): Promise<void> {
  const known = new Set((await to.list()).map(({ id }) => id));
  let batch: BankEntry[] = [];
  let done = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await to.add(batch);
    done += batch.length;
    batch = [];
    progress(done);
  };
  for await (const entry of from.entries()) {
    if (known.has(entry.lesson.id)) continue;
    batch.push(entry);
    if (batch.length === batchSize) await flush();
  }
  await flush();
}

/** A lesson brings its factor along; this is for those that changed meanwhile. */
async function carryFactors(from: Bank, to: Bank): Promise<void> {
  const carried = new Map((await to.list()).map(({ id, factor }) => [id, factor]));
  const changed = (await from.list()).filter(({ id, factor }) => carried.get(id) !== factor);
  if (changed.length > 0) await to.setFactors(new Map(changed.map(({ id, factor }) => [id, factor])));
}

/**
 * Leaving: the table of lessons first, and never the description, which is replaced. Coming: the description first, the table of
 * lessons last.
 */
async function namesFor(way: "leaving" | "coming", folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(stagingPrefix)).toSorted();
  const tables = names.filter((name) => !name.endsWith(".json") && name !== tableFolder);
  return way === "leaving"
    ? [tableFolder, ...tables]
    : [...names.filter((name) => name.endsWith(".json")), ...tables, tableFolder];
}

/** Whole or not at all, and one at a time. Throws a UsageError where another process is at it. */
async function beginSwap(folder: string, swap: Swap): Promise<void> {
  const staged = join(folder, swap.work, swapFile);
  await writeFile(staged, `${JSON.stringify(swap)}\n`, { flag: "wx", flush: true });
  await link(staged, join(folder, swapFile)).catch((error: unknown) => {
    if (!isCode(error, "EEXIST")) throw error;
    throw new UsageError(`the bank of lessons in ${folder} is being moved by another process`, {
      remedy: "look at it when that is done",
    });
  });
}

async function readSwap(folder: string): Promise<Swap | undefined> {
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
async function removeLeftovers(folder: string): Promise<void> {
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

function ignore(...codes: string[]): (error: unknown) => undefined {
  return (error) => {
    if (!isCode(error, ...codes)) throw error;
    return undefined;
  };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return isSystemError(error) && codes.includes(error.code ?? "");
}
