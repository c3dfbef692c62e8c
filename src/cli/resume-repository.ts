/** A repository's run that is gone on with: its folder of journals says what it began with. */
import { resolve, relative } from "node:path";
import { statSync } from "node:fs";
import type { Command } from "commander";
import { planFileName, readPlan, type Plan } from "../codebase/plan.ts";
import { UsageError } from "../errors.ts";
import { projectFlagNames } from "./project-options.ts";
import type { Terminal } from "./terminal.ts";
import { optionOf } from "./values.ts";

/** Whether `--resume` names the folder of a repository's run; a single function's run is one file. */
export function isRunOfRepository(resume: string | undefined, terminal: Terminal): resume is string {
  return (
    resume !== undefined &&
    (statSync(resolve(terminal.directory, resume), { throwIfNoEntry: false })?.isDirectory() ?? false)
  );
}

/** What a run began with and cannot change in the midst; limits may. */
const fixed = [...projectFlagNames, "functions", "seed", "policy"];

/** Throws a UsageError where the folder holds no plan, or flags contradict it. */
export async function planToResume(
  folder: string,
  functions: readonly string[],
  { repo }: { readonly repo?: string },
  running: Command,
  terminal: Terminal,
): Promise<Plan> {
  const plan = await readPlan(resolve(terminal.directory, folder));
  if (!plan)
    throw new UsageError(`${folder} holds no ${planFileName}: it is no folder of a repository's run`, {
      remedy: 'name the folder that a run printed after "Journals:"',
    });
  const contradicting = fixed.find((name) => running.getOptionValueSource(name) === "cli");
  if (contradicting !== undefined || functions.length > 0)
    throw new UsageError(
      `a run that is resumed has ${functions.length > 0 ? "its functions" : "what it began with"} already`,
      {
        remedy: `leave ${functions[0] ?? optionOf(contradicting ?? "")} out`,
      },
    );
  const moved = repo !== undefined && relative(plan.root, resolve(terminal.directory, repo)) !== "";
  return moved ? { ...plan, root: resolve(terminal.directory, repo) } : plan;
}
