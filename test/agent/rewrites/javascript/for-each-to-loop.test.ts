import { describe, it } from "vitest";
import { forEachToLoop } from "../../../../src/agent/rewrites/javascript/for-each-to-loop.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("for-each-to-loop", () => {
  it("does the same for each element", async () => {
    await expectSameValues(forEachToLoop, [
      {
        function: "weigh",
        source: `function weigh(xs, o) {
  let total = 0;
  const later = [];
  const ys = xs.map((x) => x);
  ys.forEach((x, at) => {
    if (x < 0) return;
    if (x === 2) { return; }
    total += x * at;
    later.push(() => [x, at]); // kept
  });
  ys.forEach(x => total += x);
  ys.forEach(function (x) {
    x = x + 1;
    for (const y of [x]) { if (y > 3) break; total -= y; }
    ys.slice().forEach(z => { if (z) return; total++; });
  });
  Object.keys(o).forEach((key) => { total += o[key].length; });
  ys.forEach(({ length }) => {});
  return [total, later.map((each) => each())];
}`,
        calls: [`weigh([3, -1, 2, 5], { a: "xy", b: [] })`, `weigh([], {})`, `weigh([-0, NaN], {})`],
      },
      {
        function: "Bag.sum",
        source: `class Bag {
    sum(xs) {
        if (xs.length > 1) xs.forEach((x) => this.add(x));
        return this.n;
    }
    n = 0;
    add(x) { this.n += x; }
}`,
        calls: [`new Bag().sum([1, 2])`, `new Bag().sum([1])`],
      },
    ]);
  });

  it("keeps callbacks that a block cannot stand for", async () => {
    const head = `function f(xs) { const ys = xs.map(x => x); let n = 0; `;
    await expectRefusals(forEachToLoop, [
      `${head} ys.forEach(async x => { n += await x; }); return n; }`,
      `${head} ys.forEach(function (x) { this.n += x; }, xs); return n; }`,
      `${head} ys.forEach(function (x) { n += arguments.length; }); return n; }`,
      `${head} ys.forEach(x => { for (const y of x) { if (y) return; } }); }`,
      `${head} ys.forEach(x => { var y = x; n += y; }); return n; }`,
      `${head} ys.forEach(x => { if (x) return log(x); n++; }); return n; }`,
      `${head} ys.forEach((x, i, all) => { n += all.length; }); return n; }`,
      `${head} ys.forEach(x => { ys.push(x); }); return n; }`,
      `${head} ys.forEach((x = 1) => { n += x; }); return n; }`,
      `${head} ys.forEach(log); return ys?.forEach(x => { n++; }); }`,
      `function f(m) { let n = 0; new Map(m).forEach(x => { n += x; }); m.forEach(x => { n += x; }); return n; }`,
    ]);
  });
});
