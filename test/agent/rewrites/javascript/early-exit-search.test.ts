import { describe, it } from "vitest";
import { earlyExitSearch } from "../../../../src/agent/rewrites/javascript/early-exit-search.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("early-exit-search", () => {
  it("finds the same", async () => {
    await expectSameValues(earlyExitSearch, [
      {
        function: "look",
        source: `function look(xs, big) {
  if (xs.filter((x) => x > 5).length === 0) return "none";
  const any = xs.filter(big).length > 0 || xs.filter(function (x) { return x < 0; }).length !== 0;
  return [any, xs.filter(x => x > 5)[0], xs
    .filter((x) => x === 7)
    .length < 1, typeof xs.filter(x => x > 99)[0]];
}`,
        calls: [`look([1, 6, 7], (x) => x > 6)`, `look([1], Boolean)`, `look([8, NaN, -0], (x) => false)`],
      },
    ]);
  });

  it("keeps filters whose callback acts, and other questions", async () => {
    await expectRefusals(earlyExitSearch, [
      `function f(xs) { let n = 0; const one = xs.filter(x => { n++; return x; })[0]; return [n, one]; }`,
      `function f(xs) { return xs.filter(x => x)[1]; }`,
      `function f(xs) { return xs.filter(x => x).length > 1; }`,
      `function f(xs) { xs.filter(x => x)[0] = 1; }`,
      `function f(xs) { return xs.filter(x => x)[0](); }`,
      `function f(xs, n) { return n > xs.filter(x => x).length; }`,
      `function f(xs, me) { return xs.filter(function (x) { return this.n === x; }, me)[0]; }`,
    ]);
  });

  it("keeps filters that ask a pattern which goes on from where it last stopped", async () => {
    const asked = "return xs.filter((x) => word.test(x)).length > 0;";
    await expectRefusals(earlyExitSearch, [
      `const word = /a/g; function f(xs) { ${asked} }`,
      `function f(xs) { const word = new RegExp("a", "gi"); ${asked} }`,
      `function f(xs) { let word = /a/; word = /b/y; ${asked} }`,
      `const own = { word: /a/g }; function f(xs) { ${asked.replace("word", "own.word")} }`,
      `const word = /a/y; function f(xs) { return xs.filter((x) => x.match(word)).length > 0; }`,
    ]);
    await expectSameValues(earlyExitSearch, [
      {
        function: "f",
        source: `const word = /a/i; const own = { word: new RegExp("b") };
function f(xs) { ${asked.slice(0, -1)} || xs.filter((x) => own.word.test(x) || /c/g.test(x)).length > 0; }`,
        calls: [`f(["x", "A"])`, `f(["ccc", "c"])`, `f([])`],
      },
    ]);
  });
});
