/**
 * Programs made from `sandbox/` that are kept in the cache folder, under the hash of all that they are made of. Each is known by its digest,
 * so one that was cut short or changed is made anew, also while this process runs.
 */
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheDirectory, cannotWrite, digestOf, makePrivate } from "./cache.ts";
import { isAbandoned, nameOfOwn } from "./own-processes.ts";

/** Where supervisor, loader and shim headers are: beside `src` or `dist`. */
export const sandboxDirectory = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "sandbox");

export interface Recipe<Name extends string> {
  /** What they depend on beside the files of `sandbox/`. */
  readonly salt: readonly string[];
  readonly makers: Readonly<Record<Name, (output: string) => Promise<void>>>;
}

type Paths<Name extends string> = Readonly<Record<Name, string>>;

interface Remembered {
  readonly paths: Paths<string>;
  /** Of the files as they were when their digests were right. */
  readonly marks: string;
}

const remembered = new Map<string, Promise<Remembered>>();
/** In each folder: a line for each program. */
const digestsFile = "digests";

/**
 * Paths of the programs, made where they are not there. `key` names the recipe in this process, which is asked for once in a cache folder.
 * Throws a MachineError where the cache folder cannot be written.
 */
export async function keptPrograms<Name extends string>(
  key: string,
  recipe: () => Promise<Recipe<Name>>,
): Promise<Paths<Name>> {
  const place = `${key}\0${cacheDirectory()}`;
  const before = remembered.get(place);
  const found = await before?.catch(() => undefined);
  if (found && (await marksOf(found.paths)) === found.marks) return found.paths as Paths<Name>;
  // Whoever else noticed it first makes it for all.
  let current = remembered.get(place);
  if (!current || current === before) {
    current = recipe().then(findOrMake);
    remembered.set(place, current);
  }
  return (await current).paths as Paths<Name>;
}

async function findOrMake<Name extends string>({ salt, makers }: Recipe<Name>): Promise<Remembered> {
  const parent = await makePrivate(join(cacheDirectory(), "native"));
  const folder = join(parent, await hashOf(salt));
  const names = Object.keys(makers) as Name[];
  if (!(await areWhole(folder, names))) {
    const partial = join(parent, nameOfOwn());
    try {
      await removeAbandoned(parent);
      await mkdir(partial, { mode: 0o700 });
      // All of them come to their end before the folder is removed.
      const made = await Promise.allSettled(names.map((name) => makers[name](join(partial, name))));
      for (const one of made) if (one.status === "rejected") throw one.reason;
      await writeFile(join(partial, digestsFile), await digestsOf(partial, names));
      // Another process may have been quicker; what else has the name is in the way.
      if (!(await areWhole(folder, names))) {
        await rm(folder, { recursive: true, force: true });
        await rename(partial, folder);
      }
    } catch (cause) {
      if (!(await areWhole(folder, names)))
        throw cause instanceof Error && "kind" in cause ? cause : cannotWrite(folder, cause);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }
  const paths = Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Paths<Name>;
  return { paths, marks: await marksOf(paths) };
}

/** Several processes may make them at once, and any of them be killed at it. */
async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent))
    if (isAbandoned(name)) await rm(join(parent, name), { recursive: true, force: true });
}

async function hashOf(salt: readonly string[]): Promise<string> {
  const files = (await readdir(sandboxDirectory)).filter((name) => /\.[ch]$/.test(name)).toSorted();
  const hash = createHash("sha256").update(`${salt.join("\0")}\0`);
  for (const name of files) hash.update(`${name}\0`).update(await readFile(join(sandboxDirectory, name)));
  return hash.digest("hex").slice(0, 32);
}

async function areWhole(folder: string, names: readonly string[]): Promise<boolean> {
  try {
    await Promise.all(names.map((name) => access(join(folder, name), constants.X_OK)));
    return (await readFile(join(folder, digestsFile), "utf8")) === (await digestsOf(folder, names));
  } catch {
    return false;
  }
}

async function digestsOf(folder: string, names: readonly string[]): Promise<string> {
  const lines = names.map(async (name) => `${digestOf(await readFile(join(folder, name)))}  ${name}\n`);
  return (await Promise.all(lines)).join("");
}

/** By which a change of a file is noticed without reading it; unlike every other where one is not there. */
async function marksOf(paths: Paths<string>): Promise<string> {
  const marks = Object.values(paths).map(async (path) => {
    const { ino, size, mtimeMs, mode } = await stat(path);
    return [ino, size, mtimeMs, mode].join();
  });
  return Promise.all(marks).then(
    (all) => all.join(" "),
    () => "gone",
  );
}
