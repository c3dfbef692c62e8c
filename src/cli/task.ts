/** `lessonbank task`: check a task, list tasks. */
import { resolve } from "node:path";
import { Command } from "commander";
import { checkTask } from "../evaluate/check-task.ts";
import { createEvaluator } from "../evaluate/sandboxed-evaluator.ts";
import { printDocument } from "../report/documents.ts";
import { formatTaskList, formatTaskReport } from "../report/tasks.ts";
import { listTasks } from "../task/load.ts";
import { appearanceOf } from "./appearance.ts";
import type { CommandState } from "./command-line.ts";
import { findTask } from "./find-task.ts";
import { shippedTasks } from "./places.ts";
import type { Terminal } from "./terminal.ts";

export function taskCommand(terminal: Terminal, state: CommandState): Command {
  const task = new Command("task").description("write, check and list tasks");

  task
    .command("check")
    .description("is a task fit to judge candidates with? Exit code 2 where it is not")
    .argument(
      "<task>",
      "a task's folder or task.json, FILE:FUNCTION, or the name of a task that ships with it",
    )
    .option("--json", "print one JSON document")
    .action(async (argument: string, flags: { json?: boolean }, command: Command) => {
      const { task: found } = await findTask(argument, terminal);
      const evaluator = await createEvaluator();
      try {
        const report = await checkTask(found, evaluator, { signal: terminal.signal });
        if (!report.ok) state.exitCode = 2;
        terminal.stdout.write(
          flags.json
            ? printDocument({ task: found.name, ...report })
            : `${formatTaskReport(found.name, report, appearanceOf(command, terminal))}\n`,
        );
      } finally {
        await evaluator.close();
      }
    });

  task
    .command("list")
    .description("the tasks of a folder, or those that ship with lessonbank")
    .argument("[folder]", "a folder of task folders")
    .option("--json", "print one JSON document")
    .action(async (folder: string | undefined, flags: { json?: boolean }, command: Command) => {
      const tasks = await listTasks(
        folder === undefined ? shippedTasks : resolve(terminal.directory, folder),
      );
      const document = tasks.map(({ name, language, description, directory }) => ({
        name,
        language,
        description,
        directory,
      }));
      terminal.stdout.write(
        flags.json ? printDocument(document) : `${formatTaskList(tasks, appearanceOf(command, terminal))}\n`,
      );
    });

  return task;
}
