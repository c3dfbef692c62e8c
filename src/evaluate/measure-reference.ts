/**
 * How long one call of a task's reference takes at given sizes: for finding sizes that are worth timing.
 */
import { TaskError } from "../errors.ts";
import { planCall } from "../task/plan.ts";
import type { Sizes, FunctionTask } from "../task/task.ts";
import { checkGrowBytes } from "./reference-facts.ts";
import type { Workbench } from "./sandboxed-evaluator.ts";
import { dropPlans, endArms, loadPlan, runReference, startArms, type LoadedPlan } from "./trial.ts";

export type ReferenceTime =
  /** The quicker of two calls. */
  { readonly ms: number } | { readonly failure: string };

export interface MeasureReferenceOptions {
  readonly signal?: AbortSignal | undefined;
  /** A call that takes longer is a failure. Default 5 s. */
  readonly limitMs?: number | undefined;
}

/** What goes wrong in the task is a failure here, since sizes are being tried out; a missing tool still throws. */
export async function measureReference(
  evaluator: Workbench,
  task: FunctionTask,
  sizes: Sizes,
  { signal, limitMs = 5000 }: MeasureReferenceOptions = {},
): Promise<ReferenceTime> {
  // A reference that does not compile does so at no size.
  const subject = await evaluator.subject(task, signal);
  try {
    const plan = planCall(task, sizes);
    return await evaluator.exclusively(signal, async (supervisor) => {
      const loaded: LoadedPlan[] = [];
      try {
        const current = await loadPlan(supervisor, { plan, sizes }, { growBytes: checkGrowBytes });
        loaded.push(current);
        await startArms(supervisor, subject, undefined, loaded);
        let ms = Infinity;
        for (let repetition = 0; repetition < 2; repetition++) {
          const { timing } = await runReference(supervisor, subject, current, limitMs);
          ms = Math.min(ms, (task.threads > 1 ? timing.wallNs : timing.cpuNs) / 1e6);
        }
        return { ms };
      } finally {
        if (supervisor.alive) {
          await endArms(supervisor);
          await dropPlans(supervisor, loaded);
        }
      }
    });
  } catch (error) {
    if (error instanceof TaskError) return { failure: error.message.replace(`${error.file}: `, "") };
    throw error;
  }
}
