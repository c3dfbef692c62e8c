/**
 * An evaluator that judges the same text of the same task once. Arms of a comparison then meet the same verdict for the same
 * candidate, so that they differ in what they choose to try and in nothing else.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { EvaluateOptions, Evaluator, Outcome } from "lessonbank";

type Effort = NonNullable<EvaluateOptions["effort"]>;

export interface CachingEvaluator extends Evaluator {
  /** Every verdict of this effort that is known for a task, by the task's hash. */
  outcomes(taskHash: string, effort: Effort): Outcome[];
  readonly hits: number;
  readonly misses: number;
  /** That judges what is not known. */
  readonly inner: Evaluator;
}

/** With a `file`, verdicts outlive the process, so that a long comparison can be taken up again. */
export function cachingEvaluator(inner: Evaluator, file?: string): CachingEvaluator {
  const known = new Map<string, Map<string, Outcome>>();
  const remember = (task: string, key: string, outcome: Outcome) => {
    if (!known.has(task)) known.set(task, new Map());
    known.get(task)!.set(key, outcome);
  };
  if (file !== undefined && existsSync(file)) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      if (!line.endsWith("}")) continue;
      const { task, key, outcome } = JSON.parse(line) as { task: string; key: string; outcome: Outcome };
      remember(task, key, outcome);
    }
  }
  let hits = 0;
  let misses = 0;
  return {
    outcomes: (taskHash, effort) =>
      [...(known.get(taskHash) ?? [])]
        .filter(([key]) => key.startsWith(`${effort}:`))
        .map(([, outcome]) => outcome),
    get hits() {
      return hits;
    },
    get misses() {
      return misses;
    },
    async evaluate(task, source, options) {
      const key = `${options?.effort ?? "normal"}:${createHash("sha256").update(source).digest("hex")}`;
      const cached = known.get(task.hash)?.get(key);
      if (cached) {
        hits++;
        return cached;
      }
      const outcome = await inner.evaluate(task, source, options);
      misses++;
      remember(task.hash, key, outcome);
      if (file !== undefined) appendFileSync(file, `${JSON.stringify({ task: task.hash, key, outcome })}\n`);
      return outcome;
    },
    inner,
    close: () => inner.close(),
  };
}
