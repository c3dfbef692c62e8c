/** Where things are: what ships with the package, and where this user's bank and journals live. */
import { homedir } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isObjectUri } from "../bank/object-place.ts";
import type { Terminal } from "./terminal.ts";

/** The tasks that ship with the package; the same path from `src/cli` and from `dist/cli`. */
export const shippedTasks = fileURLToPath(new URL("../../tasks", import.meta.url));

/** Lessons that ship with the package, as lines that `lessons export` wrote. */
export const shippedLessons = fileURLToPath(new URL("../../lessons/bank.jsonl.gz", import.meta.url));

type Surroundings = Pick<Terminal, "environment" | "directory">;

/** $LESSONBANK_HOME, else lessonbank's folder where the XDG specification puts data. */
export function homeFolder({ environment, directory }: Surroundings): string {
  const own = environment["LESSONBANK_HOME"];
  if (own) return resolve(directory, own);
  const data = environment["XDG_DATA_HOME"];
  // The specification: a relative path is invalid and is to be ignored.
  const base = data && isAbsolute(data) ? data : join(environment["HOME"] ?? homedir(), ".local", "share");
  return join(base, "lessonbank");
}

export function bankFolder(surroundings: Surroundings, named: string | undefined): string {
  if (named !== undefined && isObjectUri(named)) return named;
  return named === undefined
    ? join(homeFolder(surroundings), "bank")
    : resolve(surroundings.directory, named);
}

/** A file name that sorts by time and says what ran. */
export function journalFile(surroundings: Surroundings, task: string, now = new Date()): string {
  const time = now
    .toISOString()
    .replaceAll(/[-:]/g, "")
    .replace(/\.\d+Z$/, "Z");
  const name = task.replaceAll(/[^\w.-]+/g, "-").slice(0, 60);
  return join(homeFolder(surroundings), "runs", `${time}-${name}-${process.pid}.jsonl`);
}

/** As a person would type it: relative where that is shorter, ~ for the home folder. */
export function shownPath(path: string, { directory, environment }: Surroundings): string {
  if (isObjectUri(path)) return path;
  const fromHere = relative(directory, path);
  if (!fromHere.startsWith("..") && !isAbsolute(fromHere)) return fromHere === "" ? "." : fromHere;
  const home = environment["HOME"];
  return home && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
