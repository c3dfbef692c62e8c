/** What a look at a repository gives: commands that may build, test or time it. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cleanSource } from "../../../code/clean-text.ts";

export interface CommandGuess {
  readonly key: "build" | "test" | "bench";
  readonly command: string;
  /** What was seen: `the target "check" in Makefile`. */
  readonly why: string;
  /** It works on what the build leaves, and after these commands at the build's end. Absent: it may work without a build. */
  readonly after?: readonly string[];
}

/** Reads a file at the repository's root; undefined where there is none. */
export type ReadRoot = (name: string) => Promise<string | undefined>;

/** Where benchmarks are looked for. */
export const benchFolders = ["", "bench", "benchmarks", "benchmark", "perf"] as const;

/** A name that would do something to a terminal, or hide something from who reads it, is nobody's benchmark. */
function isPlain(name: string): boolean {
  return !/[\n\t]/.test(name) && cleanSource(name) === name;
}

/** A name or a path as one word for the shell, and as no option: quoted where it holds more than letters, digits and what paths have. */
export function shellWord(name: string): string {
  const word = name.startsWith("-") ? `./${name}` : name;
  return /^[\w./+@:-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Paths below the root, in order; folders that are not there hold nothing. Names with characters that cannot be seen are left out. */
export async function filesIn(root: string, folders: readonly string[], fitting: RegExp): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isFile() && isPlain(entry.name) && fitting.test(entry.name))
        found.push(folder === "" ? entry.name : `${folder}/${entry.name}`);
    }
  }
  return found.toSorted();
}

/** Folders at a folder of the root, in order; not those that begin with a dot, and not what was installed. */
export async function foldersOf(root: string, folder = ""): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
  return entries
    .filter(
      (entry) =>
        entry.isDirectory() && isPlain(entry.name) && !/^[._]|^(?:node_modules|venv|env)$/.test(entry.name),
    )
    .map(({ name }) => (folder === "" ? name : `${folder}/${name}`))
    .toSorted();
}
