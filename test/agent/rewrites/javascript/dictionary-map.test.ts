import { describe, it } from "vitest";
import { dictionaryMap } from "../../../../src/agent/rewrites/javascript/dictionary-map.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("dictionary-map", () => {
  it("keeps the same values under the same keys", async () => {
    await expectSameValues(dictionaryMap, [
      {
        function: "count",
        source: `function count(words) {
  const seen = {};
  const first = Object.create(null);
  const sizes = {};
  for (let i = 0; i < words.length; i++) {
    seen[words[i]] = (seen[words[i]] || 0) + 1;
    if (!(words[i] in first)) first[words[i]] = [];
    first[words[i]].push(i, seen[words[i]]);
    sizes[words[i].length] = 0;
    sizes[words[i].length]++;
    sizes[words[i].length] += 2;
    if (i > 3) delete seen[words[i]];
  }
  let text = "";
  for (const key in first) text += key + first[key].join();
  if (text.length > 99) return Object.keys(seen);
  if (Object.keys(first).length > 9) return Object.entries(seen).map(([k, v]) => k + v);
  return seen;
}`,
        calls: [`count(["b", "a", "b", "cc", "a", "b"])`, `count([])`, `count(["__x"])`],
      },
      {
        language: "typescript",
        function: "groups",
        source: `function groups(xs: string[]): number {
  const by: Record<string, number[]> = {};
  const n: { [key: string]: number } = {};
  for (const x of xs) { by[x] = by[x] ?? []; by[x]!.push(x.length); n[x] = by[x]!.length; }
  return Object.values(by).length + Object.values(n).reduce((a, b) => a + b, 0);
}`,
        calls: [`groups(["a", "b", "a"])`],
      },
    ]);
  });

  it("keeps records, objects that are handed on, and values that are used where they are set", async () => {
    await expectRefusals(dictionaryMap, [
      `function f(xs) { const o = {}; for (const x of xs) o[x] = 1; return o.size; }`,
      `function f(xs) { const o = {}; for (const x of xs) o[x] = 1; log(o); }`,
      `function f(xs) { const o = { a: 1 }; for (const x of xs) o[x] = 1; return Object.keys(o); }`,
      `function f(xs) { const o = {}; for (const x of xs) { const y = (o[x] = 1); log(y); } }`,
      `function f(xs) { const o = {}; for (const x of xs) o[x](); }`,
      `function f(xs) { const o = {}; for (const x of xs) o[next()]++; }`,
      `function f(xs) { const o = {}; for (const x of xs) { o[x] = x; new o[x].Kind(); } }`,
      `function f(xs) { const o = {}; for (const x of xs) o[x.id] = x; return o; }`,
      `function f(xs) { const o = {}; for (const x of xs) o[x] = 1; for (const k in o) delete o[k]; }`,
      `function f(xs) { const o = {}; for (const x of xs) o[x] = 1; return () => { return o; }; }`,
      `function f(x) { const o = {}; o[x] = 1; return o[x]; }`,
    ]);
  });
});
