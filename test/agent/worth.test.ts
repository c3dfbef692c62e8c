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
  const promises = ["first", "second", "third"].map((name) =>
    worth.given(nothingLearned).expect(name, at("x")),
  );
  expect(promises[0]!.promise).toBeGreaterThan(promises[1]!.promise);
  expect(promises[1]!.promise).toBeGreaterThan(promises[2]!.promise);
  expect(promises.some(({ proven }) => proven)).toBe(false);
});

test("what helped at a place promises more there, and a little more elsewhere", () => {
  const worth = createWorth(["tiling"]);
  const before = worth.given(nothingLearned).expect("tiling", at("the loop over i")).promise;
  worth.record(attempt("tiling", "the loop over i"), measured(2));
  const here = worth.given(nothingLearned).expect("tiling", at("the loop over i"));
  const elsewhere = worth.given(nothingLearned).expect("tiling", at("the loop over j"));
  // One observation of log 2 with variance 0.15² + (0.04 / 5.15)² against a prior of 0 ± 0.9: 0.6931 · 0.81 / (0.81 + 0.02256).
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
  const here = worth.given(nothingLearned).expect("fusion", at("the loop over i"));
  const elsewhere = worth.given(nothingLearned).expect("fusion", at("the loop over j"));
  expect(here.promise).toBeLessThan(elsewhere.promise);
  expect(here.fasterProbability).toBeLessThan(elsewhere.fasterProbability);
});

test("only what was added on top of the base is credited", () => {
  const worth = createWorth(["unrolling"]);
  worth.record(attempt("unrolling", "the loop over i", { transformations: 1, speed: 4 }), measured(4));
  expect(worth.given(nothingLearned).expect("unrolling", at("the loop over i")).logSpeedup).toBeCloseTo(0, 6);
});

const step = (name: string, place = "the loop over i") => ({ name, parameters: {}, place });
const candidateOf = (...steps: ReturnType<typeof step>[]): Candidate => ({
  ...attempt("any", "any"),
  transformations: steps,
});

test("of steps that were tried together, the more uncertain takes more of what was seen", () => {
  const worth = createWorth(["interchange", "unrolling"]);
  worth.record(candidateOf(step("interchange"), step("unrolling")), measured(4));
  const belief = worth.given(nothingLearned);
  const [first, second] = ["interchange", "unrolling"].map((name) =>
    belief.expect(name, at("the loop over i")),
  );
  // Variances 0.81 and 0.0625 of what a textbook leaves open.
  expect(first!.logSpeedup / second!.logSpeedup).toBeCloseTo(0.81 / 0.0625, 6);
  expect(first!.logSpeedup + second!.logSpeedup).toBeLessThan(Math.log(4));
});

test("what was measured without a step tells what the step did, also where that is learned last", () => {
  const worth = createWorth(["interchange", "unrolling"]);
  const both = candidateOf(step("interchange"), step("unrolling"));
  worth.record(both, measured(2));
  const before = worth.given(nothingLearned).promiseWithout(step("unrolling"));
  worth.record(candidateOf(step("interchange")), measured(4));
  const after = worth.given(nothingLearned);
  expect(after.expect("unrolling", at("the loop over i")).logSpeedup).toBeLessThan(-0.4);
  expect(after.promiseWithout(step("unrolling"))).toBeGreaterThan(before);
  expect(after.promiseWithout(step("interchange"))).toBeLessThan(0.02);
});

test("candidates of others count as the agent's own do, and none twice", () => {
  const [own, told] = [createWorth(["interchange"]), createWorth(["interchange"])];
  own.record(candidateOf(step("interchange")), measured(4));
  const seen = { steps: [step("interchange")], speedup: { ratio: 4, low: 3.92, high: 4.08 } };
  const of = (belief: ReturnType<typeof own.given>) =>
    belief.expect("interchange", at("the loop over i")).logSpeedup;
  expect(of(told.given(nothingLearned, [seen]))).toBeCloseTo(of(own.given(nothingLearned)), 9);
  expect(of(own.given(nothingLearned, [seen]))).toBeCloseTo(of(own.given(nothingLearned)), 9);
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
