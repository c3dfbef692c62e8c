/** `lessonbank init`: looks at a repository, tries what it seems to offer, and writes `lessonbank.json`. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { z } from "zod";
import { detectCommands, guessesFor, type CommandGuess } from "../codebase/project/detect.ts";
import { projectFileName, type ProjectFile } from "../codebase/project/project-file.ts";
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
      JSON.parse(await readFile(join(root, "package.json"), "utf8")),
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
  const detected = await detectCommands(root);
  const of = (key: CommandGuess["key"]): CommandGuess[] => {
    const given = flags[key];
    return given === undefined ? guessesFor(detected, key) : [{ key, command: given, why: "you gave it" }];
  };
  const [build] = of("build");
  // What a script called "build" makes may be of no use to the tests, as a package's bundle is.
  const builds = build === undefined ? [[]] : flags.build === undefined ? [[build], []] : [[build]];
  const tests = of("test");
  const benches = of("bench");
  if (tests.length === 0)
    throw new UsageError("nothing was found that tests this repository", {
      remedy:
        "give the command: --test COMMAND (looked for: make check, CTest, Meson, npm test, pytest, unittest, tox)",
    });
  if (benches.length === 0)
    throw new UsageError("nothing was found that times this repository", {
      remedy: "give a command that spends its time in what is to become faster: --bench COMMAND",
    });
  return tests
    .flatMap((test) => benches.flatMap((bench) => builds.map((first) => [...first, test, bench])))
    .slice(0, mostTries)
    .map((guesses) => ({ guesses, content: contentOf(guesses, flags) }));
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

/** Each is opened as a run would. Throws what the last one threw, after it was said what was wrong with the others. */
async function firstThatWorks(
  root: string,
  choices: readonly Choice[],
  flags: ProjectFlags,
  { progress, style, width }: Appearance,
  terminal: Terminal,
): Promise<Choice> {
  for (const [index, choice] of choices.entries()) {
    const { build, test, bench } = choice.content;
    const { settings } = await chooseProject(root, {
      ...flags,
      ...(build && { build }),
      ...(test && { test }),
      ...(bench && { bench }),
    });
    try {
      const project = await openShownProject(settings, progress, terminal);
      try {
        terminal.stdout.write(`${formatBaseline(project.baseline, { style, width })}\n`);
        return choice;
      } finally {
        await project.close();
      }
    } catch (error) {
      const isLast = index === choices.length - 1;
      if (isLast || !(error instanceof UsageError) || terminal.signal.aborted) throw error;
      progress.screen.print(progress.style.doubtful(`tried \`${test}\` and \`${bench}\`: ${error.message}`));
    }
  }
  throw noChoice();
}

function noChoice(): Error {
  return new Error("there is always a first choice");
}
