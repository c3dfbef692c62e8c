/**
 * A run between its tape and its result: the strategy gets its world, what it does is told and decided on the tape, and what comes of it is
 * summed up. New runs, resumed ones and replays go through here alike.
 */
import type { Agent } from "../agent/agent.ts";
import { unifiedDiff } from "../code/diff.ts";
import { loadGrammarsOf } from "../code/parser.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import type { LessonContext } from "../lesson/lesson.ts";
import { policyByName } from "../select/policy.ts";
import type { Strategy, StrategyBank, StrategyEvent, StrategyResult } from "../strategy/strategy.ts";
import type { Task } from "../task/task.ts";
import { stopAt, type RunLimits } from "./budget.ts";
import { bankOnTape, evaluatorOnTape, type Caller } from "./outside.ts";
import type { RecordOf } from "./record.ts";
import type { OptimizeResult, Winner } from "./result.ts";
import type { Decision, Tape } from "./tape.ts";

export interface Execution {
  readonly run: string;
  readonly task: Task;
  readonly agents: readonly Agent[];
  readonly strategy: Strategy;
  readonly policy: string;
  readonly seed: number;
  readonly limits: RunLimits;
  readonly context: LessonContext;
  readonly tape: Tape;
  readonly evaluator: Pick<Evaluator, "evaluate">;
  readonly bank: StrategyBank;
  readonly caller: Caller;
  readonly signal: AbortSignal;
  /** Told of everything once it is on the tape. */
  readonly tell: (event: StrategyEvent) => void;
}

/** Runs the strategy to its end. Throws a ReplayDifference where it does not follow its record. */
export async function execute(execution: Execution): Promise<OptimizeResult> {
  const { tape, caller, limits, task, run, strategy } = execution;
  await loadGrammarsOf([task.language]);
  const found = await strategy.run({
    run,
    task,
    agents: execution.agents,
    evaluator: evaluatorOnTape(tape, execution.evaluator),
    bank: bankOnTape(tape, execution.bank),
    policy: policyByName(execution.policy),
    seed: execution.seed,
    context: execution.context,
    ask: caller.ask,
    clock: () => tape.now,
    spend: caller.spend,
    signal: AbortSignal.any([execution.signal, tape.signal]),
    evaluations: limits.evaluations,
    stop: stopAt(limits),
    emit(event) {
      const decision = decisionOf(event);
      if (decision) tape.decide(decision);
      execution.tell(event);
    },
  });
  await tape.finish();
  return summarise(execution, found);
}

/** What the journal keeps of an event; lessons and candidates stand whole in it already, or soon will. */
function decisionOf(event: StrategyEvent): Decision | undefined {
  switch (event.type) {
    case "stage-entered":
      return undefined;
    case "round-started":
      return { ...event, lessons: event.lessons.map(({ id }) => id) };
    case "lessons-drawn":
      return {
        type: event.type,
        agent: event.agent,
        round: event.round,
        abstained: event.draw.abstained,
        drawn: event.draw.drawn.map(({ item, probability, shown }) => ({
          lesson: item.lesson.id,
          probability,
          shown,
        })),
      };
    case "candidate-judged":
    case "winner-confirmed":
      return { type: event.type, candidate: event.candidate.id };
    case "factors-updated":
      return { type: event.type, factors: { ...event.factors } };
    case "round-ended":
      return {
        type: event.type,
        round: event.round,
        ...(event.best && { best: event.best.candidate.id }),
      };
    case "candidate-proposed":
    case "agent-passed":
    case "agent-failed":
    case "lesson-banked":
      return event;
  }
}

/** The last line of a journal. */
export function endOf(result: OptimizeResult): RecordOf<"run-ended"> {
  const { ended, best, costs } = result;
  const { evaluations, modelCalls, inputTokens, outputTokens, usd } = costs;
  return {
    type: "run-ended",
    ended,
    ...(best && { best: { candidate: best.candidate, confirmed: best.confirmed } }),
    evaluations,
    spend: { modelCalls, inputTokens, outputTokens, usd },
  };
}

function summarise({ run, task, strategy, caller, tape }: Execution, found: StrategyResult): OptimizeResult {
  const best = found.winner && describeWinner(task, found, found.winner);
  return {
    task: task.name,
    run,
    strategy: strategy.name,
    ...(best && { best }),
    attempts: found.attempts.map(({ candidate, outcome }) => ({
      candidate: candidate.id,
      agent: candidate.agent,
      round: candidate.round,
      summary: candidate.summary,
      transformations: candidate.transformations,
      outcome,
    })),
    lessons: found.lessons,
    costs: { evaluations: found.attempts.length, ...caller.spend(), wallMs: tape.now.elapsedMs },
    ended: found.ended,
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
    candidate: candidate.id,
    agent: candidate.agent,
    round: candidate.round,
    source: candidate.source,
    diff: unifiedDiff(task.source.text, candidate.source, task.source.file),
    confirmed,
    speedup: outcome.speedup,
    referenceMs: outcome.referenceMs,
    candidateMs: outcome.candidateMs,
    ...(outcome.numbers && { numbers: outcome.numbers }),
    transformations: candidate.transformations,
    assumptions: candidate.assumptions,
    why: lesson?.text ?? candidate.summary,
  };
}
