/** What a package of npm offers: its scripts, tests that Node's own runner takes, and files named like benchmarks; and shell scripts of anybody. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { benchFolders, filesIn, shellWord, type CommandGuess } from "./guess.ts";

/** npm's own placeholder for a missing test, and scripts that watch or wait, are none. */
const noScript = /no test specified|--watch\b|\bwatch\b/;

export function packageScripts(text: string | undefined): CommandGuess[] {
  if (text === undefined) return [];
  const scripts = scriptsOf(text);
  const named = (key: CommandGuess["key"], names: readonly string[], alike?: RegExp): CommandGuess[] =>
    [
      ...names,
      ...Object.keys(scripts).filter((name) => !names.includes(name) && (alike?.test(name) ?? false)),
    ]
      .filter((name) => scripts[name] !== undefined && !noScript.test(scripts[name]))
      .map((name) => {
        const why = `the script "${name}" in package.json`;
        const alone = key === "bench" ? withoutNpm(name, scripts) : undefined;
        if (alone !== undefined)
          return { key, command: alone, why: `${why}; npm's own start is not measured` };
        return { key, command: name === "test" ? "npm test" : `npm run ${shellWord(name)}`, why };
      });
  return [
    ...named("build", ["build", "compile", "prepare"]),
    ...named(
      "test",
      ["test", "test:unit", "unit", "tests"],
      /^tests?:(?:node|unit|all|run|ci)$|^mocha$|^jest$/,
    ),
    ...named("bench", ["bench", "benchmark", "perf", "benchmarks"], /^(?:bench|benchmark|perf)[:-][\w.:-]+$/),
  ];
}

/** A script that is one call of Node, and nothing before or after it, is the same without npm, which takes longer to start than many benchmarks. */
function withoutNpm(name: string, scripts: Readonly<Record<string, string>>): string | undefined {
  const script = scripts[name]?.trim() ?? "";
  const alone = scripts[`pre${name}`] === undefined && scripts[`post${name}`] === undefined;
  return alone && /^node [\w./ =-]+$/.test(script) ? script : undefined;
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

export async function nodeFiles(root: string, names: ReadonlySet<string>): Promise<CommandGuess[]> {
  if (!names.has("package.json")) return [];
  const benchmarks = await filesIn(
    root,
    benchFolders,
    /^(?:bench|perf|index|benchmark)\w*\.[cm]?js$|\.bench\.[cm]?js$/,
  );
  const tests = await filesIn(root, ["", "test", "tests"], /^test\.[cm]?js$|\.test\.[cm]?js$/);
  return [
    ...(tests.length > 0
      ? [{ key: "test", command: "node --test", why: `there is ${tests[0]}` } as const]
      : []),
    ...benchmarks
      .filter((file) => file.includes("/") || !file.startsWith("index."))
      .map((file): CommandGuess => ({
        key: "bench",
        command: `node ${shellWord(file)}`,
        why: `there is ${file}`,
      })),
  ];
}

/** Scripts that are run as they are where they may be run, and by the shell otherwise. */
export async function shellScripts(root: string): Promise<CommandGuess[]> {
  const tests = await filesIn(
    root,
    ["", "test", "tests", "scripts"],
    /^(?:run[-_]?)?(?:all[-_]?)?(?:unit[-_]?)?tests?\.sh$|^check\.sh$/,
  );
  const benches = await filesIn(root, [...benchFolders, "scripts"], /^(?:run[-_]?)?(?:bench\w*|perf)\.sh$/);
  const inFolder = await filesIn(root, benchFolders.slice(1), /^run\.sh$/);
  const of = async (key: "test" | "bench", files: readonly string[]): Promise<CommandGuess[]> =>
    Promise.all(
      files.map(async (file) => {
        const { mode } = await stat(join(root, file));
        return {
          key,
          command: (mode & 0o100) === 0 ? `sh ${shellWord(file)}` : shellWord(`./${file}`),
          why: `there is ${file}`,
        };
      }),
    );
  return [...(await of("test", tests)), ...(await of("bench", [...benches, ...inFolder]))];
}
