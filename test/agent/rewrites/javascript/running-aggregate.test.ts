import { describe, expect, it } from "vitest";
import { runningAggregate } from "../../../../src/agent/rewrites/javascript/running-aggregate.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

describe("running-aggregate", () => {
  it("gives the same sums, maxima and minima", async () => {
    await expectSameValues(runningAggregate, [
      {
        function: "parts",
        source: `function parts(xs, k) {
  const out = xs.map((x, i) => xs.slice(0, i + 1).reduce((a, b) => a + b, 0));
  for (let i = 0; i < xs.length; i++) {
    out.push(xs.slice(i + 1).reduce((sum, x) => sum + x, 0));
    out.push(Math.max(...xs.slice(0, i)), Math.min(...xs.slice(i + 1)));
  }
  for (let j = 0; j + k <= xs.length + 2; j++) out.push(xs.slice(j, j + k).reduce((sum, x) => sum + x, 0) / k);
  return out;
}`,
        calls: ["parts([], 1)", "parts([3, -1, 4, 1, 5], 2)", "parts([2], 5)", "parts([1, 2, 3], 3)"],
        rounds: 12,
      },
      {
        function: "exact",
        source: `const exact = (xs) => xs.map((_, i) => [
  xs.slice(0, i).reduce((a, b) => Math.min(a, b), 9),
  xs.slice(0, i + 1).reduce((a, b) => a * b, 1),
  Math.max(...xs.slice(i)),
  Math.min(...xs.slice(0, i + 1)),
]);`,
        calls: [
          "exact([0.1, 0.2, 0.3, 1e300, 1e300])",
          "exact([-0, 0, NaN, 1])",
          "exact(['2', undefined, 7])",
        ],
        rounds: 12,
      },
      {
        function: "loops",
        source: `function loops(xs, k) {
  const out = [];
  const n = xs.length;
  for (let i = 0; i < n; i++) {
    let before = 0;
    for (let j = 0; j < i; j++) before += xs[j];
    let upTo = 0;
    for (let j = 0; j <= i; j++) {
      upTo += xs[j];
    }
    let after = 0;
    for (let j = i + 1; j < n; j++) after += xs[j];
    out.push([before, upTo, after]);
  }
  for (let i = 0; i + k <= xs.length; i++) {
    let window = 0;
    for (let j = i; j < i + k; j++) window += xs[j];
    if (window > 3) window = 3;
    out.push(window);
  }
  return out;
}`,
        calls: ["loops([], 1)", "loops([3, -1, 4, 1, 5], 2)", "loops([1, 2], 0)", "loops([2, 0.5], 3)"],
        rounds: 12,
      },
    ]);
  });

  it("says what it assumes", async () => {
    const [found] = await opportunitiesIn(
      runningAggregate,
      "function f(xs) { return xs.map((x, i) => x - xs.slice(i, i + 3).reduce((a, b) => a + b, 0)); }",
    );
    expect(found?.assumptions).toEqual([
      "xs is an array.",
      "No element of xs is missing.",
      "xs.slice(i, i + 3).reduce((a, b) => a +… throws nothing when it is computed for all of xs before the loop.",
      "What is added are whole numbers, or the last digits of their sums do not matter, and all sums are finite.",
    ]);
  });

  it("is not offered where bounds are anything, the array changes, or the callback needs more", async () => {
    await expectRefusals(runningAggregate, [
      "function f(xs, i) { return xs.slice(0, i).reduce((a, b) => a + b, 0); }",
      "function f(xs, ks) { return ks.map((k) => xs.slice(0, k).reduce((a, b) => a + b, 0)); }",
      "function f(xs, ys) { return ys.map((y, i) => xs.slice(0, i).reduce((a, b) => a + b, 0)); }",
      "function f(xs) { return xs.map((x, i) => xs.slice(i - 1).reduce((a, b) => a + b, 0)); }",
      "function f(xs) { return xs.map((x, i) => xs.slice(i).reduce((a, b) => a * b, 1)); }",
      "function f(xs) { return xs.map((x, i) => xs.slice(0, i).reduce((a, b) => a + b)); }",
      "function f(xs) { return xs.map((x, i) => xs.slice(0, i).reduce((a, b, c) => a + b * c, 0)); }",
      "function f(xs, k) { return xs.map((x, i) => xs.slice(0, i).reduce((a, b) => a + b * k, 0)); }",
      "function f(xs) { return xs.map((x, i) => Math.max(...xs.slice(i, i + 2))); }",
      "function f(xs) { for (let i = 0; i < xs.length; i++) xs[i] = Math.max(...xs.slice(0, i)); return xs; }",
      "function f(xs) { let n = 0; for (let i = 0; i < xs.length; i++) { let s = 1; for (let j = 0; j < i; j++) s += xs[j]; n += s; } return n; }",
      "function f(xs, m) { let n = 0; for (let i = 0; i < m; i++) { let s = 0; for (let j = 0; j < i; j++) s += xs[j]; n += s; } return n; }",
      "function f(xs) { let n = 0; for (let i = 0; i < xs.length; i++) { let s = 0; for (let j = 0; j <= i; j++) s += xs[j + 1]; n += s; } return n; }",
      "function f(xs) { for (let i = 0; i < xs.length; i++) { let s = 0; for (let j = 0; j <= i; j++) s += xs[j]; xs[i] = s; } return xs; }",
      "function f(xs) { let s = 0; for (let i = 0; i < xs.length; i++) { s += Math.max(...xs.slice(0, i)); i -= 3; } return s; }",
    ]);
  });

  it("looks at what a callback reads of elements", async () => {
    await expectRefusals(runningAggregate, [
      foldLoop("y.length", "xs[0].push(i)"),
      foldLoop("y[0]", "xs[i][0] = 9"),
      foldLoop("y.v", "xs[i].v = 9"),
    ]);
    for (const change of ["bump(xs[i])", "xs[0].add(i)"]) {
      const found = await opportunitiesIn(runningAggregate, foldLoop("y.v", change));
      expect(found.map((each) => each.assumptions)).toEqual([
        expect.arrayContaining([
          "Nothing that runs in the loop changes what (s, y) => s + y.v reads.",
          "xs.slice(0, i).reduce((s, y) => s + y.v… throws nothing when it is computed for all of xs before the loop.",
        ]),
      ]);
    }
  });

  it("says that inner loops might not have come to all elements, and that differences need finite sums", async () => {
    const [before] = await opportunitiesIn(runningAggregate, sumLoop("0", "i"));
    expect(before?.assumptions).toContain("Adding up all of xs throws nothing.");
    const [after] = await opportunitiesIn(runningAggregate, sumLoop("i", "xs.length"));
    expect(after?.assumptions).toContain(
      "What is added are whole numbers, or the last digits of their sums do not matter, and all sums are finite.",
    );
  });
});

/** A loop that folds what it reads of the elements so far, and then does something with them. */
const foldLoop = (read: string, change: string) =>
  `function f(rows, bump) { const xs = rows.map((r) => ({ v: r })); let n = 0; for (let i = 0; i < xs.length; i++) { n += xs.slice(0, i).reduce((s, y) => s + ${read}, 0); ${change}; } return n; }`;

/** A loop that adds up a part of its array. */
const sumLoop = (start: string, stop: string) =>
  `function f(xs) { const out = []; for (let i = 0; i < xs.length; i++) { let s = 0; for (let j = ${start}; j < ${stop}; j++) s += xs[j]; out.push(s); } return out; }`;
