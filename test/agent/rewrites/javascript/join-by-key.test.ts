import { describe, expect, it } from "vitest";
import { joinByKey } from "../../../../src/agent/rewrites/javascript/join-by-key.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

describe("join-by-key", () => {
  it("finds the same elements and positions in the same order", async () => {
    await expectSameValues(joinByKey, [
      {
        function: "join",
        source: `function join(users, orders) {
  const out = [];
  for (const order of orders) {
    for (const user of users) {
      if (user.id === order.by && user.on) {
        out.push([user.name, order.by]);
        if (order.once) break;
      }
    }
    for (const { length } of users) out.push(length);
  }
  return out;
}`,
        calls: [
          `join([], [])`,
          `join([{ id: 1, name: "a", on: 1 }, { id: 2, name: "b", on: 1 }, { id: 1, name: "c", on: 1 }], [{ by: 1 }, { by: 1, once: true }, { by: "1" }, {}])`,
          `join([{ on: 1, name: "u" }, { id: -0, on: 1, name: "z" }], [{}, { by: 0 }])`,
        ],
      },
      {
        function: "pairs",
        source: `const pairs = (xs, total) => {
  const found = [];
  const n = xs.length;
  for (let i = 0; i < n - 1; i++)
    for (let j = i + 1; j < n; j++)
      if (xs[i] + xs[j] === total) found.push([i, j]);
  for (let i = 0; i < xs.length; i++) {
    for (let j = 0; j < xs.length; ++j) {
      if (xs[j] !== xs[i]) continue;
      const at = j;
      found.push(at);
    }
  }
  return found;
};`,
        calls: [`pairs([], 0)`, `pairs([1, 2, 3, 4, 3, 2, 1], 5)`, `pairs([0, -0, 0], 0)`, `pairs([3], 6)`],
      },
      {
        function: "Shop.totals",
        source: `class Shop {
  constructor(items) { this.items = items; }
  totals(kinds) {
    return kinds.map((kind) => {
      let total = 0;
      for (const item of this.items) if (item.kind.toLowerCase() === kind.toLowerCase()) { const { price } = item; total += price; }
      return total;
    });
  }
}`,
        calls: [
          `new Shop([{ kind: "A", price: 2 }, { kind: "a", price: 3 }]).totals(["a", "b", "A"])`,
          `new Shop([]).totals(["x"])`,
        ],
      },
    ]);
  });

  it("says what it assumes", async () => {
    const [found] = await opportunitiesIn(
      joinByKey,
      "function f(xs, ys) { let n = 0; for (const x of xs) for (const y of ys) if (y.id === x) n++; return n; }",
    );
    expect(found?.apply()).toContain("for (const y of ysById.get(x) ?? []) n++;");
    expect(found?.assumptions).toEqual([
      "ys is an array.",
      "y.id can be read of every element, stays the same in the loop and is never NaN.",
    ]);
  });

  it("is not offered where the array or a key changes, or elements are looked at besides", async () => {
    await expectRefusals(joinByKey, [
      "function f(ys, x) { let n = 0; for (const y of ys) if (y.id === x) n++; return n; }",
      "function f(xs, ys) { for (const x of xs) for (const y of ys) if (y.id === x) y.id = 0; }",
      "function f(xs, ys) { for (const x of xs) for (const y of ys) if (y === x) ys.push(x); }",
      "function f(xs, ys) { let last; for (const x of xs) for (const y of ys) if (y.id === last) last = y.next; return last; }",
      "function f(xs, ys) { let n = 0; for (const x of xs) for (const y of ys) { n++; if (y === x) break; } return n; }",
      "function f(xs, ys) { let n = 0; for (const x of xs) for (const y of ys) if (y === x) n++; else n--; return n; }",
      "function f(xs, ys) { let n = 0; for (const x of xs) for (const y of ys) if (y == x) n++; return n; }",
      "function f(xs, ys) { let n = 0; for (const x of xs) for (const y of ys) if (y !== null && y.id === x) n++; return n; }",
      "function f(xs, ys, g) { let n = 0; for (const x of xs) for (const y of ys) if (g(y) === x) n++; return n; }",
      "function f(xs) { let n = 0; for (let i = 0; i < xs.length; i++) for (let j = i - 1; j < xs.length; j++) if (xs[i] === xs[j]) n++; return n; }",
      "function f(xs, k) { let n = 0; for (let i = 0; i < xs.length; i++) for (let j = 0; j < k; j++) if (xs[i] === xs[j]) n++; return n; }",
      "function f(xs) { let n = 0; for (let i = 0; i < xs.length; i++) for (let j = 0; j < xs.length; j++) if (xs[i] === xs[j]) xs[j] = n++; return n; }",
      "function f(xs) { let n = 0; for (const x of xs) for (const y of xs) if (x + y === 'ab') n++; return n; }",
      "async function f(xs, ys) { for (const x of xs) for (const y of ys) if (y.id === x) await y.run(); }",
    ]);
  });
});
