/**
 * Many small attacks in one library: compiled once, then each is tried in fresh processes by one checked call, as a candidate would be.
 */
import { keep } from "../../src/evaluate/cache.ts";
import { dropPlans, endArms, loadPlan, runPair, startArms, type Failure } from "../../src/evaluate/trial.ts";
import { planCall } from "../../src/task/plan.ts";
import { expect } from "vitest";
import { repeatWhereNoisy } from "../noisy-machine.ts";
import { expectReadable, type Bench, type TaskName } from "./judge.ts";

export interface Attempt {
  /** Completes the title of the tests around it. */
  readonly title: string;
  /** C statements; they may call the helpers of `attacks/c11-attempts.c`. */
  readonly code: string;
  /** What the failure's reason must match; "harmless" where the call must go on to give the right answer. */
  readonly ends: RegExp | "harmless";
}

export interface Attempts {
  /** Throws unless the attempt ends as it must. */
  expectRepelled(attempt: Attempt): Promise<void>;
}

export interface AttemptOptions {
  readonly task?: TaskName;
  /** Asked when the library is compiled. */
  readonly planted?: () => Readonly<Record<string, string>>;
  /** Of one call. Default 1000. */
  readonly limitMs?: number;
}

/** As `it.each` takes them. */
export function titled(attempts: readonly Attempt[]): [string, Attempt][] {
  return attempts.map((attempt) => [attempt.title, attempt]);
}

/** The library is compiled when the first attempt is made. */
export function useAttempts(
  bench: Bench,
  attempts: readonly Attempt[],
  { task = "attempts", planted, limitMs = 1000 }: AttemptOptions = {},
): Attempts {
  let library: Promise<string> | undefined;
  const compileAll = async (): Promise<string> => {
    const cases = attempts.map(({ code }, index) => `case ${index + 1}: { ${code} } break;`);
    const compiled = await bench.compile("attacks/c11-attempts.c", {
      task,
      planted: { ATTEMPTS: cases.join("\n    "), ...planted?.() },
    });
    if (!compiled.ok) throw new Error(compiled.reason);
    const path = bench.evaluator.file(`attempts-${Math.random().toString(36).slice(2)}.so`);
    await keep(path, compiled.bytes);
    return path;
  };
  return {
    async expectRepelled(attempt) {
      library ??= compileAll();
      const call = { task, library: await library, which: attempts.indexOf(attempt) + 1, limitMs };
      const expectEnd = (failure: Failure | undefined): void => {
        if (attempt.ends === "harmless") expect(failure).toBeUndefined();
        else expect(failure).toMatchObject({ reason: expect.stringMatching(attempt.ends) });
      };
      await repeatWhereNoisy(() => tryOnce(bench, call), {
        always(failure) {
          // Its limit is short: on a busy machine it may not come further.
          if (failure?.status !== "timed-out") expectEnd(failure);
          expectReadable(failure?.reason ?? "");
        },
        once: expectEnd,
      });
    },
  };
}

interface Call {
  readonly library: string;
  readonly which: number;
}

/** How the call failed; undefined where it gave the right answer. */
async function tryOnce(
  bench: Bench,
  { task: taskName, library, which, limitMs }: Required<Pick<AttemptOptions, "task" | "limitMs">> & Call,
): Promise<Failure | undefined> {
  const { evaluator } = bench;
  const task = await bench.task(taskName);
  const subject = await evaluator.subject(task);
  const sizes = { which, n: 4096 };
  return evaluator.exclusively(undefined, async (supervisor) => {
    const plan = await loadPlan(supervisor, { plan: planCall(task, sizes), sizes }, { growBytes: 4096 });
    try {
      const refused = await startArms(supervisor, subject, library, [plan]);
      if (refused) return refused;
      const pair = await runPair(supervisor, subject, plan, { referenceMs: 5000, candidateMs: limitMs });
      return pair.failure;
    } finally {
      await endArms(supervisor);
      await dropPlans(supervisor, [plan]);
    }
  });
}
