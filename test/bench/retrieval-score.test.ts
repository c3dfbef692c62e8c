import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { familyOf } from "../../bench/families.ts";
import { bootstrapMean, scoreRanking, scoreWords } from "../../bench/retrieval-score.ts";

const options = { k: 4, helpful: 0.05, draws: 400, seed: 1 };

describe("the score of a ranking", () => {
  test("is 1 for the best order, and as computed by hand for another", () => {
    const gains = [3, 2, 0, 0, 1];
    const best = gains.map((gain) => ({ gain, score: gain }));
    expect(scoreRanking(best, options)).toEqual({ ndcg: 1, recall: 1, best: 1 });
    const other = gains.map((gain, index) => ({ gain, score: index }));
    // Returned: 1, 0, 0, 2.
    const dcg = 1 + 2 / Math.log2(5);
    const ideal = 3 + 2 / Math.log2(3) + 1 / 2;
    const scores = scoreRanking(other, options);
    expect(scores?.ndcg).toBeCloseTo(dcg / ideal, 12);
    expect(scores?.recall).toBeCloseTo(2 / 3, 12);
    expect(scores?.best).toBeCloseTo(2 / 3, 12);
  });

  test("of ties is its expectation over their orders", () => {
    const items = Array.from({ length: 20 }, (_, index) => ({ gain: index < 5 ? 1 : 0, score: 0 }));
    const scores = scoreRanking(items, { ...options, draws: 20_000 });
    expect(scores?.recall).toBeCloseTo(0.25, 1.7);
    expect(scores?.ndcg).toBeCloseTo(0.25, 1.7);
    // At least one of five among four of twenty: 1 - C(15,4) / C(20,4).
    expect(scores?.best).toBeCloseTo(1 - 1365 / 4845, 1.7);
  });

  test("is none where nothing helps", () => {
    expect(scoreRanking([{ gain: 0.01, score: 1 }], options)).toBeUndefined();
    expect(scoreRanking([], options)).toBeUndefined();
  });
});

test("an interval of a mean holds the mean, narrows with more values, and is paired", () => {
  const few = Array.from({ length: 10 }, (_, index) => index % 3);
  const many = Array.from({ length: 1000 }, (_, index) => few[index % 10]!);
  const [wide, narrow] = [bootstrapMean(few), bootstrapMean(many)];
  expect(wide.low).toBeLessThan(wide.mean);
  expect(wide.high).toBeGreaterThan(wide.mean);
  expect(narrow.high - narrow.low).toBeLessThan((wide.high - wide.low) / 5);
  const shifted = few.map((value) => value + 1);
  expect(bootstrapMean(shifted.map((value, index) => value - few[index]!))).toEqual({
    mean: 1,
    low: 1,
    high: 1,
  });
});

test("words that are rare and shared count most, and a query without shared words nothing", () => {
  const texts = ["the loop walks the loop", "the string is joined", "the loop tiles a matrix"];
  const scores = scoreWords("tiles of the loop", texts);
  expect(scores[2]).toBeGreaterThan(scores[0]!);
  expect(scores[0]).toBeGreaterThan(scores[1]!);
  expect(scoreWords("quaternion", texts)).toEqual([0, 0, 0]);
});

test("every shipped task is in a family", () => {
  const tasks = readdirSync(fileURLToPath(new URL("../../tasks", import.meta.url)), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(tasks.length).toBeGreaterThan(20);
  for (const task of tasks) expect(familyOf(task)).toBeTruthy();
});
