/**
 * Opens a repository: copies its tree, builds it, and finds out whether its tests pass and what its benchmark says.
 */
import { realpath, stat } from "node:fs/promises";
import pLimit from "p-limit";
import { LessonbankError, UsageError } from "../errors.ts";
import { enqueue } from "../evaluate/queue.ts";
import { startSupervisor, type Supervisor } from "../evaluate/supervisor.ts";
import { measureBaseline } from "./judge/baseline.ts";
import { withDefaults } from "./room/command-limits.ts";
import { createVerdictMemory, type Bench } from "./judge/bench.ts";
import { judgeFiles } from "./judge/judge-files.ts";
import { judgeTask } from "./judge/judge-task.ts";
import { openRoom } from "./room/open-room.ts";
import type {
  CollectedRun,
  OpenOptions,
  OpenProject,
  ProjectSettings,
  RunInCopyOptions,
} from "./project/project.ts";
import { proveTests } from "./proof/prove.ts";
import { patternOf } from "./judge/bench-value.ts";
import { asCommandRun, collect, howItEnded, runKept, succeeded } from "./room/room-run.ts";
import { pathInTree } from "./room/copy-tree.ts";
import type { Workshop } from "./room/layers.ts";

/** For tests: how copies are made. Default: as this machine can. */
export interface MachineOptions {
  readonly layers?: Workshop["kind"];
}

/**
 * Throws a UsageError where the tree cannot be copied, or where it does not build, pass its tests twice, or give a benchmark's value; a
 * MachineError where no jail can be made here; and the signal's reason when aborted.
 */
export async function openProject(
  settings: ProjectSettings,
  options: OpenOptions = {},
  machine: MachineOptions = {},
): Promise<OpenProject> {
  const root = await rootOf(settings.root);
  for (const [name, command] of Object.entries(settings.commands))
    if (command.trim() === "")
      throw new UsageError(`the ${name} command is empty`, { remedy: "Give a command line." });
  if (settings.metric.kind === "number" && settings.metric.jsonPath === undefined) patternOf(settings.metric);
  const limits = withDefaults(settings.limits);
  options.onProgress?.({ stage: "copy", run: 1, runs: 1 });
  const room = await openRoom({ root, limits, signal: options.signal, layers: machine.layers });
  const closing = new AbortController();
  // Whoever runs in the room is alone there: another would disturb what is measured.
  const alone = pLimit(1);
  const running = new Set<Promise<unknown>>();
  let supervisor: Supervisor | undefined;
  const functionChecks: Bench["functionChecks"] = new Map();

  const exclusively = <T>(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const both = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
    const result = enqueue(alone, both, () => work(both));
    const settled: Promise<unknown> = result.then(
      () => running.delete(settled),
      () => running.delete(settled),
    );
    running.add(settled);
    return result;
  };
  const inTurn: Bench["inTurn"] = async (signal, onWait, work) => {
    if (!supervisor?.alive) supervisor = await startSupervisor({ sandbox: room.sandbox });
    const current = supervisor;
    await current.lock({ signal, onWait });
    try {
      return await work();
    } finally {
      await current.unlock().catch(() => undefined);
    }
  };
  let closed: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    closing.abort(new LessonbankError("usage", "this project is closed"));
    while (running.size > 0) await Promise.allSettled(running);
    for (const prepared of await Promise.allSettled(functionChecks.values()))
      if (prepared.status === "fulfilled") await prepared.value.close();
    await supervisor?.close();
    await room.close();
  };
  const close = (): Promise<void> => (closed ??= end());

  try {
    const opened = await exclusively(options.signal, (signal) =>
      measureBaseline({ room, settings: { ...settings, root }, limits, inTurn }, { ...options, signal }),
    );
    const bench: Bench = {
      room,
      settings: { ...settings, root },
      limits,
      ...opened,
      inTurn,
      references: new Map(),
      memory: createVerdictMemory(),
      steadied: { runs: 0 },
      functionChecks,
    };
    return {
      settings: bench.settings,
      baseline: opened.baseline,
      rewritten: opened.rewritten,
      evaluator: {
        evaluate: (task, source, choices = {}) =>
          exclusively(choices.signal, (signal) => judgeTask(bench, task, source, { ...choices, signal })),
        close,
      },
      evaluateTogether: (files, choices = {}) =>
        exclusively(choices.signal, (signal) => judgeFiles(bench, files, { ...choices, signal })),
      prove: (task, source, choices = {}) =>
        exclusively(choices.signal, (signal) => proveTests(bench, task, source, { ...choices, signal })),
      runInCopy: (command, choices = {}) =>
        exclusively(choices.signal, (signal) => runInCopy(bench, command, { ...choices, signal })),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function rootOf(root: string): Promise<string> {
  const real = await realpath(root).catch(() => undefined);
  const status = real === undefined ? undefined : await stat(real);
  if (real === undefined || !status?.isDirectory())
    throw new UsageError(`${root}: there is no such folder`, { remedy: "Give the root of a repository." });
  if (["/", "/usr", "/etc", "/home", "/root", "/tmp", "/var"].includes(real))
    throw new UsageError(`${root}: this is no repository`, { remedy: "Give the root of one." });
  return real;
}

async function runInCopy(bench: Bench, command: string, options: RunInCopyOptions): Promise<CollectedRun> {
  const { room, limits, settings } = bench;
  const { signal, environment, fromScratch = false } = options;
  const files = new Map(
    [...(options.files ?? [])].map(([path, content]) => [pathInTree(settings.root, path), content]),
  );
  const builds = (options.build ?? files.size > 0) && settings.commands.build !== undefined;
  const below = fromScratch ? room.workshop.bottom : bench.built;
  const buildCommand = builds ? settings.commands.build : undefined;
  const first = await runKept(room, below, buildCommand, {
    limitMs: limits.buildMs,
    signal,
    environment,
    files,
  });
  try {
    if (first.run && !succeeded(first.run) && buildCommand !== undefined)
      return { ...asCommandRun(buildCommand, first.run), files: new Map() };
    const limitMs = options.limitMs ?? limits.benchMs;
    const { profiling } = options;
    const second = await runKept(room, first.raised.layers, command, {
      limitMs,
      signal,
      environment,
      profiling,
    });
    try {
      if (!second.run) throw new LessonbankError("internal", `${command} did not run`);
      const found = await collect(room, second.raised, options.collect ?? []);
      const run = asCommandRun(command, second.run);
      return { ...run, tail: run.tail || `It ${howItEnded(second.run, limitMs)}.`, files: found };
    } finally {
      await room.workshop.drop(second.raised);
    }
  } finally {
    await room.workshop.drop(first.raised);
  }
}
