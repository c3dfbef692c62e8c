/**
 * The folder where built things are kept between runs, and a private folder for the files of one evaluator.
 */
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile, rename, rm, statfs, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MachineError } from "../errors.ts";
import { makeFolder } from "../make-folder.ts";
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
    makeFolder(directory, 0o700);
  } catch (cause) {
    throw cannotWrite(directory, cause);
  }
  return directory;
}

/**
 * Writes a file that appears whole or not at all, in place of whatever has its name. Throws a MachineError with what is wrong where it
 * cannot.
 */
export async function keep(path: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> {
  const partial = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    makeFolder(dirname(path), 0o700);
    await writeFile(partial, bytes, { mode });
    await rename(partial, path).catch(async (error: unknown) => {
      if (codeOf(error) !== "EISDIR") throw error;
      await rm(path, { recursive: true, force: true });
      await rename(partial, path);
    });
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw cannotWrite(path, error);
  }
}

/** A digest, then what it is of: `readKept` knows a file that was cut short or changed. Throws as `keep` does. */
export function keepWithDigest(path: string, bytes: Uint8Array): Promise<void> {
  return keep(path, Buffer.concat([Buffer.from(`${digestOf(bytes)}\n`), bytes]));
}

/** What `keepWithDigest` put there; undefined where there is nothing, or something else. */
export async function readKept(path: string): Promise<Uint8Array | undefined> {
  const whole = await readFile(path).catch(() => undefined);
  const end = whole?.indexOf("\n") ?? -1;
  if (!whole || end < 0) return undefined;
  const bytes = whole.subarray(end + 1);
  return whole.toString("latin1", 0, end) === digestOf(bytes) ? bytes : undefined;
}

export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What is to be done about a file of ours that cannot be written; `variable` is what moves it elsewhere. */
export function cannotWrite(path: string, cause: unknown, variable = "LESSONBANK_CACHE"): MachineError {
  if (cause instanceof MachineError) return cause;
  const code = codeOf(cause);
  const full = code === "ENOSPC" || code === "EDQUOT";
  return new MachineError(
    `${path} cannot be written${full ? ": no space is left" : code === undefined ? "" : ` (${code})`}`,
    {
      remedy: `${full ? "Make room there" : "Make it writable"}, or name another folder in ${variable}.`,
      cause,
    },
  );
}

/** Whether there is no room for a file of any use. */
export async function isFull(directory: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize < 1 << 16;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** A fresh private folder named after this process. Folders of processes that are gone are removed on the way. */
export async function makeSessionDirectory(): Promise<string> {
  const parent = await makePrivate(join(cacheDirectory(), "sessions"));
  for (const name of await readdir(parent))
    if (isAbandoned(name)) await rm(join(parent, name), { recursive: true, force: true });
  return makePrivate(join(parent, nameOfOwn()));
}
