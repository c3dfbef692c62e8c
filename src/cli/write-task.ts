/** A task's folder on disk: task.json and the source beside it, both or neither. */
import { rm, stat, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { makeFolder } from "../make-folder.ts";
import { renderTaskFile, type InferredTask } from "../task/infer/infer.ts";
import { shippedTasks } from "./places.ts";

/**
 * Writes the folder of an inferred task. In the source's own folder the source stays as it is, where it can be used as it is.
 * Throws a UsageError where something is there already.
 */
export async function writeTaskFolder(folder: string, inferred: InferredTask): Promise<void> {
  const taskFile = join(folder, "task.json");
  const source = join(folder, inferred.draft.source);
  const beside = source === resolve(inferred.directory, basename(inferred.file)) && !inferred.changed;
  const files: [string, string][] = [
    ...(beside ? [] : [[source, inferred.text] satisfies [string, string]]),
    [taskFile, renderTaskFile(inferred, relative(folder, join(shippedTasks, "task.schema.json")))],
  ];
  for (const [path] of files) {
    if (await stat(path).catch(() => undefined)) {
      throw new UsageError(`${path} is there already`, { remedy: "name another folder, or remove it first" });
    }
  }
  if ((await stat(folder).catch(() => undefined))?.isFile())
    throw new UsageError(`${folder} is a file, not a folder to write a task into`, {
      remedy: "name another folder",
    });
  const written: string[] = [];
  try {
    makeFolder(folder);
    for (const [path, text] of files) {
      await writeFile(path, text, { flag: "wx" });
      written.push(path);
    }
  } catch (cause) {
    for (const path of written) await rm(path, { force: true });
    throw new UsageError(`${folder} cannot be written`, {
      remedy: "check the folder's permissions, or name another",
      cause,
    });
  }
}
