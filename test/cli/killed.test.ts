/**
 * The command line killed at any moment: what is left of it. `LESSONBANK_KILLS=100` tries more moments, `LESSONBANK_KILL_SEED` others.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBank } from "../../src/bank/lance-bank.ts";
import { groupFolders } from "../../src/evaluate/control-groups.ts";
import { nativePrograms } from "../../src/evaluate/native.ts";
import { turnFolders } from "../../src/evaluate/timing-turn.ts";
import { randomStream } from "../../src/strategy/random.ts";
import { descendants, processTable, runs, type RunningProcess } from "../process-table.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = join(root, "dist", "cli", "main.js");
const kills = Number(process.env["LESSONBANK_KILLS"] ?? 8);
const random = randomStream(Number(process.env["LESSONBANK_KILL_SEED"] ?? 1), "kills");
const longestMs = 3000;
/** Cores are few, and most of the time is waiting. */
const sideBySide = 3;

const evaluate = ["--quiet", "evaluate", "crc32"];
let folder: string;
let usualCache: string;
let before: Traces;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lessonbank-killed-"));
  for (const name of ["home", "tmp"]) await mkdir(join(folder, name));
  await execa(process.execPath, [join(root, "scripts", "setup.mjs")], { cwd: root });
  usualCache = dirname(dirname(dirname((await nativePrograms()).supervisor)));
  before = await traces();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Attempt {
  readonly command: readonly string[];
  /** Whether the programs of the cache folder have to be built first. */
  readonly cold: boolean;
  readonly afterMs: number;
}

/** The seed's choice. */
function chooseAttempt(index: number): Attempt {
  const optimize = ["optimize", "matrix-product", "--seed", String(index), "--quiet", "--no-shipped-lessons"];
  return {
    command: random() < 0.6 ? optimize : [...evaluate, join(root, "tasks", "crc32", "reference.c")],
    cold: random() < 0.15,
    afterMs: random() * longestMs,
  };
}

/** Where it may write: what it was told, a cache folder, and the system's temporary folder. */
function environmentOf(cache = usualCache): Record<string, string> {
  const home = join(folder, "home");
  return { HOME: home, LESSONBANK_HOME: home, LESSONBANK_CACHE: cache, TMPDIR: join(folder, "tmp") };
}

function start({ command, cold }: Attempt, index: number): ChildProcess {
  const env = { ...process.env, ...environmentOf(cold ? join(folder, `cache-${index}`) : undefined) };
  return spawn(process.execPath, [program, ...command], { cwd: folder, env, stdio: "ignore" });
}

/** How it came to its end. */
async function endOf(child: ChildProcess): Promise<number | string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode ?? child.signalCode ?? "";
}

/** Kills it, and returns every process that it had. */
async function killWholly(child: ChildProcess): Promise<RunningProcess[]> {
  if (child.exitCode !== null) return [];
  // Stopped first, so that it starts no more of them between being looked at and being killed.
  child.kill("SIGSTOP");
  const had = await descendants(child.pid);
  child.kill("SIGKILL");
  await endOf(child);
  return had;
}

async function stillRunning(processes: readonly RunningProcess[], waitMs: number): Promise<string[]> {
  for (const deadlineMs = performance.now() + waitMs; ;) {
    const alive: string[] = [];
    for (const one of processes) if (await runs(one)) alive.push(one.command);
    if (alive.length === 0 || performance.now() > deadlineMs) return alive;
    await sleep(20);
  }
}

/** A few side by side. */
async function inTurn<Item>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const queue = [...items.entries()];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: sideBySide }, lane));
}

interface Traces {
  readonly mounts: readonly string[];
  readonly sharedMemory: readonly string[];
  readonly interprocess: readonly string[];
}

/** What else of it could be on this machine. */
async function traces(): Promise<Traces> {
  const linesOf = async (path: string): Promise<string[]> =>
    (await readFile(path, "utf8").catch(() => "")).split("\n");
  return {
    mounts: await linesOf("/proc/self/mountinfo"),
    sharedMemory: await readdir("/dev/shm").catch(() => []),
    interprocess: (
      await Promise.all(["shm", "sem", "msg"].map((kind) => linesOf(`/proc/sysvipc/${kind}`)))
    ).flat(),
  };
}

async function newTraces(): Promise<string[]> {
  const now = await traces();
  return (["mounts", "sharedMemory", "interprocess"] as const).flatMap((kind) =>
    now[kind].filter((line) => !before[kind].includes(line)),
  );
}

/** Of the processes that are gone: sessions, control groups, places in the queue. */
async function leftBehind(pids: ReadonlySet<number>): Promise<string[]> {
  const sessions = join(usualCache, "sessions");
  const own = new RegExp(`^(?:lessonbank-|turn-\\d+-)?(\\d+)-`);
  const places = [
    sessions,
    turnFolders()[0] ?? "",
    ...groupFolders()
      .flat()
      .map(({ path }) => path),
  ];
  const names = await Promise.all(places.map(async (place) => readdir(place).catch(() => [])));
  return names.flat().filter((name) => pids.has(Number(own.exec(name)?.[1])));
}

describe("the command line, killed with -9", () => {
  it(
    `at ${kills} moments, leaves no process, and nothing else outside its folders after the next start`,
    async () => {
      const attempts = Array.from({ length: kills }, (_, index) => chooseAttempt(index));
      const pids = new Set<number>();
      const survivors: string[] = [];
      await inTurn(attempts, async (attempt, index) => {
        const child = start(attempt, index);
        await sleep(attempt.afterMs);
        const had = await killWholly(child);
        for (const pid of [child.pid ?? 0, ...had.map((one) => one.pid)]) pids.add(pid);
        // Compilers of our own programs, which know no parent, end when they are done.
        survivors.push(...(await stillRunning(had, attempt.cold ? 30_000 : 10_000)));
      });
      expect(survivors).toEqual([]);

      const next = await execa(process.execPath, [program, ...evaluate, "-", "--json"], {
        env: environmentOf(),
        input: "unsigned crc32;",
      });
      expect(JSON.parse(next.stdout)).toMatchObject({ status: "crashed" });
      expect(await leftBehind(pids)).toEqual([]);
      expect(await readdir(join(folder, "tmp"))).toEqual([]);
      expect(await newTraces()).toEqual([]);
      expect((await processTable()).filter(({ command }) => command.includes(folder))).toEqual([]);
      // The bank that it was writing to can be used, also where it was killed at making it.
      const bank = await openBank(join(folder, "home", "bank"));
      expect(Array.isArray(await bank.list())).toBe(true);
      await bank.close();
      const home = await readdir(join(folder, "home"));
      expect(home.filter((name) => name !== "bank" && name !== "runs")).toEqual([]);
    },
    60_000 + kills * 10_000,
  );
});

describe("the command line, interrupted", () => {
  it(
    "at any moment, leaves nothing at all",
    async () => {
      const pids = new Set<number>();
      const slowest: number[] = [];
      const attempts = Array.from({ length: Math.ceil(kills / 4) }, (_, index) => chooseAttempt(index));
      await inTurn(attempts, async (attempt, index) => {
        const child = start({ ...attempt, cold: false }, index);
        await sleep(attempt.afterMs);
        const had = await descendants(child.pid);
        const interruptedMs = performance.now();
        child.kill("SIGINT");
        // Before there is anything to be cleared away the system ends it.
        expect([0, 130, "SIGINT"]).toContain(await endOf(child));
        slowest.push(performance.now() - interruptedMs);
        for (const pid of [child.pid ?? 0, ...had.map((one) => one.pid)]) pids.add(pid);
        expect(await stillRunning(had, 10_000)).toEqual([]);
      });
      if (kills > 8) console.log(`slowest end after an interruption: ${Math.max(...slowest).toFixed(0)} ms`);
      expect(await leftBehind(pids)).toEqual([]);
      expect(await readdir(join(folder, "tmp"))).toEqual([]);
      expect(await newTraces()).toEqual([]);
    },
    60_000 + kills * 10_000,
  );
});
