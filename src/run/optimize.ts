/**
 * A new run: one strategy on one task under one budget, as events while it goes on and as a result at the end.
 */
import { randomBytes, randomInt } from "node:crypto";
import type { Agent } from "../agent/agent.ts";
import { defaultTeam } from "../agent/team.ts";
import type { Bank } from "../bank/bank.ts";
import { createMemoryBank } from "../bank/memory-bank.ts";
import { createStructuralEmbedder } from "../bank/structural-embedder.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { createEvaluator } from "../evaluate/sandboxed-evaluator.ts";
import { describeContext } from "../lesson/context.ts";
import { defaultPolicy, policyByName } from "../select/policy.ts";
import { lessonl } from "../strategy/lessonl.ts";
import type { Strategy } from "../strategy/strategy.ts";
import type { Task } from "../task/task.ts";
import { packageVersion } from "../version.ts";
import type { RunLimits } from "./budget.ts";
import { createEventStream } from "./event-stream.ts";
import { startedEvent, type RunEvent } from "./events.ts";
import { endOf, execute, type Execution } from "./execute.ts";
import { createJournal, type Journal } from "./journal.ts";
import { callerOnTape } from "./outside.ts";
import type { RecordedTask, RecordOf } from "./record.ts";
import type { OptimizeResult } from "./result.ts";
import { survivingBank, type SurvivingBank } from "./surviving-bank.ts";
import { createTape, type Tape } from "./tape.ts";

/** What a run works with, whether it is new or goes on. */
export interface RunResources {
  /** Default: the rewriter team, which needs no model. */
  readonly agents?: readonly Agent[] | undefined;
  /** Default: the sandboxed evaluator, started for this run and closed with it. One that is passed in stays open. */
  readonly evaluator?: Evaluator | undefined;
  /** Default: a bank in memory that ends with the run. One that is passed in stays open. */
  readonly bank?: Bank | undefined;
  /** Default: LessonL. */
  readonly strategy?: Strategy | undefined;
  /** Ends the run early: the result then holds what was measured. */
  readonly signal?: AbortSignal | undefined;
}

/** When a run ends. */
export interface RunLimitOptions {
  /** Default 8. */
  readonly rounds?: number | undefined;
  /** Candidates judged at the most, the confirmation of the winner not counted. Default 24. */
  readonly evaluations?: number | undefined;
  /** Wall time after which no further candidate is begun. Default: none. */
  readonly timeLimitMs?: number | undefined;
  /** Rounds without anything faster after which the run ends. Default 4. */
  readonly patience?: number | undefined;
  /** Calls of models at the most. Default: as many as the rounds take. */
  readonly modelCalls?: number | undefined;
  /** Tokens, of prompts and replies together, after which no model is called. Default: none. */
  readonly tokens?: number | undefined;
  /** US dollars after which no model is called. Default: none. */
  readonly usd?: number | undefined;
  /** A speedup that is enough. Default: none. */
  readonly targetSpeedup?: number | undefined;
}

export interface OptimizeOptions extends RunResources, RunLimitOptions {
  readonly task: Task;
  /** Which lessons are shown. Default `curated`. */
  readonly policy?: string | undefined;
  /** Makes every choice repeatable; measurements are not. Default: random, and in the journal. */
  readonly seed?: number | undefined;
  /** Path of a journal to write. Default: none. */
  readonly journal?: string | undefined;
  /** Kept in the journal as it is: how the team can be opened again. JSON, without keys. */
  readonly team?: unknown;
}

/** Iterate it for events, await `result` for the end, or both. The run goes on whether or not anyone iterates. */
export interface OptimizeRun extends AsyncIterable<RunEvent> {
  /** Rejects for a task or machine at fault, never for bad candidates; resolves with what was measured when aborted. */
  readonly result: Promise<OptimizeResult>;
}

/** Starts a run. */
export function optimize(options: OptimizeOptions): OptimizeRun {
  return startRun((push) => begin(options, push));
}

/** A run whose events are whatever `work` pushes. */
export function startRun(work: (push: (event: RunEvent) => void) => Promise<OptimizeResult>): OptimizeRun {
  const events = createEventStream<RunEvent>();
  const result = work(events.push);
  // Handled here too, so that whoever only iterates meets the failure in the iterator and not as an unhandled rejection.
  result.then(events.end, events.fail);
  return { result, [Symbol.asyncIterator]: events.iterate };
}

async function begin(options: OptimizeOptions, push: (event: RunEvent) => void): Promise<OptimizeResult> {
  const { task } = options;
  const limits = limitsOf(options);
  const run = `${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "")}-${randomBytes(3).toString("hex")}`;
  const seed = options.seed ?? randomInt(2 ** 31);
  const policy = policyByName(options.policy ?? defaultPolicy).name;
  const context = describeContext(task);
  const agents = options.agents ?? defaultTeam(task.language);
  const strategy = options.strategy ?? lessonl();
  const journal = options.journal === undefined ? undefined : await createJournal(options.journal);
  return withResources(options, journal, async ({ evaluator, bank }) => {
    const { lessons, tasks } = await bank.statistics();
    const snapshot = await bank.snapshot?.();
    const write = writerOf(journal);
    const started: RecordOf<"run-started"> = {
      type: "run-started",
      run,
      task: recordedTask(task),
      strategy: strategy.name,
      policy,
      seed,
      limits,
      agents: agents.map(({ name, kind, speciality }) => ({ name, kind, speciality })),
      ...(options.team !== undefined && { team: options.team }),
      bank: { lessons, tasks, ...(snapshot !== undefined && { snapshot }) },
      context,
      versions: versions(),
    };
    const { at } = write(started);
    push(startedEvent(started));
    const tape = createTape({ write, startedAt: at });
    const common = outfit({ ...options, agents, strategy }, limits, tape, push);
    const world = { evaluator: await evaluator(), bank };
    return finishRun({ ...common, ...world, run, task, policy, seed, context }, bank, journal, push);
  });
}

/** The limits with their defaults. */
export function limitsOf(options: RunLimitOptions, before?: RunLimits): RunLimits {
  const { timeLimitMs: timeMs, modelCalls: calls, tokens, usd, targetSpeedup: speedup } = options;
  const given = { timeMs, calls, tokens, usd, speedup };
  return {
    ...before,
    rounds: options.rounds ?? before?.rounds ?? 8,
    evaluations: options.evaluations ?? before?.evaluations ?? 24,
    patience: options.patience ?? before?.patience ?? 4,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** What a new run and one that goes on have in common. */
export function outfit(
  {
    agents,
    strategy,
    signal,
  }: Pick<RunResources, "strategy" | "signal"> & { readonly agents: readonly Agent[] },
  limits: RunLimits,
  tape: Tape,
  tell: (event: RunEvent) => void,
): Pick<Execution, "agents" | "strategy" | "limits" | "tape" | "caller" | "signal" | "tell"> {
  const stopped = signal ?? new AbortController().signal;
  return {
    agents,
    strategy: strategy ?? lessonl(),
    limits,
    tape,
    caller: callerOnTape(tape, {
      limits,
      tell,
      complete: (model, request) => model.complete(request, { signal: stopped }),
    }),
    signal: stopped,
    tell,
  };
}

/** Runs it, and keeps what came of it. */
export async function finishRun(
  execution: Execution,
  bank: SurvivingBank,
  journal: Journal | undefined,
  push: (event: RunEvent) => void,
): Promise<OptimizeResult> {
  const found = await execute(execution);
  const lost = await bank.settle();
  journal?.append(endOf(found));
  const unkept = [lost, journal?.failure].filter((each) => each !== undefined);
  const result: OptimizeResult = {
    ...found,
    ...(journal && { journal: journal.path }),
    ...(unkept.length > 0 && { unkept }),
  };
  push({ type: "run-ended", result });
  return result;
}

export interface OpenResources {
  /** Started at the first call. */
  readonly evaluator: () => Promise<Evaluator>;
  readonly bank: SurvivingBank;
}

/** Opens what was not given and closes it afterwards, and the journal. */
export async function withResources<Result>(
  options: RunResources,
  journal: Journal | undefined,
  work: (resources: OpenResources) => Promise<Result>,
): Promise<Result> {
  const given = options.bank ?? createMemoryBank({ embedder: createStructuralEmbedder() });
  let started: Evaluator | undefined;
  try {
    return await work({
      bank: survivingBank(given),
      evaluator: async () => options.evaluator ?? (started ??= await createEvaluator()),
    });
  } finally {
    journal?.close();
    await started?.close();
    if (!options.bank) await given.close();
  }
}

/** Into the journal, or where there is none, nowhere, at the time it is. */
export function writerOf(journal: Journal | undefined): Journal["append"] {
  const startedAt = performance.now();
  return (record) => journal?.append(record) ?? { elapsedMs: performance.now() - startedAt, at: new Date() };
}

export function versions(): { readonly lessonbank: string; readonly node: string } {
  return { lessonbank: packageVersion(), node: process.versions.node };
}

/** Folders of this machine are nobody else's business. */
function recordedTask({ directory: _directory, file: _file, ...task }: Task): RecordedTask {
  return task;
}
