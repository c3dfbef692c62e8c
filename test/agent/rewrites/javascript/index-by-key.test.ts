import { describe, expect, it } from "vitest";
import { indexByKey } from "../../../../src/agent/rewrites/javascript/index-by-key.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

const users = `[{ id: 1, n: "a" }, { id: 2, n: "b" }, { id: 1, n: "c" }, { id: "2", n: "d" }, { n: "e" }]`;

describe("index-by-key", () => {
  it("finds the same elements", async () => {
    await expectSameValues(indexByKey, [
      {
        function: "names",
        source: `function names(orders, users) {
  const out = [];
  for (const order of orders) {
    const user = users.find((u) => u.id === order.by);
    if (user !== undefined) out.push(user.n);
  }
  return out;
}`,
        calls: [
          `names([{ by: 2 }, { by: 1 }, { by: 3 }, { by: "2" }, { by: undefined }, {}], ${users})`,
          `names([], [])`,
        ],
      },
      {
        function: "groups",
        source: `const groups = (ids, users) => ids.map((id) => users.filter(({ n }) => n).length + users.filter(u => { return id === u.id; }).map(u => u.n).join());`,
        calls: [`groups([1, 2, "2", 9, undefined], ${users})`],
      },
      {
        function: "has",
        source: `function has(ids, users) {\r\n\tlet n = 0;\r\n\tfor (let i = 0; i < ids.length; i++)\r\n\t\tif (users.some(u => u.id === ids[i])) n++;\r\n\treturn n;\r\n}\r\n`,
        calls: [`has([1, 2, 3, "1"], ${users})`],
      },
      {
        function: "Store.names",
        source: `class Store {
  constructor(users) { this.users = users; }
  names(ids) { return ids.map((id) => this.users.find((u) => u.id === id)).map((u) => (u ? u.n : u)); }
}`,
        calls: [`new Store(${users}).names([1, 7, "2"])`],
      },
      {
        language: "typescript",
        function: "join",
        source: `interface User { id: number; n: string }
function join(ids: number[], users: User[]): (User | undefined)[] {
  return ids.map((id) => users.find((user) => user.id === id));
}`,
        calls: [`join([1, 5, 2], ${users})`],
      },
    ]);
  });

  it("leaves look-ups alone whose keys or arrays change, and comparisons that are no look-ups", async () => {
    await expectRefusals(indexByKey, [
      `function f(ids, us) { for (const id of ids) { const u = us.find(u => u.id === id); u.id = 7; } }`,
      `function f(ids, us) { for (const id of ids) { if (!us.some(u => u.id === id)) us.push({ id }); } }`,
      `function f(ids, us) { for (const id of ids) if (us.find(u => u.id == id)) return id; }`,
      `function f(ids, us) { for (const id of ids) if (us.find(u => u.id === next())) return id; }`,
      `function f(ids, us) { for (const id of ids) if (us.find((u, i) => u.id === id)) return id; }`,
      `function f(ids, us) { for (const id of ids) if (us.find(async u => u.id === id)) return id; }`,
      `function f(id, us) { return us.find(u => u.id === id); }`,
      `function f(ids, us) { for (const id of ids) { us = us.filter(u => u.id === id); } }`,
    ]);
  });

  it("says that what is looked for can be read, and leaves alone lengths that change", async () => {
    const [found] = await opportunitiesIn(
      indexByKey,
      "function f(os, us) { return os.map((o) => us.find((u) => u.id === o.by)); }",
    );
    expect(found?.assumptions).toContain(
      "What us is searched for can be read in any case, even if us is empty.",
    );
    await expectRefusals(indexByKey, [
      "function f(ns, gs) { for (const n of ns) gs.find((g) => g.length === n).push(n); for (const g of gs) g.push(0); }",
      "function f(ns, gs) { for (const n of ns) { const g = gs.find((e) => e.length === n); g.push(n); } }",
    ]);
  });
});
