import { expect, test } from "vitest";
import { limitsLeft, payingOf, shareEqually, shareOut } from "../../src/codebase/budget.ts";
import { amdahl, type HotFunction } from "../../src/codebase/profile/hot-functions.ts";

const hot = (name: string, share: number): HotFunction => ({
  file: "a.c",
  function: name,
  line: 1,
  ownMs: share * 100,
  share,
  wholeIfTwice: amdahl(share, 2),
});

const nothing = { evaluations: 0, modelCalls: 0, inputTokens: 0, outputTokens: 0, usd: 0, wallMs: 0 };

test("candidates go to the functions that can pay, by what the whole would gain", () => {
  const functions = [hot("f", 0.6), hot("g", 0.2), hot("h", 0.1), hot("tiny", 0.01)];
  const paying = payingOf(functions, { evaluations: 24, most: 5, smallestDifference: 0.03 });
  const shares = shareOut(paying, 24);
  expect(shares.map(({ hot: { function: name } }) => name)).toEqual(["f", "g", "h"]);
  const [first = 0, second = 0, third = 0] = shares.map(({ evaluations }) => evaluations);
  expect(first).toBeGreaterThan(second);
  expect(second).toBeGreaterThan(third);
  expect(third).toBeGreaterThanOrEqual(4);
  expect(first + second + third).toBeLessThanOrEqual(24);
});

test("a gain that could not be seen is not worked for, and few candidates are not spread thin", () => {
  const functions = [hot("f", 0.6), hot("g", 0.3)];
  const small = [hot("f", 0.05)];
  expect(payingOf(small, { evaluations: 24, most: 5, smallestDifference: 0.08 })).toEqual([]);
  expect(payingOf(functions, { evaluations: 24, most: 5, smallestDifference: 2 })).toHaveLength(2);
  expect(payingOf(functions, { evaluations: 7, most: 5, smallestDifference: 0.01 })).toHaveLength(1);
  expect(shareEqually(3, 24)).toBe(8);
  expect(shareEqually(10, 24)).toBe(4);
});

test("what a function may spend is its part of what the others left", () => {
  const whole = { usd: 1, modelCalls: 20, rounds: 3 };
  const spent = { ...nothing, usd: 0.6, modelCalls: 10 };
  const left = limitsLeft(whole, spent, 0.5);
  expect(left).toMatchObject({ modelCalls: 5, rounds: 3 });
  expect(left?.usd).toBeCloseTo(0.2);
  expect(limitsLeft(whole, { ...nothing, usd: 1 }, 0.5)).toBeUndefined();
  expect(limitsLeft({}, spent, 0.5)).toMatchObject({ usd: undefined, modelCalls: undefined });
});
