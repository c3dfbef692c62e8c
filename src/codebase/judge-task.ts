/**
 * Judges a candidate for one function: refuses what is none before anything is built.
 */
import { realpath } from "node:fs/promises";
import { findFunction } from "../code/find-function.ts";
import type { Language } from "../code/language.ts";
import { loadGrammarsOf, parse } from "../code/parser.ts";
import { LessonbankError, UsageError } from "../errors.ts";
import type { EvaluateOptions } from "../evaluate/evaluator.ts";
import { cleanText } from "../evaluate/jail.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import type { CommandTask, Task } from "../task/task.ts";
import type { Bench } from "./bench.ts";
import { prepareCheck, type PreparedCheck } from "./function-check/function-check.ts";
import { judgeFiles } from "./judge-files.ts";

const mostBytes = 8 * 2 ** 20;
/** What nobody types, and what stands for bytes that were no text. */
// oxlint-disable-next-line no-control-regex
const unwritten = /[\u0000-\u0008\u000E-\u001F\uFFFD]/;

/** Throws a UsageError where the task is not one of this project. */
export async function judgeTask(
  bench: Bench,
  task: Task,
  source: string,
  options: EvaluateOptions & { readonly signal: AbortSignal },
): Promise<Outcome> {
  const own = await taskOf(bench, task);
  const startedMs = performance.now();
  const rejection = await rejectionOf(own, source);
  if (rejection !== undefined)
    return { status: "rejected", reason: rejection, calls: 0, evaluationMs: performance.now() - startedMs };
  const checkSyntax =
    bench.settings.commands.build === undefined ? syntaxCheck(own.language, own.source.file) : undefined;
  const outcome = await judgeFiles(bench, new Map([[own.source.file, source]]), { ...options, checkSyntax });
  // Most candidates are not faster, and need not be looked at so closely.
  if (outcome.status !== "measured" || !outcome.faster) return outcome;
  options.onStage?.("check");
  const { failure } = await checkFunction(bench, own, source, options.signal);
  if (!failure) return outcome;
  const { calls } = outcome;
  const reason = cleanText(
    `${failure.reason} (The function alone, on inputs that the benchmark and the tests gave it, or shorter ones.)`,
  );
  return { ...failure, reason, calls, evaluationMs: performance.now() - startedMs };
}

/** The function alone beside the reference's, on recorded inputs; what that needs is made once a function. */
export async function checkFunction(
  bench: Bench,
  task: CommandTask,
  source: string,
  signal: AbortSignal,
): ReturnType<PreparedCheck["check"]> {
  let prepared = bench.functionChecks.get(task.hash);
  if (!prepared) {
    prepared = prepareCheck(bench, task, signal);
    bench.functionChecks.set(task.hash, prepared);
    prepared.catch(() => bench.functionChecks.delete(task.hash));
  }
  return (await prepared).check(source, signal);
}

/** The task, if it is one that this project's commands judge. */
export async function taskOf({ settings }: Pick<Bench, "settings">, task: Task): Promise<CommandTask> {
  if (task.kind !== "command")
    throw new LessonbankError("usage", `${task.name}: a codebase judges tasks with commands of its own`);
  const directory = await realpath(task.directory).catch(() => task.directory);
  if (directory !== settings.root) throw new UsageError(`${task.name}: it is no task of ${settings.root}`);
  return task;
}

async function rejectionOf(task: CommandTask, source: string): Promise<string | undefined> {
  if (source.trim() === "") return "It is empty.";
  const bytes = Buffer.byteLength(source);
  if (bytes > mostBytes) return `It has ${bytes} bytes; at most ${mostBytes} are read.`;
  // Some sources have such bytes of their own.
  if (unwritten.test(source) && !unwritten.test(task.source.text))
    return "It is not text: it has bytes that no source has.";
  if (source === task.source.text) return "It changes nothing.";
  await loadGrammarsOf([task.language]);
  const tree = parse(source, task.language);
  try {
    if (!findFunction(tree.rootNode, task.function)) return `It lacks the function ${task.function}.`;
  } finally {
    tree.delete();
  }
  return undefined;
}

/** What reads a file of the language without running it. TypeScript has no such program that everybody has. */
function syntaxCheck(language: Language, file: string): string | undefined {
  const quoted = `'${file.replaceAll("'", String.raw`'\''`)}'`;
  if (language === "python") return `python3 -m py_compile ${quoted}`;
  return language === "javascript" ? `node --check ${quoted}` : undefined;
}
