/** One candidate, judged for a command: the task found, the file read, the stages shown. */
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../errors.ts";
import type { EvaluationStage } from "../evaluate/evaluator.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import { formatGuess } from "../report/tasks.ts";
import type { Task } from "../task/task.ts";
import type { Appearance } from "./appearance.ts";
import { findTask } from "./find-task.ts";
import { openEvaluator } from "./open-evaluator.ts";
import type { Terminal } from "./terminal.ts";

export interface JudgeFlags {
  readonly effort: "normal" | "confirm";
  readonly weakerSandbox?: boolean;
}

/** More than any evaluator accepts: what is longer is refused by it, whatever comes after. */
const longestCandidateBytes = 32 * 1024 * 1024;

const stages: Readonly<Record<EvaluationStage, string>> = {
  queued: "waiting",
  compile: "compiling",
  check: "checking its answers",
  time: "timing it",
  waiting: "waiting for another evaluation on this machine",
};

/** Throws a UsageError where there is no such task or file. */
export async function judgeCandidate(
  terminal: Terminal,
  { task: argument, candidate: file }: { readonly task: string; readonly candidate: string },
  flags: JudgeFlags,
  progress: Appearance["progress"],
): Promise<{ readonly task: Task; readonly source: string; readonly outcome: Outcome }> {
  const source =
    file === "-" ? await terminal.readInput() : await readCandidate(resolve(terminal.directory, file), file);
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
    return { task, source, outcome };
  } finally {
    await evaluator.close();
  }
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
