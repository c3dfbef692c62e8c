/**
 * What makes two tasks the same: everything that decides an Outcome.
 */
import { canonicalJson } from "../code/canonical-json.ts";
import { sha256 } from "../code/hash.ts";
import type { CommandTask, FunctionTask } from "./task.ts";

type Unhashed<T> = Omit<T, "hash" | "directory" | "file">;

/** Hexadecimal SHA-256; the order of keys does not matter, except that of `sizes.timed`. */
export function taskHash(task: Unhashed<FunctionTask> | Unhashed<CommandTask>): string {
  return sha256(canonicalJson(task.kind === "function" ? functionParts(task) : commandParts(task)));
}

/** Whether the task is the one that its hash names. */
export function isUnchanged(
  task: Omit<FunctionTask, "directory" | "file"> | Omit<CommandTask, "directory" | "file">,
): boolean {
  return taskHash(task) === task.hash;
}

function functionParts(task: Unhashed<FunctionTask>) {
  const { source, language, signature, entry, compiler, sizes, inputs, tolerance, threads, generator } = task;
  return {
    source: source.text,
    function: task.function,
    entry: entry ?? null,
    language,
    signature,
    compiler,
    sizes,
    order: Object.keys(sizes.timed),
    inputs,
    tolerance,
    threads,
    generator: generator ?? null,
  };
}

function commandParts(task: Unhashed<CommandTask>) {
  const { source, language, commands, metric, toolchain, threads } = task;
  return { source, function: task.function, language, commands, metric, toolchain, threads };
}
