import { describe, expect, it } from "vitest";
import { proportion, proportionText } from "../../bench/proportion.ts";

describe("the interval of a share", () => {
  it.each([
    // count, total, low, high: tables of exact binomial limits
    [0, 10, 0, 0.3085],
    [1, 10, 0.0025, 0.445],
    [5, 10, 0.1871, 0.8129],
    [10, 10, 0.6915, 1],
    [5, 100, 0.0164, 0.1128],
    [95, 100, 0.8872, 0.9836],
  ])("of %i in %i is the tabulated one", (count, total, low, high) => {
    const found = proportion(count, total);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  it("of none in many is known in closed form", () => {
    expect(proportion(0, 300).high).toBeCloseTo(1 - 0.025 ** (1 / 300), 10);
  });

  it("holds the truth at least 95 times in a hundred, whatever the truth", () => {
    const total = 40;
    for (const truth of [0.01, 0.05, 0.3, 0.5, 0.97]) {
      let chance = 0;
      let choose = 1;
      for (let count = 0; count <= total; count++) {
        if (count > 0) choose *= (total - count + 1) / count;
        const { low, high } = proportion(count, total);
        if (low <= truth && truth <= high) chance += choose * truth ** count * (1 - truth) ** (total - count);
      }
      expect(chance).toBeGreaterThanOrEqual(0.95);
    }
  });

  it("of nothing is everything", () => {
    expect(proportion(0, 0)).toMatchObject({ share: 0, low: 0, high: 1 });
  });

  it("reads as hundredths", () => {
    expect(proportionText(proportion(5, 100))).toBe("5/100 = 5.0 % [1.6, 11.3]");
  });
});
