import { describe, expect, test } from "vitest";
import { drawShown, usualDraw } from "../../src/select/draw.ts";
import { estimateCredit } from "../../src/worth/credit.ts";
import { exampleShowing } from "../lesson/example-showing.ts";
import { randomStream } from "../../src/strategy/random.ts";

const items = ["a", "b", "c"];

describe("a draw of what is shown", () => {
  test("shows everything for certain where nothing is withheld", () => {
    expect(drawShown(items, { none: 0, withhold: 0, random: () => 0 })).toEqual({
      abstained: false,
      drawn: items.map((item) => ({ item, probability: 1, shown: true })),
    });
  });

  test("keeps the chance with which each is shown where anything is, as often as it comes true", () => {
    const random = randomStream(1, "draws");
    const draws = Array.from({ length: 4000 }, () => drawShown(items, { ...usualDraw, random }));
    const some = draws.filter(({ abstained }) => !abstained);
    const probability = 1 - usualDraw.withhold;
    // Four standard errors each.
    const margin = 4 * Math.sqrt((probability * (1 - probability)) / some.length);
    for (const index of items.keys()) {
      const shown = some.filter(({ drawn }) => drawn[index]?.shown).length / some.length;
      expect(Math.abs(shown - probability)).toBeLessThan(margin);
    }
    expect(new Set(draws.flatMap(({ drawn }) => drawn.map((each) => each.probability)))).toEqual(
      new Set([probability]),
    );
    const abstained = 1 - some.length / draws.length;
    expect(Math.abs(abstained - usualDraw.none)).toBeLessThan(4 * Math.sqrt(0.09 / draws.length));
  });

  test("shows nothing where it abstains", () => {
    const { abstained, drawn } = drawShown(items, { none: 1, withhold: 0, random: () => 0.5 });
    expect(abstained).toBe(true);
    expect(drawn.some(({ shown }) => shown)).toBe(false);
  });

  test("credits a lesson with what it does, and none of those that are shown beside it", () => {
    const random = randomStream(4, "world");
    const showings = Array.from({ length: 40 }, (_, run) =>
      Array.from({ length: 12 }, (__, round) => {
        const { abstained, drawn } = drawShown(items, { ...usualDraw, random });
        const helped = drawn.some(({ item, shown }) => item === "a" && shown);
        return exampleShowing({
          run: `run ${run}`,
          round,
          ...(abstained && { abstained: true as const }),
          drawn: drawn.map(({ item, probability, shown }) => ({
            lesson: item,
            probability,
            shown,
            cited: false,
            applied: false,
          })),
          status: "measured",
          gain: { logSpeedup: (helped ? 0.4 : 0) + 0.1 * random(), error: 0.01 },
        });
      }),
    ).flat();
    const credits = estimateCredit(showings);
    expect(credits.get("a")?.logSpeedup.low).toBeGreaterThan(0.3);
    for (const other of ["b", "c"]) {
      expect(credits.get(other)?.logSpeedup.low).toBeLessThan(0);
      expect(credits.get(other)?.logSpeedup.high).toBeGreaterThan(0);
    }
  });

  test("is the same for the same numbers", () => {
    const draw = () => drawShown(items, { ...usualDraw, random: randomStream(3, "draws") });
    expect(draw()).toEqual(draw());
  });
});
