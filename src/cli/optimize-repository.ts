/** `lessonbank optimize --repo`: a whole repository, and what is done with the patch. */
import { realpath } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Command } from "commander";
import type { Bank } from "../bank/bank.ts";
import { refuseUncommitted } from "../codebase/project/git.ts";
import { findNamed } from "../codebase/functions/named-function.ts";
import { optimizeRepository } from "../codebase/optimize-repository.ts";
import type { Plan } from "../codebase/plan.ts";
import {
  importProjectLessons,
  keepProjectLessons,
  projectLessonsFile,
} from "../codebase/project/project-lessons.ts";
import { readProjectFile, type ProjectFile } from "../codebase/project/project-file.ts";
import type { ProjectSettings } from "../codebase/project/project.ts";
import type { RepositoryResult } from "../codebase/repository-result.ts";
import { describeContext } from "../lesson/context.ts";
import { printDocument } from "../report/documents.ts";
import { count } from "../report/figures.ts";
import { formatPullRequest } from "../report/pull-request.ts";
import { formatBaseline, formatRepositoryResult } from "../report/repository.ts";
import type { RunLimitOptions } from "../run/optimize.ts";
import type { CommandTask } from "../task/task.ts";
import { appearanceOf } from "./appearance.ts";
import { openShownProject } from "./open-project.ts";
import { journalFile, shownPath } from "./places.ts";
import {
  addProjectOptions,
  chooseProject,
  projectRoot,
  settingsOfPlan,
  type ProjectFlags,
  projectFlagNames,
} from "./project-options.ts";
import { createRepositoryView } from "./repository-view.ts";
import { planToResume } from "./resume-repository.ts";
import { openRunsBank, type RunsBankFlags } from "./runs-bank.ts";
import { chooseTeam, membersOfTeam, reopenMembers, type TeamFlags } from "./team-options.ts";
import type { Terminal } from "./terminal.ts";
import { type PatchFlags, refuseTwoWays, usePatch } from "./use-patch.ts";
import { wholeNumber } from "./values.ts";
import { checkWritable, writeWhole } from "./write-file.ts";

export interface RepositoryFlags extends ProjectFlags, TeamFlags, PatchFlags, RunsBankFlags {
  readonly repo?: string;
  readonly functions?: number;
  readonly patch?: string;
  readonly pullRequest?: string;
  readonly projectLessons?: boolean;
  readonly policy: string;
  readonly seed?: number;
  readonly journal?: string | false;
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
  ...projectFlagNames,
  "functions",
  "patch",
  "pullRequest",
  "apply",
  "commit",
  "branch",
  "unproven",
  "projectLessons",
] as const;

/** What a run works on and with, from flags and files or, where one is gone on with, from its plan. */
interface Chosen {
  readonly settings: ProjectSettings;
  readonly file: ProjectFile;
  readonly limits: RunLimitOptions;
  readonly policy: string;
  readonly seed: number | undefined;
  readonly journals: string | undefined;
  readonly plan: Plan | undefined;
}

export async function runRepository(
  functions: readonly string[],
  flags: RepositoryFlags,
  limits: RunLimitOptions,
  running: Command,
  terminal: Terminal,
): Promise<void> {
  const appearance = appearanceOf(running, terminal);
  for (const file of [flags.patch, flags.pullRequest])
    if (file !== undefined) await checkWritable(terminal, file);
  refuseTwoWays(flags);
  const chosen = await choose(functions, flags, limits, running, terminal);
  const { settings, file, journals, plan } = chosen;
  const { root } = settings;
  const { screen, style, width } = appearance.progress;
  await refuseEarly(chosen, functions, flags);
  const project = await openShownProject(settings, appearance.progress, terminal);
  try {
    screen.print(style.quiet(formatBaseline(project.baseline, { style, width })));
    const opened = await openRunsBank(terminal, flags, { say: (text) => screen.print(style.quiet(text)) });
    const { bank } = opened;
    const view = createRepositoryView(appearance.progress);
    try {
      if (!flags.readOnly && flags.snapshot === undefined) await importProjectLessons(root, bank);
      let task: CommandTask | undefined;
      const result = await optimizeRepository({
        ...chosen.limits,
        project,
        functions: functions.length > 0 ? functions : file.functions,
        mostFunctions: flags.functions,
        exclude: file.exclude,
        team: (language) =>
          plan && flags.team === undefined
            ? reopenMembers(plan.team, flags, terminal, language)
            : chooseTeam(flags, terminal, language),
        teamRecord: plan ? undefined : await membersOfTeam(flags, terminal),
        bank,
        policy: chosen.policy,
        seed: chosen.seed,
        journals,
        signal: terminal.signal,
        onEvent: (event) => {
          if (event.type === "function-started") task ??= event.task;
          view.show(event);
        },
      });
      view.close();
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
      if (!terminal.signal.aborted) await usePatch(result, flags, root, terminal);
    } finally {
      view.close();
      await opened.close();
    }
  } finally {
    await project.close();
  }
}

async function choose(
  functions: readonly string[],
  flags: RepositoryFlags,
  limits: RunLimitOptions,
  running: Command,
  terminal: Terminal,
): Promise<Chosen> {
  if (flags.resume !== undefined) {
    const plan = await planToResume(flags.resume, functions, flags, running, terminal);
    const file = await readProjectFile(plan.root).catch(() => undefined);
    return {
      settings: settingsOfPlan(plan, file),
      file: file ?? {},
      limits: { ...plan.limits, ...withoutAbsent(limits) },
      policy: plan.policy ?? flags.policy,
      seed: plan.seed,
      journals: resolve(terminal.directory, flags.resume),
      plan,
    };
  }
  const root = projectRoot(terminal, flags.repo);
  const { settings, file } = await chooseProject(root, flags);
  return {
    settings,
    file,
    limits,
    policy: flags.policy,
    seed: flags.seed,
    journals: journalsFolder(flags, root, terminal),
    plan: undefined,
  };
}

/** What is known to be in vain before anything is built: a function that is not there, a commit that could not be made. */
async function refuseEarly(
  { settings, file, plan }: Chosen,
  functions: readonly string[],
  { commit, branch }: RepositoryFlags,
): Promise<void> {
  const given = functions.length > 0 ? functions : (file.functions ?? []);
  const wanted = plan?.functions.map(({ argument }) => argument) ?? given;
  const root = await realpath(settings.root);
  const found = await Promise.all(wanted.map((argument) => findNamed(root, argument)));
  if (commit || branch !== undefined)
    await refuseUncommitted(
      root,
      found.map(({ place, text }) => ({ file: place.file, before: text })),
      branch,
    );
}

function withoutAbsent(limits: RunLimitOptions): RunLimitOptions {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

/** A folder with a plan, and a journal for each function. */
function journalsFolder({ journal }: RepositoryFlags, root: string, terminal: Terminal): string | undefined {
  if (journal === false) return undefined;
  return journal === undefined
    ? journalFile(terminal, basename(root)).replace(/\.jsonl$/, "")
    : resolve(terminal.directory, journal);
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
    lines.push(
      result.combined
        ? `The page for the pull request is in ${flags.pullRequest}.`
        : `${flags.pullRequest} says that nothing was found: there is no pull request to make.`,
    );
  }
  if (flags.projectLessons) {
    const total = await keepProjectLessons(
      root,
      bank,
      result.functions.map(({ run }) => run.run),
    );
    lines.push(`${projectLessonsFile} holds ${count(total, "lesson")}.`);
  }
  if (journals !== undefined) {
    const folder = shownPath(journals, terminal);
    const goOn = result.interrupted ? ` (to go on: lessonbank optimize --resume ${folder})` : "";
    lines.push(`Journals: ${folder}${goOn}`);
  }
  return lines;
}

/** As a person types it in the repository. */
function commandAgain(
  { commands: { build, test, bench }, metric }: CommandTask,
  { combined }: RepositoryResult,
): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const flags = [
    ...(build === undefined ? [] : [`--build ${quoted(build)}`]),
    `--test ${quoted(test)}`,
    `--bench ${quoted(bench)}`,
    ...(metric.kind === "time" ? [] : [`--better ${metric.better}`]),
    ...(metric.kind === "number" && metric.pattern !== undefined
      ? [`--metric ${quoted(metric.pattern)}`]
      : []),
    ...(metric.kind === "number" && metric.jsonPath !== undefined
      ? [`--metric-json ${quoted(metric.jsonPath)}`]
      : []),
  ];
  return ["lessonbank optimize --repo .", ...(combined?.functions ?? []).map(quoted), ...flags].join(" ");
}
