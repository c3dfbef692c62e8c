import { describe, expect, it } from "vitest";
import { divisorBound } from "../../../../src/agent/rewrites/c/divisor-bound.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const primes = `static int is_prime(unsigned n)
{
    if (n < 2)
        return 0;
    for (unsigned d = 2; d < n; d++)
        if (n % d == 0)
            return 0;
    return 1;
}
int primes(int from, int to)
{
    int count = 0;
    for (int n = from; n <= to; n++) {
        int prime = n > 1;
        for (int d = 2; d <= n / 2; d++) {
            if (n % d == 0) {
                prime = 0;
                break;
            }
        }
        count = count * 7 + prime + is_prime(n);
        count %= 100003;
    }
    return count;
}`;

describe("divisor-bound", () => {
  it("finds the same primes", async () => {
    await expectSameResults(divisorBound, [
      {
        language: "c",
        function: "primes",
        source: primes,
        drive: `void drive(void) { printf("%d %d %d", primes(0, 130), primes(-3, 9), primes(997, 1013)); }`,
      },
    ]);
  });

  it("goes on where the divisor matters", async () => {
    const source = `int f(int n, int m) {
  int s = 0, i;
  for (int d = 2; d < n; d++) if (n % d == 0) s++;
  for (int d = 2; d < n; d++) if (n % d == 0) return d;
  for (int d = 2; d <= n; d++) if (n % d == 0) { s = 1; break; }
  for (int d = 2; d < m; d++) if (n % d == 0) return 1;
  for (i = 2; i < n; i++) if (n % i == 0) break;
  return s + i;
}`;
    expect(await opportunitiesIn(divisorBound, "c", source, "f")).toEqual([]);
  });

  it("tries odd divisors alone only where even numbers were dealt with", async () => {
    const search = "for (unsigned d = 3; d < n; d += 2) if (n % d == 0) return 0;";
    const even = `int f(unsigned n) { ${search} return 1; }`;
    const dealtWith = `int f(unsigned n) { if (n % 2 == 0) return n == 2; ${search} return 1; }`;
    expect(await opportunitiesIn(divisorBound, "c", even, "f")).toEqual([]);
    expect(await opportunitiesIn(divisorBound, "c", dealtWith, "f")).toHaveLength(1);
  });
});
