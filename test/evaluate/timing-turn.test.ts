/** The queue, by real supervisors in a folder of the test's, and how an evaluation waits in it. */
import { on } from "node:events";
import { chmod, mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { afterEach, describe, expect, it } from "vitest";
import type { EvaluationStage } from "../../src/evaluate/evaluator.ts";
import { nativePrograms } from "../../src/evaluate/native.ts";
import { createEvaluator } from "../../src/evaluate/sandboxed-evaluator.ts";
import { startSupervisor } from "../../src/evaluate/supervisor.ts";
import { turnFolders } from "../../src/evaluate/timing-turn.ts";
import { expectFaster, repeatWhereNoisy } from "../noisy-machine.ts";
import { makeTask, quickScale, slowScale } from "./scale-task.ts";
import { temporaryFolder } from "./temporary.ts";

interface Asker {
  /** Whether it is its turn. */
  ask(...folders: string[]): Promise<boolean>;
  leave(): Promise<void>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

const askers: Asker[] = [];
afterEach(async () => {
  await Promise.all(askers.splice(0).map((asker) => asker.kill()));
});

async function newAsker(): Promise<Asker> {
  const { supervisor } = await nativePrograms();
  const child = execa(supervisor, { stdin: "pipe", stdout: "pipe", reject: false, buffer: false });
  child.stdin.on("error", () => {});
  const lines = on(createInterface(child.stdout), "line");
  const say = async (...words: string[]): Promise<{ ok: boolean; held?: boolean; error?: string }> => {
    child.stdin.write(`${words.join(" ")}\n`);
    const { value } = (await lines.next()) as { value: [string] };
    return JSON.parse(value[0]) as { ok: boolean };
  };
  const asker: Asker = {
    async ask(...folders) {
      const { ok, held, error } = await say("lock", ...folders);
      if (!ok) throw new Error(error);
      return held === true;
    },
    leave: async () => void (await say("unlock")),
    async kill() {
      child.kill("SIGKILL");
      await child;
    },
    async close() {
      child.stdin.end();
      await child;
    },
  };
  askers.push(asker);
  return asker;
}

/** All ask again and again for a second. How many had it at a time at the most, and how often each had it. */
async function takeTurns(all: readonly Asker[]): Promise<{ most: number; turns: number[] }> {
  const folder = join(await temporaryFolder(), "turns");
  let holders = 0;
  let most = 0;
  const turns = all.map(() => 0);
  const deadlineMs = performance.now() + 1000;
  await Promise.all(
    all.map(async (asker, index) => {
      while (performance.now() < deadlineMs) {
        if (!(await asker.ask(folder))) continue;
        most = Math.max(most, ++holders);
        await new Promise((resolve) => setTimeout(resolve, 2));
        turns[index] = (turns[index] ?? 0) + 1;
        holders--;
        await asker.leave();
      }
      await asker.leave();
    }),
  );
  return { most, turns };
}

describe("turns at measuring", () => {
  it("are had by one at a time, in the order in which they were asked for", async () => {
    const folder = join(await temporaryFolder(), "turns");
    const [first, second, third] = [await newAsker(), await newAsker(), await newAsker()];
    expect(await first.ask(folder)).toBe(true);
    expect(await second.ask(folder)).toBe(false);
    expect(await third.ask(folder)).toBe(false);
    await first.leave();
    // Whoever had it comes last, however often it asks.
    expect(await first.ask(folder)).toBe(false);
    expect(await third.ask(folder)).toBe(false);
    expect(await second.ask(folder)).toBe(true);
    expect(await third.ask(folder)).toBe(false);
    await second.leave();
    expect(await first.ask(folder)).toBe(false);
    expect(await third.ask(folder)).toBe(true);
    await third.leave();
    expect(await first.ask(folder)).toBe(true);
  });

  it("end with the process that has them, and so do places in the queue; nothing is left", async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, "turns");
    const [first, second, third] = [await newAsker(), await newAsker(), await newAsker()];
    expect(await first.ask(folder)).toBe(true);
    expect(await second.ask(folder)).toBe(false);
    expect(await third.ask(folder)).toBe(false);
    await second.kill();
    await first.kill();
    expect(await readdir(folder)).toHaveLength(4);
    expect(await third.ask(folder)).toBe(true);
    await third.close();
    expect(await readdir(parent)).toEqual([]);
  });

  it("are had by one at a time, whoever asks when", async () => {
    const all = await Promise.all(Array.from({ length: 4 }, newAsker));
    await repeatWhereNoisy(() => takeTurns(all), {
      always: ({ most }) => expect(most).toBe(1),
      // First come, first served: nobody is left behind but who is kept from asking, by others who use the cores.
      once: ({ turns }) => expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(2),
    });
  });

  it("are never taken in a folder that others can write to, or that a link leads to", async () => {
    const parent = await temporaryFolder();
    const [shared, link, own] = ["shared", "link", "own"].map((name) => join(parent, name)) as [
      string,
      string,
      string,
    ];
    await mkdir(shared);
    await chmod(shared, 0o777);
    await symlink(parent, link);
    const asker = await newAsker();
    await expect(asker.ask(shared)).rejects.toThrow("Operation not permitted");
    await expect(asker.ask(link)).rejects.toThrow();
    expect(await asker.ask(shared, link, own)).toBe(true);
    expect((await readdir(parent)).toSorted()).toEqual(["link", "own", "shared"]);
    expect(await readdir(shared)).toEqual([]);
  });

  it("are one queue, whatever the cache folder and the environment", () => {
    const [first] = turnFolders();
    const { LESSONBANK_CACHE, TMPDIR, XDG_RUNTIME_DIR } = process.env;
    try {
      Object.assign(process.env, { LESSONBANK_CACHE: "/other", TMPDIR: "/other", XDG_RUNTIME_DIR: "/other" });
      expect(turnFolders()[0]).toBe(first);
    } finally {
      for (const [name, value] of Object.entries({ LESSONBANK_CACHE, TMPDIR, XDG_RUNTIME_DIR }))
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
    }
  });
});

describe("an evaluation beside another", () => {
  it("says that it waits, and goes on when the other is done", async () => {
    const task = await makeTask({ source: slowScale });
    const evaluator = await createEvaluator();
    await expectFaster(async () => {
      const other = await startSupervisor();
      await other.lock();
      const stages: EvaluationStage[] = [];
      const outcome = await evaluator.evaluate(task, quickScale, {
        effort: "screen",
        verdicts: "fresh",
        onStage(stage) {
          stages.push(stage);
          if (stage === "waiting") void other.close();
        },
      });
      expect(stages.slice(0, 6)).toEqual(["queued", "compile", "check", "time", "waiting", "time"]);
      return outcome;
    });
    await evaluator.close();
  });
});
