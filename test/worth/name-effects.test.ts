import { describe, expect, test } from "vitest";
import { rankTransformations } from "../../src/worth/experience.ts";
import { learnNameEffects } from "../../src/worth/name-effects.ts";
import { readTrials } from "../../src/worth/trials.ts";
import { chance, shuffled, trialLesson, type TrialFields } from "./simulate.ts";

const effectsOf = (trials: readonly TrialFields[]) =>
  learnNameEffects(
    readTrials(
      trials.map((trial) => ({ lesson: trialLesson(trial), similarity: 1 })),
      undefined,
    ),
  );

/** Nine names that do nothing, each on `uses` tasks, and three that do much, on one each. */
const world = (uses: number): TrialFields[] => [
  ...Array.from({ length: 9 * uses }, (_, index) => ({
    task: `task ${index % uses}`,
    names: [`common ${Math.floor(index / uses)}`],
    logSpeedup: 0,
  })),
  ...[0, 1, 2].map((index) => ({ task: `task ${index}`, names: [`rare ${index}`], logSpeedup: 2 })),
];

describe("what transformations do, one with another", () => {
  test("does not depend on how often each was tried", () => {
    const [once, often] = [effectsOf(world(3)).all, effectsOf(world(12)).all];
    expect(once.names).toBe(12);
    expect(often.mean).toBeCloseTo(once.mean, 1);
    expect(often.mean).toBeGreaterThan(0.3);
    expect(often.mean).toBeLessThan(0.5);
    expect(often.deviation).toBeGreaterThan(0.7);
  });

  test("of a name is learned from the others alone", () => {
    const { all, without } = effectsOf(world(3));
    expect(without("rare 0").mean).toBeLessThan(all.mean);
    expect(without("common 0").mean).toBeGreaterThan(all.mean);
    expect(without("a third")).toEqual(all);
    expect(effectsOf([{ task: "one", names: ["only"], logSpeedup: 2 }]).without("only")).toEqual({
      mean: 0,
      error: 0,
      deviation: 0.5,
      names: 0,
    });
  });

  test("is nothing where a few names are known, and more the more of them agree", () => {
    const named = (count: number): TrialFields[] =>
      Array.from({ length: count }, (_, index) => ({
        task: "one",
        names: [`name ${index}`],
        logSpeedup: 1,
      }));
    const means = [4, 5, 10, 40].map((count) => effectsOf(named(count)).all.mean);
    expect(means[0]).toBe(0);
    expect(means.toSorted((left, right) => left - right)).toEqual(means);
    expect(means[1]).toBeGreaterThan(0.5);
    expect(means[3]).toBeGreaterThan(0.85);
    // Of five names each is known by four others alone.
    expect(effectsOf(named(5)).without("name 1").mean).toBe(0);
  });

  test("does not take into account what was stacked or could not be timed, nor the order of the trials", () => {
    const trials = world(3);
    const more = [
      ...trials,
      { task: "one", names: ["rare 1", "common 1"], logSpeedup: 3 },
      { task: "one", names: ["broken"] },
    ];
    expect(effectsOf(shuffled(more, chance(1))).all).toEqual(effectsOf(trials).all);
  });
});

describe("a transformation that nobody has tried", () => {
  test("promises what others did, one with another, and more than what is known to do nothing", () => {
    const ranking = rankTransformations(
      world(6).map((trial) => ({ lesson: trialLesson(trial), similarity: 1 })),
    );
    const { mean } = effectsOf(world(6)).all;
    expect(ranking.untried.expectedLogSpeedup).toBeCloseTo(mean, 10);
    expect(ranking.untried.deviation).toBeGreaterThan(0.7);
    expect(ranking.untried.promise).toBeGreaterThan(0.3);
    expect(ranking.expect("common 0")!.promise).toBeLessThan(ranking.untried.promise / 2);
    expect(ranking.expect("never")).toBeUndefined();
  });

  test("lends a rare name that was tried once the benefit of the doubt", () => {
    const trials = [...world(6), { task: "one", names: ["seen once"], logSpeedup: 0.4, error: 0.3 }];
    const among = rankTransformations(trials.map((trial) => ({ lesson: trialLesson(trial), similarity: 1 })));
    const alone = rankTransformations([{ lesson: trialLesson(trials.at(-1)!), similarity: 1 }]);
    expect(among.expect("seen once")!.promise).toBeGreaterThan(alone.expect("seen once")!.promise);
  });
});
