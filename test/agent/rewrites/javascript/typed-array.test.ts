import { describe, expect, it } from "vitest";
import { typedArray } from "../../../../src/agent/rewrites/javascript/typed-array.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

describe("typed-array", () => {
  it("holds the same numbers and flags", async () => {
    await expectSameValues(typedArray, [
      {
        function: "primes",
        source: `function primes(n) {
  const prime = new Array(n + 1).fill(true);
  const found = [];
  prime[0] = false;
  for (let i = 2; i <= n; i++) {
    if (!prime[i]) continue;
    found.push(i);
    for (let j = i * i; j <= n && prime[i]; j += i) prime[j] = false;
  }
  return found;
}`,
        calls: [`primes(30)`, `primes(1)`, `primes(2)`],
      },
      {
        function: "best",
        source: `const best = (weights, values, room) => {
  const table = new Array(room + 1).fill(-0);
  for (let i = 0; i < weights.length; i++)
    for (let c = room; c >= weights[i]; c--) table[c] = Math.max(table[c], table[c - weights[i]] + values[i]);
  const ways = Array(room + 1).fill(Infinity);
  ways[0] = 1 / table[0];
  for (let i = 1; i < ways.length; i++) { ways[i]++; ways[i] -= ways[i - 1]; }
  return [table[room], ways[room], ways[0], table[-1], table[room + 9]];
};`,
        calls: [`best([2, 3], [3, 4], 5)`, `best([], [], 0)`],
      },
      {
        function: "common",
        source: `function common(a, b) {
  const t = Array.from({ length: a.length + 1 }, () => new Array(b.length + 1).fill(0));
  for (let i = 1; i < t.length; i++)
    for (let j = 1; j < t[i].length; j++)
      t[i][j] = a[i - 1] === b[j - 1] ? t[i - 1][j - 1] + 1 : Math.max(t[i - 1][j], t[i][j - 1]);
  return t[a.length][b.length];
}`,
        calls: [`common("abcde", "xbxdx")`, `common("", "a")`],
      },
      {
        language: "typescript",
        function: "sums",
        source: `function sums(xs: number[]): number {
  const total: number[] = new Array<number>(xs.length + 1).fill(0);
  for (let i = 0; i < xs.length; i++) total[i + 1] = total[i]! + xs[i]!;
  return total[xs.length]!;
}`,
        calls: [`sums([0.1, 0.2, 1e300])`],
      },
    ]);
  });

  it("says what it cannot see", async () => {
    const found = await opportunitiesIn(
      typedArray,
      `function f(xs, n) { const a = new Array(n).fill(0); for (const x of xs) a[x.at] = x.value; return a[0]; }`,
    );
    expect(found[0]?.assumptions).toEqual([
      "Every value that is put into a is a number.",
      "n is a whole number that is not negative.",
      "No element is put beyond the end of a.",
    ]);
  });

  it("keeps arrays that leave, grow, or hold anything else", async () => {
    await expectRefusals(typedArray, [
      `function f(n) { const a = new Array(n).fill(0); a[0] = 1; return a; }`,
      `function f(n) { const a = new Array(n).fill(0); a.push(1); return a[n]; }`,
      `function f(n) { const a = new Array(n).fill(0); a[0] = "x"; return a[0]; }`,
      `function f(n) { const a = new Array(n).fill(0); a[0] = 1n; return a[0]; }`,
      `function f(n) { const a = new Array(n).fill(0); a[0] += "x"; return a[0]; }`,
      `function f(n) { const a = new Array(n).fill(0); a[0] ||= n; return a[0]; }`,
      `function f(n) { const a = new Array(n).fill(null); a[0] = 1; return a[0]; }`,
      `function f(n) { const a = new Array(n); a[0] = 1; return a[1]; }`,
      `function f(n) { const a = new Array(n).fill(false); a[0] = true; return a[0]; }`,
      `function f(n) { const a = new Array(n).fill(false); a[0] = n > 1; if (a[0]) return 1; }`,
      `function f(n) { let a = new Array(n).fill(0); a = [1]; return a[0]; }`,
      `function f(n) { const t = Array.from({ length: n }, () => new Array(n).fill(0)); t[0] = [1]; return t[0][0]; }`,
      `function f(n) { const t = Array.from({ length: n }, () => new Array(n).fill(0)); return t[0]; }`,
    ]);
  });
});
