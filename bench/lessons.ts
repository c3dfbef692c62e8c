/**
 * Do lessons of other tasks help, and does the choice among them matter? At equal evaluations and an equal number of lessons shown, on tasks whose whole
 * family the bank has never seen (`families.ts`), with arms that differ in the selection policy and in nothing else:
 *
 *   none      nothing of other tasks is shown
 *   random-k  lessons drawn at random, whatever the code
 *   lessonl   LessonL's own selection: half by speed, half by likeness of code
 *   thompson  general lessons by draws from what is believed of them
 *   curated   general lessons by what they are expected to gain on this code, or would spare
 *
 * and, to see how much there is to win at all,
 *
 *   oracle    all lessons of earlier runs of the task itself, as if another task had taught them
 *
 * The bank is earned first, by runs without lessons, and never written by the arms. Every run begins without lessons of its own task. Task and seed
 * are paired over the arms, and one text is judged once for all of them. Two figures: the best speedup within the budget, and how many evaluations it
 * took to come within 5 % of the best known for the task (one more than the budget where it never did). Differences to other arms are paired by
 * task and seed; their 95 % intervals are bootstrapped over tasks. Tasks on which the method was tuned are reported apart from the others.
 *
 * With --suite, the tasks of another folder are the judged ones, and the bank is that of all shipped tasks: `bench/unseen` holds tasks that nobody tuned on.
 * With --lessons, the bank is what such a file holds (`lessons export`), and nothing is earned first: `lessons/bank.jsonl.gz` is what a user's begins with.
 *
 *   npm run bench:lessons -- [--suite FOLDER] [--seeds 10] [--earning 3] [--lessons FILE] [--evaluations 12] [--k 4] [--arms a,b] [--tasks a,b] [--keep FOLDER] [--json]
 *
 * With --keep, verdicts and runs outlive the process, and what is there is not made again.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import {
  createEvaluator,
  createMemoryBank,
  createStructuralEmbedder,
  listTasks,
  readOnlyBank,
  type Bank,
  type BankEntry,
  type Task,
} from "lessonbank";
import { cachingEvaluator } from "./caching-evaluator.ts";
import { familyOf, tunedOn } from "./families.ts";
import { readLessonFile } from "./lesson-file.ts";
import { bootstrapRatio, geometricMean } from "./sampling.ts";
import { rememberRewrites } from "./remembered-rewrites.ts";
import { bestKnown, evaluationsNeeded, keptTraces, type Trace } from "./traced-run.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10" },
    earning: { type: "string", default: "3" },
    evaluations: { type: "string", default: "12" },
    k: { type: "string", default: "4" },
    arms: { type: "string", default: "none,random-k,lessonl,thompson,curated" },
    tasks: { type: "string" },
    suite: { type: "string" },
    lessons: { type: "string" },
    keep: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const budget = Number(values.evaluations);
const k = Number(values.k);
const arms = values.arms.split(",");
const counting = (count: number, from: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index);
/** More lessons than a task has. */
const everything = 500;
/** Seeds of the arms are not those by which the bank was earned. */
const earningSeeds = counting(Number(values.earning), 1);
const seeds = counting(Number(values.seeds), 101);

const embedder = createStructuralEmbedder();
const all = await listTasks(fileURLToPath(new URL("../../tasks", import.meta.url)));
const wanted = values.tasks?.split(",");
const judged = values.suite === undefined ? all : await listTasks(values.suite);
const tasks = judged.filter((task) => !wanted || wanted.includes(task.name));
/** Of what is no shipped task the bank knows nothing that would have to be left out. */
const leftOutFor = (task: string): string => (values.suite === undefined ? familyOf(task) : "none");
const kept = (name: string): string | undefined =>
  values.keep === undefined ? undefined : join(values.keep, name);
if (values.keep !== undefined) mkdirSync(values.keep, { recursive: true });
await rememberRewrites(kept("rewrites.jsonl"));
const evaluator = cachingEvaluator(await createEvaluator(), kept("verdicts.jsonl"));
/** Runs are those of one bank. */
const known = keptTraces(kept(`runs-${bankName()}.jsonl`));
const traces: Trace[] = [];
try {
  const taught = values.lessons === undefined ? await earn() : readLessonFile(values.lessons);
  const banks = new Map<string, Bank>();
  for (const family of new Set(tasks.map(({ name }) => leftOutFor(name))))
    banks.set(family, await bankWithout(family, taught));
  for (const seed of seeds) {
    for (const task of tasks) {
      for (const arm of arms) {
        const bank = readOnlyBank(
          arm === "oracle" ? await oracleOf(task, taught) : banks.get(leftOutFor(task.name))!,
        );
        traces.push(
          await known({
            task,
            seed,
            arm,
            bank,
            evaluator,
            evaluations: budget,
            policy: arm === "oracle" ? "lessonl" : arm,
            otherLessons: arm === "oracle" ? everything : k,
          }),
        );
      }
    }
  }
} finally {
  await evaluator.close();
}
report();

function bankName(): string {
  if (values.lessons === undefined) return "earned";
  return createHash("sha256").update(readFileSync(values.lessons)).digest("hex").slice(0, 8);
}

/** What runs without lessons teach, each task by itself. */
async function earn(): Promise<BankEntry[]> {
  const taught: BankEntry[] = [];
  for (const seed of earningSeeds) {
    // Measured anew: what was seen twice must have been measured twice, or the bank would not take it for reproduced.
    const afresh = cachingEvaluator(evaluator.inner, kept(`earning-${seed}.jsonl`));
    for (const task of all) {
      const bank = createMemoryBank({ embedder });
      const evaluations = budget;
      const { lessons } = await known({
        task,
        seed,
        arm: "earning",
        bank,
        evaluator: afresh,
        evaluations,
        policy: "none",
      });
      taught.push(...lessons.map((lesson) => ({ lesson, code: task.source.text })));
    }
  }
  return taught;
}

async function bankWithout(family: string, taught: readonly BankEntry[]): Promise<Bank> {
  const bank = createMemoryBank({ embedder });
  await bank.add(taught.filter(({ lesson }) => familyOf(lesson.evidence.task) !== family));
  return bank;
}

/** Lessons of the task itself, as if another task had taught them. */
async function oracleOf(task: Task, taught: readonly BankEntry[]): Promise<Bank> {
  const bank = createMemoryBank({ embedder });
  const own = taught.filter(({ lesson }) => lesson.evidence.task === task.name);
  await bank.add(
    own.map(({ lesson, code }) => ({
      lesson: {
        ...lesson,
        evidence: { ...lesson.evidence, task: `other ${task.name}`, taskHash: "0".repeat(64) },
      },
      code,
    })),
  );
  return bank;
}

interface Row {
  readonly task: Task;
  readonly best: number;
  /** By arm, a figure a seed. */
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
      Math.max(1, ...attempts.map((each) => (each && each.low > 1 ? each.ratio : 0))),
    ),
  };
}

function report(): void {
  const rows = tasks.map(rowOf);
  // Where nothing is faster, every arm needs nothing: such a task says nothing about lessons.
  const telling = rows.filter((row) => row.best > 1.05);
  const parts = {
    all: telling,
    "not used for tuning": telling.filter(({ task }) => !tunedOn(task.name)),
    "used for tuning": telling.filter(({ task }) => tunedOn(task.name)),
  };
  const pairs = arms.filter((arm) => arm !== "curated").map((arm) => ["curated", arm] as const);
  const comparisons = Object.entries(parts).flatMap(([part, of]) =>
    pairs.map(([arm, other]) => ({
      part,
      arm,
      other,
      tasks: of.length,
      evaluations: compare(of, (row) => row.needed, arm, other),
      speedup: compare(of, (row) => row.reached, arm, other),
    })),
  );
  if (values.json) {
    const plain = rows.map(({ task, ...rest }) => ({ task: task.name, ...rest }));
    process.stdout.write(
      `${JSON.stringify({ seeds: seeds.length, budget, k, rows: plain, comparisons }, null, 2)}\n`,
    );
    return;
  }
  const cells = (figures: Row["needed"], digits: number): string =>
    arms.map((arm) => geometricMean(figures[arm] ?? []).toFixed(digits)).join(" | ");
  const interval = ({ ratio, low, high }: ReturnType<typeof compare>): string =>
    `${ratio.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const lines = [
    `Evaluations to 95 % of the best known (then the best speedup of ${budget} evaluations), geometric means of ${seeds.length} seeds.`,
    "",
    `| task | family | best known | ${arms.join(" | ")} | ${arms.join(" | ")} |`,
    `|---|---|---|${arms.map(() => "---|---|").join("")}`,
    ...rows.map(
      ({ task, best, needed, reached }) =>
        `| ${task.name} | ${values.suite === undefined ? familyOf(task.name) : "unseen"} | ${best.toFixed(2)}× | ${cells(needed, 1)} | ${cells(reached, 2)} |`,
    ),
    "",
    "| tasks | compared | evaluations needed | best speedup |",
    "|---|---|---|---|",
    ...comparisons.map(
      ({ part, arm, other, tasks: count, evaluations, speedup }) =>
        `| ${part} (${count}) | ${arm} / ${other} | ${interval(evaluations)} | ${interval(speedup)} |`,
    ),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** The geometric mean over tasks of one arm's figure over the other's, paired by seed. */
function compare(rows: readonly Row[], figure: (row: Row) => Row["needed"], arm: string, other: string) {
  return bootstrapRatio(
    rows.map((row) => {
      const [own, others] = [figure(row)[arm] ?? [], figure(row)[other] ?? []];
      return geometricMean(own.map((value, index) => value / (others[index] ?? 1)));
    }),
    4000,
  );
}
