#!/usr/bin/env node
/**
 * What `npm start` shows: a team of agents on three slow functions, one after the other, with one bank. What the first taught is
 * there when the later ones begin, and what this demonstration taught is there the next time: its bank stays.
 */
import { join } from "node:path";
import { LessonbankError, createEvaluator, loadTask, openBank, optimize } from "../dist/index.js";
import { formatDiff } from "../dist/report/diff.js";
import { count, formatDuration, formatRatio, formatSpeedup } from "../dist/report/figures.js";
import { layoutWidth, table, wrap } from "../dist/report/layout.js";
import { createProgressView } from "../dist/report/progress.js";
import { formatLessonLine } from "../dist/report/run-result.js";
import { createScreen } from "../dist/report/screen.js";
import { createStyle } from "../dist/report/style.js";
import { root } from "./setup.mjs";

/** The second and third can use what the first teaches. */
const tasks = ["matrix-product", "transposed-product", "table-totals"];
/** A run begins nothing after this; what has begun is judged to its end. */
const timeLimitMs = 14_000;
const shownDiffLines = 60;

const bankFolder = join(root, ".lessonbank", "demo-bank");
const width = layoutWidth(process.stdout.columns) - 1;
const colour = !process.env.NO_COLOR && (process.stdout.isTTY || Boolean(process.env.FORCE_COLOR));
const style = createStyle(colour);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("interrupted")));
process.stdout.on("error", () => process.exit(0));

const startedAt = performance.now();
let bank;
try {
  process.exitCode = await demonstrate();
} catch (error) {
  if (!(error instanceof LessonbankError)) throw error;
  process.stderr.write(`\n${style.bad("error:")} ${error.message}\n  ${error.remedy ?? ""}\n`);
  process.exitCode = 1;
}
process.exit();

async function demonstrate() {
  bank = await openBank(bankFolder);
  const evaluator = await createEvaluator();
  const rows = [];
  try {
    await introduce();
    for (const name of tasks) {
      if (!stop.signal.aborted) rows.push(await show(await loadTask(join(root, "tasks", name)), evaluator));
    }
    if (!stop.signal.aborted) await conclude(rows);
  } finally {
    await evaluator.close();
    await bank.close();
  }
  return stop.signal.aborted ? 130 : 0;
}

async function introduce() {
  const { lessons, tasks: earlier } = await bank.statistics();
  print(style.title("A team of agents, three slow functions, one bank of lessons"));
  print(
    lessons === 0
      ? "The bank is empty: this is the first time. No model and no key are needed; the agents rewrite source code."
      : `The bank holds ${count(lessons, "lesson")} from ${count(earlier, "task")}, left by an earlier demonstration.`,
  );
}

/** One task: what the bank knows about code like it, the run, the winner, the lessons. */
async function show(task, evaluator) {
  print(`\n${style.title("─".repeat(Math.min(width, 78)))}`);
  print(wrap(task.description, { width }));
  const known = await bank.search({
    code: { text: task.source.text, language: task.language },
    filter: { notTask: task.name },
    limit: 200,
  });
  const helpful = mostHelpful(known.map(({ lesson }) => lesson)).slice(0, 2);
  if (helpful.length > 0) {
    print(`\n${style.accent("From other functions like this one, the bank knows:")}`);
    for (const lesson of helpful) print(formatLessonLine(lesson, style, width));
  }
  print("");

  const view = createProgressView({
    screen: createScreen({
      write: (text) => process.stdout.write(text),
      terminal: process.stdout.isTTY === true,
    }),
    style,
    width,
  });
  const run = optimize({
    task,
    bank,
    evaluator,
    seed: 1,
    timeLimitMs,
    rounds: 3,
    evaluations: 9,
    signal: stop.signal,
  });
  try {
    for await (const event of run) view.show(event);
  } finally {
    view.close();
  }
  const result = await run.result;

  if (result.best) {
    print(
      `\n${style.good(style.title(`${task.name} is ${formatRatio(result.best.speedup.ratio)} as fast`))}, found by ${result.best.agent}:\n`,
    );
    printDiff(result.best.diff);
    print(`\n${wrap(result.best.why, { width, lead: "Why      " })}`);
    for (const assumption of result.best.assumptions) print(wrap(assumption, { width, lead: "Assumes  " }));
  } else {
    print(`\n${task.name}: nothing was faster for certain (${result.ended}).`);
  }
  return { task: task.name, known: known.length, result };
}

/** Lessons about one transformation that made something faster: the largest effects first, each transformation once. */
function mostHelpful(lessons) {
  const names = new Set();
  return lessons
    .filter(
      ({ evidence, transformations }) => (evidence.speedup?.low ?? 0) > 1 && transformations.length === 1,
    )
    .toSorted((a, b) => b.speed - a.speed)
    .filter(({ transformations: [{ name }] }) => !names.has(name) && names.add(name));
}

async function conclude(rows) {
  const { lessons, tasks: all } = await bank.statistics();
  print(`\n${style.title("─".repeat(Math.min(width, 78)))}\n`);
  print(
    table(
      [
        { title: "function", flexible: true },
        { title: "speedup, at 99 %" },
        { title: "tried", align: "right" },
        { title: "95 % after", align: "right" },
        { title: "lessons", align: "right" },
        { title: "time", align: "right" },
      ],
      rows.map(({ task, known, result }) => [
        task,
        result.best ? formatSpeedup(result.best.speedup) : "none",
        String(result.attempts.length),
        nearlyBestAfter(result),
        String(known),
        formatDuration(result.costs.wallMs),
      ]),
      { width: Math.max(width, 79), paintTitle: style.quiet },
    ),
  );
  print(
    style.quiet(
      "95 % after: candidates until one came within 5 % of the best. lessons: at hand from other functions.",
    ),
  );
  print(
    `\nThe bank now holds ${count(lessons, "lesson")} from ${count(all, "task")}. ${style.quiet(`All in ${formatDuration(performance.now() - startedAt)}.`)}`,
  );
  print("\nNext:");
  print("  npm start                                       again: it begins with what it learned just now");
  print("  npm start -- lessons stats --bank .lessonbank/demo-bank");
  print("  npm start -- optimize FILE.cpp:FUNCTION         a function of yours");
}

/** How many candidates it took to come within 5 % of the best that was measured. */
function nearlyBestAfter({ attempts }) {
  const ratios = attempts.map(({ outcome }) => (outcome.status === "measured" ? outcome.speedup.ratio : 0));
  const index = ratios.findIndex((ratio) => ratio > 0 && ratio >= 0.95 * Math.max(...ratios));
  return index < 0 ? "" : String(index + 1);
}

function printDiff(diff) {
  const lines = formatDiff(diff, style).split("\n");
  print(lines.slice(0, shownDiffLines).join("\n"));
  if (lines.length > shownDiffLines) print(style.quiet(`… and ${lines.length - shownDiffLines} lines more`));
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
