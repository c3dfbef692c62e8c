/**
 * A process of `bench:cost`: with an empty cache folder, judges a candidate of one task with one evaluator and further ones with another,
 * and writes a JSON document for each to standard output. Where the first is not measured it ends, for the folder is no longer cold.
 *
 *   node cost-of-task.js TASK SKIPPED CANDIDATES EFFORT SEED
 */
import { createEvaluator, type EvaluateOptions, type Evaluator } from "lessonbank";
import { useFreshCache } from "./fresh-cache.ts";
import { isMeasured, type Judged, type State } from "./judged.ts";
import { proposalsFor, shippedTasks, type RealCandidate } from "./real-candidates.ts";
import { evaluateWatched } from "./watched.ts";

const [name, skipped, candidates, effort, seed] = process.argv.slice(2);
const options = { effort, verdicts: "fresh" } as Pick<EvaluateOptions, "effort" | "verdicts">;
const [task] = await shippedTasks(name);
if (!task) throw new RangeError("no task was named");
const proposals = await proposalsFor(task, { most: 4 * Number(candidates), seed: Number(seed) });
const rest = proposals.filter((each) => !each.repeated).slice(Number(skipped));

let referencePending = true;

useFreshCache();
const first = rest.shift();
if (first) {
  const cold = await withEvaluator((evaluator) => judge(evaluator, first, "cold"));
  if (isMeasured(cold)) await withEvaluator(judgeFurther);
}

async function judgeFurther(evaluator: Evaluator): Promise<void> {
  for (let measured = 0; measured < Number(candidates);) {
    const next = rest.shift();
    if (!next) return;
    if (isMeasured(await judge(evaluator, next, "further"))) measured++;
  }
}

async function judge(evaluator: Evaluator, candidate: RealCandidate, state: State): Promise<Judged> {
  const { source, summary, task: whose } = candidate;
  const watched = await evaluateWatched(evaluator, whose, source, options);
  const judged: Judged = {
    task: whose.name,
    language: whose.language,
    // Only the first that an evaluator runs measures the reference, whatever comes of the candidate.
    state: state === "further" && referencePending ? "first" : state,
    summary,
    ...watched,
  };
  if (state === "further" && watched.seconds.check > 0) referencePending = false;
  process.stdout.write(`${JSON.stringify(judged)}\n`);
  return judged;
}

async function withEvaluator<Result>(work: (evaluator: Evaluator) => Promise<Result>): Promise<Result> {
  const evaluator = await createEvaluator();
  try {
    return await work(evaluator);
  } finally {
    await evaluator.close();
  }
}
