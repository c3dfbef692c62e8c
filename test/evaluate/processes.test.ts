import { execa } from "execa";
import { on } from "node:events";
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { openBubblewrap, systemMounts } from "../../src/evaluate/bubblewrap.ts";
import { nativePrograms } from "../../src/evaluate/native.ts";
import { createEvaluator, type Workbench } from "../../src/evaluate/sandboxed-evaluator.ts";
import { startSupervisor } from "../../src/evaluate/supervisor.ts";
import { unprivilegedUser } from "../../src/evaluate/unprivileged-user.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { descendants } from "../process-table.ts";
import { expectWithin } from "../noisy-machine.ts";
import { libraryOf } from "./hand-made.ts";
import { makeTask, quickScale, slowScale } from "./scale-task.ts";

const endless = slowScale.replace("{", "{ for (volatile int on = 1; on;) {}");
const endlessToCompile = `${"#define A(x) x x\n#define B(x) A(A(A(A(x))))\n#define C(x) B(B(B(B(x))))\n"}int i = 0 C(C(+1));\n${slowScale}`;

let task: FunctionTask;
let supervisorPath: string;
const open: Workbench[] = [];

beforeAll(async () => {
  task = await makeTask({ source: slowScale });
  supervisorPath = (await nativePrograms()).supervisor;
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((evaluator) => evaluator.close()));
});

async function newEvaluator(): Promise<Workbench> {
  const evaluator = await createEvaluator();
  open.push(evaluator);
  return evaluator;
}

async function isGone(pattern: string, root: number): Promise<boolean> {
  // A loaded machine is given more than it takes before this counts as left over.
  for (let attempt = 0; attempt < 400; attempt++) {
    if (!(await descendants(root)).some(({ command }) => command.includes(pattern))) return true;
    await sleep(25);
  }
  return false;
}

describe("an abort", () => {
  it.each([
    ["in a call that never ends", endless, "check"],
    ["in a compile that takes long", endlessToCompile, "compile"],
    ["while it is timed", quickScale, "time"],
  ] as const)("%s is over within a second, with the signal's reason", async (_, source, stage) => {
    await expectWithin(1000, async () => {
      const evaluator = await newEvaluator();
      const controller = new AbortController();
      const reason = new Error("enough");
      let abortedMs = 0;
      const judging = evaluator.evaluate(task, source, {
        signal: controller.signal,
        onStage: (reached) => {
          if (reached !== stage) return;
          setTimeout(() => {
            abortedMs = performance.now();
            controller.abort(reason);
          }, 150);
        },
      });
      await expect(judging).rejects.toBe(reason);
      return { durationMs: performance.now() - abortedMs };
    });
  });

  it("leaves an evaluator that still works", async () => {
    const evaluator = await newEvaluator();
    await expect(evaluator.evaluate(task, endless, { signal: AbortSignal.timeout(600) })).rejects.toThrow();
    const outcome = await evaluator.evaluate(
      task,
      "void scale(int n, const double *v, double d, double *out) {}",
    );
    expect(outcome.status).toBe("wrong-output");
  });

  it("while another candidate is judged does not wait for that one", async () => {
    await expectWithin(1200, async () => {
      const evaluator = await newEvaluator();
      const other = evaluator.evaluate(task, endless).catch(() => undefined);
      const startedMs = performance.now();
      await expect(
        evaluator.evaluate(task, quickScale, { signal: AbortSignal.timeout(400) }),
      ).rejects.toThrow();
      const durationMs = performance.now() - startedMs;
      expect(await other).toMatchObject({ status: "timed-out" });
      return { durationMs };
    });
  });

  it("before anything began starts nothing", async () => {
    const evaluator = await newEvaluator();
    await expect(evaluator.evaluate(task, quickScale, { signal: AbortSignal.abort() })).rejects.toThrow(
      /abort/i,
    );
  });
});

describe("closing", () => {
  it("ends every process and removes the folder", async () => {
    const evaluator = await newEvaluator();
    await evaluator.evaluate(task, "void scale(int n, const double *v, double d, double *out) {}");
    expect((await descendants()).some(({ command }) => command.includes(supervisorPath))).toBe(true);
    const folder = evaluator.file(".");
    await evaluator.close();
    await evaluator.close();
    expect(await isGone(supervisorPath, process.pid)).toBe(true);
    await expect(readdir(folder)).rejects.toThrow(/ENOENT/);
    await expect(evaluator.evaluate(task, quickScale)).rejects.toThrow(/closed/);
  });
});

describe("closing in the midst of things", () => {
  it.each([
    ["a call that never ends", endless, "check"],
    ["a long compile", endlessToCompile, "compile"],
  ] as const)("of %s ends it within a second", async (_, source, stage) => {
    await expectWithin(1000, async () => {
      const evaluator = await newEvaluator();
      const reached = new Promise<void>((resolve) => {
        evaluator
          .evaluate(task, source, { onStage: (now) => void (now === stage && setTimeout(resolve, 100)) })
          .catch((error: unknown) => expect(String(error)).toMatch(/closed/));
      });
      await reached;
      const startedMs = performance.now();
      await evaluator.close();
      const durationMs = performance.now() - startedMs;
      await expect(readdir(evaluator.file("."))).rejects.toThrow(/ENOENT/);
      return { durationMs };
    });
  });
});

describe("a supervisor whose parent is killed in the midst of a call", () => {
  it("ends, and the worker with it", async () => {
    const library = await libraryOf("endless.c");
    const { loader } = await nativePrograms();
    const jail = [...(await openBubblewrap()), ...systemMounts()].join(" ");
    // A shell in our place: nothing may outlive it.
    const shell = execa("/bin/sh", ["-c", `${supervisorPath}; :`], {
      stdin: "pipe",
      stdout: "pipe",
      reject: false,
      buffer: false,
    });
    shell.stdin.on("error", () => {});
    const lines = on(createInterface(shell.stdout), "line");
    const ask = async (command: string): Promise<Record<string, unknown>> => {
      shell.stdin.write(`${command}\n`);
      const { value } = (await lines.next()) as { value: [string] };
      return JSON.parse(value[0]) as Record<string, unknown>;
    };
    const { pid: supervisor } = await ask("hello");
    await ask(`jail ${loader} 1000000000 60 1 ${jail}`);
    await ask("plan p 1 0 0 0 0 0");
    await ask(`start reference ${library} - ${unprivilegedUser() ?? 0} 1 5000 0 p`);
    const { pid: worker } = await ask("await reference");
    shell.stdin.write("pair p reference - 0 60000 60000 0 - - same none\n");
    await sleep(100);
    expect([isAlive(supervisor), isAlive(worker)]).toEqual([true, true]);
    shell.kill("SIGKILL");
    await shell;
    for (let attempt = 0; attempt < 400 && (isAlive(supervisor) || isAlive(worker)); attempt++)
      await sleep(25);
    expect([isAlive(supervisor), isAlive(worker)]).toEqual([false, false]);
  });
});

/** A zombie that nobody has fetched is dead enough. */
function isAlive(pid: unknown): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${String(pid)}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("the timing lock", () => {
  it("is held by one supervisor, and let go when that one dies", async () => {
    const [first, second] = [await startSupervisor(), await startSupervisor()];
    await first.lock();
    await expect(second.lock({ signal: AbortSignal.timeout(100) })).rejects.toThrow();
    await first.close();
    // The queue is the machine's: tests that run beside this one may be in it too.
    await second.lock({ signal: AbortSignal.timeout(50_000) });
    await second.close();
  });
});
