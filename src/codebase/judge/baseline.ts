/**
 * The untouched tree: it builds, passes its tests twice, and its benchmark says something each time.
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import { leastScatter, median, studentQuantile } from "../../evaluate/statistics.ts";
import { timingPlans } from "../../evaluate/timing-plan.ts";
import { benchValue, valueIn, type BenchValue } from "./bench-value.ts";
import type { JailedRun } from "../room/command-jail.ts";
import type { Layers, Raised } from "../room/layers.ts";
import type { Room } from "../room/open-room.ts";
import type { Baseline, CommandLimits, OpenOptions, ProjectSettings } from "../project/project.ts";
import { howItEnded, runKept, runThrownAway, succeeded, tailOf } from "../room/room-run.ts";
import { commonLines, countingLines, hintFor, notFound, ranNothing } from "../room/said.ts";
import { canBeSeen } from "../room/visible-folders.ts";
import { changesIn } from "../project/git.ts";
import { submodulesOf } from "../project/submodules.ts";

/** What a benchmark that takes long is not asked to do more often. */
const benchRuns = 5;
const fewerRuns = 3;
const longBenchMs = 20_000;
const shortBenchMs = 1000;

export interface BaselineNeeds {
  readonly room: Room;
  readonly settings: ProjectSettings;
  readonly limits: CommandLimits;
  readonly inTurn: <T>(
    signal: AbortSignal,
    onWait: (() => void) | undefined,
    work: () => Promise<T>,
  ) => Promise<T>;
}

/** What is known once the untouched tree was tried. */
export interface Opened {
  readonly baseline: Baseline;
  /** The tree as its build leaves it. */
  readonly built: Layers;
  /** Files of the tree that its build writes anew: made from others, so that a change of them is lost. */
  readonly rewritten: ReadonlySet<string>;
  /** Lines that tests, and the benchmark, print every time; of the tests those that more runs of them do not print are taken out. */
  readonly testLines: Map<string, number>;
  readonly benchLines: ReadonlyMap<string, number>;
  /** Of one run of the benchmark. */
  readonly bench: BenchValue;
}

/** Throws a UsageError that names the command, how it ended and its last words. */
export async function measureBaseline(
  { room, settings, limits, inTurn }: BaselineNeeds,
  { signal, onProgress }: OpenOptions & { readonly signal: AbortSignal },
): Promise<Opened> {
  const { commands, metric } = settings;
  const notes = await notesOn(room, settings);

  let built = room.workshop.bottom;
  let buildMs: number | undefined;
  let rewritten: ReadonlySet<string> = new Set();
  if (commands.build !== undefined) {
    onProgress?.({ stage: "build", run: 1, runs: 1 });
    const { raised, run } = await runKept(room, built, commands.build, { limitMs: limits.buildMs, signal });
    if (!run || !succeeded(run)) throw failure(settings.root, "build", commands.build, run, limits.buildMs);
    notes.push(...(await writtenInto(room, raised)));
    built = raised.layers;
    const own = await room.workshop.paths(room.workshop.bottom);
    rewritten = new Set([...(await room.workshop.changes(raised)).keys()].filter((path) => own.has(path)));
    buildMs = run.wallMs;
  }

  const tests: JailedRun[] = [];
  for (let run = 1; run <= 2; run++) {
    onProgress?.({ stage: "test", run, runs: 2 });
    const tested = await runThrownAway(room, built, commands.test, { limitMs: limits.testMs, signal });
    if (!succeeded(tested)) {
      if (run === 1) {
        // Whether it always fails is another matter than whether it sometimes does.
        const again =
          tested.ending === "timed-out"
            ? tested
            : await runThrownAway(room, built, commands.test, { limitMs: limits.testMs, signal });
        if (!succeeded(again)) throw failure(settings.root, "test", commands.test, tested, limits.testMs);
      }
      throw flaky(commands.test, tested, limits.testMs);
    }
    if (ranNothing(tested.output.all))
      throw new UsageError(
        `the test command \`${commands.test}\` ran no test on the untouched tree:\n${tailOf(tested, 6, 1000)}`,
        { remedy: "Give a command that runs some: nothing can be judged by none." },
      );
    tests.push(tested);
  }
  const testLines = countingLines(commonLines(tests.map(({ output }) => output.all)));
  if (testLines.size === 0)
    notes.push(
      "The test command prints nothing that counts its tests: a candidate that ends them early would not be noticed by its output.",
    );

  const runs: { readonly run: JailedRun; readonly value: BenchValue }[] = [];
  let wanted = benchRuns;
  const runOnce = async (): Promise<JailedRun> => {
    onProgress?.({ stage: "bench", run: runs.length + 1, runs: wanted });
    const run = await runThrownAway(room, built, commands.bench, { limitMs: limits.benchMs, signal });
    if (!succeeded(run)) throw failure(settings.root, "benchmark", commands.bench, run, limits.benchMs);
    const value = benchValue(metric, { wallMs: run.wallMs, ...run.output });
    if (typeof value === "string")
      throw new UsageError(`the benchmark \`${commands.bench}\` gives no value: ${value}`, {
        remedy: `It printed:\n${tailOf(run, 12, 1500) || "nothing"}`,
      });
    runs.push({ run, value });
    if (run.wallMs > longBenchMs) wanted = fewerRuns;
    return run;
  };
  // Short runs share a turn at measuring; whoever else measures need not wait for many long ones.
  while (runs.length < wanted)
    await inTurn(signal, undefined, async () => {
      for (let run = await runOnce(); run.wallMs < shortBenchMs && runs.length < wanted;)
        run = await runOnce();
    });
  const units = [...new Set(runs.map(({ value }) => value.unit))];
  const [unit = ""] = units;
  const values = runs.map(({ value }) => valueIn(unit, value));
  if (values.includes(undefined))
    throw new UsageError(
      `the benchmark \`${commands.bench}\` prints its number in different units: ${units.map((name) => name || "none").join(", ")}`,
      { remedy: "Make it print one unit, or narrow its pattern to the line that counts." },
    );
  const numbers = values as number[];
  const scatter = deviation(numbers.map(Math.log));
  const smallestDifference = smallestVisible(scatter);
  if (smallestDifference > 0.05)
    notes.push(
      `The benchmark is noisy: gains below ${(smallestDifference * 100).toFixed(0)} % cannot be told from none.`,
    );
  const [first] = runs;
  if (!first) throw new UsageError("the benchmark did not run");
  return {
    built,

    rewritten,
    testLines,
    benchLines: metric.kind === "time" ? commonLines(runs.map(({ run }) => run.output.all)) : new Map(),
    bench: first.value,
    baseline: {
      buildMs,
      testMs: tests.map(({ wallMs }) => wallMs),
      benchMs: runs.map(({ run }) => run.wallMs),
      values: numbers,
      value: median(numbers),
      unit: metric.kind === "number" ? (metric.unit ?? unit) : unit,
      scatter,
      smallestDifference,
      notes,
    },
  };
}

/**
 * The smallest gain that rounds at effort `normal` can tell from none, where single runs scatter so much (on the log scale): half of the
 * interval's width after the most rounds, each of two pairs.
 */
export function smallestVisible(scatter: number): number {
  const { mostRounds, laterLevel } = timingPlans.normal;
  // A pair is a difference of two runs, a round the mean of two pairs: what that adds and what it takes away is the same.
  const ofRound = Math.max(leastScatter, scatter);
  return Math.expm1((studentQuantile(mostRounds - 1, laterLevel) * ofRound) / Math.sqrt(mostRounds));
}

export function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1),
  );
}

function failure(
  root: string,
  what: string,
  command: string,
  run: JailedRun | undefined,
  limitMs: number,
): UsageError {
  const said = run ? tailOf(run, 12, 2000) : "";
  const hint =
    run?.ending === "timed-out"
      ? whileHanging(said)
      : (inTree(root, said) ?? hintFor(said, run ? tailOf(run, 400, 40_000) : ""));
  const ended = run ? howItEnded(run, limitMs) : "did not run";
  return new UsageError(
    `the ${what} command \`${command}\` ${ended} on the untouched tree${said === "" ? "" : `:\n${said}`}`,
    { remedy: hint ?? "It has to succeed before anything can be judged by it." },
  );
}

/** A program that the shell does not find may be one that the tree has. */
function inTree(root: string, said: string): string | undefined {
  const program = notFound(said);
  const folder = [".venv/bin", "venv/bin", "env/bin", "node_modules/.bin"].find(
    (each) => program !== undefined && existsSync(join(root, each, program)),
  );
  return folder === undefined
    ? undefined
    : `\`${program}\` is in ${folder}: say so in the command, as ${folder}/${program}, or PATH="$PWD/${folder}:$PATH" before it.`;
}

/** What hangs may wait for input that there is none of, or simply take long. */
function whileHanging(said: string): string {
  return (
    hintFor(said) ??
    "It may wait for something that it cannot have here (input, the network), watch files, or need a higher limit."
  );
}

function flaky(command: string, run: JailedRun, limitMs: number): UsageError {
  return new UsageError(
    `the test command \`${command}\` is flaky: of runs on the same untouched tree one passed, and one ${howItEnded(run, limitMs)}:\n${tailOf(run, 12, 2000)}`,
    { remedy: "A candidate could pass or fail by chance: leave the flaky tests out of the command." },
  );
}

function some(names: readonly string[]): string {
  return names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
}

/** What a build writes into the tree's own files: in the copy alone, and every candidate is built over it. */
async function writtenInto({ workshop }: Room, raised: Raised): Promise<string[]> {
  const changes = await workshop.changes(raised);
  if (changes.size === 0) return [];
  const own = await workshop.paths(workshop.bottom);
  const written = [...changes.keys()].filter((path) => own.has(path)).toSorted();
  return written.length === 0
    ? []
    : [`The build changes files of the tree, in the copy alone: ${some(written)}. Yours stay as they are.`];
}

/** What a person should know about the copy. */
async function notesOn(
  { copied, workshop, jail }: Room,
  { root, commands }: ProjectSettings,
): Promise<string[]> {
  // A virtual environment's Python is a link to one that commands see.
  const unseen = copied.outwardLinks.filter(
    ({ path, target }) => !canBeSeen(resolve(dirname(join(root, path)), target), jail.visible),
  );
  const dirty = await changesIn(root);
  const absent = (await submodulesOf(root)).filter(({ present }) => !present);
  return [
    dirty > 0
      ? `The work tree has ${dirty} changed or untracked file${dirty === 1 ? "" : "s"}: it is judged as it is, in a copy.`
      : [],
    absent.length > 0
      ? `Submodules that are not checked out are empty: ${some(absent.map(({ path }) => path))}. \`git submodule update --init\` fetches them.`
      : [],
    unseen.length > 0
      ? `Links that lead out of the tree lead nowhere in the copy: ${some(unseen.map(({ path, target }) => `${path} → ${target}`))}.`
      : [],
    ...(["test", "bench"] as const).map((key) => afterPipe(key, commands[key])),
    copied.skipped.length > 0
      ? `Not copied, for it cannot be read or is no file: ${some(copied.skipped)}.`
      : [],
    workshop.kind === "copies" && copied.bytes > 200e6
      ? `Overlays cannot be had here, so each command gets a whole copy of ${Math.round(copied.bytes / 1e6)} MB.`
      : [],
  ].flat();
}

/** The shell says how the last program of a pipe ended, and no more. */
function afterPipe(key: "test" | "bench", command: string): string[] {
  const last = /(?<!\|)\|(?!\|)\s*&?\s*([\w./-]+)(?:[^|&;]*)$/.exec(
    command.replaceAll(/'[^']*'|"[^"]*"/g, "_"),
  )?.[1];
  return last === undefined || /\bpipefail\b/.test(command)
    ? []
    : [
        `The ${key === "test" ? "test" : "benchmark"} command ends in a pipe: it succeeds whenever \`${last}\` does, also where what is before it fails.`,
      ];
}
