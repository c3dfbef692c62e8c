import { describe, it } from "vitest";
import { needlessCopy } from "../../../../src/agent/rewrites/javascript/needless-copy.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("needless-copy", () => {
  it("sees the same elements", async () => {
    await expectSameValues(needlessCopy, [
      {
        function: "sums",
        source: `function sums(xs, set) {
  let total = 0;
  for (const x of [...xs]) total += x;
  for (const x of [...set]) total *= x;
  for (const x of Array.from(xs)) { total -= x; if (x > 9) break; }
  xs.join();
  return [total, xs.slice().map((x) => x + 1), Array.from(xs).filter((x) => x > 1), [...xs].reduce((a, x) => a + x, ""), xs.slice(0).some(x => x === 3)];
}`,
        calls: [`sums([1, 2, 3], new Set([2, 5]))`, `sums([], new Set())`, `sums([NaN, 10, 4], "")`],
      },
    ]);
  });

  it("keeps copies that protect, are kept, or are not whole", async () => {
    await expectRefusals(needlessCopy, [
      `function f(xs) { for (const x of [...xs]) xs.push(x); }`,
      `function f(xs) { for (const x of xs.slice()) if (x) xs.splice(0, 1); }`,
      `function f(xs) { xs.slice().forEach((x, i, all) => all.pop()); }`,
      `function f(xs) { return [...xs].sort(); }`,
      `function f(xs) { return xs.slice(1).map(x => x); }`,
      `function f(xs) { const drop = x => { xs.pop(); }; for (const x of [...xs]) drop(x); }`,
      `function f(s: string) { return s.slice().concat([...s].map(x => x).join()); }`,
      `async function f(xs) { for (const x of [...xs]) await x; }`,
      `function f(xs) { return [...xs].map(show); }`,
      `function f(set) { return [...set].map(x => x + 1).concat(Array.from(set).filter(x => x)); }`,
    ]);
  });
});
