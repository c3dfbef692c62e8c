/**
 * How attacks and their honest twins are judged: programs from `attacks/` and `twins/`, against the tasks in `tasks/`, by one evaluator for
 * each test file. An attack has failed when its Outcome says so and everything that it was after is as it was before.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";
import type { Language } from "../../src/code/language.ts";
import { compileLibrary, compileLimits, type Compiled } from "../../src/evaluate/compile.ts";
import type { EvaluateOptions } from "../../src/evaluate/evaluator.ts";
import { runInJail, type JailResult } from "../../src/evaluate/jail.ts";
import { nativePrograms } from "../../src/evaluate/native.ts";
import type { Outcome, OutcomeStatus } from "../../src/evaluate/outcome.ts";
import {
  createEvaluator,
  type EvaluatorOptions,
  type Workbench,
} from "../../src/evaluate/sandboxed-evaluator.ts";
import { sharedSandbox } from "../../src/evaluate/sandbox.ts";
import { sanitizingLoader } from "../../src/evaluate/sanitizing-loader.ts";
import { findCompiler } from "../../src/evaluate/toolchain.ts";
import { loadTask } from "../../src/task/load.ts";
import type { FunctionTask } from "../../src/task/task.ts";

/** Asked for by `npm run test:adversarial`. */
export const everyVariant = process.env["LESSONBANK_ADVERSARIAL"] === "all";

export const here = fileURLToPath(new URL(".", import.meta.url));

/** A folder in `tasks/`. */
export type TaskName =
  | "attempts"
  | "attempts-with-threads"
  | "digit-sums"
  | "distinct-words"
  | "edges"
  | "fade"
  | "many-digit-sums"
  | "many-shades"
  | "middle"
  | "peak"
  | "prefix"
  | "quotients"
  | "scale"
  | "total"
  | "two-threads"
  | "variance";

export interface ProgramOptions {
  /** Default: `digit-sums` for C and `distinct-words` for C++. */
  readonly task?: TaskName | FunctionTask;
  /** What the test planted at run time: every `@NAME@` in the program is replaced, in this order. */
  readonly planted?: Readonly<Record<string, string>>;
}

export interface Bench {
  readonly evaluator: Workbench;
  task(name: TaskName): Promise<FunctionTask>;
  /** Compiles, checks and times a program: `attacks/c9-constructor-exit.c`. */
  judge(file: string, options?: ProgramOptions & EvaluateOptions): Promise<Outcome>;
  /** Compiles it alone, as judging would. */
  compile(file: string, options?: ProgramOptions): Promise<Compiled>;
  /** Judges a source text that is no file, such as one that is too large to be kept. */
  judgeText(text: string, options: ProgramOptions & EvaluateOptions): Promise<Outcome>;
  compileText(text: string, options: ProgramOptions): Promise<Compiled>;
  /** What `twins/baseline.c` was compiled to before the first attack. */
  readonly honestObject: Uint8Array;
  /**
   * Throws unless an honest candidate is compiled to the same bytes as before the first attack and is measured, and no process is left
   * but the supervisor.
   */
  expectUnharmed(): Promise<void>;
}

/**
 * A cache folder for the tests of one file, which those that run beside it write nothing into. Our own native programs are copied there, as
 * building them takes long. To be called before `useBench`.
 */
export async function useOwnCache(): Promise<void> {
  const { supervisor } = await nativePrograms();
  const loader = await sanitizingLoader(await findCompiler("gcc"));
  const folder = mkdtempSync(join(tmpdir(), "lessonbank-test-cache-"));
  for (const built of [dirname(supervisor), dirname(loader)])
    cpSync(built, join(folder, "native", basename(built)), { recursive: true });
  const usual = process.env["LESSONBANK_CACHE"];
  process.env["LESSONBANK_CACHE"] = folder;
  afterAll(() => {
    process.env["LESSONBANK_CACHE"] = usual;
    rmSync(folder, { recursive: true, force: true });
  });
}

/** An evaluator for the tests of one file, made before the first and closed after the last. */
export function useBench(options: EvaluatorOptions = {}): Bench {
  let evaluator: Workbench | undefined;
  let honestObject = new Uint8Array();
  const workbench = (): Workbench => {
    if (!evaluator) throw new Error("the evaluator stands only while tests run");
    return evaluator;
  };
  const compileText: Bench["compileText"] = async (text, given) => {
    const task = await taskOf("", given);
    const { shimObject } = await workbench().subject(task);
    return compileLibrary({
      language: task.language,
      compiler: task.compiler,
      source: text,
      fileName: task.source.file,
      shim: shimObject,
    });
  };
  const bench: Bench = {
    get evaluator() {
      return workbench();
    },
    get honestObject() {
      return honestObject;
    },
    task: (name) => taskOf("", { task: name }),
    async judge(file, choices = {}) {
      const task = await taskOf(file, choices);
      return bench.judgeText(await programText(file, choices.planted), { ...choices, task });
    },
    async compile(file, choices = {}) {
      const task = await taskOf(file, choices);
      return compileText(await programText(file, choices.planted), { task });
    },
    async judgeText(text, choices) {
      // Nothing that an earlier run kept: what is tested is this one.
      return workbench().evaluate(await taskOf("", choices), text, { verdicts: "fresh", ...choices });
    },
    compileText,
    async expectUnharmed() {
      await expectSameObject(bench);
      expect(await bench.judge("twins/baseline.c", { effort: "screen" })).toMatchObject({
        status: "measured",
      });
      expect(await strayProcesses()).toEqual([]);
    },
  };
  beforeAll(async () => {
    evaluator = await createEvaluator(options);
    const compiled = await bench.compile("twins/baseline.c");
    if (!compiled.ok) throw new Error(compiled.reason);
    honestObject = Uint8Array.from(compiled.bytes);
  });
  afterAll(() => evaluator?.close());
  return bench;
}

/** Throws unless the honest candidate, compiled now, comes to the same bytes as before the first attack. */
export async function expectSameObject(bench: Bench, given?: Compiled): Promise<void> {
  const compiled = given ?? (await bench.compile("twins/baseline.c"));
  expect(compiled.ok && Buffer.from(compiled.bytes).equals(bench.honestObject)).toBe(true);
}

/** Compiles in the jail as judging does, but for tighter limits. */
export async function compileWithin(
  text: string,
  language: Language,
  { wallMs, cpuSeconds }: { readonly wallMs: number; readonly cpuSeconds: number },
): Promise<JailResult> {
  const name = language === "c" ? "reference.c" : "reference.cpp";
  const compiler = await findCompiler(language === "c" ? "gcc" : "g++");
  return runInJail({
    sandbox: await sharedSandbox(),
    command: [compiler.path, "-w", "-O2", "-c", "-x", language, name, "-o", "/tmp/object.o"],
    result: "/tmp/object.o",
    files: { [`/in/${name}`]: Buffer.from(text) },
    folders: compiler.prefix === undefined ? [] : [compiler.prefix],
    directory: "/in",
    limits: { ...compileLimits, wallMs, cpuSeconds },
  });
}

/** The text of a file in `attacks/` or `twins/`, with what was planted in place of its `@NAME@`s. */
export async function programText(
  file: string,
  planted: Readonly<Record<string, string>> = {},
): Promise<string> {
  let text = await readFile(join(here, file), "utf8");
  for (const [name, value] of Object.entries(planted)) text = text.replaceAll(`@${name}@`, () => value);
  return text;
}

/** The names of the programs in a folder whose names begin so. */
export function programs(folder: "attacks" | "twins", beginning: string): string[] {
  return readdirSync(join(here, folder))
    .filter((name) => name.startsWith(beginning))
    .toSorted()
    .map((name) => `${folder}/${name}`);
}

const tasks = new Map<string, Promise<FunctionTask>>();

async function taskOf(file: string, { task }: ProgramOptions): Promise<FunctionTask> {
  if (typeof task === "object") return task;
  const name = task ?? (file.endsWith(".cpp") ? "distinct-words" : "digit-sums");
  const loaded = tasks.get(name) ?? loadTask(join(here, "tasks", name));
  tasks.set(name, loaded);
  return loaded;
}

/** Throws unless the Outcome is of that kind and its reason, which a person can read, matches. */
export function expectFailure(outcome: Outcome, status: OutcomeStatus, reason: RegExp): void {
  expect({ status: outcome.status, reason: outcome.reason ?? "" }).toEqual({
    status,
    reason: expect.stringMatching(reason),
  });
  expectReadable(outcome.reason ?? "");
}

/** Throws where the attack won. On a busy machine what is slower may seem to wait as well, or may really wait too long: no gain either. */
export function expectNoGain(outcome: Outcome): void {
  if (outcome.status !== "measured")
    expectFailure(outcome, "timed-out", /^(It waits instead of working|Stopped after )/);
  else expect(outcome.faster).toBe(false);
}

/** Throws unless the text is safe to print: bounded, and without anything that steers a terminal or the direction of writing. */
export function expectReadable(text: string): void {
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8192);
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/);
  expect(text).not.toMatch(/[\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/);
}

/** Command lines of the processes below this one, but for supervisors and the test runner's own. What is about to end has ten seconds. */
export async function strayProcesses(): Promise<string[]> {
  for (let attempt = 0; ; attempt++) {
    const stray = descendants(process.pid)
      .map(({ command }) => command)
      .filter((command) => /bwrap|loader|cc1|collect2|\/sh\b/.test(command));
    if (stray.length === 0 || attempt === 400) return stray;
    await sleep(25);
  }
}

/** The processes below this one that run a candidate or a reference, with the kernel's word on each. */
export async function workers(): Promise<
  { readonly pid: number; readonly status: Record<string, string> }[]
> {
  return descendants(process.pid)
    .filter(({ command }) => command.startsWith("/loader"))
    .map(({ pid }) => {
      const fields = procFile(String(pid), "status").matchAll(/^(\w+):[ \t]*(.*?)[ \t]*$/gm);
      return {
        pid,
        status: Object.fromEntries([...fields].map(([, name = "", value = ""]) => [name, value])),
      };
    });
}

/** Every file below a folder, by its path. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

function descendants(root: number): { readonly pid: number; readonly command: string }[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = /\) \w (\d+) /.exec(procFile(name, "stat"))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const below = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === root || below(parent));
  };
  return [...parents.keys()]
    .filter(below)
    .map((pid) => ({ pid, command: procFile(String(pid), "cmdline").replaceAll("\0", " ").trim() }));
}

/** Empty where the process has ended meanwhile. */
function procFile(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
