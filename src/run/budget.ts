/**
 * Stop conditions: small named predicates over a run's progress that compose. Those that are about what models cost end a run before its next
 * round: a candidate that was paid for is judged.
 */
import type { StopCondition } from "../strategy/strategy.ts";

/** When a run ends, whichever comes first. */
export interface RunLimits {
  readonly rounds: number;
  /** Candidates judged, the confirmation of the winner not counted. */
  readonly evaluations: number;
  /** Rounds without anything faster. */
  readonly patience: number;
  /** Wall time after which no further candidate is begun. */
  readonly timeMs?: number | undefined;
  /** Calls of models. */
  readonly calls?: number | undefined;
  /** Of prompts and replies together. */
  readonly tokens?: number | undefined;
  /** US dollars. */
  readonly usd?: number | undefined;
  /** A speedup that is enough. */
  readonly speedup?: number | undefined;
}

/** The condition of these limits. An eighth of the evaluations is kept for taking out of the winner what it does not need. */
export function stopAt(limits: RunLimits): StopCondition {
  const { rounds, evaluations, patience, timeMs, calls, tokens, usd, speedup } = limits;
  return firstOf(
    roundsReached(rounds),
    evaluationsReached(evaluations - Math.floor(evaluations / 8)),
    timeReached(timeMs ?? Infinity),
    callsReached(calls ?? Infinity),
    tokensReached(tokens ?? Infinity),
    moneyReached(usd ?? Infinity),
    speedupReached(speedup ?? Infinity),
    noProgressFor(patience),
  );
}

export function roundsReached(limit: number): StopCondition {
  return ({ rounds }) => (rounds >= limit ? `${counted(limit, "round")} done` : undefined);
}

export function evaluationsReached(limit: number): StopCondition {
  return ({ evaluations }) => (evaluations >= limit ? `${counted(limit, "evaluation")} spent` : undefined);
}

/** Wall time since the run began. What is being judged when it is reached is judged to its end. */
export function timeReached(limitMs: number): StopCondition {
  return ({ elapsedMs }) => (elapsedMs >= limitMs ? `${counted(limitMs / 1000, "second")} spent` : undefined);
}

export function callsReached(limit: number): StopCondition {
  return ({ before, modelCalls }) =>
    before === "round" && modelCalls >= limit ? `${counted(limit, "model call")} spent` : undefined;
}

export function tokensReached(limit: number): StopCondition {
  return ({ before, inputTokens, outputTokens }) =>
    before === "round" && inputTokens + outputTokens >= limit
      ? `${counted(limit, "token")} spent`
      : undefined;
}

/** Of what is known of prices: a model without one costs nothing here. */
export function moneyReached(limitUsd: number): StopCondition {
  return ({ before, usd }) =>
    before === "round" && usd >= limitUsd ? `$${limitUsd} were spent on models` : undefined;
}

export function speedupReached(ratio: number): StopCondition {
  return ({ bestRatio }) => (bestRatio >= ratio ? `a speedup of ${ratio} was reached` : undefined);
}

export function noProgressFor(rounds: number): StopCondition {
  return ({ roundsWithoutProgress }) =>
    roundsWithoutProgress > rounds
      ? `${rounds === 1 ? "a round" : `${rounds} rounds`} brought nothing faster`
      : undefined;
}

/** Stops as soon as any of the conditions does, with its reason. */
export function firstOf(...conditions: readonly StopCondition[]): StopCondition {
  return (progress) => {
    for (const condition of conditions) {
      const reason = condition(progress);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun} was` : `${count} ${noun}s were`;
}
