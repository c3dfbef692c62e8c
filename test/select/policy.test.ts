import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { policyByName, policyNames, type LessonCandidate } from "../../src/select/policy.ts";
import { exampleLesson, type ExampleFields } from "../lesson/example-lesson.ts";

/** A lesson named by its text, on a source of its own unless one is given. */
function candidate(
  text: string,
  relevance: number,
  fields: ExampleFields = {},
  source = text,
): LessonCandidate {
  const lesson = exampleLesson({ ...fields, text });
  return { lesson: { ...lesson, evidence: { ...lesson.evidence, source } }, relevance };
}

const never = (): number => expect.unreachable("a policy without chance drew a random number");

function choose(name: string, candidates: readonly LessonCandidate[], k: number, random = never): string[] {
  return policyByName(name)
    .select(candidates, { k, random })
    .map((lesson) => lesson.text);
}

const team = [
  candidate("slow but near", 0.9, { ratio: 0.5 }),
  candidate("wrong and nearest", 0.95, { status: "wrong-output" }),
  candidate("fastest", 0.1, { ratio: 5 }),
  candidate("fast", 0.2, { ratio: 3 }),
  candidate("third", 0.8, { ratio: 2 }),
  candidate("far", 0.05, { ratio: 1.01 }),
];

describe("LessonL's selection", () => {
  test("shows all lessons where there are no more than k, the fast ones first", () => {
    expect(choose("lessonl", team.slice(0, 3), 4)).toEqual(["fastest", "wrong and nearest", "slow but near"]);
    expect(choose("lessonl", [], 4)).toEqual([]);
  });

  test("gives half the seats to the highest effective speedups and the rest to the most relevant", () => {
    expect(choose("lessonl", team, 4)).toEqual(["fastest", "fast", "wrong and nearest", "slow but near"]);
    // ⌈3/2⌉ = 2 for speed, one for relevance.
    expect(choose("lessonl", team, 3)).toEqual(["fastest", "fast", "wrong and nearest"]);
  });

  test("gives seats that speed does not fill to relevance", () => {
    const slow = team.filter(({ lesson }) => lesson.text !== "fastest" && lesson.text !== "fast");
    expect(choose("lessonl", [...slow, candidate("medium", 0.5, { ratio: 1.05 })], 4)).toEqual([
      "third",
      "wrong and nearest",
      "slow but near",
      "medium",
    ]);
  });

  test("lets the factor decide who is fast: 1.15 × 0.9 is no more, 1.02 × 1.1 is", () => {
    const exact = (ratio: number): ExampleFields => ({ ratio, interval: [ratio - 0.005, ratio + 0.005] });
    const candidates = [
      candidate("fell", 0.1, { ...exact(1.15), factor: 0.9 }),
      candidate("rose", 0.1, { ...exact(1.02), factor: 1.1 }),
      candidate("near", 0.5, exact(1)),
      candidate("nearer", 0.6, exact(1)),
    ];
    expect(choose("lessonl", candidates, 2)).toEqual(["rose", "nearer"]);
  });

  test("seats no speedup whose interval holds 1", () => {
    const noisy = candidate("noisy", 0.1, { ratio: 4, interval: [0.9, 17] });
    expect(choose("lessonl", [noisy, ...team], 2)).toEqual(["fastest", "wrong and nearest"]);
  });

  test("lets a failure that helped nobody fall behind one that did", () => {
    const failures = [
      candidate("did not help", 0.5, { status: "crashed", factor: 0.9 }),
      candidate("helped", 0.45, { status: "crashed", factor: 1.1 }),
      candidate("unseen", 0.1, { status: "crashed" }),
    ];
    expect(choose("lessonl", failures, 2)).toEqual(["helped", "did not help"]);
  });

  test("shows one lesson for each source", () => {
    const twice = [
      candidate("first", 0.2, { ratio: 5 }, "same"),
      candidate("again", 0.9, { ratio: 4.9 }, "same"),
      candidate("other", 0.1, { ratio: 2 }),
      candidate("near", 0.8, { ratio: 1 }),
    ];
    expect(choose("lessonl", twice, 3)).toEqual(["first", "other", "near"]);
  });

  test("does not depend on the order in which lessons come", () => {
    const tied = Array.from({ length: 9 }, (_, index) => candidate(`tied ${index}`, 0.5, { ratio: 2 }));
    expect(choose("lessonl", tied.toReversed(), 4)).toEqual(choose("lessonl", tied, 4));
  });
});

describe("the control policies", () => {
  test("none shows nothing", () => {
    expect(choose("none", team, 4)).toEqual([]);
  });

  test("speedup-only takes the highest effective speedups, relevance-only the most relevant", () => {
    expect(choose("speedup-only", team, 3)).toEqual(["fastest", "fast", "third"]);
    expect(choose("relevance-only", team, 3)).toEqual(["wrong and nearest", "slow but near", "third"]);
  });

  test("random-k draws each lesson equally often, none twice, and the same for the same numbers", () => {
    let state = 1;
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const drawn = new Map<string, number>();
    for (let draw = 0; draw < 3000; draw++) {
      const texts = choose("random-k", team, 2, random);
      expect(new Set(texts).size).toBe(2);
      for (const text of texts) drawn.set(text, (drawn.get(text) ?? 0) + 1);
    }
    // Each of six is in two of six draws: 1000 expected, standard deviation 26.
    for (const times of drawn.values()) expect(Math.abs(times - 1000)).toBeLessThan(130);
    expect(drawn.size).toBe(6);
    expect(choose("random-k", team, 3, () => 0.5)).toEqual(
      choose("random-k", team.toReversed(), 3, () => 0.5),
    );
    expect(choose("random-k", team, 99, () => 0.99)).toHaveLength(6);
  });
});

describe("the name of a policy", () => {
  test("finds each policy, and a wrong one lists them", () => {
    for (const name of policyNames) expect(policyByName(name).name).toBe(name);
    expect(() => policyByName("best")).toThrow(UsageError);
    try {
      policyByName("best");
    } catch (error) {
      expect((error as UsageError).remedy).toBe(
        "choose one of curated, thompson, lessonl, random-k, none, speedup-only, relevance-only",
      );
    }
  });
});
