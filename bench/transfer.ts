/**
 * Does a bank that was learned on other tasks save evaluations? For every shipped task: how many evaluations a run needs until
 * it holds a candidate within 5 % of the best speedup known for the task (the highest that a confirming measurement found in any run;
 * a candidate is within 5 % where its own interval reaches there, so that noise does not make the best unreachable), under four banks that differ in nothing else:
 *
 *   empty     no lessons
 *   learned   the lessons that runs with an empty bank left on all *other* tasks, retrieved by likeness of code
 *   drawn     as many of the same lessons, drawn at random whatever the code
 *   shuffled  the lessons of `learned` with their effects dealt out anew at random: as many words, no knowledge
 *
 * Task and seed are paired over the arms, and one text is judged once for all arms. A run that never comes within 5 % counts as
 * its budget plus one. The interval is a 95 % bootstrap over tasks of the geometric mean ratio to the empty bank.
 *
 *   npm run bench:transfer -- [--seeds 3] [--evaluations 30] [--tasks a,b] [--cache FILE] [--json]
 */
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import {
  createEvaluator,
  createMemoryBank,
  createStructuralEmbedder,
  listTasks,
  type Bank,
  type Lesson,
  type LessonHit,
  type Task,
} from "lessonbank";
import { cachingEvaluator } from "./caching-evaluator.ts";
import { bootstrapRatio, geometricMean, shuffle } from "./sampling.ts";
import { bestKnown, evaluationsNeeded, traceRun, type Trace } from "./traced-run.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    evaluations: { type: "string", default: "30" },
    tasks: { type: "string" },
    cache: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
const budget = Number(values.evaluations);
const arms = ["empty", "learned", "drawn", "shuffled"] as const;
type Arm = (typeof arms)[number];

const embedder = createStructuralEmbedder();
const tasksFolder = fileURLToPath(new URL("../../tasks", import.meta.url));
const wanted = values.tasks?.split(",");
const tasks = (await listTasks(tasksFolder)).filter((task) => !wanted || wanted.includes(task.name));
const evaluator = cachingEvaluator(await createEvaluator(), values.cache);
const traces: Trace[] = [];
try {
  for (const seed of seeds) {
    for (const task of tasks) traces.push(await traced(task, seed, "empty", createMemoryBank({ embedder })));
  }
  for (const seed of seeds) {
    const learned = traces.filter((each) => each.seed === seed && each.arm === "empty");
    for (const task of tasks) {
      const others = learned.filter((each) => each.task !== task.name).flatMap((each) => each.lessons);
      traces.push(await traced(task, seed, "learned", await bankOf(others)));
      traces.push(await traced(task, seed, "drawn", drawingBank(await bankOf(others), seed)));
      traces.push(await traced(task, seed, "shuffled", await bankOf(dealAnew(others, seed))));
    }
  }
} finally {
  await evaluator.close();
}
report();

function traced(task: Task, seed: number, arm: Arm, bank: Bank): Promise<Trace> {
  return traceRun({ task, seed, arm, bank, evaluator, evaluations: budget, policy: "curated" });
}

async function bankOf(lessons: readonly Lesson[]): Promise<Bank> {
  const bank = createMemoryBank({ embedder });
  const sources = new Map(tasks.map((task) => [task.name, task.source.text]));
  await bank.add(lessons.map((lesson) => ({ lesson, code: sources.get(lesson.evidence.task) ?? "" })));
  return bank;
}

/** A bank whose search for experience pays no heed to the query. */
function drawingBank(bank: Bank, seed: number): Bank {
  return {
    ...bank,
    async search(query): Promise<LessonHit[]> {
      if (!query.code) return bank.search(query);
      const all = await bank.search({ ...query, limit: Number.MAX_SAFE_INTEGER });
      const similarity = geometricMean(all.map((hit) => Math.max(hit.similarity, 1e-3)));
      return shuffle(all, seed)
        .slice(0, query.limit)
        .map(({ lesson }) => ({ lesson, similarity }));
    },
  };
}

/** The same transformations and the same effects, but whose effect is whose is left to chance. */
function dealAnew(lessons: readonly Lesson[], seed: number): Lesson[] {
  const donors = shuffle(lessons, seed);
  return lessons.map((lesson, index) => {
    const { evidence, speed } = donors[index]!;
    const { speedup: _own, basis: _basis, ...kept } = lesson.evidence;
    return {
      ...lesson,
      speed,
      evidence: {
        ...kept,
        status: evidence.status,
        ...(evidence.speedup && { speedup: evidence.speedup }),
        ...(evidence.basis && {
          basis: {
            ...evidence.basis,
            transformations: Math.min(
              evidence.basis.transformations,
              Math.max(0, lesson.transformations.length - 1),
            ),
          },
        }),
      },
    };
  });
}

function report(): void {
  const rows = tasks.map((task) => {
    const best = bestKnown(evaluator, task);
    const needed = Object.fromEntries(
      arms.map((arm) => [
        arm,
        seeds.map((seed) => evaluationsNeeded(traceOf(task.name, seed, arm), best * 0.95, budget)),
      ]),
    ) as Record<Arm, number[]>;
    return { task: task.name, best, needed };
  });
  // Where nothing is faster, every arm needs nothing: such a task says nothing about banks.
  const telling = rows.filter((row) => row.best > 1.05);
  const summary = arms.slice(1).map((arm) => ({
    arm,
    ...bootstrapRatio(
      telling.map((row) => geometricMean(row.needed[arm]) / geometricMean(row.needed.empty)),
      2000,
    ),
  }));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ seeds: seeds.length, budget, rows, summary }, null, 2)}\n`);
    return;
  }
  const lines = [
    `| task | best known | ${arms.join(" | ")} |`,
    `|---|---|${arms.map(() => "---").join("|")}|`,
    ...rows.map(
      (row) =>
        `| ${row.task} | ${row.best.toFixed(2)}× | ${arms.map((arm) => geometricMean(row.needed[arm]).toFixed(1)).join(" | ")} |`,
    ),
    "",
    ...summary.map(
      ({ arm, ratio, low, high }) =>
        `${arm}: ${ratio.toFixed(2)} of the evaluations of an empty bank, 95 % interval [${low.toFixed(2)}, ${high.toFixed(2)}], ${telling.length} tasks, ${seeds.length} seeds, budget ${budget}`,
    ),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function traceOf(task: string, seed: number, arm: Arm): Trace {
  return traces.find((each) => each.task === task && each.seed === seed && each.arm === arm)!;
}
