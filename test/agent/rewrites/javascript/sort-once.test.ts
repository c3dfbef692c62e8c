import { describe, expect, it } from "vitest";
import { sortOnce } from "../../../../src/agent/rewrites/javascript/sort-once.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

const sorting = (compared: string) =>
  `const word = /a/g; const plain = /a/; function f(xs, put, any) { const r = []; for (const x of xs) { r.push(x); r.sort((a, b) => ${compared}); } return r; }`;

describe("sort-once", () => {
  it("gives the same order, of equal elements too", async () => {
    await expectSameValues(sortOnce, [
      {
        function: "ordered",
        source: `function ordered(xs, sign) {
  const out = [];
  const names = [];
  for (const x of xs) {
    if (x.n !== 3) out.push(x);
    out.sort((a, b) => sign * (a.n - b.n));
    names.push(x.s);
    names.sort();
  }
  return [out, names];
}`,
        calls: [
          `ordered([{ n: 2, s: "b" }, { n: 1, s: "a" }, { n: 2, s: "a" }, { n: 3, s: 10 }, { n: 1, s: 9 }], -1)`,
          `ordered([], 1)`,
        ],
      },
    ]);
  });

  it("keeps sorts between which somebody looks, or that may be skipped", async () => {
    await expectRefusals(sortOnce, [
      `function f(xs) { const o = []; for (const x of xs) { o.push(x); o.sort(); if (o[0] > 3) x.n = 1; } return o; }`,
      `function f(xs) { const o = []; for (const x of xs) { o.push(x); if (x) o.sort(); } return o; }`,
      `function f(xs) { const o = []; for (const x of xs) { o.push(x); if (x) continue; o.sort(); } return o; }`,
      `function f(xs) { const o = []; for (const x of xs) { o.sort(); o.push(x); } return o; }`,
      `function f(xs) { const o = []; let s = 1; for (const x of xs) { o.push(x); o.sort((a, b) => s * (a - b)); s = -s; } return o; }`,
      `function f(xs, o) { for (const x of xs) { o.push(x); o.sort(); } return o; }`,
      `function f(xs) { const o = []; o.push(9, 1); for (const x of xs) { o.push(x); o.sort(); } return o; }`,
      `function f(xs) { const o = []; for (const x of xs) { o.push(x); o.sort((a, b) => log(a, b)); } return o; }`,
    ]);
  });

  it("keeps sorts whose comparison asks what may do more than answer", async () => {
    await expectRefusals(sortOnce, [
      sorting("word.test(a) - word.test(b)"),
      sorting("any.test(a) - any.test(b)"),
      sorting('a.replace("x", put).length - b.length'),
      sorting('a.replace("x", console.log).length - b.length'),
      sorting('"a".replace(...a).length - b.length'),
      sorting("a.match(any).length - b.length"),
    ]);
    for (const compared of [
      "plain.test(a) - plain.test(b)",
      'a.replace(/x/g, "y").length - b.length',
      'a.match("x").length - b.match(plain).length',
    ])
      expect.soft(await opportunitiesIn(sortOnce, sorting(compared)), compared).toHaveLength(1);
  });
});
