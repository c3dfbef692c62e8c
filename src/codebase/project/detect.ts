/**
 * Looks at a repository and says how it is probably built, tested and timed. Nothing is run here: what is guessed is tried by whoever asks.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { buildFolder, cmake } from "./detect/cmake.ts";
import { filesIn, foldersOf, shellWord, type CommandGuess, type ReadRoot } from "./detect/guess.ts";
import { makeTargets } from "./detect/makefile.ts";
import { python } from "./detect/python.ts";
import { nodeFiles, packageScripts, shellScripts } from "./detect/scripts.ts";
import { readSmall } from "./read-small.ts";

export type { CommandGuess } from "./detect/guess.ts";

export interface Detected {
  /** The likeliest first, for each key. */
  readonly guesses: readonly CommandGuess[];
}

/** Of one key, the likeliest first. */
export function guessesFor({ guesses }: Detected, key: CommandGuess["key"]): CommandGuess[] {
  return guesses.filter((guess) => guess.key === key);
}

/** Reads the files at the repository's root and in its folders for benchmarks and tests. */
export async function detectCommands(root: string): Promise<Detected> {
  const names = new Set(await readdir(root));
  const read: ReadRoot = async (name) => (names.has(name) ? readSmall(join(root, name)) : undefined);
  const guesses = [
    ...packageScripts(await read("package.json")),
    ...makeTargets(await firstOf(["GNUmakefile", "makefile", "Makefile"], read)),
    ...(names.has("CMakeLists.txt") ? await cmake(root) : []),
    // One of the two is enough: the tests of one do not run in the folder of the other.
    ...(names.has("meson.build") && !names.has("CMakeLists.txt") ? await meson(root) : []),
    ...configured(names),
    ...(await python(root, names, read)),
    ...(await nodeFiles(root, names)),
    ...(await shellScripts(root)),
  ];
  return {
    guesses: guesses.filter((guess, index) => !guesses.slice(0, index).some((other) => same(other, guess))),
  };
}

/** Files by which a folder says that it can be built or tested by itself. */
const manifests = ["package.json", "pyproject.toml", "setup.py", "CMakeLists.txt", "meson.build", "Makefile"];
const mostFolders = 200;

/** A folder of a repository that holds several packages, and what it offers, run from the repository's root. */
export interface DetectedBelow extends Detected {
  /** Relative to the root. */
  readonly folder: string;
}

/** Packages in folders one and two levels below the root, in order. */
export async function detectBelow(root: string): Promise<DetectedBelow[]> {
  const first = await foldersOf(root);
  const second = (await Promise.all(first.map(async (folder) => foldersOf(root, folder)))).flat();
  const found: DetectedBelow[] = [];
  for (const folder of [...first, ...second].slice(0, mostFolders)) {
    const names = await readdir(join(root, folder)).catch(() => []);
    if (!names.some((name) => manifests.includes(name))) continue;
    const { guesses } = await detectCommands(join(root, folder));
    found.push({ folder, guesses: guesses.map((guess) => inFolder(folder, guess)) });
  }
  return found.toSorted((a, b) => (a.folder < b.folder ? -1 : 1));
}

function inFolder(folder: string, { after, ...guess }: CommandGuess): CommandGuess {
  const within = (command: string): string => `cd ${shellWord(folder)} && ${command}`;
  return {
    ...guess,
    command: within(guess.command),
    why: `in ${folder}, ${guess.why}`,
    ...(after && { after: after.map((command) => `(${within(command)})`) }),
  };
}

function same(a: CommandGuess, b: CommandGuess): boolean {
  return a.key === b.key && a.command === b.command;
}

async function firstOf<T>(
  names: readonly string[],
  read: (name: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const name of names) {
    const found = await read(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function meson(root: string): Promise<CommandGuess[]> {
  const why = "there is a meson.build";
  const files = await filesIn(root, ["", ...(await foldersOf(root))], /^meson\.build$/);
  const texts = await Promise.all(files.map(async (file) => (await readSmall(join(root, file))) ?? ""));
  const timed = texts.some((text) => /^\s*benchmark\s*\(/m.test(text));
  return [
    {
      key: "build",
      command: `{ [ -d ${buildFolder} ] || meson setup ${buildFolder} --buildtype release -Ddebug=true; } && meson compile -C ${buildFolder}`,
      why,
    },
    { key: "test", command: `meson test -C ${buildFolder}`, why, after: [] },
    ...(timed
      ? [
          {
            key: "bench",
            command: `meson test -C ${buildFolder} --benchmark`,
            why: "meson.build names benchmarks",
            after: [],
          } as const,
        ]
      : []),
  ];
}

/** Autotools, before their first makefile. */
function configured(names: ReadonlySet<string>): CommandGuess[] {
  if (names.has("Makefile")) return [];
  const source = names.has("configure.ac") || names.has("configure.in");
  if (!names.has("configure") && !source) return [];
  const made = names.has("configure")
    ? { command: "./configure", why: "there is a configure script and no makefile yet" }
    : {
        command: "autoreconf -fi && ./configure",
        why: "there is a configure.ac and no configure script yet",
      };
  return [
    { key: "build", command: `{ [ -f Makefile ] || { ${made.command}; }; } && make`, why: made.why },
    { key: "test", command: "make check", why: made.why, after: [] },
  ];
}
