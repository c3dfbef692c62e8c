/** Tasks for a person: the list of those that there are. */
import type { Task } from "../task/task.ts";
import { table } from "./layout.ts";
import type { Style } from "./style.ts";

export function formatTaskList(
  tasks: readonly Task[],
  { style, width }: { style: Style; width: number },
): string {
  return table(
    [{ title: "task" }, { title: "language" }, { title: "what it does", flexible: true }],
    tasks.map((task) => [{ text: task.name, paint: style.accent }, task.language, task.description]),
    { width, paintTitle: style.quiet },
  );
}
