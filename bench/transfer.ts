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
  optimize,
  type Bank,
  type Lesson,
  type LessonHit,
  type Speedup,
  type Task,
} from "lessonbank";
import { cachingEvaluator, type CachingEvaluator } from "./caching-evaluator.ts";
import { bootstrapRatio, geometricMean, shuffle } from "./sampling.ts";

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

interface Trace {
  readonly task: string;
  readonly seed: number;
  readonly arm: Arm;
  /** What each evaluation measured, in order; undefined where it measured nothing. */
  readonly attempts: readonly (Speedup | undefined)[];
  readonly lessons: readonly Lesson[];
}

const embedder = createStructuralEmbedder();
const tasksFolder = fileURLToPath(new URL("../../tasks", import.meta.url));
const wanted = values.tasks?.split(",");
const tasks = (await listTasks(tasksFolder)).filter((task) => !wanted || wanted.includes(task.name));
const evaluator = cachingEvaluator(await createEvaluator(), values.cache);
const traces: Trace[] = [];
try {
  for (const seed of seeds) {
    for (const task of tasks)
      traces.push(await trace(task, seed, "empty", createMemoryBank({ embedder }), evaluator));
  }
  for (const seed of seeds) {
    const learned = traces.filter((each) => each.seed === seed && each.arm === "empty");
    for (const task of tasks) {
      const others = learned.filter((each) => each.task !== task.name).flatMap((each) => each.lessons);
      traces.push(await trace(task, seed, "learned", await bankOf(others), evaluator));
      traces.push(await trace(task, seed, "drawn", drawingBank(await bankOf(others), seed), evaluator));
      traces.push(await trace(task, seed, "shuffled", await bankOf(dealAnew(others, seed)), evaluator));
    }
  }
} finally {
  await evaluator.close();
}
report();

async function trace(
  task: Task,
  seed: number,
  arm: Arm,
  bank: Bank,
  judge: CachingEvaluator,
): Promise<Trace> {
  const run = optimize({
    task,
    bank,
    evaluator: judge,
    seed,
    evaluations: budget,
    rounds: budget,
    patience: budget,
  });
  // Candidates of one round are judged side by side; which comes back first is chance, so they count in the order proposed.
  const order: string[] = [];
  for await (const event of run) {
    if (event.type === "candidate-proposed") order.push(event.candidate.id);
  }
  const result = await run.result;
  const attempts = result.attempts
    .toSorted((a, b) => order.indexOf(a.candidate) - order.indexOf(b.candidate))
    .map(({ outcome }) => (outcome.status === "measured" ? outcome.speedup : undefined));
  process.stderr.write(
    `${arm.padEnd(9)} seed ${seed} ${task.name.padEnd(22)} ${attempts.length} evaluations, best ${Math.max(1, ...attempts.map((each) => each?.ratio ?? 0)).toFixed(2)}× (${judge.misses} judged, ${judge.hits} known)\n`,
  );
  return { task: task.name, seed, arm, attempts, lessons: result.lessons };
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
    const best = Math.max(
      1,
      ...evaluator
        .outcomes(task.hash, "confirm")
        .map((outcome) => (outcome.status === "measured" ? outcome.speedup.ratio : 0)),
    );
    const needed = Object.fromEntries(
      arms.map((arm) => [arm, seeds.map((seed) => evaluationsNeeded(task.name, seed, arm, best * 0.95))]),
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

function evaluationsNeeded(task: string, seed: number, arm: Arm, target: number): number {
  const found = traces.find((each) => each.task === task && each.seed === seed && each.arm === arm);
  const index = found?.attempts.findIndex((each) => each !== undefined && each.high >= target) ?? -1;
  return index === -1 ? budget + 1 : index + 1;
}
