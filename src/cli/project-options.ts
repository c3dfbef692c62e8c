/** Which repository, and how it is built, tested and timed: from flags, and for what they leave open from its `lessonbank.json`. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { projectFileName, readProjectFile, type ProjectFile } from "../codebase/project/project-file.ts";
import type { Plan } from "../codebase/plan.ts";
import type { ProjectSettings } from "../codebase/project/project.ts";
import { UsageError } from "../errors.ts";
import type { Metric } from "../task/task.ts";
import type { Terminal } from "./terminal.ts";

export interface ProjectFlags {
  readonly build?: string;
  readonly test?: string;
  readonly bench?: string;
  readonly metric?: string;
  readonly metricJson?: string;
  readonly better?: "lower" | "higher";
  readonly unit?: string;
}

/** Names of these flags: a run that is gone on with has them already. */
export const projectFlagNames = [
  "build",
  "test",
  "bench",
  "metric",
  "metricJson",
  "better",
  "unit",
] as const satisfies readonly (keyof ProjectFlags)[];

export interface ChosenProject {
  readonly settings: ProjectSettings;
  /** What `lessonbank.json` says beside the commands. */
  readonly file: ProjectFile;
}

export function addProjectOptions(command: Command): Command {
  return command
    .option("--build <command>", "builds the repository")
    .option("--test <command>", "passes where the code is right")
    .option("--bench <command>", "what is to become faster")
    .option(
      "--metric <pattern>",
      "the benchmark's number: a regular expression with one group, for a line of what it prints",
    )
    .option(
      "--metric-json <path>",
      "the benchmark's number: keys into the JSON that it prints, such as results.0.mean",
    )
    .addOption(
      new Option("--better <direction>", "whether a lower or a higher number is better").choices([
        "lower",
        "higher",
      ]),
    )
    .option("--unit <unit>", "of that number, for display");
}

/** The folder that the user means. Throws a UsageError where it is none. */
export function projectRoot(terminal: Terminal, folder: string | undefined): string {
  const root = resolve(terminal.directory, folder ?? ".");
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${folder ?? "."} is no folder`, { remedy: "name the root of a repository" });
  return root;
}

/** Throws a UsageError where there is no command to test or to time with. */
export async function chooseProject(root: string, flags: ProjectFlags): Promise<ChosenProject> {
  const file = (await readProjectFile(root)) ?? {};
  const { build = file.build, test = file.test, bench = file.bench } = flags;
  for (const [name, value] of [
    ["test", test],
    ["bench", bench],
  ] as const)
    if (value === undefined)
      throw new UsageError(`how is the repository ${name === "test" ? "tested" : "timed"}?`, {
        remedy: `give --${name} COMMAND, or write ${projectFileName}: \`lessonbank init\` looks at what is there`,
      });
  return {
    settings: {
      root,
      commands: { ...(build !== undefined && { build }), test: test ?? "", bench: bench ?? "" },
      metric: metricOf(flags, file),
      limits: limitsOf(file.limits),
    },
    file,
  };
}

function metricOf(flags: ProjectFlags, file: ProjectFile): Metric {
  const { metric: pattern, metricJson: jsonPath } = flags;
  if (pattern !== undefined && jsonPath !== undefined)
    throw new UsageError("--metric and --metric-json are two ways to find one number", {
      remedy: "give one of them",
    });
  const named = pattern ?? jsonPath;
  if (named === undefined && !file.metric) {
    if (flags.better !== undefined || flags.unit !== undefined)
      throw new UsageError("--better and --unit say something of a number that the benchmark prints", {
        remedy: "say which: --metric PATTERN or --metric-json PATH",
      });
    return { kind: "time" };
  }
  const from = named === undefined ? file.metric : undefined;
  const regular = pattern ?? from?.pattern;
  if (regular !== undefined) checkPattern(regular);
  const path = jsonPath ?? from?.jsonPath;
  const unit = flags.unit ?? from?.unit;
  return {
    kind: "number",
    ...(regular !== undefined && { pattern: regular }),
    ...(path !== undefined && { jsonPath: path }),
    better: flags.better ?? from?.better ?? "lower",
    ...(unit !== undefined && { unit }),
  };
}

function checkPattern(pattern: string): void {
  let groups: number;
  try {
    groups = (new RegExp(`${pattern}|`).exec("")?.length ?? 1) - 1;
  } catch (cause) {
    throw new UsageError(`"${pattern}" is no regular expression`, {
      remedy: "such as: time: ([0-9.]+) ms",
      cause,
    });
  }
  if (groups !== 1)
    throw new UsageError(`"${pattern}" has ${groups} groups, and one is the number`, {
      remedy: "such as: time: ([0-9.]+) ms",
    });
}

/** As a run began with them; the limits of its commands are the file's as it is now. */
export function settingsOfPlan(plan: Plan, file: ProjectFile | undefined): ProjectSettings {
  const { root, commands, metric } = plan;
  const { build, test, bench } = commands;
  return {
    root,
    commands: { ...(build !== undefined && { build }), test, bench },
    metric:
      metric.kind === "time"
        ? metric
        : {
            kind: "number",
            better: metric.better,
            ...(metric.pattern !== undefined && { pattern: metric.pattern }),
            ...(metric.jsonPath !== undefined && { jsonPath: metric.jsonPath }),
            ...(metric.unit !== undefined && { unit: metric.unit }),
          },
    limits: limitsOf(file?.limits),
  };
}

function limitsOf(limits: ProjectFile["limits"]): NonNullable<ProjectSettings["limits"]> {
  if (!limits) return {};
  const { buildSeconds, testSeconds, benchSeconds, memoryMb, diskMb } = limits;
  return {
    ...(buildSeconds !== undefined && { buildMs: buildSeconds * 1000 }),
    ...(testSeconds !== undefined && { testMs: testSeconds * 1000 }),
    ...(benchSeconds !== undefined && { benchMs: benchSeconds * 1000 }),
    ...(memoryMb !== undefined && { memoryBytes: memoryMb * 2 ** 20 }),
    ...(diskMb !== undefined && { diskBytes: diskMb * 2 ** 20 }),
  };
}
