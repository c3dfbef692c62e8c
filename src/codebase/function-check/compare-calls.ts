/**
 * Calls a function beside the reference on recorded inputs, in the jails of ordinary tasks: guard pages, then sanitizers.
 */
import { rm } from "node:fs/promises";
import { TaskError } from "../../errors.ts";
import { keep } from "../../evaluate/cache.ts";
import { compileLibrary } from "../../evaluate/compile.ts";
import { referenceLimitMs } from "../../evaluate/reference-facts.ts";
import type { Workbench } from "../../evaluate/sandboxed-evaluator.ts";
import { buildSanitized, runSanitized } from "../../evaluate/sanitize.ts";
import type { SizedPlan, Subject } from "../../evaluate/subject.ts";
import {
  dropPlans,
  endArms,
  loadPlan,
  runPair,
  startArms,
  type Failure,
  type LoadedPlan,
} from "../../evaluate/trial.ts";

/** Room for strings and vectors that grow. */
const growBytes = 16 * 2 ** 20;
const limits = { referenceMs: referenceLimitMs, candidateMs: 1000, candidateFactor: 50 };

/** Those calls that the reference itself survives and answers alike in two processes. */
export async function steadyCalls(
  workbench: Workbench,
  subject: Subject,
  signal: AbortSignal,
): Promise<SizedPlan[]> {
  const steady: SizedPlan[] = [];
  let left = [...subject.checked];
  while (left.length > 0) {
    const { passed, fault } = await comparedUntil(workbench, subject, subject.referenceLibrary, left, signal);
    steady.push(...left.slice(0, passed));
    left = left.slice(passed + (fault ? 1 : 0));
  }
  return steady;
}

/** The first failure of a library, by the subject's calls. */
export async function firstFailure(
  workbench: Workbench,
  subject: Subject,
  library: string,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const { fault } = await comparedUntil(workbench, subject, library, subject.checked, signal);
  if (fault instanceof TaskError) throw fault;
  return fault;
}

async function comparedUntil(
  workbench: Workbench,
  subject: Subject,
  library: string,
  plans: readonly SizedPlan[],
  signal: AbortSignal,
): Promise<{ readonly passed: number; readonly fault?: Failure | TaskError }> {
  return workbench.exclusively(signal, async (supervisor) => {
    const loaded: LoadedPlan[] = [];
    let passed = 0;
    try {
      for (const sized of plans) loaded.push(await loadPlan(supervisor, sized, { growBytes }));
      const failure = await startArms(supervisor, subject, library, loaded);
      if (failure) return { passed, fault: failure };
      for (const plan of loaded) {
        const pair = await runPair(supervisor, subject, plan, limits);
        if (pair.failure) return { passed, fault: pair.failure };
        passed += 1;
      }
      return { passed };
    } catch (error) {
      if (!(error instanceof TaskError)) throw error;
      return { passed, fault: error };
    } finally {
      if (supervisor.alive) {
        await endArms(supervisor);
        await dropPlans(supervisor, loaded);
      }
    }
  });
}

/** What the sanitizers say of a source on the subject's calls. */
export async function sanitized(
  workbench: Workbench,
  subject: Subject,
  source: string,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly status: "clean" | "faulty" | "differs" | "unknown"; readonly said: string }> {
  const build = await buildSanitized(workbench, subject, source, { name, signal });
  try {
    const result = await runSanitized(workbench, subject, build, signal);
    if (result.status === "clean") return { status: "clean", said: "" };
    if (result.status === "faulty" || result.status === "differs")
      return { status: result.status, said: result.report };
    return { status: "unknown", said: result.reason };
  } finally {
    if (build.ok) await rm(build.library, { force: true });
  }
}

let serial = 0;

/** Compiles a source for the subject's shim; a sentence where it does not. */
export async function compiledFor(
  workbench: Workbench,
  { task, shimObject }: Subject,
  source: string,
  signal: AbortSignal,
): Promise<{ readonly library: string } | { readonly reason: string }> {
  const compiled = await compileLibrary({
    language: task.language,
    compiler: task.compiler,
    source,
    fileName: task.source.file,
    shim: shimObject,
    sandbox: workbench.sandbox,
    signal,
  });
  if (!compiled.ok) return { reason: compiled.reason };
  const library = workbench.file(`compared-${++serial}.so`);
  await keep(library, compiled.bytes);
  return { library };
}
