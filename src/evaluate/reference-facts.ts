/**
 * What is found out about a task's reference before the first candidate is judged: that it gives the same answers in two processes,
 * how long one call takes and how much its outputs grow.
 */
import { TaskError } from "../errors.ts";
import { planBytes, type PlanShape } from "./encode-plan.ts";
import type { Subject } from "./subject.ts";
import type { Supervisor, Timing } from "./supervisor.ts";
import { instancesFor } from "./timing-plan.ts";
import { dropPlans, endArms, loadPlan, runPair, runReference, startArms, type LoadedPlan } from "./trial.ts";

export interface ReferenceFacts {
  /** CPU time of one call at the timed sizes (wall time where the task has threads). */
  readonly callMs: number;
  /** The most that one string or vector came to, encoded. */
  readonly grownBytes: number;
  /** Sets of arguments that one timed command goes through. */
  readonly instances: number;
}

/** Room for each container that may grow, in checks. */
export const checkGrowBytes = 256 * 2 ** 20;
/** No call of a reference may take longer. */
export const referenceLimitMs = 10_000;

/** Sets of values, each of its own, that tell what a call takes: on some a function may be done at once. */
const repetitions = 3;
/** Should it have been done at once on all of them, then not more of them lie side by side than can be waited for. */
const mostAtFirst = 200;

export const steadinessRemedy =
  "A reference must depend on its arguments alone: no clock, no random numbers, no uninitialised memory, nothing kept from call to call.";

/** How the plan for timing is laid out: many small instances lie side by side, a single one between guard pages. */
export function batchShape({
  instances,
  grownBytes,
}: Pick<ReferenceFacts, "instances" | "grownBytes">): Omit<PlanShape, "name"> {
  if (instances > 1) return { instances, dense: true, growBytes: 3 * grownBytes + 4096 };
  return { growBytes: Math.max(64 * 2 ** 20, 3 * grownBytes) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Throws a TaskError where the reference crashes, never ends, or differs from itself. */
export async function measureSubject(supervisor: Supervisor, subject: Subject): Promise<ReferenceFacts> {
  const { task, timed } = subject;
  const loaded: LoadedPlan[] = [];
  try {
    const plan = await loadPlan(supervisor, timed, { growBytes: checkGrowBytes });
    loaded.push(plan);
    await startArms(supervisor, subject, subject.referenceLibrary, loaded);
    const limits = { referenceMs: referenceLimitMs, candidateMs: referenceLimitMs };
    const calls: number[] = [];
    const lastedMs = ({ cpuNs, wallNs }: Timing): number => (task.threads > 1 ? wallNs : cpuNs) / 1e6;
    let grownBytes = 0;
    // One call ahead of the other process: what is kept from call to call shows as a difference.
    await runReference(supervisor, subject, plan, referenceLimitMs);
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const pair = await runPair(supervisor, subject, plan, limits);
      if (pair.failure)
        throw new TaskError(
          subject.file,
          `the reference does not give the same answer twice: ${pair.failure.reason}`,
          { remedy: steadinessRemedy },
        );
      calls.push(Math.min(lastedMs(pair.reference), lastedMs(pair.candidate)));
      grownBytes = Math.max(grownBytes, pair.grownBytes);
    }
    const bytes = planBytes(timed.plan) + 3 * grownBytes;
    const instances = instancesFor(mean(calls), bytes);
    if (instances === 1) return { callMs: mean(calls), grownBytes, instances };
    // A single short call is mostly the way there and back: many together tell what one takes, and a few of them how many there may be.
    const inBatchesOf = async (together: number): Promise<number> => {
      await endArms(supervisor);
      const batch = await loadPlan(supervisor, timed, batchShape({ instances: together, grownBytes }));
      loaded.push(batch);
      await startArms(supervisor, subject, undefined, [batch]);
      const batches: number[] = [];
      for (let repetition = 0; repetition < repetitions; repetition++) {
        const { timing } = await runReference(supervisor, subject, batch, referenceLimitMs);
        batches.push(lastedMs(timing) / together);
      }
      return mean(batches);
    };
    for (let together = Math.min(instances, mostAtFirst); ;) {
      const callMs = await inBatchesOf(together);
      const fitting = instancesFor(callMs, bytes);
      if (fitting < 4 * together) return { callMs, grownBytes, instances: fitting };
      together = fitting;
    }
  } finally {
    if (supervisor.alive) {
      await endArms(supervisor);
      await dropPlans(supervisor, loaded);
    }
  }
}
