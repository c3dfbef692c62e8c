/** A function of an opened repository as a task. */
import { clip } from "../../code/clean-text.ts";
import { lessonLimits } from "../../lesson/schema.ts";
import { taskHash } from "../../task/task-hash.ts";
import type { CommandTask } from "../../task/task.ts";
import type { NamedFunction } from "./named-function.ts";
import type { ProjectSettings } from "../project/project.ts";
import { surroundingsOf } from "./surroundings.ts";
import { describeToolchain } from "../project/toolchain.ts";

/** As `commandTask`, with what other files have to do with the function, for agents that ask a model. Reads the repository's sources. */
export async function taskWithSurroundings(
  settings: ProjectSettings,
  found: NamedFunction,
): Promise<CommandTask> {
  const surroundings = await surroundingsOf(settings.root, found.place, found.text);
  return { ...commandTask(settings, found), ...(surroundings !== undefined && { surroundings }) };
}

/** The task is named as the user names the function: `src/parse.c:parse_number`. */
export function commandTask(
  { root, commands, metric }: ProjectSettings,
  { place, name, text }: NamedFunction,
): CommandTask {
  const task = {
    kind: "command",
    name: clip(`${place.file}:${name}`, lessonLimits.name),
    description: `The function ${name} of ${place.file}, judged by the tests and the benchmark of its repository.`,
    language: place.language,
    directory: root,
    source: { file: place.file, text },
    function: name,
    threads: 1,
    commands,
    metric,
    toolchain: describeToolchain(place.language),
  } as const;
  return { ...task, hash: taskHash(task) };
}
