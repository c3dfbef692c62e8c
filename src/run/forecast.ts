/**
 * What a run may cost, before its first call: the calls of models counted, their tokens and price estimated.
 */
import type { Agent } from "../agent/agent.ts";
import type { ChatModel } from "../model/chat-model.ts";
import { costOf } from "../model/prices.ts";
import { estimateTokens } from "../model/token-estimate.ts";
import type { Task } from "../task/task.ts";
import type { RunLimits } from "./budget.ts";

export interface Forecast {
  /**
   * At the most: LessonL asks each model once a round for code and once for a lesson (paper, §3: 2nT), and once more each for a repair; on a
   * repository's function once more for code, where none came.
   */
  readonly modelCalls: number;
  /** Estimated, for as many calls. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Estimated; undefined where the price of a model is not known. */
  readonly usd: number | undefined;
  /** Models whose price is not known. */
  readonly unpriced: readonly string[];
}

/** Of a prompt beside the code, with four lessons. */
const promptTokens = 700;
/** Of a reply beside the code: what is said before and after it. */
const proseTokens = 150;
const lessonTokens = 80;

/** `models` are those of the agents that have one, in any order. */
export function forecast({
  task,
  agents,
  models,
  limits,
}: {
  readonly task: Task;
  readonly agents: readonly Agent[];
  readonly models: readonly ChatModel[];
  readonly limits: RunLimits;
}): Forecast {
  const asking = agents.filter(({ kind }) => kind === "llm");
  const again = task.kind === "command" ? 1 : 0;
  const perRound = asking.reduce((sum, agent) => sum + (agent.repair ? 4 : 2) + again, 0);
  const modelCalls = Math.min(limits.rounds * perRound, limits.calls ?? Infinity);
  const code = estimateTokens(task.source.text);
  // Half of the calls ask for code, half for lessons.
  const inputTokens = Math.round(modelCalls * (code + promptTokens + code / 2));
  const outputTokens = Math.round((modelCalls / 2) * (1.5 * code + proseTokens + lessonTokens));
  const unpriced = [...new Set(models.filter(({ price }) => price === undefined).map(({ name }) => name))];
  const share = (tokens: number): number => (models.length === 0 ? 0 : tokens / models.length);
  const usage = { inputTokens: share(inputTokens), outputTokens: share(outputTokens), estimated: true };
  return {
    modelCalls,
    inputTokens,
    outputTokens,
    usd:
      unpriced.length > 0
        ? undefined
        : models.reduce((sum, { price }) => sum + (costOf(usage, price) ?? 0), 0),
    unpriced,
  };
}
