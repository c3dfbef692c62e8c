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

  it("leaves alone keys that are read of elements that change in the loop", async () => {
    await expectRefusals(joinByKey, [
      loop("g.length + 1 === w", "g.push(w)"),
      loop("g.length === w", "g.push(w)"),
      loop("g[g.length - 1] === w", "g.push(w)"),
      loop("g.at(-1) === w", "g.push(w)"),
      loop("g[0] === w", "gs[0].unshift(w)"),
    ]);
  });

  it("leaves alone what is looked for where the inner loop changes it in sight", async () => {
    await expectRefusals(joinByKey, [
      "function f(os, us) { for (const o of os) for (const u of us) if (u.rank === o.list.length) o.list.push(1); }",
      "function f(ss, us) { for (const s of ss) for (const u of us) if (u.id === s.top.at(-1)) s.top.push(u.next); }",
      "function f(os, us) { for (const o of os) for (const u of us) if (u.id === o.cur) o.step(); }",
      "function f(os, us) { for (const o of os) for (const u of us) if (u.id + o.cur === 7) o.step(); }",
    ]);
    await expectRefusals(joinByKey, [
      "function f(os, us) { os.forEach((o) => { for (const u of us) if (u.id === this.cur) this.step(); }); }",
    ]);
  });

  it("says that what is looked for can be read and stays the same, where other code might change it", async () => {
    const steady = "What us is searched for stays the same while the inner loop runs.";
    const readable = "What us is searched for can be read in any case, even if us is empty.";
    const path = await assumed(
      "function f(os, us, send) { for (const o of os) for (const u of us) if (u.id === o.by) send(u); }",
    );
    expect(path).toEqual(expect.arrayContaining([readable, steady]));
    const filled = await assumed(
      "function f(os, us) { for (const o of os) for (const u of us) if (u.id === o.by) o.list.push(u); }",
    );
    expect(filled).toEqual(expect.arrayContaining([readable, steady]));
    const captured = await assumed(
      "function f(os, us) { let cur = 0; const next = () => { cur++; }; for (const o of os) for (const u of us) if (u.id === cur) next(); return cur; }",
    );
    expect(captured).toContain(steady);
    expect(captured).not.toContain(readable);
    const alone = await assumed(
      "function f(os, us) { let n = 0; for (const o of os) for (const u of us) if (u.id + o.by === 7) n++; return n; }",
    );
    expect(alone).toEqual([
      "us is an array.",
      "u.id can be read of every element and stays the same in the loop, and what is added are whole numbers below 2 ** 53.",
      readable,
    ]);
  });
});

/** A loop that changes something where the test holds. */
const loop = (test: string, change: string) =>
  `function f(ws, gs) { for (const w of ws) for (const g of gs) if (${test}) ${change}; }`;

/** What the only opportunity assumes. */
const assumed = async (source: string) => {
  const found = await opportunitiesIn(joinByKey, source);
  expect(found, source).toHaveLength(1);
  return found.flatMap((each) => each.assumptions);
};
