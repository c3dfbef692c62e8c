/**
 * `optimize` on every shipped task with the default budget and an empty bank: speedup with interval, evaluations, seconds.
 *
 *   npm run bench:tasks -- [--tasks a,b] [--seed 1] [--json]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createEvaluator, createMemoryBank, createStructuralEmbedder, listTasks, optimize } from "lessonbank";

const { values } = parseArgs({
  options: {
    tasks: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const embedder = createStructuralEmbedder();
const tasksFolder = fileURLToPath(new URL("../../tasks", import.meta.url));
const wanted = values.tasks?.split(",");
const tasks = (await listTasks(tasksFolder)).filter((task) => !wanted || wanted.includes(task.name));
const evaluator = await createEvaluator();
const rows = [];
try {
  for (const task of tasks) {
    const { best, attempts, costs } = await optimize({
      task,
      evaluator,
      bank: createMemoryBank({ embedder }),
      seed: Number(values.seed),
    }).result;
    const outcomes: Record<string, number> = {};
    for (const { outcome } of attempts) outcomes[outcome.status] = (outcomes[outcome.status] ?? 0) + 1;
    const row = {
      task: task.name,
      language: task.language,
      speedup: best?.speedup,
      transformations: best?.transformations.map(({ name }) => name) ?? [],
      evaluations: costs.evaluations,
      seconds: costs.wallMs / 1000,
      outcomes,
    };
    rows.push(row);
    process.stderr.write(`${task.name}: ${format(best?.speedup)} in ${row.seconds.toFixed(1)} s\n`);
  }
} finally {
  await evaluator.close();
}

if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
else {
  process.stdout.write("| task | speedup [99 %] | evaluations | seconds | by |\n|---|---|---|---|---|\n");
  for (const row of rows) {
    process.stdout.write(
      `| ${row.task} | ${format(row.speedup)} | ${row.evaluations} | ${row.seconds.toFixed(1)} | ${row.transformations.join(", ")} |\n`,
    );
  }
  const clear = rows.filter((row) => (row.speedup?.low ?? 0) > 1.2).length;
  process.stdout.write(`\nLower end above 1.2 on ${clear} of ${rows.length}.\n`);
}

function format(speedup: { ratio: number; low: number; high: number } | undefined): string {
  return speedup
    ? `${speedup.ratio.toFixed(2)}× [${speedup.low.toFixed(2)}, ${speedup.high.toFixed(2)}]`
    : "nothing faster";
}
