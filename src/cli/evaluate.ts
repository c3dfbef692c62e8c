/** `lessonbank evaluate`: one candidate, one Outcome. */
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import type { EvaluationStage } from "../evaluate/evaluator.ts";
import { outcomeDocument, printDocument } from "../report/documents.ts";
import { outcomeInFull } from "../report/outcome.ts";
import { formatGuess } from "../report/tasks.ts";
import { appearanceOf } from "./appearance.ts";
import { findTask } from "./find-task.ts";
import { openEvaluator, weakerSandboxOption } from "./open-evaluator.ts";
import type { Terminal } from "./terminal.ts";

/** More than any evaluator accepts: what is longer is refused by it, whatever comes after. */
const longestCandidateBytes = 32 * 1024 * 1024;

const stages: Readonly<Record<EvaluationStage, string>> = {
  queued: "waiting",
  compile: "compiling",
  check: "checking its answers",
  time: "timing it",
  waiting: "waiting for another evaluation on this machine",
};

export function evaluateCommand(terminal: Terminal): Command {
  return new Command("evaluate")
    .description("judge one candidate: compile it, check its answers, time it against the reference")
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
    .addOption(weakerSandboxOption())
    .option("--json", "print the Outcome as one JSON document")
    .action(
      async (
        argument: string,
        file: string,
        flags: { effort: "normal" | "confirm"; json?: boolean; weakerSandbox?: boolean },
        command: Command,
      ) => {
        const { style, progress } = appearanceOf(command, terminal);
        const source =
          file === "-"
            ? await terminal.readInput()
            : await readCandidate(resolve(terminal.directory, file), file);
        const evaluator = await openEvaluator(flags, progress, terminal);
        try {
          const { task, inferred } = await findTask(argument, terminal, evaluator);
          for (const guess of inferred?.guesses ?? []) progress.screen.print(formatGuess(guess, progress));
          const shown = new Set<string>();
          const outcome = await evaluator.evaluate(task, source, {
            effort: flags.effort,
            signal: terminal.signal,
            onStage(stage) {
              // Rounds alternate with those of the other evaluation: once is enough.
              if (shown.has(stage)) return;
              shown.add(stage);
              progress.screen.print(progress.style.quiet(stages[stage]));
            },
          });
          terminal.stdout.write(
            flags.json
              ? printDocument(outcomeDocument(task.name, outcome))
              : `${outcomeInFull(task.name, outcome, style)}\n`,
          );
        } finally {
          await evaluator.close();
        }
      },
    );
}

/** Reads a file or pipe, and of one that is far too long, or never ends, only as much as shows it. */
async function readCandidate(path: string, shown: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path)) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > longestCandidateBytes) break;
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "it is a folder"
          : "it cannot be read";
    throw new UsageError(`candidate ${shown}: ${what}`, {
      remedy: "name a source file, or - for standard input",
      cause,
    });
  }
  return Buffer.concat(chunks).toString("utf8");
}
