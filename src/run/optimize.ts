/**
 * A run: one strategy on one task under one budget, as events while it goes on and as a result at the end.
 */
import { randomBytes, randomInt } from "node:crypto";
import type { Agent } from "../agent/agent.ts";
import { defaultTeam } from "../agent/team.ts";
import type { Bank } from "../bank/bank.ts";
import { createMemoryBank } from "../bank/memory-bank.ts";
import { createStructuralEmbedder } from "../bank/structural-embedder.ts";
import { unifiedDiff } from "../code/diff.ts";
import { loadGrammars } from "../code/parser.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { createEvaluator } from "../evaluate/sandboxed-evaluator.ts";
import { describeContext } from "../lesson/context.ts";
import { policyByName } from "../select/policy.ts";
import { lessonl } from "../strategy/lessonl.ts";
import { nothingSpent, type Strategy, type StrategyResult } from "../strategy/strategy.ts";
import type { Task } from "../task/task.ts";
import { evaluationsReached, firstOf, noProgressFor, roundsReached, timeReached } from "./budget.ts";
import type { RunEvent } from "./events.ts";
import { createEventStream } from "./event-stream.ts";
import { createJournal } from "./journal.ts";
import type { OptimizeResult, Winner } from "./result.ts";
import { survivingBank } from "./surviving-bank.ts";

export interface OptimizeOptions {
  readonly task: Task;
  /** Default: the rewriter team, which needs no model. */
  readonly agents?: readonly Agent[] | undefined;
  /** Default: the sandboxed evaluator, started for this run and closed with it. One that is passed in stays open. */
  readonly evaluator?: Evaluator | undefined;
  /** Default: a bank in memory that ends with the run. One that is passed in stays open. */
  readonly bank?: Bank | undefined;
  /** Default: LessonL. */
  readonly strategy?: Strategy | undefined;
  /** Which lessons are shown. Default `lessonl`. */
  readonly policy?: string | undefined;
  /** Default 8. */
  readonly rounds?: number | undefined;
  /** Candidates judged at the most, the confirmation of the winner not counted. Default 24. */
  readonly evaluations?: number | undefined;
  /** Wall time after which no further candidate is begun. Default: none. */
  readonly timeLimitMs?: number | undefined;
  /** Rounds without anything faster after which the run ends. Default 4. */
  readonly patience?: number | undefined;
  /** Makes every choice repeatable; measurements are not. Default: random, and in the journal. */
  readonly seed?: number | undefined;
  /** Path of a journal to write. Default: none. */
  readonly journal?: string | undefined;
  /** Ends the run early: the result then holds what was measured. */
  readonly signal?: AbortSignal | undefined;
}

/** Iterate it for events, await `result` for the end, or both. The run goes on whether or not anyone iterates. */
export interface OptimizeRun extends AsyncIterable<RunEvent> {
  /** Rejects for a task or machine at fault, never for bad candidates; resolves with what was measured when aborted. */
  readonly result: Promise<OptimizeResult>;
}

/** Starts a run. */
export function optimize(options: OptimizeOptions): OptimizeRun {
  const events = createEventStream<RunEvent>();
  const result = execute(options, events.push);
  // Handled here too, so that whoever only iterates meets the failure in the iterator and not as an unhandled rejection.
  result.then(events.end, events.fail);
  return { result, [Symbol.asyncIterator]: events.iterate };
}

async function execute(options: OptimizeOptions, push: (event: RunEvent) => void): Promise<OptimizeResult> {
  const startedAt = performance.now();
  const { task } = options;
  const run = `${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "")}-${randomBytes(3).toString("hex")}`;
  const seed = options.seed ?? randomInt(2 ** 31);
  const evaluations = options.evaluations ?? 24;
  const signal = options.signal ?? new AbortController().signal;
  const policy = policyByName(options.policy ?? "lessonl");
  const strategy = options.strategy ?? lessonl();
  const context = describeContext(task);
  await loadGrammars();

  const journal = options.journal === undefined ? undefined : createJournal(options.journal);
  const emit = (event: RunEvent): void => {
    journal?.append(event);
    push(event);
  };
  const agents = options.agents ?? defaultTeam();
  const given = options.bank ?? createMemoryBank({ embedder: createStructuralEmbedder() });
  const bank = survivingBank(given);
  let evaluator: Evaluator | undefined;
  try {
    const held = await bank.statistics();
    emit({
      type: "run-started",
      run,
      task: task.name,
      taskHash: task.hash,
      strategy: strategy.name,
      policy: policy.name,
      seed,
      agents: agents.map(({ name, kind, speciality }) => ({ name, kind, speciality })),
      bank: { lessons: held.lessons, tasks: held.tasks },
      context,
    });
    evaluator = options.evaluator ?? (await createEvaluator());
    const outcome = await strategy.run({
      run,
      task,
      agents,
      evaluator,
      bank,
      policy,
      seed,
      context,
      ask: () => () => Promise.reject(new Error("not yet")),
      clock: () => ({ elapsedMs: performance.now() - startedAt, at: new Date() }),
      spend: () => nothingSpent,
      signal,
      emit,
      evaluations,
      stop: firstOf(
        roundsReached(options.rounds ?? 8),
        // An eighth is kept for taking out of the winner what it does not need.
        evaluationsReached(evaluations - Math.floor(evaluations / 8)),
        timeReached(options.timeLimitMs ?? Infinity),
        noProgressFor(options.patience ?? 4),
      ),
    });
    const whole = summarise(run, task, strategy.name, outcome, performance.now() - startedAt, journal?.path);
    const lost = await bank.settle();
    const result = (): OptimizeResult => {
      const unkept = [lost, journal?.failure].filter((each) => each !== undefined);
      return unkept.length === 0 ? whole : { ...whole, unkept };
    };
    emit({ type: "run-ended", result: result() });
    journal?.close();
    return result();
  } finally {
    journal?.close();
    if (!options.evaluator) await evaluator?.close();
    if (!options.bank) await given.close();
  }
}

function summarise(
  run: string,
  task: Task,
  strategy: string,
  outcome: StrategyResult,
  wallMs: number,
  journal: string | undefined,
): OptimizeResult {
  const best = outcome.winner && describeWinner(task, outcome, outcome.winner);
  return {
    task: task.name,
    run,
    strategy,
    ...(best && { best }),
    attempts: outcome.attempts.map(({ candidate, outcome: found }) => ({
      candidate: candidate.id,
      agent: candidate.agent,
      round: candidate.round,
      summary: candidate.summary,
      transformations: candidate.transformations,
      outcome: found,
    })),
    lessons: outcome.lessons,
    costs: {
      evaluations: outcome.attempts.length,
      modelCalls: 0,
      inputTokens: 0,
      outputTokens: 0,
      usd: 0,
      wallMs,
    },
    ended: outcome.ended,
    ...(journal !== undefined && { journal }),
  };
}

function describeWinner(
  task: Task,
  result: StrategyResult,
  { candidate, outcome, confirmed }: NonNullable<StrategyResult["winner"]>,
): Winner | undefined {
  if (outcome.status !== "measured") return undefined;
  const lesson = result.lessons.find((each) => each.evidence.candidate === candidate.id);
  return {
    agent: candidate.agent,
    round: candidate.round,
    source: candidate.source,
    diff: unifiedDiff(task.source.text, candidate.source, task.source.file),
    confirmed,
    speedup: outcome.speedup,
    referenceMs: outcome.referenceMs,
    candidateMs: outcome.candidateMs,
    transformations: candidate.transformations,
    assumptions: candidate.assumptions,
    why: lesson?.text ?? candidate.summary,
  };
}
