/**
 * Does a search of the bank return the lessons that truly help? For every shipped task the bank holds the lessons of all tasks of other
 * families, one for each rewrite that was tried there alone, with what came of it. A search with the held-out task returns four of them, and
 * the gain of each is what its rewrite, alone and at its best place, truly does to the held-out task: max(0, log-speedup), measured. See
 * `effects.ts` for the measurement, which takes some minutes and is kept, `retrieval-score.ts` for the scores.
 *
 * Ways of asking: by code (the reference's vector against those of the references that the lessons were earned on), by text (the task's
 * description and features against the lessons' words), and by both (the mean, as the bank does it).
 *
 *   npm run bench:retrieval -- [--truth FILE] [--cache FILE] [--model transformers:FOLDER] [--tasks a,b] [--only-measure] [--json]
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  createEvaluator,
  createHybridEmbedder,
  createStructuralEmbedder,
  listTasks,
  openEmbedder,
  UsageError,
  type Embedder,
  type LessonDraft,
  type Outcome,
  type Task,
  type Transformation,
} from "lessonbank";
import { tellMistakes } from "./arguments.ts";
import { cachingEvaluator } from "./caching-evaluator.ts";
import { bestEffects, truthOf, type Effect, type TaskEffects } from "./effects.ts";
import { familyOf } from "./families.ts";
import {
  bootstrapMean,
  scoreRanking,
  scoreWords,
  type MeanInterval,
  type Scores,
} from "./retrieval-score.ts";
import { table } from "./table.ts";

tellMistakes();
const { values } = parseArgs({
  options: {
    truth: { type: "string", default: "effects.json" },
    cache: { type: "string" },
    model: { type: "string" },
    tasks: { type: "string" },
    "only-measure": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const k = 4;
/** A lesson helps from 5 % on: less is within the noise of a screening measurement. */
const helpful = Math.log(1.05);
const draws = 200;
const baseline = "structural, both";

interface BankedLesson {
  readonly task: Task;
  readonly transformation: string;
  readonly text: string;
  /** Whether its rewrite made the task faster on which it was tried. */
  readonly faster: boolean;
}

/** An arm: a score for each lesson, the higher the earlier it is returned. */
interface Arm {
  readonly name: string;
  readonly score: (task: Task, lessons: readonly BankedLesson[]) => readonly number[];
}

const tasksFolder = fileURLToPath(new URL("../../tasks", import.meta.url));
const wanted = values.tasks?.split(",");
const tasks = (await listTasks(tasksFolder)).filter((task) => !wanted || wanted.includes(task.name));
if (tasks.length === 0) throw new UsageError(`--tasks ${values.tasks ?? ""}: there is no such task`);
const truth = await truthOf(tasks, values.truth, async () =>
  cachingEvaluator(await createEvaluator(), values.cache),
);
if (!values["only-measure"]) await compareArms();

async function compareArms(): Promise<void> {
  const { rewriterLesson, sentencesOf, phrasesOf } = await internals();
  const lessons = truth.flatMap((each) => lessonsOf(each, rewriterLesson, sentencesOf));
  const queries = new Map(
    tasks.map((task) => [task.name, [task.description, ...phrasesOf(task)].join(". ")]),
  );
  const arms = await makeArms(lessons, queries);
  const gainsOf = new Map(truth.map((each) => [each.task, bestEffects(each)]));

  const report: unknown[] = [];
  for (const corpus of ["all lessons", "lessons that were faster where they were earned"] as const) {
    const scores = new Map<string, Map<string, Scores>>();
    for (const task of tasks) {
      const banked = lessons.filter(
        (lesson) =>
          familyOf(lesson.task.name) !== familyOf(task.name) && (corpus === "all lessons" || lesson.faster),
      );
      const gains = banked.map(({ transformation }) =>
        Math.max(0, gainsOf.get(task.name)?.get(transformation)?.logSpeedup ?? 0),
      );
      for (const [index, { name, score }] of arms.entries()) {
        const ranked = score(task, banked).map((value, place) => ({ gain: gains[place]!, score: value }));
        const scored = scoreRanking(ranked, { k, helpful, draws, seed: index + 1 });
        if (scored) scores.set(name, (scores.get(name) ?? new Map<string, Scores>()).set(task.name, scored));
      }
    }
    report.push(printCorpus(corpus, arms, scores));
  }
  if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
}

async function makeArms(
  lessons: readonly BankedLesson[],
  queries: ReadonlyMap<string, string>,
): Promise<Arm[]> {
  const queryOf = ({ name }: Task): string => queries.get(name) ?? "";
  const arms: Arm[] = [
    { name: "random", score: (_, banked) => banked.map(() => 0) },
    {
      name: "words, text",
      score: (task, banked) =>
        scoreWords(
          queryOf(task),
          banked.map(({ text }) => text),
        ),
    },
  ];
  for (const { name, embedder, ways } of await makeEmbedders()) {
    const code = await vectorsOf(
      tasks,
      ({ name: of }) => of,
      (list) => embedder.embedCode(list.map(({ source, language }) => ({ text: source.text, language }))),
    );
    const text = await vectorsOf(lessons, keyOf, (list) => embedder.embedText(list.map((each) => each.text)));
    const asked = await vectorsOf(
      tasks,
      ({ name: of }) => of,
      (list) => embedder.embedText(list.map(queryOf), "query"),
    );
    const byCode = (task: Task, lesson: BankedLesson): number =>
      cosine(code.get(task.name)!, code.get(lesson.task.name)!);
    const byText = (task: Task, lesson: BankedLesson): number =>
      cosine(asked.get(task.name)!, text.get(keyOf(lesson))!);
    const likeness = {
      code: byCode,
      text: byText,
      both: (task: Task, lesson: BankedLesson) => (byCode(task, lesson) + byText(task, lesson)) / 2,
    };
    for (const way of ways) {
      arms.push({
        name: `${name}, ${way}`,
        score: (task, banked) => banked.map((lesson) => likeness[way](task, lesson)),
      });
    }
  }
  return arms;
}

type Way = "code" | "text" | "both";

async function makeEmbedders(): Promise<{ name: string; embedder: Embedder; ways: readonly Way[] }[]> {
  const structural = createStructuralEmbedder();
  const every: readonly Way[] = ["code", "text", "both"];
  const embedders = [{ name: "structural", embedder: structural as Embedder, ways: every }];
  if (values.model === undefined) {
    process.stderr.write("no sentence model: --model transformers:FOLDER compares one too\n");
    return embedders;
  }
  const wordings = ["features", "features-and-names", "code"] as const;
  const models = [];
  for (const wording of wordings) {
    models.push({ wording, model: await openEmbedder(`${values.model}?wording=${wording}`) });
  }
  for (const { wording, model } of models) {
    const first = wording === wordings[0];
    const name = `model (${wording})`;
    embedders.push({ name, embedder: model, ways: first ? every : ["code", "both"] });
  }
  for (const { wording, model } of models.slice(0, 2)) {
    for (const weight of [0.25, 0.5, 0.75]) {
      const name = `hybrid (${wording}, ${weight})`;
      embedders.push({
        name,
        embedder: createHybridEmbedder({ first: structural, second: model, weight }),
        ways: every,
      });
    }
  }
  return embedders;
}

function lessonsOf(
  { task: name, effects, taskHash, family }: TaskEffects,
  rewriterLesson: Internals["rewriterLesson"],
  sentencesOf: Internals["sentencesOf"],
): BankedLesson[] {
  const task = tasks.find((each) => each.name === name)!;
  return [...bestEffects({ task: name, effects, taskHash, family }).values()].map((effect) => {
    const { transformation, parameters, place, preconditions } = effect;
    const transformations: Transformation[] = [{ name: transformation, parameters, place }];
    const draft = rewriterLesson({
      transformations,
      preconditions,
      sentences: sentencesOf(transformation),
      outcome: outcomeOf(effect),
    });
    return {
      task,
      transformation,
      // As the bank embeds it.
      text: [draft.text, ...draft.preconditions, transformation].join("\n"),
      faster: (effect.low ?? 0) > 0,
    };
  });
}

function outcomeOf(effect: Effect): Outcome {
  const { status, logSpeedup, low, high, confidence = 0.99, reason = "" } = effect;
  return (
    status === "measured"
      ? {
          status,
          speedup: {
            ratio: Math.exp(logSpeedup ?? 0),
            low: Math.exp(low ?? 0),
            high: Math.exp(high ?? 0),
            confidence,
          },
        }
      : { status, reason }
  ) as Outcome;
}

/** They are no part of the public API. */
interface Internals {
  readonly rewriterLesson: (input: {
    transformations: readonly Transformation[];
    preconditions: readonly string[];
    sentences: ReturnType<Internals["sentencesOf"]>;
    outcome: Outcome;
  }) => LessonDraft;
  readonly sentencesOf: (
    transformation: string,
  ) => { readonly faster: string; readonly slower: string; readonly wrong: string } | undefined;
  readonly phrasesOf: (task: Task) => readonly string[];
}

async function internals(): Promise<Internals> {
  const built = (file: string): Promise<unknown> =>
    import(new URL(`../../dist/${file}`, import.meta.url).href);
  const { rewriterLesson } = (await built("lesson/words.js")) as Pick<Internals, "rewriterLesson">;
  const { codeFeatures } = (await built("code/features.js")) as {
    codeFeatures: (source: string, language: string, name: string) => { phrases: readonly string[] };
  };
  const { loadGrammars } = (await built("code/parser.js")) as { loadGrammars: () => Promise<void> };
  const { rewrites } = await import("lessonbank");
  await loadGrammars();
  return {
    rewriterLesson,
    sentencesOf: (transformation) => rewrites.find(({ name }) => name === transformation)?.lessons,
    phrasesOf: (task) => codeFeatures(task.source.text, task.language, task.function).phrases,
  };
}

function keyOf({ task, transformation }: BankedLesson): string {
  return `${task.name} ${transformation}`;
}

async function vectorsOf<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  embed: (items: readonly Item[]) => Promise<Float32Array[]>,
): Promise<Map<string, Float32Array>> {
  const vectors = await embed(items);
  return new Map(items.map((item, index) => [nameOf(item), vectors[index]!]));
}

function cosine(left: Float32Array, right: Float32Array): number {
  return Math.max(
    0,
    left.reduce((sum, value, index) => sum + value * right[index]!, 0),
  );
}

/** Prints the table of one corpus, and returns it. */
function printCorpus(
  corpus: string,
  arms: readonly Arm[],
  scores: ReadonlyMap<string, ReadonlyMap<string, Scores>>,
): unknown {
  const scored = tasks.filter(({ name }) => scores.get("random")?.has(name));
  if (scored.length === 0) {
    process.stderr.write(
      `${corpus}: none helps on a task of another family, so there is nothing to compare\n`,
    );
    return { corpus, tasks: 0, rows: [], byTask: [] };
  }
  const column = (arm: string, pick: (each: Scores) => number): number[] =>
    scored.map(({ name }) => pick(scores.get(arm)!.get(name)!));
  const difference = (arm: string, from: string): MeanInterval => {
    const other = column(from, ({ ndcg }) => ndcg);
    return bootstrapMean(column(arm, ({ ndcg }) => ndcg).map((value, index) => value - other[index]!));
  };
  const rows = arms.map(({ name }) => ({
    arm: name,
    ndcg: bootstrapMean(column(name, ({ ndcg }) => ndcg)),
    recall: bootstrapMean(column(name, ({ recall }) => recall)),
    best: bootstrapMean(column(name, ({ best }) => best)),
    overRandom: difference(name, "random"),
    overBaseline: difference(name, baseline),
  }));
  if (!values.json) {
    const cell = ({ mean, low, high }: MeanInterval): string =>
      `${mean.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
    process.stdout.write(
      `\n${corpus}: ${scored.length} of ${tasks.length} tasks, where a lesson of another family helps\n\n${table(
        ["arm", `nDCG@${k}`, `recall@${k}`, `best@${k}`, "nDCG over random", `nDCG over ${baseline}`],
        rows.map(({ arm, ndcg, recall, best, overRandom, overBaseline }) => [
          arm,
          ...[ndcg, recall, best, overRandom, overBaseline].map(cell),
        ]),
      )}\n`,
    );
  }
  const byTask = scored.map(({ name }) => ({
    task: name,
    ...Object.fromEntries(arms.map((arm) => [arm.name, scores.get(arm.name)!.get(name)!])),
  }));
  return { corpus, tasks: scored.length, rows, byTask };
}
