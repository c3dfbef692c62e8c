/**
 * One candidate, one Outcome: for callers who do not want to keep an evaluator.
 */
import type { EvaluateOptions } from "../evaluate/evaluator.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import { createEvaluator } from "../evaluate/sandboxed-evaluator.ts";
import type { Task } from "../task/task.ts";

/**
 * Judges one candidate, a whole source file, in an evaluator of its own that is closed again. Throws as `Evaluator.evaluate`
 * does. For many candidates keep one evaluator from `createEvaluator`.
 */
export async function evaluate(task: Task, source: string, options?: EvaluateOptions): Promise<Outcome> {
  const evaluator = await createEvaluator();
  try {
    return await evaluator.evaluate(task, source, options);
  } finally {
    await evaluator.close();
  }
}
