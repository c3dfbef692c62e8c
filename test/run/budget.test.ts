import { expect, test } from "vitest";
import {
  evaluationsReached,
  firstOf,
  noProgressFor,
  roundsReached,
  speedupReached,
  timeReached,
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
