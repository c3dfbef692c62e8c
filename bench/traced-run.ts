/**
 * A run without a model whose evaluations are counted in the order in which they were proposed: candidates of one round are judged side by side, and
 * which comes back first is chance.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { lessonl, optimize, type Bank, type Lesson, type Speedup, type Task } from "lessonbank";
import type { CachingEvaluator } from "./caching-evaluator.ts";

export interface Trace {
  readonly task: string;
  readonly seed: number;
  readonly arm: string;
  /** What each evaluation measured, in order; undefined where it measured nothing. */
  readonly attempts: readonly (Speedup | undefined)[];
  readonly lessons: readonly Lesson[];
}

export interface TraceOptions {
  readonly task: Task;
  readonly seed: number;
  readonly arm: string;
  readonly bank: Bank;
  readonly evaluator: CachingEvaluator;
  readonly evaluations: number;
  readonly policy?: string;
  /** Lessons of other tasks that a proposal is shown. Default 4. */
  readonly otherLessons?: number;
}

/** Nothing is withheld at random: arms differ in what they choose. */
export async function traceRun(options: TraceOptions): Promise<Trace> {
  const { task, seed, arm, bank, evaluator, evaluations, policy, otherLessons = 4 } = options;
  const run = optimize({
    task,
    bank,
    evaluator,
    seed,
    ...(policy !== undefined && { policy }),
    strategy: lessonl({ otherLessons, draw: { none: 0, withhold: 0 } }),
    evaluations,
    rounds: evaluations,
    patience: evaluations,
  });
  const order: string[] = [];
  for await (const event of run) {
    if (event.type === "candidate-proposed") order.push(event.candidate.id);
  }
  const result = await run.result;
  const attempts = result.attempts
    .toSorted((a, b) => order.indexOf(a.candidate) - order.indexOf(b.candidate))
    .map(({ outcome }) => (outcome.status === "measured" ? outcome.speedup : undefined));
  const best = Math.max(1, ...attempts.map((each) => each?.ratio ?? 0));
  process.stderr.write(
    `${arm.padEnd(9)} seed ${seed} ${task.name.padEnd(22)} ${attempts.length} evaluations, best ${best.toFixed(2)}× (${evaluator.misses} judged, ${evaluator.hits} known)\n`,
  );
  return { task: task.name, seed, arm, attempts, lessons: result.lessons };
}

/** Runs that are kept in a file are taken from there; others are made and added. Without a file, all are made. */
export function keptTraces(file: string | undefined): (options: TraceOptions) => Promise<Trace> {
  const keyOf = ({ task, seed, arm, evaluations, otherLessons }: KeptKey): string =>
    JSON.stringify([task, seed, arm, evaluations, otherLessons ?? null]);
  const known = new Map<string, Trace>();
  if (file !== undefined && existsSync(file)) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      if (!line.endsWith("}")) continue;
      const { key, trace } = JSON.parse(line) as { key: string; trace: Trace };
      // JSON knows no undefined.
      known.set(key, { ...trace, attempts: trace.attempts.map((each) => each ?? undefined) });
    }
  }
  return async (options) => {
    const key = keyOf({ ...options, task: options.task.name });
    const found = known.get(key);
    if (found) return found;
    const trace = await traceRun(options);
    if (file !== undefined) {
      // Only lessons that a bank is made of are needed again.
      const kept = options.arm === "earning" ? trace : { ...trace, lessons: [] };
      appendFileSync(file, `${JSON.stringify({ key, trace: kept })}\n`);
    }
    return trace;
  };
}

interface KeptKey {
  readonly task: string;
  readonly seed: number;
  readonly arm: string;
  readonly evaluations: number;
  readonly otherLessons?: number;
}

/** How many evaluations it took to come to `target`, where a candidate's interval reaches it; one more than `budget` where none does. */
export function evaluationsNeeded({ attempts }: Trace, target: number, budget: number): number {
  const index = attempts.findIndex((each) => each !== undefined && each.high >= target);
  return index === -1 || index >= budget ? budget + 1 : index + 1;
}

/** The highest speedup that a confirming measurement found in any run of the task; 1 where none did. */
export function bestKnown(evaluator: CachingEvaluator, task: Task): number {
  const confirmed = evaluator.outcomes(task.hash, "confirm");
  return Math.max(1, ...confirmed.map((each) => (each.status === "measured" ? each.speedup.ratio : 0)));
}
