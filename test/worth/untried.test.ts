import { describe, expect, test } from "vitest";
import { isApplied, type GeneralLesson } from "../../src/worth/general-lesson.ts";
import { generalise } from "../../src/worth/generalise.ts";
import { chance, shuffled, trialLesson, type TrialFields } from "./simulate.ts";

const trials: TrialFields[] = Array.from({ length: 8 }, (_, index) => ({
  task: `task ${index % 3}`,
  names: [`name ${index}`],
  ...(index < 7 && { logSpeedup: index < 4 ? 1 : index < 6 ? 0 : -0.5 }),
}));

const untriedAmong = (given: readonly TrialFields[]): GeneralLesson[] =>
  generalise(given.map(trialLesson)).general.filter(({ untried }) => untried);

describe("the general lesson on what no lesson is about", () => {
  test("says what transformations did, one with another, and counts them in place of tasks", () => {
    const [lesson, ...others] = untriedAmong(trials);
    expect(others).toEqual([]);
    expect(lesson).toMatchObject({
      transformations: [],
      polarity: "gain",
      measured: 7,
      gained: 4,
      lost: 1,
      failed: 1,
      tasks: ["task 0", "task 1", "task 2"],
      admitted: "replicated",
    });
    expect(lesson!.evidence).toHaveLength(8);
    expect(lesson!.effect.mean).toBeGreaterThan(0.2);
    expect(lesson!.effect.error).toBeGreaterThan(lesson!.meanEffect.error);
    expect(lesson!.text).toMatch(
      /^What no lesson is about has yet to be tried\. Of 7 transformations on 3 tasks, one with another, 4 made the code faster and 1 slower, running at 1\.\d\d times its former speed \(on the next one 0\.\d\d to \d\.\d\d, 95 % interval\)\.$/,
    );
  });

  test("has the same name whatever is added to the evidence, and another on another architecture", () => {
    const [first] = untriedAmong(trials);
    const [more] = untriedAmong([...trials, { task: "task 9", names: ["name 9"], logSpeedup: 3 }]);
    expect(more!.id).toBe(first!.id);
    const elsewhere = trials.map((trial) => ({ ...trial, context: { isa: "arm64 neon" } }));
    const both = untriedAmong([...trials, ...elsewhere]);
    expect(new Set(both.map(({ id }) => id)).size).toBe(2);
    expect(both.map(({ architecture }) => architecture).toSorted()).toEqual(["arm64", "x86-64"]);
  });

  test("is not there before several names were tried on several tasks", () => {
    expect(untriedAmong(trials.slice(0, 4))).toEqual([]);
    expect(untriedAmong(trials.map((trial) => ({ ...trial, task: "one" })))).toEqual([]);
  });

  test("does not depend on the order of the lessons", () => {
    const lessons = trials.map(trialLesson);
    const of = (those: typeof lessons) => generalise(those).general.filter(({ untried }) => untried);
    expect(of(shuffled(lessons, chance(3)))).toEqual(of(lessons));
  });

  test("is applied by whoever tries one of what it is about, where others have to be followed whole", () => {
    const transformations = ["tile", "unroll"];
    const added = new Set(["tile"]);
    expect(isApplied({ transformations, untried: true }, added)).toBe(true);
    expect(isApplied({ transformations }, added)).toBe(false);
    expect(isApplied({ transformations }, new Set(["unroll", "tile", "split"]))).toBe(true);
    expect(isApplied({ transformations, untried: true }, new Set(["split"]))).toBe(false);
  });
});
