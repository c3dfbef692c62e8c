/**
 * A task made ready to judge candidates with: its plans, and its shim, reference and generator compiled.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { TaskError } from "../errors.ts";
import type { CallPlan } from "../task/call-plan.ts";
import { planCall } from "../task/plan.ts";
import { generatorShimSource, shimSource } from "../task/shim.ts";
import { checkedSizes } from "../task/sizes.ts";
import type { Sizes, FunctionTask } from "../task/task.ts";
import { keep } from "./cache.ts";
import {
  compileLibrary,
  compileShim,
  type Compiled,
  type CompilerSettings,
  type JailChoices,
} from "./compile.ts";
import type { Precompiler } from "./precompiled.ts";
import { findCompiler } from "./toolchain.ts";
import { verdictKey } from "./verdicts.ts";

export interface SizedPlan {
  readonly sizes: Sizes;
  readonly plan: CallPlan;
}

/** What judging needs to know of a task; `subjectParts` derives it, and tests write it by hand. */
export interface SubjectParts {
  readonly task: FunctionTask;
  /** The file that errors about the task name. */
  readonly file: string;
  readonly shim: string;
  readonly generator?: {
    readonly shim: string;
    readonly language: FunctionTask["language"];
    readonly text: string;
  };
  readonly checked: readonly SizedPlan[];
  readonly timed: SizedPlan;
}

export interface Subject extends SubjectParts {
  /** A digest of the task and of all that was compiled for it. */
  readonly fingerprint: string;
  readonly shimObject: Uint8Array;
  /** Paths of shared objects. */
  readonly referenceLibrary: string;
  readonly generatorLibrary?: string;
  /** What the shared objects hold, by path. */
  readonly libraries: ReadonlyMap<string, Uint8Array>;
}

/** Pure. Throws a TaskError where the task does not fit together. */
export function subjectParts(task: FunctionTask): SubjectParts {
  const sized = (sizes: Sizes): SizedPlan => ({ sizes, plan: planCall(task, sizes) });
  const { generator } = task;
  return {
    task,
    file: join(task.directory, task.source.file),
    shim: shimSource(task).text,
    ...(generator && {
      generator: { shim: generatorShimSource(task).text, language: generator.language, text: generator.text },
    }),
    checked: checkedSizes(task).map(sized),
    timed: sized(task.sizes.timed),
  };
}

/** Compiles what belongs to the task into `directory`. Throws a TaskError where something of the task does not compile. */
export async function compileSubject(
  parts: SubjectParts,
  directory: string,
  { sandbox, precompiler, signal }: JailChoices & { readonly precompiler?: Precompiler },
): Promise<Subject> {
  const { task, generator } = parts;
  const shimObject = required(
    parts,
    "the call shim",
    await compileShim(parts.shim, task.language, task.compiler, { sandbox, signal }),
  );
  const reference = await compileLibrary({
    language: task.language,
    compiler: task.compiler,
    source: task.source.text,
    fileName: task.source.file,
    shim: shimObject,
    sandbox,
    precompiler,
    signal,
  });
  const referenceLibrary = join(directory, `reference-${task.hash.slice(0, 16)}.so`);
  const referenceObject = required(parts, "the reference", reference);
  const libraries = new Map([[referenceLibrary, referenceObject]]);
  await keep(referenceLibrary, referenceObject);
  const whole = [task.hash, (await findCompiler(task.compiler.command)).version, shimObject, referenceObject];
  if (!generator)
    return { ...parts, fingerprint: verdictKey(...whole), shimObject, referenceLibrary, libraries };

  const settings = generatorSettings(task, generator.language);
  const generatorShim = required(
    parts,
    "the generator's shim",
    await compileShim(generator.shim, generator.language, settings, { sandbox, signal }),
  );
  const compiled = await compileLibrary({
    language: generator.language,
    compiler: settings,
    source: generator.text,
    fileName: task.generator?.file ?? "inputs",
    shim: generatorShim,
    sandbox,
    signal,
  });
  const generatorLibrary = join(directory, `generator-${task.hash.slice(0, 16)}.so`);
  const generatorObject = required(parts, "the generator", compiled);
  libraries.set(generatorLibrary, generatorObject);
  await keep(generatorLibrary, generatorObject);
  const fingerprint = verdictKey(...whole, generatorObject);
  return { ...parts, fingerprint, shimObject, referenceLibrary, generatorLibrary, libraries };
}

/** Writes those of its files again that are gone or were cut short. Throws a MachineError where it cannot. */
export async function restoreSubject({ libraries }: Subject): Promise<void> {
  for (const [path, bytes] of libraries) {
    const found = await stat(path).catch(() => undefined);
    if (found?.size !== bytes.length) await keep(path, bytes);
  }
}

/** A generator may be written in the other language than the task. */
function generatorSettings(task: FunctionTask, language: FunctionTask["language"]): CompilerSettings {
  if (language === task.language) return task.compiler;
  const clang = /clang/.test(task.compiler.command);
  return language === "c"
    ? { command: clang ? "clang" : "gcc", standard: "gnu17", flags: ["-O2"] }
    : { command: clang ? "clang++" : "g++", standard: "gnu++17", flags: ["-O2"] };
}

function required(parts: SubjectParts, what: string, compiled: Compiled): Uint8Array {
  if (compiled.ok) return compiled.bytes;
  throw new TaskError(parts.file, `${what} does not compile: ${compiled.reason}`, {
    remedy: 'Mend the source, or "compiler" in task.json.',
  });
}
