import { describe, it } from "vitest";
import { keptRecursion } from "../../../../src/agent/rewrites/javascript/kept-recursion.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("kept-recursion", () => {
  it("computes the same", async () => {
    await expectSameValues(keptRecursion, [
      {
        function: "ways",
        source: `function ways(n) {
  if (n < 2) return 1;
  return ways(n - 1) + ways(n - 2);
}`,
        calls: [`ways(20)`, `ways(-1)`, `ways(2.5)`],
      },
      {
        function: "change",
        source: `function change(coins, amount) {
    const from = (i, left) => {
        if (left === 0) return 1;
        if (left < 0 || i >= coins.length) return 0;
        i++;
        i--;
        let total = from(i + 1, left);
        total += from(i, left - coins[i]);
        return total;
    };
    return from(0, amount);
}`,
        calls: [`change([1, 2, 5], 30)`, `change([], 0)`, `change([3], 7)`],
      },
      {
        language: "typescript",
        function: "binomial",
        source: `function binomial(n: number, k: number): number {\r\n\tif (k === 0 || k === n) return 1;\r\n\treturn binomial(n - 1, k - 1) + binomial(n - 1, k);\r\n}\r\n`,
        calls: [`binomial(12, 5)`],
      },
    ]);
  });

  it("keeps recursions that act, pass other things on, or call themselves once", async () => {
    await expectRefusals(keptRecursion, [
      `let c = 0; function f(n) { c++; return n < 2 ? n : f(n - 1) + f(n - 2); }`,
      `function f(n) { if (n < 2) return 1; return n * f(n - 1); }`,
      `function f(n) { if (n < 2) return Math.random(); return f(n - 1) + f(n - 2); }`,
      `function f(n) { if (n < 2) return 1; return f(n - 1) + f(...n); }`,
      `function f(n) { if (n < 2) return 1; log(n); return f(n - 1) + f(n - 2); }`,
      `function f(n) { if (n < 2) return this; return f(n - 1) + f(n - 2); }`,
      `async function f(n) { if (n < 2) return 1; return (await f(n - 1)) + (await f(n - 2)); }`,
      `let a; function f(n) { if (n < 2) return 1; ({ a } = n); return f(n - 1) + f(n - 2); }`,
      `function f(n, out) { out[n] = 1; if (n < 2) return 1; return f(n - 1, out) + f(n - 2, out); }`,
      `function f(n) { if (n < 2) return 1; return [n - 1, n - 2].map(f)[0] + f(n - 1) + f(n - 2); }`,
    ]);
  });
});
