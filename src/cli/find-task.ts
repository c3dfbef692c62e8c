/**
 * What a TASK argument means: a task's folder, its task.json, the name of a task that ships with the package, or a function in
 * a source file (`slow.cpp:scale`, `slow.cpp:image::scale(float*, int)`).
 */
import { statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { loadGrammars } from "../code/parser.ts";
import { UsageError } from "../errors.ts";
import { inferTask } from "../task/infer.ts";
import { listTasks, loadTask } from "../task/load.ts";
import { nearest } from "../task/read-task-file.ts";
import type { Task } from "../task/task.ts";
import { shippedTasks } from "./places.ts";
import type { Terminal } from "./terminal.ts";

export interface FoundTask {
  readonly task: Task;
  /** What was guessed to make a task of a bare function, each with what would change it. Empty for a task file. */
  readonly guesses: readonly string[];
}

/** Throws a UsageError that says what was looked for where nothing fits, and a TaskError where the task is at fault. */
export async function findTask(
  argument: string,
  { directory }: Pick<Terminal, "directory">,
): Promise<FoundTask> {
  await loadGrammars();
  const path = resolve(directory, argument);
  switch (kindOf(path)) {
    case "folder":
      return { task: await loadTask(path), guesses: [] };
    case "file":
      if (path.endsWith(".json")) return { task: await loadTask(path), guesses: [] };
      throw new UsageError(`${argument} is a source file: which of its functions?`, {
        remedy: `write ${argument}:FUNCTION`,
      });
    case undefined:
      break;
  }
  const split = splitFunction(argument, directory);
  if (split) return inferTask(resolve(directory, split.file), split.function);
  if (/^[\w.-]+$/.test(argument) && kindOf(join(shippedTasks, argument)) === "folder") {
    return { task: await loadTask(join(shippedTasks, argument)), guesses: [] };
  }
  throw await notFound(argument);
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

async function notFound(argument: string): Promise<UsageError> {
  const colon = argument.indexOf(":");
  if (colon > 0) {
    return new UsageError(`${argument}: there is no file ${argument.slice(0, colon)}`, {
      remedy: "write FILE:FUNCTION with a file that exists",
    });
  }
  const names = (await listTasks(shippedTasks)).map((task) => task.name);
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
