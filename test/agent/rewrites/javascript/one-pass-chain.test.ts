import { describe, expect, it } from "vitest";
import { onePassChain } from "../../../../src/agent/rewrites/javascript/one-pass-chain.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

const matching = (word: string, parameter = "w") =>
  `const text = "a"; function f(xs, ${parameter}) { return xs.filter((x) => x.match(${word})).map((x) => x.match(${word})); }`;

describe("one-pass-chain", () => {
  it("gathers the same", async () => {
    await expectSameValues(onePassChain, [
      {
        function: "all",
        source: `function all(xs, k) {
  const kept = xs.filter((x) => x > k).map((x) => ({ x, y: x * k }));
  let sum;
  sum = xs.map((v) => v * 2).filter((v) => { return v % 3 !== 0; }).reduce((a, b) => a + b, 0);
  const names = Object.keys(kept).map((k) => k + "!").filter((name) => (name !== "1!"));
  if (sum > 10) return kept.map((item) => item.y).map((y) => [y, sum]).filter((pair) => pair.length && pair[0]);
  return [kept, sum, names];
}`,
        calls: [`all([1, 2, 3, 4], 1)`, `all([], 0)`, `all([-0, NaN, 1], -1)`],
      },
      {
        function: "short",
        source: `const short = (xs) => xs.map((x) => x.trim()).filter((x) => x.length > 0);`,
        calls: [`short([" a", " ", "b "])`],
      },
    ]);
  });

  it("keeps chains whose links act, are named, count, or do not come first", async () => {
    await expectRefusals(onePassChain, [
      `function f(xs) { let n = 0; return xs.filter(x => n++ < 2).map(x => x + n); }`,
      `function f(xs) { return xs.map(show).filter(x => x); }`,
      `function f(xs) { return xs.map((x, i) => i).filter(x => x); }`,
      `async function f(xs) { return xs.map(async x => x).filter(x => x); }`,
      `function f(xs) { return [xs.pop(), xs.map(x => x + 1).filter(x => x)]; }`,
      `function f(xs) { return xs.map(x => x + 1); }`,
      `function f(xs) { return xs.map(x => x + 1).reduce((a, b) => a + b); }`,
      `function f(xs) { return xs.filter(x => x).map(x => () => x); }`,
      `function f(xs) { return xs && xs.filter(x => x).map(x => x + 1); }`,
    ]);
  });

  it("keeps chains whose links ask one pattern that goes on from where it last stopped", async () => {
    const chain = "return xs.filter((x) => word.test(x)).map((x) => word.test(x));";
    await expectRefusals(onePassChain, [
      `const word = /a/g; function f(xs) { ${chain} }`,
      `function f(xs) { const word = /a/y; ${chain} }`,
    ]);
    // A pattern that comes from elsewhere may be such a one.
    const computes = "What the callbacks of the chain call only computes values.";
    for (const [word, parameter] of [["w"], ["w", "w: string | RegExp"], ["text || w"], ["...w"]] as const) {
      const found = await opportunitiesIn(onePassChain, matching(word, parameter));
      expect.soft(found[0]?.assumptions, word).toContain(computes);
    }
    for (const word of ['"a"', "text", "String(w)", "w + text", "w.trim()", "/a/"]) {
      const found = await opportunitiesIn(onePassChain, matching(word));
      expect.soft(found, word).toHaveLength(1);
      expect.soft(found[0]?.assumptions, word).not.toContain(computes);
    }
    const [typed] = await opportunitiesIn(onePassChain, matching("w", "w: string"));
    expect.soft(typed?.assumptions).toEqual([expect.stringContaining("xs"), expect.stringContaining("xs")]);
    await expectSameValues(onePassChain, [
      {
        function: "f",
        source: `const word = /a/i;\nfunction f(xs) { ${chain} }`,
        calls: [`f(["a", "xA", "b"])`],
      },
    ]);
  });
});
