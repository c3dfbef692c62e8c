/**
 * Folders in the system's temporary folder, for what another user has to read: gone with their maker, or at the latest when the next
 * evaluator starts.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cannotWrite } from "./cache.ts";
import { isAbandoned, nameOfOwn } from "./own-processes.ts";

const prefix = "lessonbank-";

/** Makes one that only this user can look into. Throws a MachineError where it cannot. */
export async function makeTemporaryFolder(): Promise<string> {
  const path = join(tmpdir(), prefix + nameOfOwn());
  await mkdir(path, { mode: 0o700 }).catch((cause: unknown) => {
    throw cannotWrite(path, cause, "TMPDIR");
  });
  return path;
}

/** Removes those of processes that are gone; other users' stay. Never throws. */
export async function removeAbandonedFolders(): Promise<void> {
  for (const name of await readdir(tmpdir()).catch(() => []))
    if (name.startsWith(prefix) && isAbandoned(name.slice(prefix.length)))
      await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
}
