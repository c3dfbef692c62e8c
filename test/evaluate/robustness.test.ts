/** What is taken from an evaluation from outside, in its midst: processes, files, compilers. Each with real ones. */
import { chmod, cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { keep, keepWithDigest, readKept } from "../../src/evaluate/cache.ts";
import { compileLibrary, compileShim, type Compiled } from "../../src/evaluate/compile.ts";
import { nativePrograms } from "../../src/evaluate/native.ts";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { createEvaluator, type Workbench } from "../../src/evaluate/sandboxed-evaluator.ts";
import { openSandbox } from "../../src/evaluate/sandbox.ts";
import { findBubblewrap } from "../../src/evaluate/toolchain.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { descendants, type RunningProcess } from "../process-table.ts";
import { expectFaster, repeatWhereNoisy } from "../noisy-machine.ts";
import { makeTask, quickScale, slowScale } from "./scale-task.ts";
import { temporaryFolder } from "./temporary.ts";

const wrong = "void scale(int n, const double *v, double d, double *out) {}";
const endless = slowScale.replace("{", "{ for (volatile int on = 1; on;) {}");

let task: FunctionTask;
const open: Workbench[] = [];
const { LESSONBANK_CACHE: usualCache, PATH: usualPath } = process.env;

beforeAll(async () => {
  task = await makeTask({ source: slowScale });
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((evaluator) => evaluator.close()));
  process.env["LESSONBANK_CACHE"] = usualCache;
  process.env["PATH"] = usualPath;
});

async function newEvaluator(): Promise<Workbench> {
  const evaluator = await createEvaluator();
  open.push(evaluator);
  return evaluator;
}

/** From here on until the test's end a cache folder of its own, which holds what the usual one does. */
async function ownCache(): Promise<string> {
  const { supervisor } = await nativePrograms();
  const cache = await temporaryFolder();
  await cp(dirname(supervisor), join(cache, "native", dirname(supervisor).split("/").at(-1) ?? ""), {
    recursive: true,
  });
  process.env["LESSONBANK_CACHE"] = cache;
  return cache;
}

/** False where it ended by itself just before. */
function wasKilled(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

/** Kills what `which` picks, as soon as there is one, for so many times. */
function killing(which: (one: RunningProcess) => boolean, times: number): { stop: () => Promise<number> } {
  let killed = 0;
  let stopped = false;
  const done = (async () => {
    while (!stopped && killed < times) {
      const victim = (await descendants()).find(which);
      // Twice in a row: not the reference, which is soon done, also on a busy machine.
      await new Promise((resolve) => setTimeout(resolve, 250));
      if (victim && (await descendants()).some((one) => one.pid === victim.pid && which(one))) {
        if (wasKilled(victim.pid)) killed++;
        // It is another next time.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await done;
      return killed;
    },
  };
}

/** A worker that is in its call: the others are stopped meanwhile. */
const works = ({ command, state }: RunningProcess): boolean =>
  command.startsWith("/loader ") && state === "R";
const supervises = ({ command }: RunningProcess): boolean => /\/native\/\w+\/supervisor $/.test(command);

interface Killing {
  readonly which: (one: RunningProcess) => boolean;
  readonly times: number;
}

interface Judged {
  readonly outcome: Outcome | Error;
  readonly killed: number;
  readonly evaluator: Workbench;
}

/** A busy machine may let a worker come to its time limit before it is found and killed. */
function judgeWhile(source: string, killing: Killing): Promise<Judged> {
  return repeatWhereNoisy(() => judgeOnceWhile(source, killing), {
    once: ({ killed }) => expect(killed).toBe(killing.times),
  });
}

async function judgeOnceWhile(source: string, { which, times }: Killing): Promise<Judged> {
  const evaluator = await newEvaluator();
  // What is found out about the reference once, in longer calls, is known then.
  expect(await evaluator.evaluate(task, wrong)).toMatchObject({ status: "wrong-output" });
  let killer: ReturnType<typeof killing> | undefined;
  const outcome = await evaluator
    .evaluate(task, source, {
      onStage: (stage) => {
        if (stage === "check") killer ??= killing(which, times);
      },
    })
    .catch((error: unknown) => error as Error);
  return { outcome, killed: (await killer?.stop()) ?? 0, evaluator };
}

describe("a supervisor that is killed from outside", () => {
  it("once costs nothing but time", async () => {
    const { outcome } = await judgeWhile(endless, { which: supervises, times: 1 });
    expect(outcome).toMatchObject({ status: "timed-out" });
  });

  it("again and again ends the evaluation with one message, and the next candidate is judged", async () => {
    const { outcome, evaluator } = await judgeWhile(endless, { which: supervises, times: 2 });
    expect(outcome).toMatchObject({ kind: "machine", message: "the supervisor was ended (SIGKILL)" });
    expect(await evaluator.evaluate(task, wrong)).toMatchObject({ status: "wrong-output" });
  });
});

describe("a worker that is killed from outside", () => {
  it("once is not the candidate's fault", async () => {
    const { outcome } = await judgeWhile(endless, { which: works, times: 1 });
    expect(outcome).toMatchObject({ status: "timed-out" });
  });

  it("once, while sanitizers watch it, is not the candidate's fault", async () => {
    const spinning = quickScale.replace(
      "{",
      "{\n#ifdef __SANITIZE_ADDRESS__\n if (n == 100) for (volatile long i = 0; i < 1000000000; i++) {}\n#endif\n",
    );
    await expectFaster(async () => {
      // No other call of its takes as long as finding a victim does.
      const { outcome } = await judgeWhile(spinning, { which: works, times: 1 });
      if (outcome instanceof Error) throw outcome;
      return outcome;
    });
  });

  it("again is told as what it is: killed, and twice", async () => {
    const { outcome } = await judgeWhile(endless, { which: works, times: 2 });
    expect(outcome).toMatchObject({
      status: "crashed",
      signal: "SIGKILL",
      reason: expect.stringMatching(/ended from outside[^]*a second time/) as string,
    });
  });
});

describe("programs in the cache folder", () => {
  it("that were cut short, emptied, removed, or are folders now, are made anew, also while we run", async () => {
    await ownCache();
    const before = await nativePrograms();
    await truncate(before.supervisor, 1000);
    await truncate(before.runner, 0);
    await rm(before.loader);
    await rm(before.launcher);
    await mkdir(before.launcher);
    const evaluator = await newEvaluator();
    expect(await evaluator.evaluate(task, wrong)).toMatchObject({ status: "wrong-output" });
    for (const path of Object.values(before)) expect((await stat(path)).size).toBeGreaterThan(10_000);
    expect(await readdir(join(dirname(before.loader), ".."))).toHaveLength(1);
  });

  it("are looked for anew where the cache folder is another one", async () => {
    const usual = await nativePrograms();
    const cache = await ownCache();
    const own = await nativePrograms();
    expect(own.supervisor.startsWith(`${cache}/`)).toBe(true);
    expect(own.supervisor).not.toBe(usual.supervisor);
  });
});

describe("a cache folder that is removed", () => {
  it("between candidates, or in part in the midst of one, is filled again", async () => {
    const cache = await ownCache();
    const evaluator = await newEvaluator();
    expect(await evaluator.evaluate(task, wrong)).toMatchObject({ status: "wrong-output" });
    await rm(cache, { recursive: true });
    expect(await evaluator.evaluate(task, `${wrong}\n// again`)).toMatchObject({ status: "wrong-output" });
    let removed: Promise<void> | undefined;
    const outcome = await evaluator.evaluate(task, endless, {
      onStage: (stage) => {
        if (stage === "check") removed ??= rm(join(cache, "sessions"), { recursive: true, force: true });
      },
    });
    await removed;
    expect(outcome).toMatchObject({ status: "timed-out" });
  });
});

describe("a kept file", () => {
  it.each([
    ["cut short", (path: string) => truncate(path, 50)],
    ["emptied", (path: string) => truncate(path, 0)],
    ["changed", async (path: string) => writeFile(path, `${await readFile(path, "latin1")}!`, "latin1")],
    ["replaced by a folder", (path: string) => rm(path).then(() => mkdir(path))],
  ])("that was %s is known not to be whole, and can be kept again", async (_, damage) => {
    const path = join(await temporaryFolder(), "kept");
    const bytes = Buffer.from("some\nbytes\0and more of them");
    await keepWithDigest(path, bytes);
    expect(Buffer.from((await readKept(path)) ?? []).equals(bytes)).toBe(true);
    await damage(path);
    expect(await readKept(path)).toBeUndefined();
    await keepWithDigest(path, bytes);
    expect(Buffer.from((await readKept(path)) ?? []).equals(bytes)).toBe(true);
  });

  it("that cannot be written is told with its place and a remedy", async () => {
    const file = join(await temporaryFolder(), "file");
    await keep(file, "");
    await expect(keep(join(file, "below"), "")).rejects.toMatchObject({
      kind: "machine",
      message: `${file}/below cannot be written (EEXIST)`,
      remedy: expect.stringContaining("LESSONBANK_CACHE") as string,
    });
  });

  it("of a shim that was cut short is compiled again", async () => {
    const cache = await ownCache();
    const settings = { command: "gcc", standard: "gnu17", flags: ["-O1"] };
    const first = await compileShim("int shim;", "c", settings);
    const [name = ""] = await readdir(join(cache, "shims"));
    await truncate(join(cache, "shims", name), 400);
    const second = await compileShim("int shim;", "c", settings);
    expect([first.ok, second.ok]).toEqual([true, true]);
    expect(second).toMatchObject({ durationMs: expect.toSatisfy((ms: number) => ms > 0) as number });
  });
});

describe("a compiler that", () => {
  /** A program that does `what` instead of compiling, and answers as a compiler when it is asked for its version. */
  async function fakeCompiler(what: string): Promise<string> {
    const folder = join(await temporaryFolder(), "bin");
    await chmod(dirname(folder), 0o755);
    await mkdir(folder, { mode: 0o755 });
    const path = join(folder, "fake-gcc");
    const version = 'case "$*" in *--version*) echo "gcc (fake) 12.1.0"; exit 0;; esac';
    await writeFile(path, `#!/bin/sh\n${version}\n${what}\n`, { mode: 0o755 });
    return path;
  }
  const compile = (command: string): Promise<Compiled> =>
    compileLibrary({
      language: "c",
      compiler: { command, standard: "gnu17", flags: [] },
      source: "int nothing;",
      fileName: "nothing.c",
      shim: new Uint8Array(),
    });

  it.each([
    [
      "fails within itself",
      "echo 'nothing.c:1:1: internal compiler error: Segmentation fault' >&2; exit 4",
      {
        ending: "failure",
        killed: false,
        reason: expect.stringMatching(/^nothing\.c:1:1: internal/) as string,
      },
    ],
    [
      "crashes",
      "kill -SEGV $$",
      { ending: "failure", killed: false, reason: expect.stringContaining("killed") as string },
    ],
    [
      "is killed, and killed again",
      "kill -KILL $$",
      { ending: "failure", killed: true, reason: expect.stringContaining("killed") as string },
    ],
    ["prints megabytes", "yes error: | head -c 3000000 >&2; exit 1", { ending: "too-large", killed: false }],
    [
      "succeeds without a result",
      "exit 0",
      { ending: "failure", reason: expect.stringContaining("the result cannot be read") as string },
    ],
    [
      "succeeds with an empty result",
      ": > /tmp/library.so",
      { ending: "failure", reason: "The compiler wrote an empty file." },
    ],
    [
      "leaves a folder as its result",
      "mkdir /tmp/library.so",
      { ending: "failure", reason: expect.stringContaining("the result") as string },
    ],
  ])("%s is a candidate that does not compile", async (_, what, expected) => {
    expect(await compile(await fakeCompiler(what))).toMatchObject({ ok: false, ...expected });
  });

  it("has gone since is missed by name", async () => {
    const command = await fakeCompiler("exit 1");
    expect(await compile(command)).toMatchObject({ ok: false });
    await rm(command);
    await expect(compile(command)).rejects.toMatchObject({
      kind: "machine",
      message: `the compiler ${command} has gone while it was in use`,
    });
  });

  it("has lost its sandbox is not blamed for it: bubblewrap is missed by name", async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o755);
    await cp(await findBubblewrap(), join(folder, "bwrap"));
    process.env["PATH"] = `${folder}:${usualPath}`;
    const sandbox = await openSandbox({ controlGroups: false });
    expect(sandbox.bubblewrap[0]).toBe(join(folder, "bwrap"));
    await rm(join(folder, "bwrap"));
    const settings = { command: "gcc", standard: "gnu17", flags: [] };
    const source = { language: "c", source: "int nothing;", fileName: "nothing.c" } as const;
    await expect(
      compileLibrary({ ...source, compiler: settings, shim: new Uint8Array(), sandbox }),
    ).rejects.toMatchObject({
      kind: "machine",
      message: `${join(folder, "bwrap")} has gone while it was in use`,
    });
    await sandbox.close();
  });
});
