/**
 * Folders within folders. Node's own recursive `mkdir` never ends where a file system says of a folder in its root that it cannot be there,
 * as /proc does.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it that are not there, and returns the first that it made, if any. Throws as `mkdir` does, also where a
 * file has the name.
 */
export function makeFolder(path: string, mode = 0o777): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return undefined;
  const parent = dirname(path);
  const first = found || parent === path ? undefined : makeFolder(parent, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process was quicker.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
    return first;
  }
  return first ?? path;
}
