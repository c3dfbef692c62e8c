/**
 * Judges a candidate for one function: refuses what is none before anything is built.
 */
import { realpath } from "node:fs/promises";
import { findFunction } from "../../code/find-function.ts";
import type { Language } from "../../code/language.ts";
import { loadGrammarsOf, parse } from "../../code/parser.ts";
import { LessonbankError, UsageError } from "../../errors.ts";
import type { EvaluateOptions } from "../../evaluate/evaluator.ts";
import { cleanText } from "../../evaluate/jail.ts";
import type { Outcome } from "../../evaluate/outcome.ts";
import type { CommandTask, Task } from "../../task/task.ts";
import type { Bench } from "./bench.ts";
import { prepareCheck, type PreparedCheck } from "../function-check/function-check.ts";
import { judgeFiles, type SyntaxCheck } from "./judge-files.ts";

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
  const error = await syntaxErrorOf(own, source);
  if (error !== undefined)
    return { status: "not-compiled", reason: error, calls: 0, evaluationMs: performance.now() - startedMs };
  const checks =
    bench.settings.commands.build === undefined ? syntaxChecks(own.language, own.source.file) : [];
  const outcome = await judgeFiles(bench, new Map([[own.source.file, source]]), { ...options, checks });
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

/** Where TypeScript is no TypeScript: test runners that only strip types may run it all the same. Nothing is said of sources that the grammar cannot read. */
async function syntaxErrorOf({ language, source }: CommandTask, text: string): Promise<string | undefined> {
  if (language !== "typescript") return undefined;
  await loadGrammarsOf([language]);
  const line = firstErrorLine(text, language);
  return line === undefined || firstErrorLine(source.text, language) !== undefined
    ? undefined
    : `SyntaxError: line ${line} of ${source.file} cannot be parsed: ${text.split("\n")[line - 1]?.trim()}`;
}

/** From 1. */
function firstErrorLine(text: string, language: Language): number | undefined {
  const tree = parse(text, language);
  try {
    if (!tree.rootNode.hasError) return undefined;
    const found = tree.rootNode.descendantsOfType("ERROR")[0];
    return (found?.startPosition.row ?? 0) + 1;
  } finally {
    tree.delete();
  }
}

/**
 * What reads a file of the language without running it. That is `tsc` for TypeScript, where the tree has it and its own settings; it looks at all files, so
 * it counts only where the untouched tree passes.
 */
function syntaxChecks(language: Language, file: string): SyntaxCheck[] {
  const quoted = `'${file.replaceAll("'", String.raw`'\''`)}'`;
  if (language === "python") return [{ command: `python3 -m py_compile ${quoted}` }];
  if (language === "javascript") return [{ command: `node --check ${quoted}` }];
  if (language !== "typescript") return [];
  return [{ command: typeCheck, referencePasses: true }];
}

/** 127 where there is nothing to check with. */
const typeCheck = `[ -f tsconfig.json ] && [ -e node_modules/.bin/tsc ] || exit 127
exec node_modules/.bin/tsc --noEmit --pretty false -p tsconfig.json`;
