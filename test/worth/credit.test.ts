import { describe, expect, test } from "vitest";
import { estimateCredit, familiesOf } from "../../src/worth/credit.ts";
import { chance, drawWorld, exampleShowing, shuffled, type ShowingFields } from "./simulate.ts";

const familyByNumber = (id: string): string => `${id.split(" ")[0]} ${Number(id.split(" ").at(-1)) % 3}`;
const speedOnly = (id: string): boolean => id.startsWith("lesson");

const outcome = (shown: boolean, rest: Pick<ShowingFields, "logSpeedup" | "status">, run: number) =>
  exampleShowing({
    run: `${run}`,
    task: "t",
    drawn: [{ lesson: "a", probability: 0.5, shown }],
    ...rest,
  });

const halfShown = (lesson: string, count: number, effect: number) =>
  Array.from({ length: count }, (_, run) =>
    exampleShowing({
      run: `${run}`,
      task: "t",
      drawn: [{ lesson, probability: 0.5, shown: run % 2 === 0 }],
      logSpeedup: 1 + (run % 2 === 0 ? effect : 0),
    }),
  );

describe("credit", () => {
  test("holds the true effect in its 95 % interval about as often as it says", () => {
    const random = chance(5);
    let within = { logSpeedup: 0, correctness: 0 };
    let all = 0;
    for (let world = 0; world < 30; world++) {
      const { showings, effects } = drawWorld(random, {
        runs: 16,
        proposals: 8,
        lessons: 8,
        families: 3,
        deviation: [0, 0.05, 0.15][world % 3] ?? 0,
        probability: (lesson, ease) => 0.25 + 0.5 / (1 + Math.exp(ease * (lesson % 2 === 0 ? 1 : -1))),
      });
      const speeds = estimateCredit(
        showings.filter(({ drawn }) => speedOnly(drawn[0]?.lesson ?? "")),
        { familyOf: familyByNumber },
      );
      const rights = estimateCredit(
        showings.filter(({ drawn }) => !speedOnly(drawn[0]?.lesson ?? "")),
        { familyOf: familyByNumber },
      );
      for (const [lesson, effect] of effects) {
        const speed = speeds.get(lesson)?.logSpeedup;
        const right = rights.get(`right ${lesson}`)?.correctness;
        if (!speed || !right) throw new Error("no credit");
        all++;
        within = {
          logSpeedup:
            within.logSpeedup + Number(speed.low <= effect.logSpeedup && effect.logSpeedup <= speed.high),
          correctness:
            within.correctness + Number(right.low <= effect.correctness && effect.correctness <= right.high),
        };
      }
    }
    for (const share of [within.logSpeedup / all, within.correctness / all]) {
      expect(share).toBeGreaterThan(0.91);
      expect(share).toBeLessThan(0.995);
    }
  });

  test("has the right sign where what was shown on easy tasks looks good and does harm", () => {
    const { showings } = drawWorld(chance(9), {
      runs: 48,
      proposals: 10,
      lessons: 2,
      families: 2,
      deviation: 0,
      // The first harms and is shown on easy tasks; the second helps and is shown on hard ones.
      effect: (lesson) => (lesson === 0 ? -0.12 : 0.12),
      probability: (lesson, ease) => 0.1 + 0.8 / (1 + Math.exp((lesson === 0 ? -3 : 3) * ease)),
    });
    const own = showings.filter(({ drawn }) => speedOnly(drawn[0]?.lesson ?? ""));
    const naive = (lesson: string): number => {
      const mean = (shown: boolean): number => {
        const values = own
          .filter(({ drawn }) => drawn.some((each) => each.lesson === lesson && each.shown === shown))
          .map(({ gain }) => gain?.logSpeedup ?? 0);
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      };
      return mean(true) - mean(false);
    };
    const credits = estimateCredit(own);
    expect(naive("lesson 0")).toBeGreaterThan(0.1);
    expect(naive("lesson 1")).toBeLessThan(-0.1);
    expect(credits.get("lesson 0")?.logSpeedup.high).toBeLessThan(0);
    expect(credits.get("lesson 1")?.logSpeedup.low).toBeGreaterThan(0);
  });

  test("counts a failure and no proposal as not right and as no gain, and a slower one as no gain", () => {
    const runs = Array.from({ length: 60 }, (_, run) => run);
    const better = estimateCredit(
      runs.flatMap((run) => [
        outcome(true, { logSpeedup: 0.5 }, run),
        outcome(false, run % 2 === 0 ? {} : { status: "crashed" }, run),
      ]),
    ).get("a");
    expect(better?.correctness.mean).toBeGreaterThan(0.9);
    expect(better?.correctness.high).toBeLessThanOrEqual(1);
    expect(better?.logSpeedup.mean).toBeGreaterThan(0.4);
    const slower = estimateCredit(
      runs.flatMap((run) => [outcome(true, { logSpeedup: -3 }, run), outcome(false, { logSpeedup: 0 }, run)]),
    ).get("a");
    expect(slower?.logSpeedup.mean).toBeCloseTo(0, 9);
    expect(slower?.correctness.mean).toBeCloseTo(0, 9);
  });

  test("takes nothing from draws that were certain, and counts shown, withheld, cited and applied apart", () => {
    const certain = Array.from({ length: 50 }, (_, run) =>
      exampleShowing({
        run: `${run}`,
        task: "t",
        drawn: [{ lesson: "a", probability: 1, shown: true, cited: run < 20, applied: run < 5 }],
        logSpeedup: 3,
      }),
    );
    const withheld = exampleShowing({
      run: "x",
      task: "t",
      drawn: [{ lesson: "a", probability: 0.5, shown: false, applied: true }],
    });
    const credit = estimateCredit([...certain, withheld]).get("a");
    expect(credit).toMatchObject({ shown: 0, withheld: 1, cited: 0, applied: 0, runs: 1 });
    expect(credit?.logSpeedup.mean).toBe(0);
    expect(credit?.logSpeedup.low).toBeLessThan(-0.15);
    const byChance = certain.map((showing) => ({
      ...showing,
      drawn: showing.drawn.map((drawn) => ({ ...drawn, probability: 0.5 })),
    }));
    expect(estimateCredit([...byChance, withheld]).get("a")).toMatchObject({
      shown: 50,
      withheld: 1,
      cited: 20,
      applied: 5,
      runs: 51,
    });
  });

  test("stays uncertain where few draws all went the same way", () => {
    const few = [true, true, false, false].map((shown, run) =>
      exampleShowing({
        run: `${run}`,
        task: "t",
        drawn: [{ lesson: "a", probability: 0.5, shown }],
        logSpeedup: shown ? 0.5 : 0,
      }),
    );
    const credit = estimateCredit(few).get("a");
    expect(credit?.logSpeedup.low).toBeLessThan(0);
    expect(credit?.logSpeedup.mean).toBeGreaterThan(0);
    // Of the family, of all lessons and of this one no more is known than that effects are about 0.1.
    expect(credit?.logSpeedup.error).toBeGreaterThan(0.12);
  });

  test("lends what a family showed to a lesson that was hardly drawn", () => {
    const showings = [
      ...halfShown("tile 1", 80, 0.3),
      ...halfShown("tile 2", 80, 0.3),
      ...halfShown("unroll 1", 80, 0),
      ...halfShown("tile new", 2, 0),
      ...halfShown("unroll new", 2, 0),
    ];
    const familyOf = familiesOf(
      ["tile 1", "tile 2", "tile new", "unroll 1", "unroll new"].map((id) => ({
        id,
        transformations: [id.split(" ")[0] ?? ""],
      })),
    );
    const credits = estimateCredit(showings, { familyOf });
    expect(credits.get("tile new")?.logSpeedup.mean).toBeGreaterThan(
      (credits.get("unroll new")?.logSpeedup.mean ?? 1) + 0.05,
    );
    expect(familiesOf([{ id: "a", transformations: ["loop-tiling"] }], { "loop-tiling": "loops" })("a")).toBe(
      "loops",
    );
    expect(familyOf("nobody")).toBeUndefined();
  });

  test("does not depend on the order of the showings, nor on one being there twice", () => {
    const random = chance(21);
    const { showings } = drawWorld(random, {
      runs: 6,
      proposals: 4,
      lessons: 5,
      families: 2,
      deviation: 0.1,
      probability: () => 0.4,
    });
    expect(estimateCredit(shuffled([...showings, ...showings.slice(0, 9)], random))).toEqual(
      estimateCredit(showings),
    );
    expect(estimateCredit([])).toEqual(new Map());
  });
});
