/**
 * Runs one shell command in a jail, in a tree that `layers.ts` has made: the system read-only, toolchains, a private /tmp with an empty
 * home, no network but its own loopback, an environment of its own, closed input. `sandbox/launcher.c` sets limits and ends what is left,
 * `sandbox/stage.c` mounts the tree, `sandbox/command.c` is the first program inside and holds the clock.
 */
import { spawn } from "node:child_process";
import { open, statfs } from "node:fs/promises";
import { constants } from "node:os";
import { cleanText } from "../../evaluate/jail.ts";
import { jailError, systemMounts } from "../../evaluate/bubblewrap.ts";
import { LostError, onceMore } from "../../evaluate/lost.ts";
import { nativePrograms } from "../../evaluate/native.ts";
import type { Sandbox } from "../../evaluate/sandbox.ts";
import { commandPrograms } from "./command-programs.ts";
import { bytesBeneath } from "./layers.ts";
import { createOutput, type OutputEnd } from "./output-end.ts";
import type { CommandEnding, CommandLimits } from "../project/project.ts";
import type { VisibleFolders } from "./visible-folders.ts";

/** Where a command's tree comes from, in the words of `stage.c`, and where it stands outside the jail. */
export interface StagedTree {
  /** Options of `stage`; empty: it stands there already, and nothing has to be mounted. */
  readonly options: readonly string[];
  readonly path: string;
  /** The folder in which its changes land. */
  readonly changes: string;
}

export interface CommandJail {
  readonly sandbox: Sandbox;
  /** Whom it runs as, where we are root. One command of a user at a time: what ends a command ends all that runs as its user. */
  readonly user: number | undefined;
  readonly visible: VisibleFolders;
  /** Of `visible.paths`, where each can be seen from outside the jail; itself where this says nothing. */
  readonly places: ReadonlyMap<string, string>;
  /** Options of `stage` for those places. */
  readonly stageOptions: readonly string[];
  /** A folder with small files of ours for /etc. */
  readonly settings: string;
  /** At which path the tree is seen inside: where it is outside, since build folders remember that. */
  readonly root: string;
  readonly limits: CommandLimits;
  /** The file system on which the tree's changes land. */
  readonly disk: string;
}

export interface JailedCommand {
  readonly command: string;
  readonly tree: StagedTree;
  readonly limitMs: number;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Whether performance counters may be read: for what is trusted more than a candidate. */
  readonly profiling?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface JailedRun {
  readonly ending: CommandEnding;
  readonly exitCode: number | undefined;
  readonly signal?: string;
  /** By the clock of the jail's first program: without the time that the jail itself takes. */
  readonly wallMs: number;
  /** Of all processes that the command started. */
  readonly cpuMs: number;
  /** The end of what it printed on both channels, and of standard output alone. */
  readonly output: OutputEnd;
}

const inputs = 5;
/** Exit codes by which a shell tells the signal that ended a program. */
const tellingSignals = [
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGKILL",
  "SIGSEGV",
  "SIGSYS",
] as const;
const watchMs = 250;

let serial = 0;

/**
 * Runs to the end or the limit; whatever was started is gone when this resolves. Rejects with the signal's reason, and with a MachineError
 * where no jail can be made here.
 */
export function runCommand(jail: CommandJail, run: JailedCommand): Promise<JailedRun> {
  return onceMore(run.signal, () => runOnce(jail, run));
}

async function runOnce(jail: CommandJail, run: JailedCommand): Promise<JailedRun> {
  run.signal?.throwIfAborted();
  const { launcher } = await nativePrograms();
  const { stage, command: first } = await commandPrograms();
  const { sandbox, user, limits } = jail;
  const launcherOptions = [
    `parent=${process.pid}`,
    `descriptors=${inputs + 1}`,
    `wall=${Math.ceil(run.limitMs)}`,
    // Of each process: a second limit behind the one of wall time.
    `cpu=${Math.ceil(run.limitMs / 1000) * 64 + 10}`,
    "address=0",
    "files=4096",
    `memory=${limits.memoryBytes}`,
    `tasks=${limits.processes}`,
    `name=command-${++serial}`,
    ...sandbox.groups.map((group) => `group=${group}`),
    ...(user === undefined ? [] : [`user=${user}`]),
  ];
  const inside = [launcher, ...launcherOptions, "--", ...bubblewrapCommand(jail, run)];
  const stageOptions = [...jail.stageOptions, ...run.tree.options];
  const [program = "", ...options] =
    stageOptions.length === 0 ? inside : [stage, ...stageOptions, "--", ...inside];
  const runner = await open(first);
  const before = await freeBytes(jail.disk);
  const output = createOutput();
  let diskFull = false;
  let report = "";
  let ended = "";
  try {
    const child = spawn(program, options, {
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", runner.fd],
      env: {},
      cwd: "/",
    });
    const failure = new Promise<Error | undefined>((resolve) => {
      child.once("error", resolve);
      child.once("close", () => resolve(undefined));
    });
    child.stdout?.on("data", (bytes: Buffer) => output.add(bytes, true));
    child.stderr?.on("data", (bytes: Buffer) => output.add(bytes, false));
    child.stdio[3]?.on("data", (bytes: Buffer) => (ended += bytes.toString()));
    child.stdio[4]?.on("data", (bytes: Buffer) => (report += bytes.toString()));
    const stop = (): void => void child.kill("SIGTERM");
    run.signal?.addEventListener("abort", stop, { once: true });
    if (run.signal?.aborted) stop();
    const watch = setInterval(() => {
      void isOverDisk(run.tree.changes, before, jail).then((over) => {
        if (!over) return;
        diskFull = true;
        stop();
      });
    }, watchMs);
    const error = await failure;
    clearInterval(watch);
    run.signal?.removeEventListener("abort", stop);
    run.signal?.throwIfAborted();
    if (error) throw new LostError(`${program} cannot be started: ${error.message}`, { kind: "internal" });
  } finally {
    await runner.close();
  }
  const result = output.end();
  const stood = report.startsWith("inside\n");
  if (!stood && !diskFull && !ended.startsWith("wall") && !ended.startsWith("memory")) {
    const said = cleanText(result.all).trim();
    if (/^(?:bwrap|stage):/.test(said)) throw jailError(said);
    throw new LostError(`no jail can be started: ${said || ended || "it said nothing"}`, {
      kind: "internal",
    });
  }
  const [, how, code, wallNs, cpuNs] = /^(exit|signal) (\d+) (\d+) (\d+)$/m.exec(report) ?? [];
  const times = { wallMs: Number(wallNs ?? run.limitMs * 1e6) / 1e6, cpuMs: Number(cpuNs ?? 0) / 1e6 };
  const by = (ending: CommandEnding): JailedRun => ({
    ending,
    exitCode: undefined,
    ...times,
    output: result,
  });
  if (diskFull) return by("disk-full");
  if (ended.startsWith("wall")) return by("timed-out");
  if (ended.startsWith("memory")) return by("out-of-memory");
  if (how === undefined)
    throw new LostError(`a command's jail was ended (${ended.trim()})`, { kind: "internal" });
  const number = Number(code);
  const signal =
    how === "signal"
      ? signalName(number)
      : tellingSignals.find((name) => constants.signals[name] === number - 128);
  if (signal === undefined) return { ...by("exit"), exitCode: number };
  return { ...by("signal"), signal };
}

function bubblewrapCommand(jail: CommandJail, run: JailedCommand): string[] {
  const { limits, root } = jail;
  const temporary = String(Math.floor(Math.min(limits.diskBytes, limits.memoryBytes / 2)));
  const environment: Record<string, string> = {
    PATH: jail.visible.path.join(":"),
    HOME: "/tmp/home",
    TMPDIR: "/tmp",
    USER: "user",
    LOGNAME: "user",
    SHELL: "/bin/sh",
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    TERM: "dumb",
    NO_COLOR: "1",
    // Test runners ask nothing there, and watch nothing.
    CI: "1",
    PWD: root,
    ...run.environment,
  };
  const tasks = jail.sandbox.countsTasks ? limits.processes : 0;
  return [
    ...jail.sandbox.bubblewrap,
    ...Object.entries(environment).flatMap(([name, value]) => ["--setenv", name, value]),
    ["--hostname", "localhost"],
    systemMounts(),
    ["--proc", "/proc", "--dev", "/dev"],
    ["--size", temporary, "--perms", "1777", "--tmpfs", "/dev/shm"],
    ["--size", temporary, "--perms", "1777", "--tmpfs", "/tmp"],
    ["--perms", "0700", "--dir", "/tmp/home"],
    ...["passwd", "group", "hosts", "nsswitch.conf"].map((name) => [
      "--ro-bind",
      `${jail.settings}/${name}`,
      `/etc/${name}`,
    ]),
    ...jail.visible.paths.map((path) => ["--ro-bind-try", jail.places.get(path) ?? path, path]),
    ["--bind", run.tree.path, root],
    ["--perms", "0555", "--ro-bind-data", String(inputs), "/.command"],
    ["--chdir", root, "--remount-ro", "/"],
    [
      "--",
      "/.command",
      String(tasks),
      String(limits.diskBytes),
      run.profiling ? "1" : "0",
      "/bin/sh",
      "-c",
      run.command,
    ],
  ].flat();
}

/** Others write too: so where so much is gone, what this command wrote is counted. A whole copy of the tree may lie there as well. */
async function isOverDisk(changes: string, before: number, { limits, disk }: CommandJail): Promise<boolean> {
  try {
    if (before - (await freeBytes(disk)) <= limits.diskBytes) return false;
    return (await bytesBeneath(changes)) > limits.diskBytes;
  } catch {
    return false;
  }
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}
