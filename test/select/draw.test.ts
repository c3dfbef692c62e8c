import { describe, expect, test } from "vitest";
import { drawShown, usualDraw } from "../../src/select/draw.ts";
import { randomStream } from "../../src/strategy/random.ts";

const items = ["a", "b", "c"];

describe("a draw of what is shown", () => {
  test("shows everything for certain where nothing is withheld", () => {
    const drawn = drawShown(items, { none: 0, withhold: 0, random: () => 0 });
    expect(drawn).toEqual(items.map((item) => ({ item, probability: 1, shown: true })));
  });

  test("keeps the chance with which each was shown, as often as it comes true", () => {
    const random = randomStream(1, "draws");
    const draws = Array.from({ length: 4000 }, () => drawShown(items, { ...usualDraw, random }));
    const probability = (1 - usualDraw.none) * (1 - usualDraw.withhold);
    for (const index of items.keys()) {
      const shown = draws.filter((drawn) => drawn[index]?.shown).length / draws.length;
      // Four standard errors.
      expect(Math.abs(shown - probability)).toBeLessThan(
        4 * Math.sqrt((probability * (1 - probability)) / 4000),
      );
    }
    expect(new Set(draws.flat().map((each) => each.probability))).toEqual(new Set([probability]));
  });

  test("shows nothing at all as often as it says, beyond what single chances come to", () => {
    const random = randomStream(2, "draws");
    const none = Array.from({ length: 4000 }, () => drawShown(items, { ...usualDraw, random })).filter(
      (drawn) => drawn.every(({ shown }) => !shown),
    );
    expect(none.length / 4000).toBeGreaterThan(usualDraw.none * 0.8);
    expect(none.length / 4000).toBeLessThan(usualDraw.none * 1.3);
  });

  test("is the same for the same numbers", () => {
    const draw = () => drawShown(items, { ...usualDraw, random: randomStream(3, "draws") });
    expect(draw()).toEqual(draw());
  });
});
