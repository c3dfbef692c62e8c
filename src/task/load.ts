/**
 * Loads tasks from their folders. A loaded task is complete: its signature is read, and every rule and expression was tried
 * at its own sizes, so that what is wrong is said here and not in the middle of a run.
 */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { LessonbankError, TaskError, UsageError } from "../errors.ts";
import type { CompiledLanguage } from "../code/language.ts";
import { nearest } from "../code/nearest.ts";
import type { CallPlan } from "./call-plan.ts";
import { findFunction } from "./find-function.ts";
import { signatureOf } from "./parse-signature.ts";
import { readSource } from "./read-source.ts";
import { planCall } from "./plan.ts";
import { parseTaskFile, readTaskText } from "./read-task-file.ts";
import type { TaskFile } from "./schema.ts";
import { isFlat, type Parameter, type Signature, type Type } from "./signature.ts";
import { checkedSizes, validateSizes } from "./sizes.ts";
import { taskHash } from "./task-hash.ts";
import type { InputRule, FunctionTask } from "./task.ts";

/** Loads a task from its folder or its task.json. Throws a TaskError, or a UsageError where there is none. */
export async function loadTask(path: string): Promise<FunctionTask> {
  const status = await stat(path).catch(() => undefined);
  if (!status)
    throw new UsageError(`${path}: there is no such task`, {
      remedy: "Give a task's folder or its task.json.",
    });
  const file = status.isDirectory() ? join(path, "task.json") : path;
  const directory = resolve(dirname(file));
  if (status.isDirectory() && !(await stat(file).catch(() => undefined)))
    throw new UsageError(`${path}: this folder has no task.json`, {
      remedy: "`lessonbank task init FILE:FUNCTION` writes one.",
    });
  const raw = parseTaskFile(await readTaskText(directory, basename(file), file), file);
  const text = await readTaskText(directory, raw.source, file, "source");
  const generator =
    raw.generator === undefined ? undefined : await readTaskText(directory, raw.generator, file, "generator");
  return makeTask(raw, { file, directory, text, generator });
}

/** Every task of a suite: its folder's folders that have a task.json, by name. Throws on the first that is at fault. */
export async function listTasks(suiteDirectory: string): Promise<FunctionTask[]> {
  const { tasks, faults } = await loadSuite(suiteDirectory);
  if (faults[0]) throw faults[0];
  return tasks;
}

/** As `listTasks`; those that are at fault are told apart from the others, with what is wrong. */
export async function loadSuite(
  suiteDirectory: string,
): Promise<{ readonly tasks: FunctionTask[]; readonly faults: readonly LessonbankError[] }> {
  const entries = await readdir(suiteDirectory, { withFileTypes: true }).catch((cause: unknown) => {
    throw new UsageError(`${suiteDirectory}: this folder cannot be read`, {
      remedy: "Name a folder of task folders.",
      cause,
    });
  });
  const tasks: FunctionTask[] = [];
  const faults: LessonbankError[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const directory = join(suiteDirectory, entry.name);
    if (!(await stat(join(directory, "task.json")).catch(() => undefined))) continue;
    try {
      tasks.push(await loadTask(directory));
    } catch (error) {
      if (!(error instanceof LessonbankError)) throw error;
      faults.push(error);
    }
  }
  return { tasks, faults };
}

export interface TaskTexts {
  /** What messages name: the task file, or the source where there is none. */
  readonly file: string;
  readonly directory: string;
  /** Of the source. */
  readonly text: string;
  readonly generator?: string | undefined;
}

/** Makes a task from a validated task file and the texts that it names. Throws a TaskError. */
export async function makeTask(
  raw: TaskFile,
  { file, directory, text, generator }: TaskTexts,
): Promise<FunctionTask> {
  const language = raw.language ?? languageOf(raw.source, file, "source");
  const flags = raw.compiler?.flags ?? ["-O3", "-march=native"];
  const source = await readSource({ file: join(dirname(file), raw.source), text, language, flags });
  const target = findFunction(source, raw.function, { callable: raw.entry === undefined });
  const called = raw.entry === undefined ? target : findFunction(source, raw.entry, { callable: true });
  const signature = signatureOf(source, called);
  refuseUnknownInputs(raw, signature, file);
  const timed = raw.sizes?.timed ?? {};
  const task: Omit<FunctionTask, "hash"> = {
    kind: "function",
    name: raw.name ?? basename(directory).replaceAll(/[^\w.-]/g, "-"),
    description: raw.description ?? "",
    language,
    directory,
    source: { file: raw.source, text },
    function: raw.function,
    ...(raw.entry !== undefined && { entry: raw.entry }),
    signature,
    compiler: {
      command: raw.compiler?.command ?? (language === "c" ? "gcc" : "g++"),
      standard: raw.compiler?.standard ?? (language === "c" ? "gnu17" : "gnu++17"),
      flags,
    },
    sizes: {
      timed,
      checked: raw.sizes?.checked ?? [],
      minimum: raw.sizes?.minimum ?? {},
      maximum: raw.sizes?.maximum ?? {},
      require: raw.sizes?.require ?? [],
    },
    inputs: (raw.inputs ?? {}) as Readonly<Record<string, InputRule>>,
    tolerance: { ...defaultTolerance(signature), ...defined(raw.tolerance) },
    threads: raw.threads ?? 1,
    ...(generator !== undefined &&
      raw.generator !== undefined && { generator: generatorOf(raw.generator, generator, language, file) }),
    file,
  };
  const loaded: FunctionTask = { ...task, hash: taskHash(task) };
  validateSizes(loaded);
  refuseWithoutOutput(loaded, planCall(loaded, loaded.sizes.timed), file);
  for (const sizes of checkedSizes(loaded)) planCall(loaded, sizes);
  return loaded;
}

/** A function whose results stay in globals, or that has none, cannot be compared with another. */
function refuseWithoutOutput(task: FunctionTask, plan: CallPlan, file: string): void {
  if (plan.slots.some((slot) => slot.mode === "out" || slot.mode === "inout")) return;
  throw new TaskError(
    file,
    `nothing comes out of \`${task.signature.callee}\`: it returns nothing and writes to no parameter`,
    {
      remedy:
        'Results in global variables cannot be compared: hand them out through a parameter, in a wrapper named by "entry".',
    },
  );
}

/** The language that a file's ending means. */
export function languageOf(name: string, file: string, key: string): CompiledLanguage {
  const ending = extname(name);
  if (ending === ".c") return "c";
  if (/^\.(?:cc|cpp|cxx|c\+\+|C|hpp|hh|ipp)$/.test(ending)) return "c++";
  throw new TaskError(file, `"${key}": "${name}" has an ending that names no language`, {
    remedy: 'Endings are .c, .cpp, .cc and .cxx; or write "language": "c" or "c++".',
  });
}

function generatorOf(
  name: string,
  text: string,
  language: CompiledLanguage,
  file: string,
): NonNullable<FunctionTask["generator"]> {
  const own = languageOf(name, file, "generator");
  if (own === "c" && language === "c++")
    throw new TaskError(file, `"generator": "${name}" is C, and the task is C++`, {
      remedy: "Write the generator in C++: inputs.cpp.",
    });
  if (!/\bgenerate\s*\(/.test(text))
    throw new TaskError(file, `"generator": "${name}" does not define \`generate\``, {
      remedy:
        "It needs void generate(uint64_t seed, /* sizes */ int64_t n, …, /* data */ double *values, …).",
    });
  return { file: name, text, language: own };
}

function refuseUnknownInputs(raw: TaskFile, signature: Signature, file: string): void {
  const names = signature.parameters.map((parameter) => parameter.name);
  for (const name of Object.keys(raw.inputs ?? {})) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    const list = names.length === 0 ? "It has none." : `Its parameters are ${names.join(", ")}.`;
    throw new TaskError(file, `"inputs.${name}" is no parameter of \`${signature.callee}\``, {
      remedy: near === undefined ? list : `Did you mean "${near}"? ${list}`,
    });
  }
}

/** Single precision holds seven digits, double sixteen: room for sums that are added in another order. */
function defaultTolerance(signature: Signature): FunctionTask["tolerance"] {
  const outputs = signature.parameters
    .filter((parameter) => !parameter.constant)
    .map((parameter: Parameter) => parameter.type);
  const types = [...outputs, ...(signature.returns ? [signature.returns.type] : [])];
  return types.some(hasSingle) ? { relative: 1e-4, absolute: 1e-6 } : { relative: 1e-9, absolute: 1e-12 };
}

function hasSingle(type: Type): boolean {
  if (type.kind === "scalar") return type.scalar === "f32" || type.scalar === "c64";
  if (type.kind === "struct") return type.fields.some((field) => hasSingle(field.type));
  return !(type.kind === "string" || (isFlat(type) && type.kind !== "array")) && hasSingle(type.element);
}

function defined(tolerance: TaskFile["tolerance"]): Partial<FunctionTask["tolerance"]> {
  return Object.fromEntries(Object.entries(tolerance ?? {}).filter(([, value]) => value !== undefined));
}
