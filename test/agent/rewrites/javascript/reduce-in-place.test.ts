import { describe, it } from "vitest";
import { reduceInPlace } from "../../../../src/agent/rewrites/javascript/reduce-in-place.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("reduce-in-place", () => {
  it("gathers the same", async () => {
    await expectSameValues(reduceInPlace, [
      {
        function: "doubled",
        source: `const doubled = (xs) => xs.reduce((out, x) => [...out, x * 2, out.length], []);`,
        calls: [`doubled([1, -0, NaN])`, `doubled([, 1])`, `doubled([])`],
      },
      {
        function: "picked",
        source: `function picked(xs) {
  const few = xs.reduceRight((acc, x, i) => (x > 1 && !acc.includes(x) ? acc.concat([x]) : acc), []);
  return few.concat(
    xs.reduce((acc, x) => {
      return x > 1 ? acc : x < 0 ? [...acc, "negative"] : [...acc, x];
    }, []),
  );
}`,
        calls: [`picked([3, 0, 2, 3, -1])`, `picked([])`],
      },
      {
        function: "table",
        source: `function table(rows) {
    return [rows.reduce((all, row) => ({ ...all, [row.id]: row.n, }), {}), rows.reduce((all, { id }) => Object.assign({}, all, { [id]: (all[id] || 0) + 1 }), {})];
}`,
        calls: [`table([{ id: "b", n: 1 }, { id: 2, n: 2 }, { id: "b", n: 3 }, { id: 1 }])`],
      },
      {
        language: "typescript",
        function: "typed",
        source: `function typed(xs: number[]): string[] {\n\treturn xs.reduce<string[]>((acc, x) => [...acc, String(x)], [] as string[]);\n}`,
        calls: [`typed([1, 2])`],
      },
    ]);
  });

  it("keeps the copy where it is kept, asynchronous or not the start of nothing", async () => {
    await expectRefusals(reduceInPlace, [
      `function f(xs, start) { return xs.reduce((acc, x) => [...acc, x], start); }`,
      `function f(xs) { return xs.reduce((acc, x) => [...acc, x]); }`,
      `function f(xs) { return xs.reduce((acc, x) => [...acc, () => acc.length], []); }`,
      `function f(xs) { return xs.reduce((acc, x) => [...acc, acc], []); }`,
      `function f(xs) { return xs.reduce(async (acc, x) => [...acc, x], []); }`,
      `function f(xs) { return xs.reduce((acc, x) => [...acc, ...x], []); }`,
      `function f(xs) { return xs.reduce((acc, x) => [x, ...acc], []); }`,
      `function f(xs) { return xs.reduce((acc, x) => (keep(acc), [...acc, x]), []); }`,
      `function f(xs) { return xs.reduce((acc, x) => x ? acc : other, []); }`,
    ]);
  });
});
