import { describe, expect, it } from "vitest";
import { aggregateOnce } from "../../../../src/agent/rewrites/javascript/aggregate-once.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

describe("aggregate-once", () => {
  it("gives the same numbers", async () => {
    await expectSameValues(aggregateOnce, [
      {
        function: "scaled",
        source: `function scaled(xs) {
  return xs.map((x) => (x - Math.min(...xs)) / (Math.max(...xs) - Math.min(...xs)));
}`,
        calls: ["scaled([])", "scaled([3, 1, -0])", "scaled([NaN, 1])", "scaled(['2', 4])"],
      },
      {
        function: "shares",
        source: `const shares = (sales, least) => {
  const out = {};
  for (const sale of sales) {
    const total = sales.reduce((sum, s) => sum + s.amount, 0);
    out[sale.name] = [sale.amount / total, sales.filter((s) => s.amount >= least).length, new Set(sales).size];
  }
  return out;
};`,
        calls: [
          "shares([], 1)",
          "shares([{ name: 'a', amount: 1 }, { name: 'b', amount: 3 }], 2)",
          "shares([{ name: 'a' }], 2)",
        ],
      },
      {
        function: "Board.far",
        source: `class Board {
  constructor(points) { this.points = points; }
  far() {
    const out = [];
    for (let i = 0; i < this.points.length; i++) {
      if (this.points[i].x === Math.max(...this.points.map((p) => p.x))) out.push(i);
    }
    return out;
  }
}`,
        calls: ["new Board([]).far()", "new Board([{ x: 2 }, { x: 1 }, { x: 2 }]).far()"],
      },
    ]);
  });

  it("computes before the loop, and says what it assumes", async () => {
    const [found] = await opportunitiesIn(
      aggregateOnce,
      "function f(xs) {\n  return xs.map((x) => x / Math.max(...xs));\n}",
    );
    expect(found?.apply()).toContain(
      "  const largest = Math.max(...xs);\n  return xs.map((x) => x / largest);",
    );
    expect(found?.assumptions).toEqual([
      "Math.max(...xs) throws nothing when it is computed before the loop.",
    ]);
  });

  it("is not offered where the array changes, a callback does more, or nothing repeats", async () => {
    await expectRefusals(aggregateOnce, [
      "function f(xs) { return Math.max(...xs); }",
      "function f(xs) { for (let i = 0; i < 5; i++) xs.push(Math.max(...xs) + 1); return xs; }",
      "function f(xs) { for (let i = 0; i < xs.length; i++) xs[i] = xs[i] / Math.max(...xs); return xs; }",
      "function f(rows) { return rows.map((row) => Math.max(...row)); }",
      "function f(xs) { for (const x of xs) x.share = x.share / xs.reduce((sum, y) => sum + y.share, 0); }",
      "function f(xs, g) { return xs.map((x) => x / xs.reduce((sum, y) => sum + g(y), 0)); }",
      "function f(xs) { return xs.map((x) => x + xs.filter((y) => y === x).length); }",
      "function f(xs) { let n = 0; return xs.map((x) => x / xs.reduce((sum, y) => sum + (n += y), 0)); }",
      "function f(xs) { let k = 0; for (const x of xs) { k += x; if (xs.filter((y) => y > k).length === 1) return x; } }",
      "function f(xs, g) { for (const x of xs) { if (x > Math.max(...xs)) g(xs); } }",
      "function f(rows) { for (const row of rows) { row[0] = rows.reduce((sum, r) => sum + r[0], 0); } }",
      "function f(xs) { const out = []; for (const x of xs) out.push(xs.reduce((all, y) => all, [])); return out; }",
    ]);
  });

  it("leaves alone what callbacks read of elements that change in the loop", async () => {
    await expectRefusals(aggregateOnce, [
      "function f(piles) { let n = 0; for (const p of piles) { n += piles.filter((g) => g.length > 0).length; p.pop(); } return n; }",
      "function f() { const piles = [[1], [2]]; let n = 0; for (const p of piles) { n += piles.filter((g) => g.length > 0).length; p.pop(); } return n; }",
      "function f(rows) { let n = 0; for (const row of rows) { n += rows.reduce((s, r) => s + r.length, 0); row.push(1); } return n; }",
      "function f(rows) { let n = 0; for (let i = 0; i < 9; i++) { n += Math.max(...rows.map((r) => r.length)); rows[0].push(i); } return n; }",
      "function f(grid) { let n = 0; for (let i = 0; i < grid.length; i++) { n += new Set(grid.map((r) => r.join())).size; grid[i][0] = 9; } return n; }",
      "function f(xs) { let n = 0; for (const x of xs) { n += xs.reduce((s, { v }) => s + v, 0); x.v = 3; } return n; }",
      "function f(o) { let n = 0; for (let i = 0; i < 9; i++) { n += Math.max(...o.xs); o.xs.push(i); } return n; }",
    ]);
  });

  it("says that elements stay as they are where other code gets hold of them", async () => {
    const calling = [
      "Array.from(rows, bump)",
      "own.sort(bump)",
      "own.sort(...bump)",
      '"a".replace(...bump)',
      '"a".replace("a", bump)',
      "JSON.stringify(n, bump)",
    ];
    for (const change of ["bump(x)", "xs[0].add(n)", ...calling]) {
      const found = await opportunitiesIn(
        aggregateOnce,
        `function f(rows, bump) { const own = [2, 1]; const xs = rows.map((r) => ({ v: r })); let n = 0; for (const x of xs) { n += xs.reduce((s, y) => s + y.v, 0); ${change}; } return n; }`,
      );
      expect(found.map((each) => each.assumptions)).toEqual([
        expect.arrayContaining(["Nothing that runs in the loop changes what (s, y) => s + y.v reads."]),
      ]);
    }
    const [harmless] = await opportunitiesIn(
      aggregateOnce,
      "function f(xs) { const out = []; for (const x of xs) out.push(x.v / xs.reduce((s, y) => s + y.v, 0)); return out; }",
    );
    expect(harmless?.assumptions).toHaveLength(1);
  });
});
