/**
 * Two arms in the supervisor: plans and workers by name, pairs of calls, and what a pair's reply means.
 */
import { constants } from "node:os";
import { LessonbankError, TaskError } from "../errors.ts";
import type { CallPlan } from "../task/call-plan.ts";
import { isFlat } from "../task/signature.ts";
import { taskFile, type Sizes } from "../task/task.ts";
import { describeEnding, describeMismatch, sizesText } from "./describe.ts";
import { encodePlan, generatorPlan, isGenerated, type PlanShape } from "./encode-plan.ts";
import { killedRemedy, LostError } from "./lost.ts";
import {
  isTiming,
  type Ending,
  type PairReply,
  type Supervisor,
  type Timing,
  type WorkerStart,
} from "./supervisor.ts";
import type { SizedPlan, Subject } from "./subject.ts";

/** How a candidate failed; the evaluator adds the counts. */
export type Failure =
  | { readonly status: "crashed"; readonly reason: string; readonly signal?: string }
  | { readonly status: "timed-out"; readonly reason: string; readonly limitMs: number }
  | { readonly status: "wrong-output"; readonly reason: string };

export interface LoadedPlan {
  readonly name: string;
  readonly plan: CallPlan;
  readonly sizes: Sizes;
  readonly instances: number;
  /** The generator's own plan, where some slots are generated. */
  readonly generator?: string;
}

export interface Limits {
  readonly referenceMs: number;
  readonly candidateMs: number;
  readonly candidateFactor?: number;
}

export type PairResult =
  | { readonly failure: Failure }
  | {
      readonly failure?: undefined;
      readonly reference: Timing;
      readonly candidate: Timing;
      readonly seed: string;
      readonly grownBytes: number;
    };

let plans = 0;

/** Gives the supervisor a plan under a fresh name. */
export async function loadPlan(
  supervisor: Supervisor,
  sized: SizedPlan,
  shape: Omit<PlanShape, "name">,
): Promise<LoadedPlan> {
  const [loaded] = await loadPlans(supervisor, [sized], shape);
  return loaded as LoadedPlan;
}

/** Gives it one plan each, all of the same shape: all of them, or none. */
export async function loadPlans(
  supervisor: Supervisor,
  all: readonly SizedPlan[],
  shape: Omit<PlanShape, "name">,
): Promise<LoadedPlan[]> {
  const { instances = 1 } = shape;
  const words: string[] = [];
  const loaded = all.map(({ plan, sizes }): LoadedPlan => {
    const name = `p${++plans}`;
    words.push(encodePlan(plan, { ...shape, name }));
    if (!plan.slots.some((slot) => isGenerated(slot.rule))) return { name, plan, sizes, instances };
    const generator = `${name}g`;
    words.push(encodePlan(generatorPlan(plan), { ...shape, name: generator }));
    return { name, plan, sizes, instances, generator };
  });
  try {
    await supervisor.addPlan(...words);
  } catch (error) {
    for (const name of loaded.flatMap(namesOf))
      if (supervisor.alive) await supervisor.dropPlan(name).catch(() => undefined);
    throw error;
  }
  return loaded;
}

export async function dropPlans(supervisor: Supervisor, loaded: readonly LoadedPlan[]): Promise<void> {
  await supervisor.dropPlan(...loaded.flatMap(namesOf));
}

function namesOf({ name, generator }: LoadedPlan): string[] {
  return generator === undefined ? [name] : [name, generator];
}

/** Loading runs the candidate's constructors. */
const loadLimitMs = 5_000;

/**
 * Starts fresh workers for the reference, for `library` where there is one, and for the generator where a plan needs it. A candidate that
 * does not survive being loaded is a failure; a reference that does not is a TaskError.
 */
export async function startArms(
  supervisor: Supervisor,
  subject: Subject,
  library: string | undefined,
  loaded: readonly LoadedPlan[],
  { candidateFirst = false } = {},
): Promise<Failure | undefined> {
  const plans = loaded.map((plan) => plan.name);
  const common = { threads: subject.task.threads, limitMs: loadLimitMs, plans };
  const arms = [
    { ...common, name: "reference", library: subject.referenceLibrary },
    library === undefined ? undefined : { ...common, name: "candidate", library },
  ];
  const order = candidateFirst ? arms.toReversed() : arms;
  const [generator, ...ended] = await startSideBySide(supervisor, [
    generatorStart(subject, loaded),
    ...order,
  ]);
  const [reference, candidate] = candidateFirst ? ended.toReversed() : ended;
  requireAlive(subject, "reference", reference);
  requireAlive(subject, "generator", generator);
  if (reference) throw referenceFault(subject, describeEnding(reference).reason);
  if (generator) throw generatorFault(subject, describeEnding(generator).reason);
  return candidate && failureOf({ ...describeEnding(candidate), limitMs: loadLimitMs });
}

/** The worker for the task's generator, where a plan needs one. */
export function generatorStart(subject: Subject, loaded: readonly LoadedPlan[]): WorkerStart | undefined {
  const plans = loaded.flatMap((plan) => plan.generator ?? []);
  const library = subject.generatorLibrary;
  if (plans.length === 0 || library === undefined) return undefined;
  return { name: "generator", library, threads: 1, limitMs: loadLimitMs, ownInputs: true, plans };
}

/** The endings in the order of the workers; undefined where there is none to be started. */
export async function startSideBySide(
  supervisor: Supervisor,
  workers: readonly (WorkerStart | undefined)[],
): Promise<(Ending | undefined)[]> {
  const wanted = workers.filter((worker) => worker !== undefined);
  const endings = await supervisor.start(...wanted);
  return workers.map((worker) => (worker === undefined ? undefined : endings[wanted.indexOf(worker)]));
}

export async function endArms(supervisor: Supervisor): Promise<void> {
  await supervisor.end("reference", "candidate", "generator");
}

/** One pair of calls on fresh values, compared. Throws a TaskError where the reference or the generator is at fault. */
export async function runPair(
  supervisor: Supervisor,
  subject: Subject,
  plan: LoadedPlan,
  limits: Limits,
  {
    candidateFirst = false,
    otherNoise = false,
    nearly,
  }: {
    readonly candidateFirst?: boolean;
    readonly otherNoise?: boolean;
    /** The seed of an earlier pair: the same values, but for one element. */
    readonly nearly?: string;
  } = {},
): Promise<PairResult> {
  const reply = await supervisor.pair({
    plan: plan.name,
    reference: "reference",
    candidate: "candidate",
    candidateFirst,
    otherNoise,
    seed: nearly,
    oneChanged: nearly !== undefined,
    referenceLimitMs: limits.referenceMs,
    candidateLimitMs: limits.candidateMs,
    candidateFactor: limits.candidateFactor,
    generator: plan.generator === undefined ? undefined : { plan: plan.generator, worker: "generator" },
  });
  const candidate = candidateOf(reply, plan);
  if ("failure" in candidate) return candidate;
  const reference = referenceOf(reply, subject, plan);
  if (!candidate.timing) throw new LessonbankError("internal", "the supervisor's reply lacks the candidate");
  if (reply.mismatch)
    return { failure: { status: "wrong-output", reason: describeMismatch(reply.mismatch, plan.sizes) } };
  return { reference, candidate: candidate.timing, seed: reply.seed, grownBytes: reply.grownBytes ?? 0 };
}

/** The reference alone. */
export async function runReference(
  supervisor: Supervisor,
  subject: Subject,
  plan: LoadedPlan,
  limitMs: number,
): Promise<{ readonly timing: Timing; readonly grownBytes: number }> {
  const reply = await supervisor.pair({
    plan: plan.name,
    reference: "reference",
    referenceLimitMs: limitMs,
    candidateLimitMs: limitMs,
    generator: plan.generator === undefined ? undefined : { plan: plan.generator, worker: "generator" },
  });
  return { timing: referenceOf(reply, subject, plan), grownBytes: reply.grownBytes ?? 0 };
}

/** Undefined where the other arm ended first. */
function candidateOf(
  reply: PairReply,
  plan: LoadedPlan,
): { failure: Failure } | { timing: Timing | undefined } {
  const { candidate, candidateBounds } = reply;
  if (candidate && !isTiming(candidate)) {
    interrupted(candidate.ended);
    const words = describeEnding(candidate, plan.sizes, reply.limitMs);
    return { failure: failureOf({ ...words, limitMs: reply.limitMs ?? 0 }) };
  }
  if (candidateBounds)
    return { failure: { status: "wrong-output", reason: describeMismatch(candidateBounds, plan.sizes) } };
  return { timing: candidate };
}

function referenceOf(reply: PairReply, subject: Subject, plan: LoadedPlan): Timing {
  const { reference, generator, referenceBounds } = reply;
  if (generator) {
    interrupted(generator.ended);
    requireAlive(subject, "generator", generator);
    throw generatorFault(subject, describeEnding(generator, plan.sizes, reply.limitMs).reason);
  }
  if (reply.generatorOverflow)
    throw generatorFault(subject, `what it made outgrew the room for it (${sizesText(plan.sizes)})`);
  if (!isTiming(reference)) {
    if (!reference) throw new LessonbankError("internal", "the supervisor's reply lacks the reference");
    interrupted(reference.ended);
    requireAlive(subject, "reference", reference);
    throw referenceFault(subject, describeEnding(reference, plan.sizes, reply.limitMs).reason);
  }
  if (referenceBounds) throw referenceFault(subject, describeMismatch(referenceBounds, plan.sizes));
  if (reply.mismatch?.kind === "overflow" && reply.mismatch.reference === "18446744073709551615")
    throw referenceFault(
      subject,
      `${reply.mismatch.path} outgrew the room for it (${sizesText(plan.sizes)})`,
    );
  return reference;
}

function failureOf(words: {
  status: "crashed" | "timed-out";
  reason: string;
  signal?: string;
  limitMs: number;
}): Failure {
  const { status, reason, signal, limitMs } = words;
  if (status === "timed-out") return { status, reason, limitMs: Math.round(limitMs) };
  return { status, reason, ...(signal !== undefined && { signal }) };
}

/** By nobody that we know: of what a worker may do, nothing but a great deal of CPU time ends it so. */
export function wasKilled({ ended, number }: Ending): boolean {
  return ended === "signal" && number === constants.signals.SIGKILL;
}

/** Throws a LostError where it was killed. */
function requireAlive(subject: Subject, which: "reference" | "generator", ending: Ending | undefined): void {
  if (!ending || !wasKilled(ending)) return;
  throw new LostError(`${subject.file}: the ${which}'s process was killed`, { remedy: killedRemedy });
}

function interrupted(ended: string): void {
  if (ended === "cancelled") throw new LessonbankError("internal", "the evaluation was interrupted");
}

function referenceFault(subject: Subject, what: string): TaskError {
  return new TaskError(subject.file, `the reference is at fault: ${what}`, {
    remedy: taskFile(subject.task).endsWith(".json")
      ? "`lessonbank task check` says more. Mend the reference, or its sizes and inputs in task.json."
      : "Mend the reference; or, where a guess does not suit it, have the guesses written with `lessonbank task init` and correct them.",
  });
}

function generatorFault(subject: Subject, what: string): TaskError {
  return new TaskError(subject.file, `the task's generator is at fault: ${what}`, {
    remedy: 'Mend the file that "generator" names in task.json.',
  });
}

/** Whether the task compares anything at all. */
export function comparesSomething(plan: CallPlan): boolean {
  return plan.slots.some(
    (slot) =>
      (slot.mode === "out" || slot.mode === "inout") && (!isFlat(slot.type) || !slot.array || slot.count > 0),
  );
}

/** Whether two calls get different arguments. */
export function variesArguments(plan: CallPlan): boolean {
  return plan.slots.some(
    ({ mode, rule, array, count }) =>
      (mode === "in" || mode === "inout") && rule.kind !== "constant" && (!array || count > 0),
  );
}
