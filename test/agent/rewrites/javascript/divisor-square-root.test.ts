import { describe, expect, it } from "vitest";
import { divisorSquareRoot } from "../../../../src/agent/rewrites/javascript/divisor-square-root.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

describe("divisor-square-root", () => {
  it("tells of the same numbers that they are prime", async () => {
    const numbers = "[-4, 0, 1, 2, 3, 4, 5, 8, 9, 15, 25, 49, 97, 7.5, 9.5, NaN, undefined, '9']";
    await expectSameValues(divisorSquareRoot, [
      {
        function: "isPrime",
        source: `const isPrime = (n) => {
  for (let i = 2; i < n; i++) if (n % i === 0) return false;
  return n > 1;
};`,
        calls: [`${numbers}.map(isPrime)`],
      },
      {
        function: "primes",
        source: `function primes(numbers) {
  const found = [];
  for (const m of numbers) {
    let prime = true;
    for (let d = 2; d <= Math.floor(m / 2); ++d) {
      if (!(m % d)) {
        prime = false;
        break;
      }
    }
    if (prime) found.push(m);
  }
  return found;
}`,
        calls: [`primes(${numbers})`],
      },
    ]);
  });

  it("says what it assumes", async () => {
    const [found] = await opportunitiesIn(
      divisorSquareRoot,
      "function f(n) { for (let i = 2; i < n; i++) { if (n % i == 0) return false; } return true; }",
    );
    expect(found?.apply()).toContain("for (let i = 2; i * i <= n; i++)");
    expect(found?.assumptions).toEqual(["n is a number, neither infinite nor a BigInt."]);
  });

  it("is not offered where it matters which divisor is found, or how many there are", async () => {
    await expectRefusals(divisorSquareRoot, [
      "function f(n) { for (let i = 2; i < n; i++) if (n % i === 0) return i; }",
      "function f(n) { let c = 0; for (let i = 2; i < n; i++) if (n % i === 0) c++; return c; }",
      "function f(n) { for (let i = 3; i < n; i++) if (n % i === 0) return false; return true; }",
      "function f(n) { for (let i = 2; i < n / 2; i++) if (n % i === 0) return false; return true; }",
      "function f(n) { for (let i = 2; i <= n; i++) if (n % i === 0) return false; return true; }",
      "function f(n, m) { for (let i = 2; i < n; i++) if (m % i === 0) return false; return true; }",
      "function f(n) { for (let i = 2; i < n; i += 2) if (n % i === 0) return false; return true; }",
      "function f(n) { let i; for (i = 2; i < n; i++) if (n % i === 0) break; return i === n; }",
    ]);
  });
});
