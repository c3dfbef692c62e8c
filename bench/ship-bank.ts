/**
 * Makes the lessons that ship with the package: a run without lessons on each shipped task and seed, recorded in `lessons/earned`, and from the records alone
 * `lessons/bank.jsonl.gz`, as `lessonbank lessons export` would write it. Every lesson of every run is taken, whatever came of it: what is left out
 * because of its result would bend what is learned from the others. Only what may not be shown (`src/worth/screen.ts`) stays away.
 *
 *   npm run bench:ship-bank -- [--earn] [--seeds 1,2] [--evaluations 16] [--tasks a,b] [--into lessons]
 *
 * Without --earn the records that are there are packed again.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import {
  createEvaluator,
  createMemoryBank,
  createStructuralEmbedder,
  optimize,
  readJournal,
  type Bank,
  type Lesson,
} from "lessonbank";
import { shippedTasks } from "./real-candidates.ts";

const { values } = parseArgs({
  options: {
    earn: { type: "boolean", default: false },
    seeds: { type: "string", default: "1,2" },
    evaluations: { type: "string", default: "16" },
    tasks: { type: "string" },
    into: { type: "string", default: fileURLToPath(new URL("../../lessons", import.meta.url)) },
  },
});
const records = join(values.into, "earned");
const embedder = createStructuralEmbedder();
mkdirSync(records, { recursive: true });
if (values.earn) await earn();
await pack();

async function earn(): Promise<void> {
  const evaluator = await createEvaluator();
  try {
    for (const seed of values.seeds.split(",").map(Number)) {
      for (const task of await shippedTasks(values.tasks)) {
        const file = join(records, `${task.name}.${seed}.jsonl`);
        if (existsSync(`${file}.gz`)) continue;
        rmSync(file, { force: true });
        const bank = createMemoryBank({ embedder });
        await optimize({
          task,
          bank,
          evaluator,
          seed,
          evaluations: Number(values.evaluations),
          journal: file,
        }).result;
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
        rmSync(file);
        process.stderr.write(`${task.name}, seed ${seed}\n`);
      }
    }
  } finally {
    await evaluator.close();
  }
}

async function pack(): Promise<void> {
  const { exportLessons, screenLesson } = await internals();
  const bank = createMemoryBank({ embedder });
  let left = 0;
  for (const name of readdirSync(records).toSorted()) {
    if (!name.endsWith(".jsonl.gz")) continue;
    const { started, lines } = readJournal(join(records, name));
    const lessons = lines.flatMap((line) => (line.type === "lesson-banked" ? [line.lesson] : []));
    const fit = lessons.filter((lesson) => screenLesson(lesson) === undefined);
    left += lessons.length - fit.length;
    await bank.add(fit.map((lesson) => ({ lesson, code: started.task.source.text })));
  }
  const lines: string[] = [];
  for await (const line of exportLessons(bank)) lines.push(line);
  const packed = gzipSync(`${lines.join("\n")}\n`, { level: 9 });
  writeFileSync(join(values.into, "bank.jsonl.gz"), packed);
  const { lessons, tasks, runs } = await bank.statistics();
  process.stderr.write(
    `${lessons} lessons of ${runs} runs on ${tasks} tasks, ${(packed.length / 1024).toFixed(0)} KB packed; ${left} may not be shown\n`,
  );
}

interface Internals {
  readonly exportLessons: (bank: Bank) => AsyncIterable<string>;
  readonly screenLesson: (lesson: Lesson) => string | undefined;
}

/** They are no part of the public API. */
async function internals(): Promise<Internals> {
  const built = (file: string): Promise<unknown> =>
    import(new URL(`../../dist/${file}`, import.meta.url).href);
  const [exchange, screen] = await Promise.all([built("lesson/exchange.js"), built("worth/screen.js")]);
  return { ...(exchange as Internals), ...(screen as Internals) };
}
