import { describe, expect, it } from "vitest";
import { searchByKey } from "../../../../src/agent/rewrites/javascript/search-by-key.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

const items = `[{ id: 1, n: "a", on: 1 }, { id: 2, n: "B " }, { id: 1, n: "b", on: 0 }, { id: "2", n: "A", on: 2 }, { n: "" }]`;

describe("search-by-key", () => {
  it("finds, counts and places the same elements", async () => {
    await expectSameValues(searchByKey, [
      {
        function: "counts",
        source: `function counts(words) {
  const out = {};
  for (const word of words) out[word] = words.filter((w) => w === word).length;
  return out;
}`,
        calls: [`counts([])`, `counts(["a", "b", "a"])`, `counts([0, -0, undefined, null, undefined])`],
      },
      {
        function: "look",
        source: `const look = (ids, items) => ids.map((id) => [
  items.find((item) => item.on && item.id === id),
  items.find((item) => item.n.trim().toLowerCase() === id),
  items.some((item) => item.id === id && item.n.length > 1),
  items.some((item) => item.n.charAt(0) === id),
  items.filter((item) => item.id === id && !item.on),
  items.filter((item) => item.n.charAt(0) === id),
  items.findIndex((item) => item.id === id),
  items.filter((item) => item.id === id).length,
  items.filter((item) => item.id === id && item.on > 0).length,
]);`,
        calls: [
          `look([1, 2, "2", "a", "b", undefined, ""], ${items})`,
          `look([], ${items})`,
          `look([1], [])`,
        ],
        rounds: 12,
      },
    ]);
  });

  it("says what it assumes", async () => {
    const [found] = await opportunitiesIn(
      searchByKey,
      "function f(xs, ys) { return xs.map((x) => ys.filter((y) => y === x).length); }",
    );
    expect(found?.apply()).toContain("(ysCountsByValue.get(x) ?? 0)");
    expect(found?.assumptions).toContain(
      "No element of ys is missing, and y can be read of each, stays the same in the loop and is never NaN.",
    );
  });

  it("leaves alone what index-by-key does, searches that change what they look through, and callbacks that do more", async () => {
    await expectRefusals(searchByKey, [
      `function f(ids, us) { for (const id of ids) if (us.find(u => u.id === id)) return id; }`,
      `function f(xs) { for (const x of xs) { if (xs.filter(y => y === x).length > 1) xs.pop(); } }`,
      `function f(ids, us) { for (const id of ids) if (us.some(u => u && u.id === id)) return id; }`,
      `function f(ids, us) { for (const id of ids) if (us.findIndex(u => u.id === id && u.on) > 1) return id; }`,
      `function f(ids, us, g) { for (const id of ids) if (us.findIndex(u => g(u) === id) > 1) return id; }`,
      `function f(ids, us) { for (const id of ids) if (us.findIndex(u => u.id == id) > 1) return id; }`,
      `function f(id, us) { return us.findIndex(u => u.id === id); }`,
      `function f(ids, us) { for (const id of ids) { const at = us.findIndex(u => u.id === id); us[at].id = 0; } }`,
      `function f(ids, us) { for (const id of ids) if (us.findIndex((u, i) => u.id === i + id) > 1) return id; }`,
    ]);
  });

  it("says that what is looked for can be read, and leaves alone keys of elements that change", async () => {
    const [found] = await opportunitiesIn(
      searchByKey,
      "function f(os, ys) { return os.map((o) => ys.filter((y) => y === o.by).length); }",
    );
    expect(found?.assumptions).toContain(
      "What ys is searched for can be read in any case, even if ys is empty.",
    );
    await expectRefusals(searchByKey, [
      "function f(ns, gs) { for (const n of ns) { const at = gs.findIndex((g) => g.length === n); gs[at].push(n); } }",
    ]);
  });
});
