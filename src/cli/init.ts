/** `lessonbank init`: looks at a repository, tries what it seems to offer, and writes `lessonbank.json`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import {
  detectBelow,
  detectCommands,
  guessesFor,
  type CommandGuess,
  type Detected,
} from "../codebase/project/detect.ts";
import { projectFileName, type ProjectFile } from "../codebase/project/project-file.ts";
import { readSmall } from "../codebase/project/read-small.ts";
import { cleanProse, cleanSource } from "../code/clean-text.ts";
import { UsageError } from "../errors.ts";
import { formatBaseline, formatGuessed } from "../report/repository.ts";
import { appearanceOf, type Appearance } from "./appearance.ts";
import { openShownProject } from "./open-project.ts";
import { shownPath } from "./places.ts";
import { addProjectOptions, chooseProject, projectRoot, type ProjectFlags } from "./project-options.ts";
import type { Terminal } from "./terminal.ts";
import { writeWhole } from "./write-file.ts";

interface InitFlags extends ProjectFlags {
  readonly force?: boolean;
  readonly try: boolean;
}

/** Sets of commands that are tried at the most: each may take minutes. */
const mostTries = 6;
/** Of one key, in one folder: a makefile can name thousands of targets. */
const mostOfAKey = 20;

export function initCommand(terminal: Terminal): Command {
  const command = new Command("init")
    .description("look at a repository, try how it is built, tested and timed, and write lessonbank.json")
    .argument("[directory]", "the repository (default: this folder)");
  return addProjectOptions(command)
    .option("--force", "write over a lessonbank.json that is there")
    .option("--no-try", "write what was guessed without running it")
    .action(async (directory: string | undefined, flags: InitFlags, running: Command) => {
      const appearance = appearanceOf(running, terminal);
      const root = projectRoot(terminal, directory);
      if (existsSync(join(root, projectFileName)) && !flags.force)
        throw new UsageError(`${projectFileName} is there already`, { remedy: "--force writes over it" });
      const choices = await choicesFor(root, flags);
      const file = flags.try ? await firstThatWorks(root, choices, flags, appearance, terminal) : choices[0];
      if (!file) throw noChoice();
      for (const guess of file.guesses) terminal.stdout.write(`${formatGuessed(guess, appearance)}\n`);
      await writeWhole(
        terminal,
        join(root, projectFileName),
        `${JSON.stringify({ ...(await schemaFor(root)), ...file.content }, undefined, 2)}\n`,
      );
      const where = directory === undefined ? "" : ` ${directory}`;
      terminal.stdout.write(
        `${appearance.style.good(`${shownPath(join(root, projectFileName), terminal)} is written.`)}\nNext: lessonbank profile${where}, or lessonbank optimize --repo ${directory ?? "."}\n`,
      );
    });
}

const installedSchema = "node_modules/lessonbank/tasks/project.schema.json";

/** For editors, where the repository itself brings it along: any other path would lead nowhere on the next machine. Nothing here ever reads it. */
async function schemaFor(root: string): Promise<{ $schema?: string }> {
  try {
    const { dependencies, devDependencies } = dependentSchema.parse(
      JSON.parse((await readSmall(join(root, "package.json"))) ?? "{}"),
    );
    if ("lessonbank" in { ...dependencies, ...devDependencies }) return { $schema: `./${installedSchema}` };
  } catch {
    // No package, or one that npm has to complain about.
  }
  return {};
}

const dependentSchema = z.object({
  dependencies: z.record(z.string(), z.unknown()).optional(),
  devDependencies: z.record(z.string(), z.unknown()).optional(),
});

interface Choice {
  readonly content: ProjectFile;
  readonly guesses: readonly CommandGuess[];
}

/** What the flags say, and for the rest each likely test command with the likeliest build and benchmark. */
async function choicesFor(root: string, flags: ProjectFlags): Promise<Choice[]> {
  const own = await detectCommands(root);
  const complete = flags.test !== undefined || guessesFor(own, "test").length > 0;
  const timed = flags.bench !== undefined || guessesFor(own, "bench").length > 0;
  const below = complete && timed ? [] : await detectBelow(root);
  const places: Detected[] = [own, ...below.map((place) => besideRoot(own, place))];
  const choices = places.flatMap((place) => choicesIn(place, flags));
  if (choices.length === 0) throw nothingFound([own, ...below], flags);
  return choices.map((guesses) => ({ guesses, content: contentOf(guesses, flags) }));
}

/** What a package below the root lacks, the root may have. */
function besideRoot(own: Detected, place: Detected): Detected {
  const lacking = (["build", "test", "bench"] as const).filter((key) => guessesFor(place, key).length === 0);
  return { guesses: [...place.guesses, ...own.guesses.filter(({ key }) => lacking.includes(key))] };
}

/** Sets of commands: a build if there is one, a test, a benchmark. */
function choicesIn(detected: Detected, flags: ProjectFlags): CommandGuess[][] {
  const of = (key: CommandGuess["key"]): CommandGuess[] => {
    const given = flags[key];
    return given === undefined
      ? guessesFor(detected, key).slice(0, mostOfAKey)
      : [{ key, command: given, why: "you gave it" }];
  };
  const [build] = of("build");
  return of("test").flatMap((test) =>
    of("bench").flatMap((bench) => {
      const needed = [...(test.after ?? []), ...(bench.after ?? [])];
      if (build === undefined) return [[test, bench]];
      if (flags.build !== undefined) return [[build, test, bench]];
      const whole = { ...build, command: [...new Set([build.command, ...needed])].join(" && ") };
      // What a script called "build" makes may be of no use to the tests, as a package's bundle is.
      const without = test.after || bench.after ? [] : [[test, bench]];
      return [[whole, test, bench], ...without];
    }),
  );
}

/** Says what is missing, what was looked for, and what is there already. */
function nothingFound(places: readonly Detected[], flags: ProjectFlags): UsageError {
  const found = (key: CommandGuess["key"]): string | undefined =>
    flags[key] ?? places.flatMap((place) => guessesFor(place, key))[0]?.command;
  const missing = (["test", "bench"] as const).filter((key) => found(key) === undefined);
  const verbs = missing.map((key) => (key === "test" ? "tests" : "times"));
  const there = (["build", "test", "bench"] as const).flatMap((key) => {
    const command = found(key);
    return command === undefined ? [] : [`${key} \`${command}\``];
  });
  const say = {
    test: "--test COMMAND, which passes where the code is right (looked for: make check, CTest, Meson, npm test, pytest, unittest, test.sh, programs of the makefile called test)",
    bench:
      "--bench COMMAND, which spends its time in what is to become faster (looked for: targets, scripts and programs called bench or perf, and files of that name, in benchmarks/ too)",
  };
  return new UsageError(`nothing was found that ${verbs.join(", or that ")} this repository`, {
    remedy:
      missing.map((key) => `give ${say[key]}`).join("; and ") +
      (there.length > 0 ? `. Found: ${there.join(", ")}` : ""),
  });
}

function contentOf(
  guesses: readonly CommandGuess[],
  { metric, metricJson, better = "lower", unit }: ProjectFlags,
): ProjectFile {
  const commands = Object.fromEntries(guesses.map(({ key, command }) => [key, command]));
  const named = metric !== undefined || metricJson !== undefined;
  return {
    ...commands,
    ...(named && {
      metric: {
        ...(metric !== undefined && { pattern: metric }),
        ...(metricJson !== undefined && { jsonPath: metricJson }),
        better,
        ...(unit !== undefined && { unit }),
      },
    }),
  };
}

/** Each is opened as a run would. Where none works, throws what was wrong with the likeliest, after it was said what was with the others. */
async function firstThatWorks(
  root: string,
  choices: readonly Choice[],
  flags: ProjectFlags,
  { progress, style, width }: Appearance,
  terminal: Terminal,
): Promise<Choice> {
  let likeliest: UsageError | undefined;
  const inVain: ProjectFile[] = [];
  let tries = 0;
  for (const choice of choices) {
    // What was in vain already costs no try: the next test command may stand behind many benchmarks of this one.
    if (inVain.some((part) => isPart(part, choice.content))) continue;
    if (tries++ === mostTries) break;
    let failedAt: string = "copy";
    const { build, test, bench } = choice.content;
    const { settings } = await chooseProject(root, {
      ...flags,
      ...(build && { build }),
      ...(test && { test }),
      ...(bench && { bench }),
    });
    try {
      const project = await openShownProject(settings, progress, terminal, (stage) => {
        failedAt = stage;
      });
      try {
        terminal.stdout.write(`${formatBaseline(project.baseline, { style, width })}\n`);
        return choice;
      } finally {
        await project.close();
      }
    } catch (error) {
      if (!(error instanceof UsageError) || terminal.signal.aborted) throw error;
      if (failedAt === "build") inVain.push({ build });
      else if (failedAt === "test") inVain.push({ build, test });
      else if (failedAt === "bench") inVain.push({ build, bench });
      // The likeliest is said last, as the error, where none works.
      likeliest ??= error;
      if (choices.length > 1)
        progress.screen.print(
          progress.style.doubtful(`tried ${describeSet(choice)}: ${inShort(error.message)}`),
        );
    }
  }
  throw likeliest ?? noChoice();
}

/** Whether a set of commands has in it what failed already. */
function isPart(part: ProjectFile, content: ProjectFile): boolean {
  return (["build", "test", "bench"] as const).every((key) => !(key in part) || part[key] === content[key]);
}

function describeSet({ content: { build, test, bench } }: Choice): string {
  const quoted = [build, test, bench].flatMap((command) =>
    command === undefined ? [] : [`\`${cleanProse(command)}\``],
  );
  return `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}

/** Its first line, and the last of what the command said. */
function inShort(text: string): string {
  const lines = cleanSource(text)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const [first = text] = lines;
  return lines.length > 1 ? `${first} ${lines.at(-1)?.trim()}` : first;
}

function noChoice(): Error {
  return new Error("there is always a first choice");
}
