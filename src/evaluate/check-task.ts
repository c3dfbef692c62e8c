/**
 * Is a task fit to judge candidates with? Compiles, runs, gives the same answer twice, writes all that is compared, is clean under the
 * sanitizers, and takes long enough to be timed.
 */
import { TaskError } from "../errors.ts";
import type { FunctionTask } from "../task/task.ts";
import { checkCandidate } from "./check.ts";
import { sizesText } from "./describe.ts";
import {
  checkGrowBytes,
  measureSubject,
  referenceLimitMs,
  steadinessRemedy,
  type ReferenceFacts,
} from "./reference-facts.ts";
import type { Workbench } from "./sandboxed-evaluator.ts";
import { buildSanitized, runSanitized } from "./sanitize.ts";
import type { Subject } from "./subject.ts";
import { batchMs } from "./timing-plan.ts";
import {
  comparesSomething,
  variesArguments,
  dropPlans,
  endArms,
  loadPlan,
  runPair,
  startArms,
  type LoadedPlan,
} from "./trial.ts";

export type TaskCheckName =
  | "compiles"
  | "outputs"
  | "deterministic"
  | "writes-outputs"
  | "sanitizers"
  | "duration";

export interface TaskFinding {
  readonly check: TaskCheckName;
  /** A warning does not keep the task from being used. */
  readonly status: "ok" | "warning" | "error";
  readonly message: string;
  readonly remedy?: string;
}

export interface TaskReport {
  readonly findings: readonly TaskFinding[];
  /** No finding is an error. */
  readonly ok: boolean;
  /** Of one call at the timed sizes, where it was measured. */
  readonly referenceMs?: number;
}

/** Runs every check that makes sense after those before it. Throws for a missing tool or an abort, never for the task. */
export async function checkTask(
  task: FunctionTask,
  evaluator: Workbench,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<TaskReport> {
  const findings: TaskFinding[] = [];
  const report = (facts?: ReferenceFacts): TaskReport => ({
    findings,
    ok: findings.every(({ status }) => status !== "error"),
    ...(facts && { referenceMs: facts.callMs }),
  });
  const subject = await evaluator.subject(task, signal).catch((error: unknown) => {
    findings.push(findingOf("compiles", error));
    return undefined;
  });
  if (!subject) return report();
  findings.push({ check: "compiles", status: "ok", message: `compiles with ${task.compiler.command}` });
  findings.push(outputsFinding(subject));

  let facts: ReferenceFacts | undefined;
  let endless = false;
  try {
    facts = await evaluator.exclusively(signal, async (supervisor) => {
      const measured = await measureSubject(supervisor, subject);
      const checked = await checkCandidate(supervisor, subject, subject.referenceLibrary, measured);
      if (checked.failure) throw unsteady(subject, checked.failure.reason);
      findings.push({
        check: "deterministic",
        status: "ok",
        message: `two processes agree on ${checked.calls} calls at ${subject.checked.length + 1} sizes`,
      });
      return measured;
    });
    findings.push(await unwrittenFinding(evaluator, subject, signal));
  } catch (error) {
    const finding = findingOf("deterministic", error);
    findings.push(finding);
    endless = /Stopped after/.test(finding.message);
  }
  if (!endless) findings.push(await sanitizerFinding(evaluator, subject, signal));
  if (facts) findings.push(durationFinding(subject, facts));
  return report(facts);
}

function unsteady(subject: Subject, reason: string): TaskError {
  return new TaskError(subject.file, `the reference does not give the same answer twice: ${reason}`, {
    remedy: steadinessRemedy,
  });
}

function findingOf(check: TaskCheckName, error: unknown): TaskFinding {
  if (!(error instanceof TaskError)) throw error;
  return {
    check,
    status: "error",
    message: error.message,
    ...(error.remedy !== undefined && { remedy: error.remedy }),
  };
}

function outputsFinding(subject: Subject): TaskFinding {
  if (comparesSomething(subject.timed.plan) && !variesArguments(subject.timed.plan))
    return {
      check: "outputs",
      status: "warning",
      message:
        "every timed call gets the same arguments, so that an answer which is remembered from one call would do for the next",
      remedy: 'Give at least one parameter values that differ, such as "uniform" or "integers".',
    };
  if (comparesSomething(subject.timed.plan))
    return { check: "outputs", status: "ok", message: "its outputs are compared" };
  return {
    check: "outputs",
    status: "error",
    message: "nothing that the function returns or writes is compared: every candidate would pass",
    remedy: 'Give it an output: a returned value, or a parameter that is not const and not "scratch".',
  };
}

/** Runs the reference against itself with other bytes in the outputs beforehand: where they show through, it did not write. */
async function unwrittenFinding(
  evaluator: Workbench,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<TaskFinding> {
  const sized = subject.checked.at(0) ?? subject.timed;
  return evaluator.exclusively(signal, async (supervisor) => {
    const loaded: LoadedPlan[] = [];
    try {
      const plan = await loadPlan(supervisor, sized, { growBytes: checkGrowBytes });
      loaded.push(plan);
      await startArms(supervisor, subject, subject.referenceLibrary, loaded);
      const limits = { referenceMs: referenceLimitMs, candidateMs: referenceLimitMs };
      const pair = await runPair(supervisor, subject, plan, limits, { otherNoise: true });
      if (!pair.failure)
        return { check: "writes-outputs", status: "ok", message: "it writes all that is compared" };
      return {
        check: "writes-outputs",
        status: "error",
        message: `what lies in an output before the call shows after it: ${pair.failure.reason.split(/:| has /, 1)[0]} is not written (${sizesText(sized.sizes)})`,
        remedy:
          'Say with "used" how much of the output counts, or give it values instead of "output": true where the function reads it.',
      };
    } finally {
      if (supervisor.alive) {
        await endArms(supervisor);
        await dropPlans(supervisor, loaded);
      }
    }
  });
}

async function sanitizerFinding(
  evaluator: Workbench,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<TaskFinding> {
  const check = "sanitizers";
  const build = await buildSanitized(evaluator, subject, subject.task.source.text, {
    name: "reference",
    signal,
  });
  const result = await runSanitized(evaluator, subject, build, signal);
  switch (result.status) {
    case "clean":
      return { check, status: "ok", message: "clean under the address and undefined-behaviour sanitizers" };
    case "faulty":
      return {
        check,
        status: "error",
        message: result.report,
        remedy:
          "Mend the reference, or the lengths in inputs; raise sizes.minimum where small sizes make no sense.",
      };
    case "differs":
      return {
        check,
        status: "error",
        message: `gives other outputs where fresh memory holds other bytes: ${result.report}`,
        remedy:
          "Mend the reference: it reads memory that nothing wrote, or does what the language leaves undefined.",
      };
    case "unjudged":
    case "unavailable":
      return { check, status: "warning", message: `not tried: ${result.reason}` };
  }
}

function durationFinding(subject: Subject, { callMs, instances }: ReferenceFacts): TaskFinding {
  const check = "duration";
  const at = sizesText(subject.timed.sizes);
  const message = `one call takes ${callMs < 1 ? callMs.toPrecision(2) : callMs.toFixed(1)} ms${at === "" ? "" : ` at ${at}`}`;
  if (callMs * instances < batchMs / 5)
    return {
      check,
      status: "error",
      message: `${message}: too short to time`,
      remedy: `Make sizes.timed larger, so that a call takes about ${batchMs} ms.`,
    };
  if (callMs > 100 * batchMs)
    return {
      check,
      status: "warning",
      message: `${message}: every evaluation makes dozens of calls`,
      remedy: `Make sizes.timed smaller, so that a call takes about ${batchMs} ms.`,
    };
  return {
    check,
    status: "ok",
    message: instances > 1 ? `${message}; ${instances} calls are timed together` : message,
  };
}
