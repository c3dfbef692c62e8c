import { describe, it } from "vitest";
import { indexedLoop } from "../../../../src/agent/rewrites/javascript/indexed-loop.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("indexed-loop", () => {
  it("goes through the same elements", async () => {
    await expectSameValues(indexedLoop, [
      {
        function: "all",
        source: `function all(xs) {
  const out = [], calls = [];
  const pairs = xs.map((x) => [x, 1]);
  for (const x of out) calls.push(x);
  for (const [a, b = 2] of pairs) out.push(a, b);
  for (let y of pairs) { if (y[0] > 2) continue; y = y[0]; calls.push(() => y); }
  for (const [at, x] of out.entries())
    if (x === 3) break;
    else calls.push(() => at + x);
  for (const key of Object.keys(xs)) out.push(key);
  for (const x of out) if (out.length < 30) out.push(x);
  let sum = "";
  for (const k in out) sum += out[k];
  return [out, calls.map((call) => call()), sum];
}`,
        calls: [`all([1, 2, 3, -0])`, `all([])`, `all([, undefined, NaN])`],
      },
      {
        language: "typescript",
        function: "dot",
        source: `function dot(a: number[], b: readonly number[]): number {
\tlet sum = 0;
\tfor (const [i, x] of a.entries()) { sum += x * b[i]!; }
\tfor (const x of b)
\t\tsum -= x;
\treturn sum;
}`,
        calls: [`dot([1, 2, 3], [4, 5, 6])`],
      },
    ]);
  });

  it("leaves Sets, strings, objects and asynchronous loops alone", async () => {
    await expectRefusals(indexedLoop, [
      `function f(s) { const set = new Set(s); for (const x of set) log(x); }`,
      `function f(s: string) { for (const c of s) log(c); }`,
      `function f(o) { for (const k in o) log(k, o[k]); }`,
      `function f(s) { for (const c of s) log(c, s.length); }`,
      `function f(o) { for (const k in o) log(o[k]); }`,
      `function f(m) { for (const [k, v] of m) log(k, v); }`,
      `async function f(xs) { const ys = xs.map(x => x); for await (const y of ys) log(y); }`,
      `function f(xs) { let ys = xs.map(x => x); for (const y of ys) { if (y) ys = [y]; } }`,
      `function f(xs) { const ys = xs.map(x => x); for (var y of ys) log(y); return y; }`,
      `function f(xs) { const ys = xs.map(x => x); for (const y of ys) { const y = 1; log(y); } }`,
      `function f(xs) { const ys = xs.map(x => x); for (let [i, y] of ys.entries()) { i++; log(i, y); } }`,
      `function f(xs) { const ys = xs.map(x => x); for (const k in ys) { ys.pop(); log(ys[k]); } }`,
    ]);
  });
});
