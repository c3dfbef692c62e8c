/** `lessonbank evaluate`: one candidate, one Outcome. */
import { Command, Option } from "commander";
import { outcomeDocument, printDocument } from "../report/documents.ts";
import { outcomeInFull } from "../report/outcome.ts";
import { appearanceOf } from "./appearance.ts";
import { judgeCandidate, type JudgeFlags } from "./judge-candidate.ts";
import { weakerSandboxOption } from "./open-evaluator.ts";
import type { Terminal } from "./terminal.ts";

export function evaluateCommand(terminal: Terminal): Command {
  return withCandidate(
    new Command("evaluate").description(
      "judge one candidate: compile it, check its answers, time it against the reference",
    ),
  )
    .option("--json", "print the Outcome as one JSON document")
    .action(
      async (
        argument: string,
        candidate: string,
        flags: JudgeFlags & { json?: boolean },
        command: Command,
      ) => {
        const { style, progress } = appearanceOf(command, terminal);
        const { task, outcome } = await judgeCandidate(
          terminal,
          { task: argument, candidate },
          flags,
          progress,
        );
        terminal.stdout.write(
          flags.json
            ? printDocument(outcomeDocument(task.name, outcome))
            : `${outcomeInFull(task.name, outcome, style)}\n`,
        );
      },
    );
}

/** A command that judges a candidate. */
export function withCandidate(command: Command): Command {
  return command
    .argument(
      "<task>",
      "FILE:FUNCTION, a task's folder or task.json, or the name of a task that ships with it",
    )
    .argument(
      "<candidate>",
      "a whole source file that takes the place of the task's, or - for standard input",
    )
    .addOption(
      new Option("--effort <effort>", "how long to measure").choices(["normal", "confirm"]).default("normal"),
    )
    .addOption(weakerSandboxOption());
}
