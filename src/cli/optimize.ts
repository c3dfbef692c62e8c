/** `lessonbank optimize`: runs a strategy on a task; prints the winner, why it is faster, and what was learned. */
import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { Agent } from "../agent/agent.ts";
import { defaultTeam } from "../agent/team.ts";
import { createMemoryBank } from "../bank/memory-bank.ts";
import { createStructuralEmbedder } from "../bank/structural-embedder.ts";
import { openBank } from "../bank/lance-bank.ts";
import { nearest } from "../code/nearest.ts";
import { MachineError, UsageError } from "../errors.ts";
import { printDocument } from "../report/documents.ts";
import { createProgressView } from "../report/progress.ts";
import { formatRunResult } from "../report/run-result.ts";
import { formatGuess } from "../report/tasks.ts";
import { optimize, type OptimizeOptions } from "../run/optimize.ts";
import type { OptimizeResult } from "../run/result.ts";
import { policyNames } from "../select/policy.ts";
import type { Task } from "../task/task.ts";
import { appearanceOf, type Appearance } from "./appearance.ts";
import { findTask } from "./find-task.ts";
import { openEvaluator, weakerSandboxOption } from "./open-evaluator.ts";
import { bankFolder, journalFile, shownPath } from "./places.ts";
import type { Terminal } from "./terminal.ts";
import { duration, nameList, wholeNumber } from "./values.ts";
import { checkWritable, writeWhole } from "./write-file.ts";

interface OptimizeFlags {
  readonly rounds?: number;
  readonly evaluations?: number;
  readonly time?: number;
  readonly seed?: number;
  readonly agents?: readonly string[];
  readonly policy?: string;
  readonly bank?: string | false;
  readonly journal?: string | false;
  readonly output?: string;
  readonly weakerSandbox?: boolean;
  readonly json?: boolean;
}

export function optimizeCommand(terminal: Terminal): Command {
  return new Command("optimize")
    .description("make a function faster")
    .argument(
      "<task>",
      "FILE:FUNCTION, a task's folder or task.json, or the name of a task that ships with it",
    )
    .option("--rounds <number>", "rounds at the most (default: 8)", wholeNumber(1))
    .option("--evaluations <number>", "candidates judged at the most (default: 24)", wholeNumber(1))
    .option("--time <time>", "begin no candidate after this time, such as 90s or 5m", duration)
    .option("--seed <number>", "make every choice repeatable", wholeNumber(0))
    .option("--agents <names>", "only these agents of the team, separated by commas", nameList)
    .addOption(
      new Option("--strategy <name>", "how the agents work together").choices(["lessonl"]).default("lessonl"),
    )
    .addOption(
      new Option("--policy <name>", "which lessons the agents are shown")
        .choices([...policyNames])
        .default("lessonl"),
    )
    .option("--bank <folder>", "the bank of lessons (default: yours, see `lessonbank doctor`)")
    .option("--no-bank", "neither use lessons of earlier runs nor keep those of this one")
    .option("--journal <file>", "where to write what happens (default: your folder of runs)")
    .option("--no-journal", "keep no journal")
    .option("-o, --output <file>", "write the winner, a whole source file, to this file")
    .addOption(weakerSandboxOption())
    .option("--json", "print the result as one JSON document")
    .action(async (argument: string, flags: OptimizeFlags, command: Command) => {
      const appearance = appearanceOf(command, terminal);
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
}

async function run(
  argument: string,
  flags: OptimizeFlags,
  { progress }: Appearance,
  terminal: Terminal,
): Promise<OptimizeResult> {
  const agents = chooseAgents(flags.agents);
  if (flags.output !== undefined) await checkWritable(terminal, flags.output);
  const evaluator = await openEvaluator(flags, progress, terminal);
  try {
    const found = await findTask(argument, terminal, evaluator);
    for (const guess of found.inferred?.guesses ?? []) progress.screen.print(formatGuess(guess, progress));
    const bank =
      flags.bank === false
        ? createMemoryBank({ embedder: createStructuralEmbedder() })
        : await openBank(bankFolder(terminal, flags.bank));
    try {
      return await watch({ ...optionsOf(flags, found.task, terminal), agents, bank, evaluator }, progress);
    } finally {
      await bank.close();
    }
  } finally {
    await evaluator.close();
  }
}

async function watch(options: OptimizeOptions, progress: Appearance["progress"]): Promise<OptimizeResult> {
  const view = createProgressView(progress);
  try {
    const running = optimize(options);
    for await (const event of running) view.show(event);
    return await running.result;
  } finally {
    view.close();
  }
}

function optionsOf(flags: OptimizeFlags, task: Task, terminal: Terminal): OptimizeOptions {
  const { policy, rounds, evaluations, seed, time } = flags;
  const journal = journalPath(flags.journal, task.name, terminal);
  return { task, policy, rounds, evaluations, seed, timeLimitMs: time, journal, signal: terminal.signal };
}

function journalPath(
  named: string | false | undefined,
  task: string,
  terminal: Terminal,
): string | undefined {
  if (named === false) return undefined;
  return named === undefined ? journalFile(terminal, task) : resolve(terminal.directory, named);
}

/** The team, or those of it that were named. */
function chooseAgents(names: readonly string[] | undefined): readonly Agent[] {
  const team = defaultTeam();
  if (!names) return team;
  const known = team.map((agent) => agent.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const near = nearest(unknown, known);
    throw new UsageError(`there is no agent called "${unknown}"`, {
      remedy: `${near === undefined ? "" : `did you mean ${near}? `}The team is ${known.join(", ")}.`,
    });
  }
  return team.filter((agent) => names.includes(agent.name));
}

function kept(result: OptimizeResult, flags: OptimizeFlags, terminal: Terminal): string[] {
  const lines: string[] = [];
  if (flags.output !== undefined && result.best)
    lines.push(`The winner is in ${shownPath(resolve(terminal.directory, flags.output), terminal)}.`);
  if (flags.bank !== false && result.lessons.length > 0) {
    const folder = flags.bank === undefined ? "" : ` --bank ${flags.bank}`;
    lines.push(`All lessons: lessonbank lessons list --run ${result.run}${folder}`);
  }
  if (result.journal !== undefined) lines.push(`Journal: ${shownPath(result.journal, terminal)}`);
  return lines;
}
