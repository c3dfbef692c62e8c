/**
 * Is the candidate right? Every checked size, then the timed one, on fresh values in fresh processes, before anything is timed. Where the
 * rounds of timing call it once at a time they do so between the same guard pages: then the first pair of each, which warms up, is that check.
 */
import { planBytes } from "./encode-plan.ts";
import { checkGrowBytes, referenceLimitMs, type ReferenceFacts } from "./reference-facts.ts";
import type { Subject } from "./subject.ts";
import type { Supervisor } from "./supervisor.ts";
import { dropPlans, endArms, loadPlans, runPair, startArms, type Failure, type LoadedPlan } from "./trial.ts";

/** A candidate's call may take this many times as long as the reference's, and a second on top. */
export const candidateFactor = 10;
export const candidateGraceMs = 1000;
/** Arguments up to this size are cheap enough to be tried with a second seed, and with its values but for one element. */
const smallBytes = 2 ** 20;

/** The first failure, if any, and the calls of the candidate that it took. */
export async function checkCandidate(
  supervisor: Supervisor,
  subject: Subject,
  library: string,
  facts: ReferenceFacts,
): Promise<{ readonly failure?: Failure; readonly calls: number }> {
  const loaded: LoadedPlan[] = [];
  let calls = 0;
  try {
    const sizes = facts.instances > 1 ? [...subject.checked, subject.timed] : subject.checked;
    const growBytes = Math.max(checkGrowBytes, 2 * facts.grownBytes);
    loaded.push(...(await loadPlans(supervisor, sizes, { growBytes })));
    const failure = await startArms(supervisor, subject, library, loaded);
    if (failure) return { failure, calls };
    const limits = { referenceMs: referenceLimitMs, candidateMs: candidateGraceMs, candidateFactor };
    for (const plan of loaded) {
      const repetitions = planBytes(plan.plan) <= smallBytes ? 3 : 1;
      let nearly: string | undefined;
      for (let repetition = 0; repetition < repetitions; repetition++) {
        const pair = await runPair(supervisor, subject, plan, limits, nearly === undefined ? {} : { nearly });
        calls++;
        if (pair.failure) return { failure: pair.failure, calls };
        // What remembers an answer may have recognised only part of what it was for.
        if (repetition === 1) nearly = pair.seed;
      }
    }
    return { calls };
  } finally {
    if (supervisor.alive) {
      await endArms(supervisor);
      await dropPlans(supervisor, loaded);
    }
  }
}
