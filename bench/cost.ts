/**
 * What does judging a candidate cost, in seconds, and where do they go? Over the shipped tasks, with proposals of the rewriter agents that
 * compile and are right. `cold` is the first candidate with an empty cache folder; `first` is the first of a new evaluator, whose cache
 * folder holds what the task needs; `further` is every one after it, which is what a search pays.
 *
 *   npm run bench:cost -- [--tasks a,b] [--candidates 3] [--effort screen|normal|confirm] [--seed 1] [--records FILE] [--json]
 *   npm run bench:cost -- --analyse FILE
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { FunctionTask } from "lessonbank";
import { oneOf, tellMistakes, wholeNumber } from "./arguments.ts";
import { isMeasured, states, type Judged, type State } from "./judged.ts";
import { machineLine } from "./machine.ts";
import { shippedTasks } from "./real-candidates.ts";
import { grouped, openRecords, readRecords, type Records } from "./records.ts";
import { geometricMean } from "./sampling.ts";
import { seconds, table } from "./table.ts";

tellMistakes();
const { values } = parseArgs({
  options: {
    tasks: { type: "string" },
    candidates: { type: "string", default: "3" },
    effort: { type: "string", default: "normal" },
    seed: { type: "string", default: "1" },
    records: { type: "string" },
    analyse: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const candidates = wholeNumber("candidates", values.candidates);
const effort = oneOf("effort", values.effort, ["screen", "normal", "confirm"]);
const seed = wholeNumber("seed", values.seed);
/** A task's reference call in milliseconds that counts as near 10 ms. */
const near = { from: 5, to: 20 };
/** Seconds a candidate at 10 ms kernels that are aimed at. */
const aims: Readonly<Record<FunctionTask["language"], number>> = { c: 0.4, "c++": 0.6 };
/** Of the evaluation harness published with LessonL: geometric mean over six of its problems on two cores. */
const lessonlSeconds = 12.5;

if (values.analyse === undefined) {
  const records = openRecords<Judged>("cost", values.records);
  for (const task of await shippedTasks(values.tasks))
    if (!records.items.some((item) => item.task === task.name)) measure(task, records);
  report(records);
} else report(readRecords<Judged>("cost", values.analyse));

/** Each try in a process and a cache folder of its own: what is warm once does not get cold again. Recorded when the task is done. */
function measure(task: FunctionTask, records: Records<Judged>): void {
  const judged: Judged[] = [];
  for (let tried = -1; tried < judged.length && !judged.some((item) => item.state === "first");) {
    tried = judged.length;
    const program = fileURLToPath(new URL("cost-of-task.js", import.meta.url));
    const args = [task.name, tried, candidates, effort, seed].map(String);
    const { status, stdout } = spawnSync(process.execPath, [program, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`${task.name}: judging its candidates failed`);
    const lines = stdout.trimEnd().split("\n");
    judged.push(...lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Judged));
  }
  for (const item of judged) records.add(item);
  const measured = judged.filter(isMeasured);
  process.stderr.write(
    `${task.name.padEnd(20)} ${measured.map((item) => `${item.state} ${seconds(item.seconds.total)} s`).join(", ")}; ${judged.length - measured.length} not measured\n`,
  );
}

function referenceMs(items: readonly Judged[]): number {
  return geometricMean(
    items.flatMap(({ outcome }) => (outcome.status === "measured" ? [outcome.referenceMs] : [])),
  );
}

/** Means of seconds by stage, and the geometric mean of the whole. */
function costOf(items: readonly Judged[]) {
  const average = (part: (item: Judged) => number): number =>
    items.reduce((sum, item) => sum + part(item), 0) / items.length;
  return {
    candidates: items.length,
    compile: average((item) => item.seconds.compile),
    check: average((item) => item.seconds.check),
    time: average((item) => item.seconds.time),
    inTimedCalls: average(callSeconds),
    sanitize: average((item) => item.seconds.sanitize),
    before: average((item) => item.seconds.before),
    calls: average((item) => item.outcome.calls),
    total: items.length === 0 ? Number.NaN : geometricMean(items.map((item) => item.seconds.total)),
  };
}

/** Of both arms, without warm-ups. */
function callSeconds(item: Judged): number {
  return item.rounds
    .flatMap((round) => round.pairs)
    .reduce((sum, pair) => sum + (pair.referenceMs + pair.candidateMs) / 1000, 0);
}

function report({ machine, items }: Omit<Records<Judged>, "add">): void {
  const measured = items.filter(isMeasured);
  const inState = (state: State, group: readonly Judged[]): Judged[] =>
    group.filter((item) => item.state === state);
  const tasks = grouped(measured, (item) => item.task).map(([name, group]) => ({
    name,
    language: group[0]!.language,
    referenceMs: referenceMs(group),
    cold: costOf(inState("cold", group)).total,
    first: costOf(inState("first", group)).total,
    further: costOf(inState("further", group)),
  }));
  const nearTen = tasks.filter((task) => task.referenceMs >= near.from && task.referenceMs <= near.to);
  const groups = (["c", "c++"] as const).flatMap((language) =>
    states.flatMap((state) =>
      [tasks, nearTen].map((of) => {
        const names = of.filter((task) => task.language === language).map((task) => task.name);
        const group = inState(state, measured).filter((item) => names.includes(item.task));
        return { language, state, nearTen: of === nearTen, tasks: names.length, ...costOf(group) };
      }),
    ),
  );
  const further = costOf(inState("further", measured)).total;
  const comparison = { lessonlSeconds, ours: further, ratio: lessonlSeconds / further };
  const left = items.length - measured.length;
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ machine, groups, tasks, comparison, left }, null, 2)}\n`);
    return;
  }
  const stages = ["before", "compile", "check", "time", "of it in timed calls", "sanitize", "calls"];
  const cells = (cost: ReturnType<typeof costOf>): string[] => [
    seconds(cost.before),
    seconds(cost.compile),
    seconds(cost.check),
    seconds(cost.time),
    seconds(cost.inTimedCalls),
    seconds(cost.sanitize),
    cost.calls.toFixed(0),
  ];
  process.stdout.write(
    `${[
      machineLine(machine),
      table(
        ["language", "tasks", "cache", "candidates", ...stages, "seconds, geometric mean", "aim"],
        groups.map((group) => [
          group.language === "c" ? "C" : "C++",
          group.nearTen ? `${group.tasks} near 10 ms` : `all ${group.tasks}`,
          group.state,
          String(group.candidates),
          ...cells(group),
          seconds(group.total),
          group.nearTen && group.state === "further" ? `≤ ${aims[group.language]}` : "",
        ]),
      ),
      `Stages are means. Before: the task made ready; the check of a first candidate holds the measurement of the reference. The sanitizers are built beside timing, and are waited for after it. A reference call of ${near.from} to ${near.to} ms is near 10 ms. ${left} proposals were not measured (wrong, or not compiled) and are left out.`,
      table(
        ["task", "reference, ms", "cold", "first", "further", ...stages],
        tasks.map((task) => [
          task.name,
          task.referenceMs.toFixed(1),
          seconds(task.cold),
          seconds(task.first),
          seconds(task.further.total),
          ...cells(task.further),
        ]),
      ),
      `The harness published with LessonL takes ${lessonlSeconds} s a candidate (geometric mean over six of its problems, two cores; cited, not measured here): ${comparison.ratio.toFixed(1)} times the ${seconds(further)} s of a further candidate here.`,
    ].join("\n\n")}\n`,
  );
}
