import { expect, test } from "vitest";
import {
  callsReached,
  evaluationsReached,
  firstOf,
  moneyReached,
  noProgressFor,
  roundsReached,
  speedupReached,
  stopAt,
  timeReached,
  tokensReached,
} from "../../src/run/budget.ts";
import { nothingSpent, type Progress } from "../../src/strategy/strategy.ts";

const progress: Progress = {
  before: "round",
  rounds: 3,
  evaluations: 12,
  elapsedMs: 4000,
  bestRatio: 1.5,
  roundsWithoutProgress: 2,
  ...nothingSpent,
};

test("each condition stops at its limit and not before", () => {
  expect(roundsReached(3)(progress)).toBe("3 rounds were done");
  expect(roundsReached(4)(progress)).toBeUndefined();
  expect(evaluationsReached(12)(progress)).toBe("12 evaluations were spent");
  expect(evaluationsReached(13)(progress)).toBeUndefined();
  expect(timeReached(4000)(progress)).toBe("4 seconds were spent");
  expect(timeReached(4001)(progress)).toBeUndefined();
  expect(speedupReached(1.5)(progress)).toBe("a speedup of 1.5 was reached");
  expect(speedupReached(1.6)(progress)).toBeUndefined();
  expect(noProgressFor(1)(progress)).toBe("a round brought nothing faster");
  expect(noProgressFor(2)(progress)).toBeUndefined();
  expect(evaluationsReached(1)(progress)).toBe("1 evaluation was spent");
});

test("of several conditions the first that holds names the reason", () => {
  expect(firstOf(roundsReached(9), evaluationsReached(12), timeReached(1))(progress)).toBe(
    "12 evaluations were spent",
  );
  expect(firstOf(roundsReached(9))(progress)).toBeUndefined();
});

test("what models cost ends a run before its next round, and lets what was paid for be judged", () => {
  const spent = { ...progress, modelCalls: 8, inputTokens: 900, outputTokens: 100, usd: 0.5 };
  expect(callsReached(8)(spent)).toBe("8 model calls were spent");
  expect(callsReached(9)(spent)).toBeUndefined();
  expect(tokensReached(1000)(spent)).toBe("1000 tokens were spent");
  expect(tokensReached(1001)(spent)).toBeUndefined();
  expect(moneyReached(0.5)(spent)).toBe("$0.5 were spent on models");
  expect(moneyReached(0.51)(spent)).toBeUndefined();
  const judging = { ...spent, before: "candidate" } as const;
  for (const condition of [callsReached(8), tokensReached(1000), moneyReached(0.5)])
    expect(condition(judging)).toBeUndefined();
});

test("the limits of a run are one condition, which keeps an eighth of the evaluations for simplifying", () => {
  const stop = stopAt({ rounds: 9, evaluations: 16, patience: 9, usd: 1, speedup: 3 });
  expect(stop(progress)).toBeUndefined();
  expect(stop({ ...progress, evaluations: 14 })).toBe("14 evaluations were spent");
  expect(stop({ ...progress, bestRatio: 3 })).toBe("a speedup of 3 was reached");
  expect(stop({ ...progress, usd: 1 })).toBe("$1 were spent on models");
});
