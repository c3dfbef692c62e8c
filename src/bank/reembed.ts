/**
 * Moves a bank to another embedder: its lessons are carried, as they were earned, into a new table that is made beside the old one and then takes
 * its place (`folder-swap.ts`). Draws and changes hold no vectors and stay where they are.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LessonbankError, UsageError } from "../errors.ts";
import type { Bank, BankEntry, BankStatistics, Embedder } from "./bank.ts";
import { descriptionFile, lessonsFolder, notWritable } from "./bank-folder.ts";
import {
  beginSwap,
  finishSwap,
  isSystemError,
  readSwap,
  removeLeftovers,
  workPrefix,
} from "./folder-swap.ts";
import { openBank } from "./lance-bank.ts";
import { isObjectUri } from "./object-place.ts";

const batchSize = 200;

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

/** One kind of content that is carried over. */
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
  if (isObjectUri(directory)) {
    throw new UsageError("a bank in an object store cannot be moved to another embedder in place", {
      remedy: "export its lessons with --all, and import them with --own into a bank with the other embedder",
    });
  }
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
    const description = await readFile(join(folder, descriptionFile));
    await beginSwap(folder, {
      work,
      old: [lessonsFolder],
      new: await arrivals(target),
    });
    await finishSwap(folder, (old) => carryLate(old, description, folder, embedder));
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
  try {
    const of = (await from.statistics()).lessons;
    // Takes long, and closing it builds indices; the second time is for what others added meanwhile, and builds none.
    await fill(await openBank(target, { embedder }), (done) => {
      signal?.throwIfAborted();
      onProgress?.(Math.min(done, of), of);
    });
    const late = await openBank(target, { embedder, indexedFrom: Infinity });
    return await fill(late, () => signal?.throwIfAborted());
  } finally {
    await from.close();
  }

  async function fill(to: Bank, progress: (done: number) => void): Promise<number> {
    try {
      for (const each of contents) await each(from, to, progress);
      return (await to.statistics()).lessons;
    } finally {
      await to.close();
    }
  }
}

/** What others added to the old table after it was read for the last time, and before it was moved away. */
async function carryLate(
  old: string,
  description: Uint8Array,
  folder: string,
  embedder: Embedder,
): Promise<void> {
  try {
    await writeFile(join(old, descriptionFile), description);
    const from = await openBank(old, { anyEmbedder: true });
    const to = await openBank(folder, { embedder, indexedFrom: Infinity });
    try {
      await carryLessons(from, to, () => {});
    } finally {
      await Promise.all([from.close(), to.close()]);
    }
  } catch (error) {
    // Another process finished the same swap, and took the old content away.
    if (existsSync(old)) throw error;
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
  for await (const entry of from.entries(undefined, { asEarned: true })) {
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

/** What comes: the description first, the table of lessons last. The other tables come where the bank is of a version that had none. */
async function arrivals(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).toSorted();
  const tables = names.filter((name) => !name.endsWith(".json") && name !== lessonsFolder);
  return [...names.filter((name) => name.endsWith(".json")), ...tables, lessonsFolder];
}
