/**
 * How many candidates a second, over a stream of real ones, judged as a search does: at `screen` effort, several in flight, so that
 * one is compiled while another is timed. Does compiling on the other core disturb what is timed? The same stream is judged one at a
 * time too, and the scatter of the timed ratios is set side by side for tasks bound by the core and by memory.
 *
 *   npm run bench:throughput -- [--candidates 200] [--in-flight 4] [--overlapped | --serial] [--tasks a,b] [--seed 1] [--records FILE] [--json]
 *   npm run bench:throughput -- --analyse FILE
 *
 * Without `--overlapped` or `--serial`, both. Each begins with an empty cache folder, and with every task made ready by judging its own
 * reference, which does not count.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { createEvaluator, type Evaluator, type FunctionTask } from "lessonbank";
import { tellMistakes, wholeNumber } from "./arguments.ts";
import { useFreshCache } from "./fresh-cache.ts";
import { machineLine } from "./machine.ts";
import { proposalsFor, shippedTasks, type RealCandidate } from "./real-candidates.ts";
import { grouped, openRecords, readRecords, type Records } from "./records.ts";
import { shuffle } from "./sampling.ts";
import { scatterOf } from "./scatter.ts";
import { percent, seconds, table } from "./table.ts";
import { evaluateWatched, type Watched } from "./watched.ts";

const modes = ["overlapped", "serial"] as const;
type Mode = (typeof modes)[number];

interface Judged extends Watched {
  readonly mode: Mode;
  /** Which go at the stream: one that was interrupted is not taken up in its middle. */
  readonly attempt: string;
  readonly task: string;
  readonly summary: string;
  readonly repeated: boolean;
  /** Since the first of the stream was handed in. */
  readonly endedSeconds: number;
}

tellMistakes();
const { values } = parseArgs({
  options: {
    candidates: { type: "string", default: "200" },
    "in-flight": { type: "string", default: "4" },
    overlapped: { type: "boolean", default: false },
    serial: { type: "boolean", default: false },
    tasks: { type: "string" },
    seed: { type: "string", default: "1" },
    records: { type: "string" },
    analyse: { type: "string" },
    json: { type: "boolean", default: false },
    // One of two processes, the results of which are reported together.
    "no-report": { type: "boolean", default: false },
  },
});
const candidates = wholeNumber("candidates", values.candidates);
const inFlight = wholeNumber("in-flight", values["in-flight"]);
const seed = wholeNumber("seed", values.seed);
/** Shipped tasks whose timed call walks through more than the caches hold, or all over it. The others compute. */
const memoryBound = new Set([
  "cosine-scores",
  "heat-step",
  "reverse-axes",
  "rgb-to-grey",
  "sparse-product",
  "table-totals",
  "transposed-product",
  "valid-readings",
]);

if (values.analyse === undefined) {
  const records = openRecords<Judged>("throughput", values.records);
  const asked = modes.filter((mode) => values[mode]);
  if (asked.length === 1) {
    await measure(asked[0]!, records);
    report(records);
  } else {
    // Each mode in a process of its own, with a cache folder of its own.
    for (const mode of modes) {
      const args = [...process.argv.slice(1), "--no-report", "--records", records.file, `--${mode}`];
      const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
      if (status !== 0) throw new Error(`${mode}: the stream was not judged to its end`);
    }
    report(readRecords<Judged>("throughput", records.file));
  }
} else report(readRecords<Judged>("throughput", values.analyse));

/** As many from every task as there are, in an order that mixes them. */
async function streamOf(tasks: readonly FunctionTask[], most: number): Promise<RealCandidate[]> {
  const lists: RealCandidate[][] = [];
  // Twice the share of each, for those that have fewer ideas.
  const share = Math.ceil((2 * most) / tasks.length);
  for (const task of tasks) lists.push(await proposalsFor(task, { most: share, seed }));
  const stream: RealCandidate[] = [];
  for (let index = 0; stream.length < most && lists.some((list) => index < list.length); index++)
    stream.push(...lists.flatMap((list) => list[index] ?? []));
  return shuffle(stream.slice(0, most), seed);
}

function lastAttempt(items: readonly Judged[], mode: Mode): Judged[] {
  const own = items.filter((item) => item.mode === mode);
  return own.filter((item) => item.attempt === own.at(-1)?.attempt);
}

async function measure(mode: Mode, records: Records<Judged>): Promise<void> {
  useFreshCache();
  const tasks = await shippedTasks(values.tasks);
  const stream = await streamOf(tasks, candidates);
  if (lastAttempt(records.items, mode).length >= stream.length) return;
  const evaluator = await createEvaluator();
  try {
    for (const task of tasks) await evaluator.evaluate(task, task.source.text, { effort: "screen" });
    process.stderr.write(`${mode}: ${tasks.length} tasks are ready\n`);
    const attempt = new Date().toISOString();
    const waiting = [...stream];
    const startedMs = performance.now();
    const flights = mode === "serial" ? 1 : inFlight;
    await Promise.all(
      Array.from({ length: flights }, () => fly({ mode, attempt }, evaluator, waiting, startedMs, records)),
    );
  } finally {
    await evaluator.close();
  }
}

async function fly(
  which: Pick<Judged, "mode" | "attempt">,
  evaluator: Evaluator,
  waiting: RealCandidate[],
  startedMs: number,
  records: Records<Judged>,
): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { task, source, summary, repeated } = next;
    const watched = await evaluateWatched(evaluator, task, source, { effort: "screen" });
    const endedSeconds = (performance.now() - startedMs) / 1000;
    records.add({ ...which, task: task.name, summary, repeated, endedSeconds, ...watched });
    process.stderr.write(
      `${which.mode} ${seconds(endedSeconds)} s: ${task.name}, ${watched.outcome.status}, ${seconds(watched.seconds.total)} s\n`,
    );
  }
}

function report({ machine, items: all }: Omit<Records<Judged>, "add">): void {
  if (values["no-report"]) return;
  const items = modes.flatMap((mode) => lastAttempt(all, mode));
  const rates = grouped(items, (item) => item.mode).map(([mode, group]) => {
    const wallSeconds = Math.max(...group.map((item) => item.endedSeconds));
    const statuses: Record<string, number> = {};
    for (const { outcome } of group) statuses[outcome.status] = (statuses[outcome.status] ?? 0) + 1;
    return {
      mode,
      candidates: group.length,
      repeated: group.filter((item) => item.repeated).length,
      remembered: group.filter(({ outcome }) => outcome.judgedAt !== undefined).length,
      statuses,
      wallSeconds,
      perSecond: group.length / wallSeconds,
      compileSeconds: sum(group, "compile"),
      checkSeconds: sum(group, "check"),
      timeSeconds: sum(group, "time"),
      sanitizeSeconds: sum(group, "sanitize"),
    };
  });
  const scatter = (["computing", "memory-bound"] as const).flatMap((kind) =>
    grouped(items, (item) => item.mode).map(([mode, group]) => {
      const own = group.filter(
        (item) => memoryBound.has(item.task) === (kind === "memory-bound") && item.rounds.length > 1,
      );
      return { kind, mode, comparisons: own.length, ...scatterOf(own.map((item) => item.rounds)) };
    }),
  );
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ machine, rates, scatter }, null, 2)}\n`);
    return;
  }
  process.stdout.write(
    `${[
      machineLine(machine),
      table(
        [
          "mode",
          "candidates",
          "of them repeated",
          "answered from memory",
          "outcomes",
          "seconds",
          "compile",
          "check",
          "time",
          "sanitize",
          "candidates a second",
        ],
        rates.map((rate) => [
          rate.mode,
          String(rate.candidates),
          String(rate.repeated),
          String(rate.remembered),
          Object.entries(rate.statuses)
            .map(([status, count]) => `${count} ${status}`)
            .join(", "),
          seconds(rate.wallSeconds),
          seconds(rate.compileSeconds),
          seconds(rate.checkSeconds),
          seconds(rate.timeSeconds),
          seconds(rate.sanitizeSeconds),
          rate.perSecond.toFixed(2),
        ]),
      ),
      "Seconds of stages are sums over candidates, waiting for the core included: in overlapped mode they add up to more than the whole.",
      table(
        ["tasks", "mode", "comparisons", "pairs", "processes", "rounds"],
        scatter.map((row) => [
          row.kind,
          row.mode,
          String(row.comparisons),
          percent(row.withinProcesses),
          percent(row.betweenProcesses),
          percent(row.rounds),
        ]),
      ),
      "Scatter of log ratios: pairs within a process, process to process, and the values of rounds.",
    ].join("\n\n")}\n`,
  );
}

function sum(items: readonly Judged[], stage: keyof Watched["seconds"]): number {
  return items.reduce((total, item) => total + item.seconds[stage], 0);
}
