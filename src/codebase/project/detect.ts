/**
 * Looks at a repository and says how it is probably built, tested and timed. Nothing is run here: what is guessed is tried by whoever asks.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface CommandGuess {
  readonly key: "build" | "test" | "bench";
  readonly command: string;
  /** What was seen: `the target "check" in Makefile`. */
  readonly why: string;
}

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
  const read = async (name: string): Promise<string | undefined> =>
    names.has(name) ? readFile(join(root, name), "utf8").catch(() => undefined) : undefined;
  const guesses = [
    ...packageScripts(await read("package.json")),
    ...makeTargets(await firstOf(["GNUmakefile", "makefile", "Makefile"], read)),
    ...(names.has("CMakeLists.txt") ? cmake(await benchSources(root)) : []),
    ...(names.has("meson.build") ? meson() : []),
    ...(names.has("configure") && !names.has("Makefile") ? configured() : []),
    ...(await python(root, names, read)),
    ...(await nodeFiles(root, names)),
  ];
  return {
    guesses: guesses.filter((guess, index) => !guesses.slice(0, index).some((other) => same(other, guess))),
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

/** npm's own placeholder for a missing test, and scripts that watch or wait, are none. */
const noScript = /no test specified|--watch\b|\bwatch\b/;

function packageScripts(text: string | undefined): CommandGuess[] {
  if (text === undefined) return [];
  const scripts = scriptsOf(text);
  const named = (key: CommandGuess["key"], names: readonly string[]): CommandGuess[] =>
    names
      .filter((name) => scripts[name] !== undefined && !noScript.test(scripts[name]))
      .map((name) => ({
        key,
        command: name === "test" ? "npm test" : `npm run ${name}`,
        why: `the script "${name}" in package.json`,
      }));
  return [
    ...named("build", ["build", "compile", "prepare"]),
    ...named("test", ["test", "test:unit", "unit", "tests"]),
    ...named("bench", ["bench", "benchmark", "perf", "benchmarks"]),
  ];
}

function scriptsOf(text: string): Readonly<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("scripts" in value)) return {};
    const { scripts } = value;
    if (typeof scripts !== "object" || scripts === null) return {};
    return Object.fromEntries(
      Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return {};
  }
}

function makeTargets(text: string | undefined): CommandGuess[] {
  if (text === undefined) return [];
  const targets = new Set(
    [...text.matchAll(/^([A-Za-z][\w.-]*(?:[ \t]+[A-Za-z][\w.-]*)*)[ \t]*::?(?!=)/gm)].flatMap(
      ([, names = ""]) => names.split(/\s+/),
    ),
  );
  const named = (key: CommandGuess["key"], names: readonly string[]): CommandGuess[] =>
    names
      .filter((name) => targets.has(name))
      .map((name) => ({ key, command: `make ${name}`, why: `the target "${name}" in the makefile` }));
  return [
    { key: "build", command: "make", why: "there is a makefile" },
    ...named("test", ["check", "test", "tests", "runtests"]),
    ...named("bench", ["bench", "benchmark", "perf", "speed", "benchmarks"]),
  ];
}

/** A build folder of our own, so that one of the user's stays as it is. */
const buildFolder = "build-lessonbank";

function cmake(benchmarks: readonly string[]): CommandGuess[] {
  const why = "there is a CMakeLists.txt";
  return [
    {
      key: "build",
      command: `cmake -S . -B ${buildFolder} -DCMAKE_BUILD_TYPE=Release && cmake --build ${buildFolder}`,
      why,
    },
    { key: "test", command: `ctest --test-dir ${buildFolder} --output-on-failure`, why },
    ...benchmarks.map((name): CommandGuess => ({
      key: "bench",
      command: `./${buildFolder}/${name}`,
      why: `there is a source file ${name}`,
    })),
  ];
}

function meson(): CommandGuess[] {
  const why = "there is a meson.build";
  return [
    {
      key: "build",
      command: `meson setup ${buildFolder} --buildtype release --reconfigure; meson compile -C ${buildFolder}`,
      why,
    },
    { key: "test", command: `meson test -C ${buildFolder}`, why },
    { key: "bench", command: `meson test -C ${buildFolder} --benchmark`, why },
  ];
}

function configured(): CommandGuess[] {
  const why = "there is a configure script and no makefile yet";
  return [
    { key: "build", command: "[ -f Makefile ] || ./configure; make", why },
    { key: "test", command: "make check", why },
  ];
}

async function python(
  root: string,
  names: ReadonlySet<string>,
  read: (name: string) => Promise<string | undefined>,
): Promise<CommandGuess[]> {
  const project = await read("pyproject.toml");
  const packaged = project !== undefined || names.has("setup.py") || names.has("setup.cfg");
  const folders = ["", ...(await foldersOf(root))];
  const testFiles = await filesIn(root, folders, /^test_\w+\.py$|^\w+_test\.py$/);
  if (!packaged && testFiles.length === 0) return [];
  const pytest =
    names.has("pytest.ini") ||
    names.has("conftest.py") ||
    names.has("tox.ini") ||
    /pytest/.test(project ?? "") ||
    /pytest/.test((await read("setup.cfg")) ?? "");
  const benchmarks = await filesIn(
    root,
    ["", "bench", "benchmarks", "benchmark", "perf"],
    /^(?:bench|perf)\w*\.py$|^\w+_bench\w*\.py$/,
  );
  const source = names.has("src") ? "PYTHONPATH=src " : "";
  const unittest: CommandGuess = {
    key: "test",
    command: `${source}python3 -m unittest discover${discovery(testFiles, names)}`,
    why: "there are test files",
  };
  const pytestGuess: CommandGuess = {
    key: "test",
    command: `${source}python3 -m pytest -q -x -p no:cacheprovider`,
    why: pytest ? "its settings name pytest" : "there are test files",
  };
  return [
    ...(pytest ? [pytestGuess, unittest] : [unittest, pytestGuess]),
    ...benchmarks.map((file): CommandGuess => ({
      key: "bench",
      command: `${source}python3 ${file}`,
      why: `there is ${file}`,
    })),
  ];
}

/** Where unittest would not find the tests by itself, what tells it. */
function discovery(testFiles: readonly string[], names: ReadonlySet<string>): string {
  const usual = testFiles.some((file) => /(?:^|\/)test_\w+\.py$/.test(file));
  return (
    (names.has("tests") ? " -s tests -t ." : "") + (usual || testFiles.length === 0 ? "" : ' -p "*_test.py"')
  );
}

/** Folders at the root, in order; not those that begin with a dot. */
async function foldersOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !/^[._]|^(?:node_modules|venv|env)$/.test(entry.name))
    .map(({ name }) => name)
    .toSorted();
}

async function nodeFiles(root: string, names: ReadonlySet<string>): Promise<CommandGuess[]> {
  if (!names.has("package.json")) return [];
  const benchmarks = await filesIn(
    root,
    ["", "bench", "benchmarks", "benchmark", "perf"],
    /^(?:bench|perf|index|benchmark)\w*\.[cm]?js$/,
  );
  const tests = await filesIn(root, ["", "test", "tests"], /^test\.[cm]?js$|\.test\.[cm]?js$/);
  return [
    ...(tests.length > 0
      ? [{ key: "test", command: "node --test", why: `there is ${tests[0]}` } as const]
      : []),
    ...benchmarks
      .filter((file) => file.includes("/") || !file.startsWith("index."))
      .map((file): CommandGuess => ({ key: "bench", command: `node ${file}`, why: `there is ${file}` })),
  ];
}

/** Names, without ending, of C and C++ sources that look like benchmarks: what a build makes of them has their name. */
async function benchSources(root: string): Promise<string[]> {
  const files = await filesIn(
    root,
    ["", "bench", "benchmarks", "benchmark", "perf"],
    /^\w*(?:bench|perf)\w*\.(?:c|cc|cpp|cxx)$/,
  );
  return files.map((file) => file.replace(/^.*\//, "").replace(/\.\w+$/, ""));
}

/** Paths below the root, in order; folders that are not there hold nothing. */
async function filesIn(root: string, folders: readonly string[], fitting: RegExp): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (entry.isFile() && fitting.test(entry.name))
        found.push(folder === "" ? entry.name : `${folder}/${entry.name}`);
    }
  }
  return found.toSorted();
}
