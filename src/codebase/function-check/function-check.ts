/**
 * The check of ordinary tasks for a C or C++ function of a repository: the benchmark and the tests run once with the function's calls written
 * down, then reference and candidate are called on these inputs, and on shorter ones, in jails of their own.
 *
 * The function is compiled out of its real translation unit, with the flags of the project's build. Where it cannot be called alone (arguments
 * that cannot be written down, variables that the rest of the program sets, functions of other files), that is said, and nothing is claimed.
 */
import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { isCompiled } from "../../code/language.ts";
import { LessonbankError, TaskError } from "../../errors.ts";
import type { Failure } from "../../evaluate/trial.ts";
import { createEvaluator, type Workbench } from "../../evaluate/sandboxed-evaluator.ts";
import { subjectParts, type Subject } from "../../evaluate/subject.ts";
import { planCall } from "../../task/plan.ts";
import type { CommandTask, CompiledLanguage, FunctionTask } from "../../task/task.ts";
import type { Bench } from "../judge/bench.ts";
import type { Raised } from "../room/layers.ts";
import type { FunctionCheck } from "../project/project.ts";
import { collect, runKept, succeeded } from "../room/room-run.ts";
import { alone } from "./alone.ts";
import { callable } from "./callable.ts";
import { commandFor, noting, type CompileCommand } from "./compile-command.ts";
import { compiledFor, firstFailure, sanitized, steadyCalls } from "./compare-calls.ts";
import { flatten } from "./flatten.ts";
import { recordedTask, shorterCalls, usableCalls } from "./recorded-task.ts";
import { readCalls, recordedOf, withRecorder, type Recorded, type RecordedCall } from "./recorder.ts";

/** In the copy alone. */
const folder = ".lessonbank-calls";

/** What is ready to check candidates of one function. */
export interface PreparedCheck {
  /** What was checked of a whole file with a candidate, and how it differs: absent where it does not, or where nothing could be checked. */
  check(
    source: string,
    signal: AbortSignal,
  ): Promise<{ readonly facts: FunctionCheck; readonly failure?: Failure }>;
  close(): Promise<void>;
}

/** Never throws for what the project does; rejects with the signal's reason, and where this machine is at fault. */
export async function prepareCheck(
  bench: Bench,
  task: CommandTask,
  signal: AbortSignal,
): Promise<PreparedCheck> {
  const impossible = (reason: string): PreparedCheck => ({
    check: async () => ({ facts: { reason } }),
    close: async () => {},
  });
  if (!isCompiled(task.language)) return impossible("it is for C and C++ alone");
  const work = { bench, task, language: task.language, signal };
  const command = await compiledHow(work);
  if (!command) return impossible(`no compiler on PATH was seen to compile ${task.source.file}`);
  const whole = await flatText(work, command, task.source.text);
  if (whole === undefined) return impossible("with its headers it is too long");
  const { text, shared } = await alone(whole, task.language, task.function);
  if (shared.length > 0)
    return impossible(`it depends on what the program puts into ${shared.slice(0, 3).join(", ")}`);
  let workbench: Workbench | undefined;
  try {
    const plans = new Map<string, Subject["checked"]>();
    const partsOf = (own: FunctionTask): ReturnType<typeof subjectParts> => {
      const parts = subjectParts(own);
      return { ...parts, checked: plans.get(own.hash) ?? parts.checked };
    };
    workbench = await createEvaluator({ partsOf });
    const opened = workbench;
    const made = await madeReady(work, command, text, opened, plans);
    if (typeof made === "string") {
      await opened.close();
      return impossible(made);
    }
    return { ...made, close: () => opened.close() };
  } catch (error) {
    await workbench?.close();
    return impossible(reasonOf(error, signal));
  }
}

interface Work {
  readonly bench: Bench;
  readonly task: CommandTask;
  readonly language: CompiledLanguage;
  readonly signal: AbortSignal;
}

async function madeReady(
  work: Work,
  command: CompileCommand,
  text: string,
  workbench: Workbench,
  plans: Map<string, Subject["checked"]>,
): Promise<Omit<PreparedCheck, "close"> | string> {
  const { task, signal, language } = work;
  const file = workbench.file(basename(task.source.file));
  await writeFile(file, text);
  const called = await callable(file, text, language, task.function);
  const { inferred, signature } = called;
  const values = new Set(
    signature.parameters.filter(({ passing }) => passing === "value").map(({ name }) => name),
  );
  const parameters: Recorded[] = [];
  for (const parameter of signature.parameters) {
    const length = inferred.draft.inputs?.[parameter.name]?.length;
    const recorded = recordedOf(parameter, length === undefined ? undefined : String(length), values);
    if (typeof recorded === "string") return recorded;
    parameters.push(recorded);
  }
  const recorded = await recordedCalls(work, parameters, signature.returns !== undefined);
  if (typeof recorded === "string") return recorded;
  const calls = usableCalls(recorded, signature.parameters);
  if (calls.length === 0)
    return recorded.flat().length > 0
      ? "its arguments overlap in every call"
      : "no call of it was seen whose arguments can be kept: they are too large, or it is inlined elsewhere or never called";
  const shorter = shorterCalls(calls, called);
  const compiler = {
    command: command.clang ? (language === "c" ? "clang" : "clang++") : language === "c" ? "gcc" : "g++",
    standard: command.standard ?? (language === "c" ? "gnu17" : "gnu++17"),
    flags: command.flags.slice(0, 100),
  };
  const made = await recordedTask(called, [...calls, ...shorter], compiler);
  if (typeof made === "string") return made;
  const sized = made.sizes.map((sizes) => ({ sizes, plan: planCall(made.task, sizes) }));
  plans.set(made.task.hash, sized);
  const whole = await workbench.subject(made.task, signal);
  const steady = new Set(await steadyCalls(workbench, whole, signal));
  const own = sized.slice(0, calls.length).filter((each) => steady.has(each));
  if (own.length === 0)
    return "on recorded arguments alone it does not give the same answer twice, or does not end";
  const all = sized.filter((each) => steady.has(each));
  // What the sanitizers find in the reference, a shorter input may have brought about.
  let subject: Subject = { ...whole, checked: all };
  let clean = await sanitized(workbench, subject, inferred.text, "reference-sanitized", signal);
  if (clean.status !== "clean" && all.length > own.length) {
    subject = { ...whole, checked: own };
    clean = await sanitized(workbench, subject, inferred.text, "reference-sanitized", signal);
  }
  const addition = inferred.changed ? inferred.text.slice(text.replace(/\n*$/, "\n").length) : "";
  const flat = async (source: string, heeded: AbortSignal): Promise<string | undefined> => {
    const found = await flatText({ ...work, signal: heeded }, command, source);
    if (found === undefined) return undefined;
    const { text: short } = await alone(found, language, task.function);
    return short.replace(/\n*$/, "\n") + addition;
  };
  const facts: FunctionCheck = {
    calls: own.length,
    shorter: subject.checked.length - own.length,
    sanitizers: clean.status === "clean",
  };
  const check = async (
    source: string,
    heeded: AbortSignal,
  ): Promise<{ facts: FunctionCheck; failure?: Failure }> => {
    const candidate = await flat(source, heeded);
    if (candidate === undefined) return { facts: { reason: "with its headers it is too long" } };
    const compiled = await compiledFor(workbench, subject, candidate, heeded);
    // It may call what other files of the project hold.
    if ("reason" in compiled)
      return { facts: { reason: `the candidate does not compile by itself: ${firstLine(compiled.reason)}` } };
    const failure = await firstFailure(workbench, subject, compiled.library, heeded);
    if (failure) return { facts, failure };
    if (clean.status !== "clean") return { facts };
    const { status, said } = await sanitized(workbench, subject, candidate, "candidate-sanitized", heeded);
    if (status === "faulty")
      return { facts, failure: { status: "crashed", reason: `The sanitizers stop it: ${said}` } };
    if (status === "differs")
      return {
        facts,
        failure: {
          status: "wrong-output",
          reason: `Where fresh memory holds other bytes it answers otherwise: ${said}`,
        },
      };
    return { facts: { ...facts, sanitizers: status === "clean" } };
  };
  return {
    check: (source, heeded) =>
      check(source, heeded).catch((error: unknown) => ({ facts: { reason: reasonOf(error, heeded) } })),
  };
}

/** Why it cannot be done, be it the function's nature or a compiler that is not here; our own faults and an abort are thrown on. */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted || !(error instanceof LessonbankError) || error.kind === "internal") throw error;
  // The place of a TaskError is in a file of ours.
  return firstLine(error instanceof TaskError ? error.message.replace(/^\S*?: /, "") : error.message);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** How the project compiles the file: seen by building it anew, over what is built and, where nothing is compiled then, from nothing. */
async function compiledHow({ bench, task, signal }: Work): Promise<CompileCommand | undefined> {
  const { room, settings, built, limits } = bench;
  const notes = `${settings.root}/${folder}`;
  const files = new Map([
    [task.source.file, task.source.text],
    [`${folder}/here`, ""],
  ]);
  const { build, bench: benchmark } = settings.commands;
  for (const below of [built, room.workshop.bottom]) {
    const { raised } = await runKept(room, below, noting(notes) + (build ?? benchmark), {
      limitMs: build === undefined ? limits.benchMs : limits.buildMs,
      signal,
      files,
    });
    try {
      const noted = await collect(room, raised, [`${folder}/*.command`]);
      const command = commandFor([...noted.values()], settings.root, task.source.file);
      if (command) return command;
    } finally {
      await room.workshop.drop(raised);
    }
  }
  return undefined;
}

function flatText(
  { bench, task }: Work,
  { folders }: CompileCommand,
  source: string,
): Promise<string | undefined> {
  const { room, built } = bench;
  return flatten(task.source.file, source, {
    folders,
    read: async (path) => {
      const found = await room.workshop.find(built, path);
      return found === undefined ? undefined : readFile(found, "utf8");
    },
  });
}

/** Of the benchmark, then of the tests; a sentence where the instrumented source does not build. */
async function recordedCalls(
  { bench, task, language, signal }: Work,
  parameters: readonly Recorded[],
  returns: boolean,
): Promise<readonly (readonly RecordedCall[])[] | string> {
  const { room, settings, built, limits } = bench;
  const instrumented = await withRecorder(task.source.text, language, task.function, {
    parameters,
    returns,
    folder: `${settings.root}/${folder}`,
  });
  if ("reason" in instrumented) return instrumented.reason;
  const { build, bench: benchmark, test } = settings.commands;
  const files = new Map([
    [task.source.file, instrumented.source],
    [`${folder}/here`, ""],
  ]);
  const { raised, run } = await runKept(room, built, build, { limitMs: limits.buildMs, signal, files });
  try {
    if (run && !succeeded(run)) return "a source that writes its calls down does not build";
    const of = (command: string, limitMs: number): Promise<RecordedCall[]> =>
      callsOf(bench, raised, command, { limitMs, parameters: parameters.length, signal });
    return [await of(benchmark, limits.benchMs), await of(test, limits.testMs)];
  } finally {
    await room.workshop.drop(raised);
  }
}

async function callsOf(
  { room }: Bench,
  below: Raised,
  command: string,
  { limitMs, parameters, signal }: { limitMs: number; parameters: number; signal: AbortSignal },
): Promise<RecordedCall[]> {
  const { raised } = await runKept(room, below.layers, command, { limitMs, signal });
  try {
    const files = await collect(room, raised, [`${folder}/*.calls`]);
    return [...files.values()].flatMap((bytes) => readCalls(bytes, parameters));
  } finally {
    await room.workshop.drop(raised);
  }
}
