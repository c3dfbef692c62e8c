import { describe, expect, it } from "vitest";
import { uniqueBySet } from "../../../../src/agent/rewrites/javascript/unique-by-set.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

describe("unique-by-set", () => {
  it("keeps the first of each kind", async () => {
    await expectSameValues(uniqueBySet, [
      {
        function: "unique",
        source: `function unique(xs) {
  return xs.filter((x, i) => xs.indexOf(x) === i).concat(xs.map(String).filter(function (x, i, all) { return i == all.indexOf(x); }));
}`,
        calls: [`unique([])`, `unique([3, 1, 3, "1", 0, -0, null, undefined, undefined])`],
      },
      {
        language: "typescript",
        function: "Words.distinct",
        source: `class Words {
  words: readonly string[];
  constructor(words: readonly string[]) { this.words = words; }
  distinct(): string[] {
    return this.words.filter((word, index) => this.words.indexOf(word) === index);
  }
}`,
        calls: [`new Words(["a", "b", "a"]).distinct()`],
      },
    ]);
  });

  it("writes a spread, in TypeScript Array.from, and says what it assumes", async () => {
    const [found] = await opportunitiesIn(
      uniqueBySet,
      "function f(xs) { return xs.filter((x, i) => xs.indexOf(x) === i); }",
      "f",
      "javascript",
    );
    expect(found?.apply()).toContain("return [...new Set(xs)];");
    expect(found?.assumptions).toEqual(["xs is an array.", "No element of xs is NaN, -0 or missing."]);
    const typed = "function f(xs: string[]) { return xs.filter((x, i, a) => a.indexOf(x) === i); }";
    const [inTypeScript] = await opportunitiesIn(uniqueBySet, typed, "f", "typescript");
    expect(inTypeScript?.apply()).toContain("Array.from(new Set(xs))");
  });

  it("is not offered for other questions", async () => {
    await expectRefusals(uniqueBySet, [
      "function f(xs, ys) { return xs.filter((x, i) => ys.indexOf(x) === i); }",
      "function f(xs) { return xs.filter((x, i) => xs.lastIndexOf(x) === i); }",
      "function f(xs) { return xs.filter((x, i) => xs.indexOf(x) !== i); }",
      "function f(xs) { return xs.filter((x, i) => xs.indexOf(x, 1) === i); }",
      "function f(xs) { return xs.map((x, i) => xs.indexOf(x) === i); }",
      "function f(xs) { return xs().filter((x, i) => xs().indexOf(x) === i); }",
      "function f(xs) { return xs.filter((x, i) => xs.indexOf(x) === i, 1); }",
    ]);
  });
});
