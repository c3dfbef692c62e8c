/**
 * What a TASK argument means: a task's folder, its task.json, the name of a task that ships with the package, or a function in
 * a source file (`slow.cpp:scale`, `slow.cpp:image::scale(float*, int)`).
 */
import { readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { nearest } from "../code/nearest.ts";
import { loadGrammars } from "../code/parser.ts";
import { UsageError } from "../errors.ts";
import { measureReference, type ReferenceTime } from "../evaluate/measure-reference.ts";
import type { Workbench } from "../evaluate/sandboxed-evaluator.ts";
import { fitSizes } from "../task/infer/fit-sizes.ts";
import { inferTask, taskFrom, withMinimum, type InferredTask } from "../task/infer/infer.ts";
import { loadTask } from "../task/load.ts";
import { checkedSizes } from "../task/sizes.ts";
import type { Sizes, FunctionTask } from "../task/task.ts";
import { shippedTasks } from "./places.ts";
import type { Terminal } from "./terminal.ts";

export interface FoundTask {
  readonly task: FunctionTask;
  /** How a task was made of a bare function, with what was guessed; absent for a task file. */
  readonly inferred?: InferredTask;
}

type Surroundings = Pick<Terminal, "directory" | "signal">;

/** Throws a UsageError that says what was looked for where nothing fits, and a TaskError where the task is at fault. */
export async function findTask(
  argument: string,
  surroundings: Surroundings,
  evaluator: Workbench,
): Promise<FoundTask> {
  await loadGrammars();
  const { directory, signal } = surroundings;
  const split = splitFunction(argument, directory);
  if (split) {
    const draft = await inferTask(resolve(directory, split.file), split.function);
    const fitted = await withFittedSizes(draft, evaluator, signal);
    const inferred = await withoutFailingSizes(fitted, evaluator, signal);
    return { task: await taskFrom(inferred), inferred };
  }
  return { task: await loadTask(findTaskFolder(argument, directory)) };
}

/** Sizes at which a call takes about 10 ms, found by calling the reference; one more guess. */
async function withFittedSizes(
  inferred: InferredTask,
  evaluator: Workbench,
  signal: AbortSignal,
): Promise<InferredTask> {
  const task = await taskFrom(inferred);
  const measure = (sizes: Sizes): Promise<ReferenceTime> =>
    measureReference(evaluator, task, sizes, { signal });
  const timed = await fitSizes(task, measure, { fixed: inferred.fixed, signal });
  const guess = {
    key: "sizes.timed",
    value: timed,
    why: "found by calling it: one call should take about 10 ms",
  };
  return {
    ...inferred,
    draft: { ...inferred.draft, sizes: { ...inferred.draft.sizes, timed: { ...timed } } },
    guesses: Object.keys(timed).length > 0 ? [...inferred.guesses, guess] : inferred.guesses,
  };
}

/** Not even a guard in its code may say that a function cannot work on nothing, or on one alone: it is called, to see. */
async function withoutFailingSizes(
  inferred: InferredTask,
  evaluator: Workbench,
  signal: AbortSignal,
): Promise<InferredTask> {
  let result = inferred;
  for (const least of [0, 1]) {
    const task = await taskFrom(result);
    for (const sizes of checkedSizes(task).filter((some) => Math.min(...Object.values(some)) === least)) {
      if (!("failure" in (await measureReference(evaluator, task, sizes, { signal })))) continue;
      result = withMinimum(result, least + 1);
      break;
    }
  }
  return result;
}

/** The folder or task.json that an argument without a function means. */
function findTaskFolder(argument: string, directory: string): string {
  const path = resolve(directory, argument);
  const kind = kindOf(path);
  if (kind === "folder" || (kind === "file" && path.endsWith(".json"))) return path;
  if (kind === "file") {
    throw new UsageError(`${argument} is a source file: which of its functions?`, {
      remedy: `write ${argument}:FUNCTION`,
    });
  }
  const shipped = join(shippedTasks, argument);
  if (/^[\w.-]+$/.test(argument) && kindOf(shipped) === "folder") return shipped;
  throw notFound(argument, directory);
}

/** Splits at the first colon before which there is a file: what follows may hold more of them. */
export function splitFunction(
  argument: string,
  directory: string,
): { file: string; function: string } | undefined {
  for (let colon = argument.indexOf(":"); colon > 0; colon = argument.indexOf(":", colon + 1)) {
    const file = argument.slice(0, colon);
    const name = argument.slice(colon + 1);
    if (name !== "" && !name.startsWith(":") && kindOf(resolve(directory, file)) === "file")
      return { file, function: name };
  }
  return undefined;
}

function notFound(argument: string, directory: string): UsageError {
  const colon = argument.indexOf(":");
  if (colon > 0 && kindOf(resolve(directory, argument.slice(0, colon))) === "file") {
    return new UsageError(`${argument} names no function of ${argument.slice(0, colon)}`, {
      remedy: `write ${argument.slice(0, colon)}:FUNCTION`,
    });
  }
  if (colon > 0) {
    return new UsageError(`${argument}: there is no file ${argument.slice(0, colon)}`, {
      remedy: "write FILE:FUNCTION with a file that exists",
    });
  }
  const names = readdirSync(shippedTasks, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  const near = nearest(basename(argument), names);
  return new UsageError(
    `${argument} is no folder with a task.json, no FILE:FUNCTION and no task that ships with lessonbank`,
    {
      remedy:
        near === undefined
          ? "`lessonbank task list` lists those that ship with it"
          : `did you mean ${near}? \`lessonbank task list\` lists all`,
    },
  );
}

function kindOf(path: string): "file" | "folder" | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() ? "folder" : found ? "file" : undefined;
}
