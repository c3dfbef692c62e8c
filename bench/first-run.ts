/**
 * Does a first run profit from the lessons that ship with the package? On functions that are in no shipped task (`new-functions/`, `unseen/`), with a budget of a few
 * evaluations: once with an empty bank, once with the shipped lessons, for each policy that is named. Task and seed are paired over the arms, and one
 * text is judged once for all of them, so that arms differ in what they choose to try and in nothing else. Two figures, as in `lessons.ts`: the best
 * speedup within the budget, and how many evaluations it took to come within 5 % of the best known (one more than the budget where it never did).
 * Intervals are of 95 %, bootstrapped over functions.
 *
 *   npm run bench:first-run -- [--seeds 5] [--evaluations 6] [--policies curated,lessonl] [--functions a,b] [--keep FOLDER] [--lessons lessons/bank.jsonl.gz]
 *
 * With --keep, verdicts and runs outlive the process, and what is there is not made again.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  createEvaluator,
  createMemoryBank,
  createStructuralEmbedder,
  listTasks,
  readOnlyBank,
  type Bank,
  type Task,
} from "lessonbank";
import { cachingEvaluator } from "./caching-evaluator.ts";
import { readLessonFile } from "./lesson-file.ts";
import { bootstrapRatio, geometricMean } from "./sampling.ts";
import { bestKnown, evaluationsNeeded, keptTraces, type Trace } from "./traced-run.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "5" },
    evaluations: { type: "string", default: "6" },
    policies: { type: "string", default: "curated,lessonl" },
    lessons: { type: "string", default: path("../../lessons/bank.jsonl.gz") },
    functions: { type: "string" },
    keep: { type: "string" },
  },
});
const budget = Number(values.evaluations);
/** Not those by which the lessons were earned. */
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => 201 + index);
const policies = values.policies.split(",");
const kept = (name: string): string | undefined =>
  values.keep === undefined ? undefined : join(values.keep, name);
if (values.keep !== undefined) mkdirSync(values.keep, { recursive: true });

const embedder = createStructuralEmbedder();
const empty = createMemoryBank({ embedder });
const shipped = await shippedBank();
const wanted = values.functions?.split(",");
const tasks = (await newFunctions()).filter(({ name }) => !wanted || wanted.includes(name));
const evaluator = cachingEvaluator(await createEvaluator(), kept("verdicts.jsonl"));
const known = keptTraces(kept("runs.jsonl"));
const arms = ["empty", ...policies];
const traces: Trace[] = [];
try {
  // Seed by seed: what is broken off has whole seeds.
  for (const seed of seeds)
    for (const task of tasks)
      for (const arm of arms) {
        const bank = readOnlyBank(arm === "empty" ? empty : shipped);
        const policy = arm === "empty" ? "lessonl" : arm;
        traces.push(await known({ task, seed, arm, bank, evaluator, evaluations: budget, policy }));
      }
} finally {
  await evaluator.close();
}
report();

async function newFunctions(): Promise<Task[]> {
  const folders = ["../../bench/new-functions", "../../bench/unseen"];
  return (await Promise.all(folders.map((folder) => listTasks(path(folder))))).flat();
}

async function shippedBank(): Promise<Bank> {
  const bank = createMemoryBank({ embedder });
  await bank.add(readLessonFile(values.lessons));
  const names = new Set((await bank.list()).map(({ evidence }) => evidence.task));
  const overlap = (await newFunctions()).filter(({ name }) => names.has(name));
  if (overlap.length > 0)
    throw new Error(`the bank has lessons of ${overlap[0]?.name}: that is no first run`);
  return bank;
}

interface Row {
  readonly task: Task;
  readonly best: number;
  readonly needed: Readonly<Record<string, number[]>>;
  readonly reached: Readonly<Record<string, number[]>>;
}

function rowOf(task: Task): Row {
  const best = bestKnown(evaluator, task);
  const of = (arm: string): Trace[] =>
    seeds.map((seed) =>
      traces.find((each) => each.task === task.name && each.seed === seed && each.arm === arm)!,
    );
  const byArm = (figure: (trace: Trace) => number): Record<string, number[]> =>
    Object.fromEntries(arms.map((arm) => [arm, of(arm).map(figure)]));
  return {
    task,
    best,
    needed: byArm((trace) => evaluationsNeeded(trace, best * 0.95, budget)),
    reached: byArm(({ attempts }) =>
      Math.max(1, ...attempts.slice(0, budget).map((each) => (each && each.low > 1 ? each.ratio : 0))),
    ),
  };
}

function report(): void {
  const rows = tasks.map(rowOf);
  // Where nothing is faster, no lesson can help, and none is needed.
  const telling = rows.filter(({ best }) => best > 1.05);
  const cells = (figures: Row["needed"], digits: number): string =>
    arms.map((arm) => geometricMean(figures[arm] ?? []).toFixed(digits)).join(" | ");
  const compared = (figure: (row: Row) => Row["needed"], arm: string): string => {
    const { ratio, low, high } = bootstrapRatio(
      telling.map((row) => {
        const [own, without] = [figure(row)[arm] ?? [], figure(row)["empty"] ?? []];
        return geometricMean(own.map((value, index) => value / (without[index] ?? 1)));
      }),
      4000,
    );
    return `${ratio.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  };
  const lines = [
    `Evaluations to 95 % of the best known (then the best speedup of ${budget} evaluations), geometric means of ${seeds.length} seeds.`,
    "",
    `| function | best known | ${arms.join(" | ")} | ${arms.join(" | ")} |`,
    `|---|---|${arms.map(() => "---|---|").join("")}`,
    ...rows.map(
      ({ task, best, needed, reached }) =>
        `| ${task.name} | ${best.toFixed(2)}× | ${cells(needed, 1)} | ${cells(reached, 2)} |`,
    ),
    "",
    `| with the shipped lessons, over an empty bank (${telling.length} functions) | evaluations needed | best speedup |`,
    "|---|---|---|",
    ...policies.map(
      (arm) => `| ${arm} | ${compared((row) => row.needed, arm)} | ${compared((row) => row.reached, arm)} |`,
    ),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
