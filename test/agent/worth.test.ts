import { expect, test } from "vitest";
import type { Candidate } from "../../src/agent/agent.ts";
import type { Opportunity } from "../../src/agent/rewrites/rewrite.ts";
import { createWorth, promiseOfStack, type Expectation } from "../../src/agent/worth.ts";
import { rankTransformations } from "../../src/worth/experience.ts";
import { measured } from "../strategy/scripted.ts";

const nothingLearned = rankTransformations([]);
const at = (place: string): Opportunity => ({
  parameters: {},
  place,
  preconditions: [],
  assumptions: [],
  apply: () => "",
});

function attempt(name: string, place: string, basis?: { transformations: number; speed: number }): Candidate {
  const kept = Array.from({ length: basis?.transformations ?? 0 }, () => ({
    name: "earlier",
    parameters: {},
    place: "elsewhere",
  }));
  return {
    id: "c",
    agent: "a",
    round: 0,
    lessons: [],
    source: "",
    assumptions: [],
    summary: "",
    transformations: [...kept, { name, parameters: {}, place }],
    ...(basis && { basis: { lesson: "l", ...basis } }),
  };
}

test("without evidence the textbook order decides, and nothing counts as proven", () => {
  const worth = createWorth(["first", "second", "third"]);
  const promises = ["first", "second", "third"].map((name) => worth.expect(name, at("x"), nothingLearned));
  expect(promises[0]!.promise).toBeGreaterThan(promises[1]!.promise);
  expect(promises[1]!.promise).toBeGreaterThan(promises[2]!.promise);
  expect(promises.some(({ proven }) => proven)).toBe(false);
});

test("what helped at a place promises more there, and a little more elsewhere", () => {
  const worth = createWorth(["tiling"]);
  const before = worth.expect("tiling", at("the loop over i"), nothingLearned).promise;
  worth.record(attempt("tiling", "the loop over i"), measured(2));
  const here = worth.expect("tiling", at("the loop over i"), nothingLearned);
  const elsewhere = worth.expect("tiling", at("the loop over j"), nothingLearned);
  // One observation of log 2 with standard deviation 0.15 against a prior of 0 ± 0.9: 0.6931 · 44.44 / (44.44 + 1.235).
  expect(here.logSpeedup).toBeCloseTo(0.6744, 3);
  expect(elsewhere.logSpeedup).toBeGreaterThan(0);
  expect(elsewhere.logSpeedup).toBeLessThan(here.logSpeedup);
  expect(here.promise).toBeGreaterThan(before);
  expect(here.proven).toBe(true);
});

test("a failure makes the place it happened at less promising than others", () => {
  const worth = createWorth(["fusion"]);
  worth.record(attempt("fusion", "the loop over i"), {
    status: "wrong-output",
    reason: "return: 1, but the reference gives 2",
    calls: 1,
    evaluationMs: 1,
  });
  const here = worth.expect("fusion", at("the loop over i"), nothingLearned);
  const elsewhere = worth.expect("fusion", at("the loop over j"), nothingLearned);
  expect(here.promise).toBeLessThan(elsewhere.promise);
  expect(here.fasterProbability).toBeLessThan(elsewhere.fasterProbability);
});

test("only what was added on top of the base is credited", () => {
  const worth = createWorth(["unrolling"]);
  worth.record(attempt("unrolling", "the loop over i", { transformations: 1, speed: 4 }), measured(4));
  expect(worth.expect("unrolling", at("the loop over i"), nothingLearned).logSpeedup).toBeCloseTo(0, 6);
});

test("a stack promises what one try of all of it is expected to gain, not the sum of its steps", () => {
  const step = (logSpeedup: number, deviation: number): Expectation => ({
    promise: 0,
    logSpeedup,
    deviation,
    successProbability: 0.5,
    fasterProbability: 0.5,
    proven: true,
  });
  // E[max(0, X)] of a normal X around 0 is σ/√(2π): of 3 and 4 together σ is 5.
  expect(promiseOfStack([step(0, 3)])).toBeCloseTo((0.5 * 3) / Math.sqrt(2 * Math.PI), 5);
  expect(promiseOfStack([step(0, 3), step(0, 4)])).toBeCloseTo((0.25 * 5) / Math.sqrt(2 * Math.PI), 5);
  // Far from 0 it is the mean.
  expect(promiseOfStack([step(1, 0.1), step(2, 0.1)])).toBeCloseTo(0.25 * 3, 5);
});
