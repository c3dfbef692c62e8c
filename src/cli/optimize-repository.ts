/** `lessonbank optimize --repo`: a whole repository, and what is done with the patch. */
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import { createMemoryBank } from "../bank/memory-bank.ts";
import { createStructuralEmbedder } from "../bank/structural-embedder.ts";
import type { Bank } from "../bank/bank.ts";
import { applyChanges, commitChanges } from "../codebase/git.ts";
import {
  optimizeRepository,
  type RepositoryEvent,
  type RepositoryResult,
} from "../codebase/optimize-repository.ts";
import { importProjectLessons, keepProjectLessons, projectLessonsFile } from "../codebase/project-lessons.ts";
import { UsageError } from "../errors.ts";
import { describeContext } from "../lesson/context.ts";
import { printDocument } from "../report/documents.ts";
import { count } from "../report/figures.ts";
import { wrap } from "../report/layout.ts";
import { formatProfile } from "../report/profile.ts";
import { createProgressView, type ProgressView } from "../report/progress.ts";
import { formatPullRequest } from "../report/pull-request.ts";
import { formatBaseline, formatRepositoryResult } from "../report/repository.ts";
import type { RunLimitOptions } from "../run/optimize.ts";
import type { CommandTask } from "../task/task.ts";
import { appearanceOf, type Appearance } from "./appearance.ts";
import { openShownProject } from "./open-project.ts";
import { openUsersBank } from "./open-bank.ts";
import { bankFolder, journalFile, shownPath } from "./places.ts";
import { addProjectOptions, chooseProject, projectRoot, type ProjectFlags } from "./project-options.ts";
import { chooseTeam, type TeamFlags } from "./team-options.ts";
import type { Terminal } from "./terminal.ts";
import { wholeNumber } from "./values.ts";
import { checkWritable, writeWhole } from "./write-file.ts";

export interface RepositoryFlags extends ProjectFlags, TeamFlags {
  readonly repo?: string;
  readonly functions?: number;
  readonly apply?: boolean;
  readonly commit?: boolean;
  readonly branch?: string;
  readonly unproven?: boolean;
  readonly patch?: string;
  readonly pullRequest?: string;
  readonly projectLessons?: boolean;
  readonly policy: string;
  readonly seed?: number;
  readonly bank?: string | false;
  readonly journal?: string | false;
  readonly resume?: string;
  readonly json?: boolean;
}

export function addRepositoryOptions(command: Command): Command {
  command.option(
    "--repo <folder>",
    "a whole repository: tasks are then FILE:FUNCTION in it, or found by profiling",
  );
  return addProjectOptions(command)
    .option(
      "--functions <number>",
      "functions at the most where they are found by profiling (default: 3)",
      wholeNumber(1),
    )
    .option("--patch <file>", "write the patch to this file; `git apply` takes it")
    .option("--pull-request <file>", "write a page for the pull request, in Markdown")
    .option("--apply", "change the files in the repository")
    .option("--commit", "change them, and commit that")
    .option("--branch <name>", "commit it to a new branch, and leave the files as they are")
    .option("--unproven", "apply and commit also what the tests do not notice")
    .option("--project-lessons", `keep the lessons in the repository, in ${projectLessonsFile}`);
}

/** Names, of those flags, that mean something with `--repo` alone. */
export const repositoryFlagNames = [
  "build",
  "test",
  "bench",
  "metric",
  "metricJson",
  "better",
  "unit",
  "functions",
  "patch",
  "pullRequest",
  "apply",
  "commit",
  "branch",
  "unproven",
  "projectLessons",
] as const;

export async function runRepository(
  functions: readonly string[],
  flags: RepositoryFlags,
  limits: RunLimitOptions,
  running: Command,
  terminal: Terminal,
): Promise<void> {
  const appearance = appearanceOf(running, terminal);
  const root = projectRoot(terminal, flags.repo);
  for (const file of [flags.patch, flags.pullRequest])
    if (file !== undefined) await checkWritable(terminal, file);
  refuseTwoWays(flags);
  const { settings, file } = await chooseProject(root, flags);
  const project = await openShownProject(settings, appearance.progress, terminal);
  try {
    const { screen, style, width } = appearance.progress;
    screen.print(style.quiet(formatBaseline(project.baseline, { style, width })));
    const bank = await openBank(flags, terminal);
    try {
      await importProjectLessons(root, bank);
      const journals = journalsFolder(flags, root, terminal);
      let task: CommandTask | undefined;
      const show = createEventView(appearance.progress, (started) => (task ??= started));
      const result = await optimizeRepository({
        ...limits,
        project,
        functions: functions.length > 0 ? functions : file.functions,
        mostFunctions: flags.functions,
        exclude: file.exclude,
        team: (language) => chooseTeam(flags, terminal, language),
        bank,
        policy: flags.policy,
        seed: flags.seed,
        journals,
        signal: terminal.signal,
        onEvent: show,
      });
      const kept = await keep(result, flags, { root, bank, task, terminal, journals });
      terminal.stdout.write(
        flags.json
          ? printDocument({
              repository: basename(root),
              ...result,
              ...(journals !== undefined && { journals }),
            })
          : `${formatRepositoryResult(result, { ...appearance, kept })}\n`,
      );
      if (!terminal.signal.aborted) await useThePatch(result, flags, root, terminal);
    } finally {
      await bank.close();
    }
  } finally {
    await project.close();
  }
}

function refuseTwoWays({ apply, commit, branch }: RepositoryFlags): void {
  if ([apply, commit, branch !== undefined].filter(Boolean).length > 1)
    throw new UsageError("--apply, --commit and --branch are three ways to use the patch", {
      remedy: "give one of them",
    });
}

async function openBank(flags: RepositoryFlags, terminal: Terminal): Promise<Bank> {
  return flags.bank === false
    ? createMemoryBank({ embedder: createStructuralEmbedder() })
    : openUsersBank(terminal, bankFolder(terminal, flags.bank));
}

/** A folder with a journal for each function. */
function journalsFolder(
  { journal, resume }: RepositoryFlags,
  root: string,
  terminal: Terminal,
): string | undefined {
  if (resume !== undefined) return resolve(terminal.directory, resume);
  if (journal === false) return undefined;
  return journal === undefined
    ? journalFile(terminal, basename(root)).replace(/\.jsonl$/, "")
    : resolve(terminal.directory, journal);
}

/** One line for each function, and below it the run's own progress. */
function createEventView(
  progress: Appearance["progress"],
  started: (task: CommandTask) => void,
): (event: RepositoryEvent) => void {
  const { screen, style, width } = progress;
  let view: ProgressView | undefined;
  return (event) => {
    switch (event.type) {
      case "profiled":
        screen.print(formatProfile(event.profile, { style, width }));
        break;
      case "function-started":
        started(event.task);
        if (event.warning !== undefined) screen.print(style.doubtful(wrap(event.warning, { width })));
        screen.print(style.title(`${event.task.name} (${event.index + 1} of ${event.of})`));
        view = createProgressView(progress);
        break;
      case "run":
        view?.show(event.event);
        if (event.event.type === "run-ended") {
          view?.close();
          view = undefined;
        }
        break;
      case "proving":
        if (event.done === 0)
          screen.print(
            style.quiet(
              `  seeing whether the tests notice it: ${count(event.of, "version")} broken on purpose`,
            ),
          );
        break;
      case "combining":
        screen.print(style.quiet(`measuring all ${event.functions} changes together`));
        break;
      case "function-ended":
        break;
    }
  };
}

interface Keeping {
  readonly root: string;
  readonly bank: Bank;
  readonly task: CommandTask | undefined;
  readonly terminal: Terminal;
  readonly journals: string | undefined;
}

/** Writes what the flags ask for, and says where things are. */
async function keep(
  result: RepositoryResult,
  flags: RepositoryFlags,
  { root, bank, task, terminal, journals }: Keeping,
): Promise<string[]> {
  const lines: string[] = [];
  if (flags.patch !== undefined && result.combined) {
    await writeWhole(terminal, flags.patch, result.combined.diff);
    lines.push(`The patch is in ${flags.patch}: git apply ${flags.patch}`);
  }
  if (flags.pullRequest !== undefined && task) {
    const page = formatPullRequest(result, {
      commands: task.commands,
      context: describeContext(task),
      command: commandAgain(task, result),
    });
    await writeWhole(terminal, flags.pullRequest, page);
    lines.push(`The page for the pull request is in ${flags.pullRequest}.`);
  }
  if (flags.projectLessons) {
    const total = await keepProjectLessons(
      root,
      bank,
      result.functions.map(({ run }) => run.run),
    );
    lines.push(`${projectLessonsFile} holds ${count(total, "lesson")}.`);
  }
  if (journals !== undefined) lines.push(`Journals: ${shownPath(journals, terminal)}`);
  return lines;
}

/** As a person types it in the repository. */
function commandAgain(
  { commands: { build, test, bench } }: CommandTask,
  { combined }: RepositoryResult,
): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const flags = [
    ...(build === undefined ? [] : [`--build ${quoted(build)}`]),
    `--test ${quoted(test)}`,
    `--bench ${quoted(bench)}`,
  ];
  return ["lessonbank optimize --repo .", ...(combined?.functions ?? []).map(quoted), ...flags].join(" ");
}

async function useThePatch(
  { combined, proven }: RepositoryResult,
  flags: RepositoryFlags,
  root: string,
  terminal: Terminal,
): Promise<void> {
  const wanted = flags.apply || flags.commit || flags.branch !== undefined;
  if (!wanted || !combined) return;
  if (!proven && !flags.unproven)
    throw new UsageError("the patch was not applied: the tests do not notice what it changes", {
      remedy: "read it, and give --unproven; or test more",
    });
  if (flags.apply) {
    await applyChanges(root, combined.files);
    terminal.stderr.write(`changed: ${combined.files.map(({ file }) => file).join(", ")}\n`);
    return;
  }
  const message = commitMessage(combined);
  const commit = await commitChanges(root, combined.files, { message, branch: flags.branch });
  terminal.stderr.write(
    `committed as ${commit.slice(0, 12)}${flags.branch === undefined ? "" : ` on ${flags.branch}`}\n`,
  );
}

function commitMessage({ functions, outcome }: NonNullable<RepositoryResult["combined"]>): string {
  const names = functions.map((each) => each.replace(/^.*?:(?!:)/, ""));
  const speed =
    outcome.status === "measured"
      ? `\n\nThe benchmark is ${outcome.speedup.ratio.toFixed(2)} times as fast (99 % interval ${outcome.speedup.low.toFixed(2)} to ${outcome.speedup.high.toFixed(2)}).`
      : "";
  return `Make ${names.join(", ")} faster${speed}\n`;
}
