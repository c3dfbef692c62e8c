import { execFile, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemMounts } from "../../src/evaluate/bubblewrap.ts";
import { runInJail, type JailResult } from "../../src/evaluate/jail.ts";
import type { JailLimits } from "../../src/evaluate/jail-run.ts";
import { nativePrograms } from "../../src/evaluate/native.ts";
import { openSandbox, type Sandbox, type SandboxKind } from "../../src/evaluate/sandbox.ts";
import { expectWithin } from "../noisy-machine.ts";

const megabyte = 1 << 20;
/** So that those of other tests, which run meanwhile, are not taken for ours. */
const program = `hostile-${process.pid}`;
const limits: JailLimits = {
  wallMs: 20_000,
  cpuSeconds: 20,
  memoryBytes: 256 * megabyte,
  fileBytes: 16 * megabyte,
  temporaryBytes: 64 * megabyte,
};

/** A program that was compiled in a jail, and then run in it: a compiler in the hands of its input. */
async function runHostile(
  sandbox: Sandbox,
  fixture: string,
  changed: Partial<JailLimits> = {},
): Promise<JailResult> {
  const source = await readFile(new URL(`fixtures/hostile/${fixture}.c`, import.meta.url));
  return runInJail({
    sandbox,
    command: [
      "/bin/sh",
      "-c",
      `gcc -o "$2/${program}" "$1" && "$2/${program}" > "$2/result"`,
      "sh",
      "/in/hostile.c",
      "/tmp",
    ],
    result: "/tmp/result",
    files: { "/in/hostile.c": source },
    directory: "/in",
    limits: { ...limits, ...changed },
  });
}

async function runShell(
  sandbox: Sandbox,
  script: string,
  changed: Partial<JailLimits> = {},
): Promise<JailResult> {
  return runInJail({
    sandbox,
    command: ["/bin/sh", "-c", `cd "$1"; ${script}`, "sh", "/tmp"],
    result: "/tmp/result",
    files: {},
    directory: "/in",
    limits: { ...limits, ...changed },
  });
}

function textOf(result: JailResult): string {
  return Buffer.from(result.output).toString("utf8");
}

/** Processes whose command line or name holds a text, but ourselves. */
function processesNamed(text: string): number[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
      return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Of that name, as soon as there are so many of them; fewer where they do not come within ten seconds. */
async function theirProcesses(text: string, count: number): Promise<number[]> {
  for (let attempt = 0; ; attempt++) {
    const found = processesNamed(text);
    if (found.length >= count || attempt === 400) return found;
    await sleep(25);
  }
}

const kinds: { kind: SandboxKind; controlGroups: boolean }[] = [
  { kind: "full", controlGroups: true },
  { kind: "full", controlGroups: false },
  { kind: "weaker", controlGroups: true },
  { kind: "weaker", controlGroups: false },
];

describe.each(kinds)("a jail ($kind, control groups: $controlGroups)", ({ kind, controlGroups }) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openSandbox({ kind, controlGroups });
  });
  afterAll(() => sandbox.close());

  it("hands out the result of a program that succeeds, and what it said", async () => {
    const result = await runShell(sandbox, "echo fine > result; echo careful >&2; echo noise");
    expect(result).toMatchObject({ ending: "success", exitCode: 0 });
    expect(textOf(result)).toBe("fine\n");
    expect(result.diagnostics.split("\n").toSorted()).toEqual(["", "careful", "noise"]);
  });

  it("tells the status of one that fails", async () => {
    expect(await runShell(sandbox, "exit 3")).toMatchObject({ ending: "failure", exitCode: 3 });
    expect(await runShell(sandbox, "kill -9 $$")).toMatchObject({ ending: "failure", exitCode: 137 });
  });

  it.each([
    ["a link to a file outside", "ln -s /etc/passwd result"],
    ["a pipe", "mkfifo result"],
    ["a folder", "mkdir result"],
    ["nothing", ":"],
  ])("does not hand out %s in the result's place", async (_, script) => {
    const result = await runShell(sandbox, script);
    expect(result).toMatchObject({ ending: "failure", exitCode: 125 });
    expect(result.diagnostics).toMatch(/^lessonbank: the result/);
  });

  it("ends at its limit of wall time, with all that it started", async () => {
    await expectWithin(
      1800,
      () => runHostile(sandbox, "idler", { wallMs: 800 }),
      (result) => {
        expect(result.ending).toBe("timed-out");
        expect(processesNamed(`/tmp/${program}`)).toEqual([]);
      },
    );
  });

  it("leaves nothing of a program that ends well but for its children", async () => {
    await expectWithin(
      5000,
      () => runHostile(sandbox, "deserter"),
      (result) => {
        expect(textOf(result)).toBe("done\n");
        expect(processesNamed(`/tmp/${program}`)).toEqual([]);
      },
    );
  });

  it.each([["memory-bomb"], ["shared-memory-bomb"]])("ends a %s for its memory", async (fixture) => {
    await expectWithin(
      10_000,
      () => runHostile(sandbox, fixture),
      (result) => {
        expect(result.ending).toBe("out-of-memory");
        expect(processesNamed(`/tmp/${program}`)).toEqual([]);
      },
    );
  });

  it("has no memory that belongs to no process", async () => {
    expect(await runHostile(sandbox, "memfd-bomb")).toMatchObject({ ending: "failure", exitCode: 7 });
  });

  it("holds a fork bomb until its time is up, and the machine goes on", async () => {
    await expectWithin(2500, async () => {
      const running = runHostile(sandbox, "fork-bomb", { wallMs: 1500 });
      await sleep(1000);
      expect(processesNamed(`/tmp/${program}`).length).toBeLessThanOrEqual(130);
      const { stdout } = await promisify(execFile)("/bin/echo", ["alive"]);
      expect(stdout).toBe("alive\n");
      const result = await running;
      expect(processesNamed(`/tmp/${program}`)).toEqual([]);
      return result;
    });
  });

  it("stops what writes files that are too large, or too much to its output", async () => {
    const script =
      "head -c 17000000 /dev/zero > result 2>/dev/null || yes | head -c 17000000 > result; exit $?";
    expect((await runShell(sandbox, script)).ending).toBe("failure");
  });

  it("refuses what a compiler never needs", async () => {
    const result = await runHostile(sandbox, "prober");
    expect(result).toMatchObject({ ending: "success", diagnostics: "" });
    expect(textOf(result)).toBe("");
  });

  it("keeps compilers off the core that is measured on", async () => {
    if (sandbox.measuringCore === undefined) return;
    const result = await runShell(sandbox, "taskset -p $$ > result");
    const mask = Number.parseInt(/mask: ([\da-f]+)/.exec(textOf(result))?.[1] ?? "", 16);
    expect(mask & (1 << sandbox.measuringCore)).toBe(0);
    expect(mask).toBeGreaterThan(0);
  });

  it("runs as nobody's user where we are root", async () => {
    if (process.getuid?.() !== 0) return;
    const seconds = randomInt(10_000, 1_000_000);
    const running = runShell(sandbox, `sleep ${seconds}; : > result`);
    const sleeping = await theirProcesses(`sleep\u0000${seconds}`, 1);
    const owners = sleeping.map(
      (pid) => /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1],
    );
    expect(owners.length).toBeGreaterThan(0);
    for (const owner of owners) expect(Number(owner)).toBeGreaterThan(19_999);
    for (const pid of sleeping) process.kill(pid);
    expect((await running).ending).toBe("success");
  });

  it("leaves no control group behind", async () => {
    await runShell(sandbox, ": > result");
    for (const group of sandbox.groups) {
      const folder = group.slice(group.indexOf(":") + 1);
      expect(readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())).toEqual([]);
    }
  });
});

describe("when the process that started it is killed", () => {
  it.each(["full", "weaker"] as const)("nothing is left of a jail (%s)", async (kind) => {
    const sandbox = await openSandbox({ kind });
    const { launcher } = await nativePrograms();
    const system = kind === "full" ? [...sandbox.bubblewrap, ...systemMounts(), "--"] : [];
    const groups = sandbox.groups.map((group) => `group=${group}`);
    const options = ["wall=60000", "cpu=60", "memory=100000000", "tasks=20", ...groups];
    const seconds = randomInt(10_000, 1_000_000);
    const sleepers = `sleep ${seconds} | setsid sleep ${seconds}`;
    // A shell in our place.
    const started = [launcher, "parent=$$", ...options, "--", ...system, "/bin/sh", "-c", `'${sleepers}'`];
    const shell = spawn("/bin/sh", ["-c", `${started.join(" ")} 3>/dev/null; :`], { stdio: "ignore" });
    const sleeping = (): number[] => processesNamed(`sleep\u0000${seconds}`);
    expect(await theirProcesses(`sleep\u0000${seconds}`, 2)).toHaveLength(2);
    shell.kill("SIGKILL");
    for (let attempt = 0; attempt < 400 && sleeping().length > 0; attempt++) await sleep(25);
    expect(sleeping()).toEqual([]);
    await sandbox.close();
  });
});
