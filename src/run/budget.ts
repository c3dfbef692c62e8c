/**
 * Stop conditions: small named predicates over a run's progress that compose.
 */
import type { StopCondition } from "../strategy/strategy.ts";

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
