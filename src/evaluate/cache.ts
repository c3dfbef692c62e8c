/**
 * The folder where built things are kept between runs, and a private folder for the files of one evaluator.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MachineError } from "../errors.ts";
import { isAbandoned, nameOfOwn } from "./own-processes.ts";

/** `$LESSONBANK_CACHE`, or `$XDG_CACHE_HOME/lessonbank`, or `~/.cache/lessonbank`. */
export function cacheDirectory(): string {
  const { LESSONBANK_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  if (own) return own;
  if (shared) return join(shared, "lessonbank");
  const home = homedir();
  return home && home !== "/" ? join(home, ".cache", "lessonbank") : join(tmpdir(), "lessonbank-cache");
}

/** Makes a folder that only this user can look into. Throws a MachineError where it cannot. */
export async function makePrivate(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new MachineError(`${directory}: the cache folder cannot be made`, {
      remedy: "Set LESSONBANK_CACHE to a folder that can be written.",
      cause,
    });
  }
  return directory;
}

/** Writes a file that appears whole or not at all. */
export async function keep(path: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> {
  const partial = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(partial, bytes, { mode });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** A fresh private folder named after this process. Folders of processes that are gone are removed on the way. */
export async function makeSessionDirectory(): Promise<string> {
  const parent = await makePrivate(join(cacheDirectory(), "sessions"));
  for (const name of await readdir(parent))
    if (isAbandoned(name)) await rm(join(parent, name), { recursive: true, force: true });
  return makePrivate(join(parent, nameOfOwn()));
}
