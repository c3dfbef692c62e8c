/** `lessonbank optimize`: runs a strategy on a task; prints the winner, why it is faster, and what was learned. */
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { MachineError, UsageError } from "../errors.ts";
import type { Workbench } from "../evaluate/sandboxed-evaluator.ts";
import { printDocument } from "../report/documents.ts";
import { formatForecast } from "../report/forecast.ts";
import { wrap } from "../report/layout.ts";
import { createProgressView } from "../report/progress.ts";
import { formatRunResult } from "../report/run-result.ts";
import { formatGuess } from "../report/tasks.ts";
import { forecast } from "../run/forecast.ts";
import { limitsOf, optimize, type OptimizeRun, type RunLimitOptions } from "../run/optimize.ts";
import { readJournal, taskOf } from "../run/read-journal.ts";
import type { OptimizeResult } from "../run/result.ts";
import { resume } from "../run/resume.ts";
import { defaultPolicy, policyNames } from "../select/policy.ts";
import type { Task } from "../task/task.ts";
import { appearanceOf, type Appearance } from "./appearance.ts";
import { findTask } from "./find-task.ts";
import {
  addRepositoryOptions,
  repositoryFlagNames,
  runRepository,
  type RepositoryFlags,
} from "./optimize-repository.ts";
import { isRunOfRepository } from "./resume-repository.ts";
import { openEvaluator, weakerSandboxOption } from "./open-evaluator.ts";
import { journalFile, shownPath } from "./places.ts";
import { openRunsBank } from "./runs-bank.ts";
import { addTeamOptions, chooseTeam, reopenTeam, type ChosenTeam } from "./team-options.ts";
import type { Terminal } from "./terminal.ts";
import { duration, optionOf, positiveNumber, wholeNumber } from "./values.ts";
import { checkWritable, writeWhole } from "./write-file.ts";

interface OptimizeFlags extends RepositoryFlags {
  readonly rounds?: number;
  readonly evaluations?: number;
  readonly time?: number;
  readonly patience?: number;
  readonly calls?: number;
  readonly tokens?: number;
  readonly usd?: number;
  readonly target?: number;
  readonly seed?: number;
  readonly policy: string;
  readonly journal?: string | false;
  readonly resume?: string;
  readonly output?: string;
  readonly weakerSandbox?: boolean;
  readonly json?: boolean;
}

export function optimizeCommand(terminal: Terminal): Command {
  const command = new Command("optimize")
    .description("make a function faster, or the functions of a repository")
    .argument(
      "[task...]",
      "FILE:FUNCTION, a task's folder or task.json, or the name of a task that ships with it",
    )
    .option(
      "--resume <journal>",
      "go on with a run that died or was interrupted, in place of a task; of a repository's run, its folder",
    );
  addTeamOptions(command)
    .option("--rounds <number>", "rounds at the most (default: 8)", wholeNumber(1))
    .option("--evaluations <number>", "candidates judged at the most (default: 24)", wholeNumber(1))
    .option("--time <time>", "begin no candidate after this time, such as 90s or 5m", duration)
    .option(
      "--patience <rounds>",
      "rounds without anything faster before it ends (default: 4)",
      wholeNumber(1),
    )
    .option("--calls <number>", "calls of models at the most", wholeNumber(1))
    .option("--tokens <number>", "call no model after so many tokens, prompts and replies", wholeNumber(1))
    .option("--usd <amount>", "call no model after it cost so many US dollars", positiveNumber)
    .option("--target <speedup>", "a speedup that is enough", positiveNumber)
    .option("--seed <number>", "make every choice repeatable", wholeNumber(0))
    .addOption(
      new Option("--strategy <name>", "how the agents work together").choices(["lessonl"]).default("lessonl"),
    )
    .addOption(
      new Option("--policy <name>", "which lessons the agents are shown")
        .choices([...policyNames])
        .default(defaultPolicy),
    )
    .option("--bank <folder>", "the bank of lessons (default: yours, see `lessonbank doctor`)")
    .option("--no-bank", "neither use lessons of earlier runs nor keep those of this one")
    .option("--read-only", "use the lessons in the bank, and leave it as it is: for experiments")
    .option("--snapshot <hash>", "as --read-only, and refuse a bank that is not this snapshot")
    .option(
      "--shipped-lessons",
      "let a bank that is empty begin with the lessons that ship with lessonbank (default: yours does, not one that you name)",
    )
    .option("--no-shipped-lessons", "let yours begin empty, too")
    .option("--journal <file>", "where to write what happens (default: your folder of runs)")
    .option("--no-journal", "keep no journal")
    .option("-o, --output <file>", "write the winner, a whole source file, to this file")
    .addOption(weakerSandboxOption())
    .option("--json", "print the result as one JSON document")
    .action(async (tasks: readonly string[], flags: OptimizeFlags, running: Command) => {
      if (flags.repo !== undefined || isRunOfRepository(flags.resume, terminal)) {
        refuseForRepository(flags);
        return runRepository(tasks, flags, limitOptions(flags), running, terminal);
      }
      const argument = onlyTask(tasks, running);
      const appearance = appearanceOf(running, terminal);
      refuseContradictions(argument, flags, running);
      const result = await run(argument, flags, appearance, terminal);
      let unwritten: unknown;
      if (flags.output !== undefined && result.best)
        await writeWhole(terminal, flags.output, result.best.source).catch((error) => (unwritten = error));
      const places = unwritten ? [] : kept(result, flags, terminal);
      terminal.stdout.write(
        flags.json ? printDocument(result) : `${formatRunResult(result, { ...appearance, kept: places })}\n`,
      );
      // Not before: the result is whole, whatever could not be kept of it.
      if (unwritten) throw unwritten;
      if (result.unkept)
        throw new MachineError(result.unkept.join("; "), {
          remedy: "The result is whole. For the next run make room there, or name other places.",
        });
    });
  addRepositoryOptions(command);
  return command;
}

/** One function at a time, but for a repository; and what is said of one needs one. */
function onlyTask(tasks: readonly string[], command: Command): string | undefined {
  const [first, second] = tasks;
  if (second !== undefined)
    throw new UsageError(`${first} and ${second} are two tasks`, {
      remedy: "run it once for each, or work on a repository: --repo DIR",
    });
  const strange = repositoryFlagNames.find((name) => command.getOptionValueSource(name) === "cli");
  if (strange !== undefined)
    throw new UsageError(`${optionOf(strange)} says something of a repository, and none was given`, {
      remedy: "--repo DIR",
    });
  return first;
}

function refuseForRepository(flags: OptimizeFlags): void {
  for (const name of ["output", "weakerSandbox"] as const)
    if (flags[name] !== undefined)
      throw new UsageError(`${optionOf(name)} does not go with --repo`, {
        remedy: name === "output" ? "--patch FILE writes all changes" : "leave it out",
      });
}

/** A task begins a run, a journal goes on with one; what a run began with cannot be chosen again. */
function refuseContradictions(argument: string | undefined, flags: OptimizeFlags, command: Command): void {
  if (flags.resume === undefined) {
    if (argument !== undefined) return;
    throw new UsageError("there is no task", {
      remedy:
        "name one: FILE:FUNCTION, a folder, or one of `lessonbank task list`; or go on with a run: --resume JOURNAL",
    });
  }
  if (argument !== undefined)
    throw new UsageError("a run that is resumed has its task already", {
      remedy: `leave ${argument} out, or --resume`,
    });
  for (const name of ["seed", "policy", "strategy", "journal"])
    if (command.getOptionValueSource(name) === "cli")
      throw new UsageError(`--${name} cannot be changed in the middle of a run`, {
        remedy: "leave it out, or --resume",
      });
}

async function run(
  argument: string | undefined,
  flags: OptimizeFlags,
  { progress }: Appearance,
  terminal: Terminal,
): Promise<OptimizeResult> {
  const before =
    flags.resume === undefined ? undefined : readJournal(resolve(terminal.directory, flags.resume));
  const team = before ? await reopenTeam(before, flags, terminal) : await chooseTeam(flags, terminal);
  try {
    if (flags.output !== undefined) await checkWritable(terminal, flags.output);
    const evaluator = await openEvaluator(flags, progress, terminal);
    try {
      const task = before
        ? taskOf(before.started)
        : await taskFor(argument ?? "", evaluator, progress, terminal);
      tellForecast(task, team, flags, progress);
      const kept = await openRunsBank(terminal, flags, {
        say: (text) => progress.screen.print(progress.style.quiet(wrap(text, { width: progress.width }))),
        recorded: before?.started.bank.snapshot,
      });
      try {
        const resources = {
          ...limitOptions(flags),
          agents: team.agents,
          bank: kept.bank,
          evaluator,
          signal: terminal.signal,
        };
        const result = await watch(
          flags.resume === undefined
            ? optimize({
                ...resources,
                task,
                policy: flags.policy,
                seed: flags.seed,
                journal: journalPath(flags.journal, task.name, terminal),
                team: team.members,
              })
            : resume({ ...resources, journal: resolve(terminal.directory, flags.resume) }),
          progress,
        );
        const now = await kept.changed();
        if (now !== undefined)
          progress.screen.print(
            `the bank was written to during the run: it is snapshot ${now.slice(0, 16)} now`,
          );
        return result;
      } finally {
        await kept.close();
      }
    } finally {
      await evaluator.close();
    }
  } finally {
    await team.close();
  }
}

async function taskFor(
  argument: string,
  evaluator: Workbench,
  progress: Appearance["progress"],
  terminal: Terminal,
): Promise<Task> {
  const found = await findTask(argument, terminal, evaluator);
  for (const guess of found.inferred?.guesses ?? []) progress.screen.print(formatGuess(guess, progress));
  return found.task;
}

function limitOptions(flags: OptimizeFlags): RunLimitOptions {
  const { rounds, evaluations, time, patience, calls, tokens, usd, target } = flags;
  return {
    rounds,
    evaluations,
    timeLimitMs: time,
    patience,
    modelCalls: calls,
    tokens,
    usd,
    targetSpeedup: target,
  };
}

/** Before the first call. A limit in dollars is refused where nobody knows what a model costs. */
function tellForecast(
  task: Task,
  { agents, models }: ChosenTeam,
  flags: OptimizeFlags,
  { screen, style, width }: Appearance["progress"],
): void {
  if (models.length === 0) return;
  const expected = forecast({ task, agents, models, limits: limitsOf(limitOptions(flags)) });
  const [unpriced] = expected.unpriced;
  if (flags.usd !== undefined && unpriced !== undefined)
    throw new UsageError(`--usd cannot be kept: what ${unpriced} costs is not known`, {
      remedy: 'write its price into a team file ("price"), or limit --calls or --tokens',
    });
  screen.print(style.quiet(wrap(formatForecast(expected), { width })));
}

async function watch(running: OptimizeRun, progress: Appearance["progress"]): Promise<OptimizeResult> {
  const view = createProgressView(progress);
  try {
    for await (const event of running) view.show(event);
    return await running.result;
  } finally {
    view.close();
  }
}

function journalPath(
  named: string | false | undefined,
  task: string,
  terminal: Terminal,
): string | undefined {
  if (named === false) return undefined;
  return named === undefined ? journalFile(terminal, task) : resolve(terminal.directory, named);
}

function kept(result: OptimizeResult, flags: OptimizeFlags, terminal: Terminal): string[] {
  const lines: string[] = [];
  if (flags.output !== undefined && result.best)
    lines.push(`The winner is in ${shownPath(resolve(terminal.directory, flags.output), terminal)}.`);
  const readOnly = flags.readOnly === true || flags.snapshot !== undefined;
  if (flags.bank !== false && !readOnly && result.lessons.length > 0) {
    const folder = flags.bank === undefined ? "" : ` --bank ${flags.bank}`;
    lines.push(`All lessons: lessonbank lessons list --run ${result.run}${folder}`);
  }
  if (result.journal !== undefined) lines.push(`Journal: ${shownPath(result.journal, terminal)}`);
  return lines;
}
