/** `lessonbank task`: write a task file, check a task, list tasks. */
import { resolve } from "node:path";
import { Command } from "commander";
import { checkTask } from "../evaluate/check-task.ts";
import { printDocument } from "../report/documents.ts";
import { formatNewTask, formatTaskList, formatTaskReport } from "../report/tasks.ts";
import { UsageError } from "../errors.ts";
import { loadSuite } from "../task/load.ts";
import { appearanceOf } from "./appearance.ts";
import { openEvaluator } from "./open-evaluator.ts";
import { findTask, splitFunction } from "./find-task.ts";
import { shippedTasks, shownPath } from "./places.ts";
import type { CommandState, Terminal } from "./terminal.ts";
import { writeTaskFolder } from "./write-task.ts";

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
      const evaluator = await openEvaluator({}, appearanceOf(command, terminal).progress, terminal);
      try {
        const { task: found } = await findTask(argument, terminal, evaluator);
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
    .command("init")
    .description("write a task.json for a function, with what was guessed marked in it")
    .argument("<function>", "FILE:FUNCTION")
    .argument(
      "[folder]",
      "where to write it, beside a copy of the source (default: a folder named after the function)",
    )
    .option("--json", "print one JSON document")
    .action(
      async (argument: string, named: string | undefined, flags: { json?: boolean }, command: Command) => {
        if (!splitFunction(argument, terminal.directory)) {
          throw new UsageError(`${argument} is no function of a source file`, {
            remedy: "write FILE:FUNCTION with a file that exists",
          });
        }
        const evaluator = await openEvaluator({}, appearanceOf(command, terminal).progress, terminal);
        try {
          const { task: found, inferred } = await findTask(argument, terminal, evaluator);
          if (!inferred) return;
          const folder = resolve(terminal.directory, named ?? found.name);
          await writeTaskFolder(folder, inferred);
          const look = appearanceOf(command, terminal);
          const shown = shownPath(folder, terminal);
          terminal.stdout.write(
            flags.json
              ? printDocument({ task: found.name, folder, guesses: inferred.guesses })
              : `${formatNewTask(shown, inferred.guesses, look)}\n`,
          );
        } finally {
          await evaluator.close();
        }
      },
    );

  task
    .command("list")
    .description("the tasks of a folder, or those that ship with lessonbank")
    .argument("[folder]", "a folder of task folders")
    .option("--json", "print one JSON document")
    .action(async (folder: string | undefined, flags: { json?: boolean }, command: Command) => {
      const { tasks, faults } = await loadSuite(
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
      const [first] = faults;
      if (!first) return;
      throw new UsageError(faults.map(({ message }) => message).join("\n"), {
        remedy:
          faults.length === 1
            ? first.remedy
            : "The other tasks are fine; `lessonbank task check` says more of each.",
      });
    });

  return task;
}
