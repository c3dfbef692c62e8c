import { describe, expect, it } from "vitest";
import { pairedDivisors } from "../../../../src/agent/rewrites/c/paired-divisors.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

// Compiling takes seconds a file: LESSONBANK_ADVERSARIAL=all does it.
const compiles = process.env["LESSONBANK_ADVERSARIAL"] === "all";

describe("paired-divisors", () => {
  it.skipIf(!compiles)("adds up the same divisors", async () => {
    await expectSameResults(pairedDivisors, [
      {
        language: "c++",
        function: "perfect",
        source: `int perfect(int limit) {
    int count = 0;
    for (int n = 2; n <= limit; n++) {
        int sum = 0;
        for (int d = 1; d < n; d++)
            if (n % d == 0) sum += d;
        if (sum == n) count++;
    }
    return count;
}`,
        drive: `void drive() { std::printf("%d", perfect(500)); }`,
      },
      {
        language: "c",
        function: "divisors",
        source: `long divisors(long n, unsigned m) {
  long count = 0, sum = 0;
  unsigned odd = 0;
  for (long d = 1; d <= n; d++) {
    if (n % d == 0) {
      count++;
      sum += d * d;
    }
  }
  for (unsigned d = 2; d <= m / 2; ++d)
    if (!(m % d)) odd += d;
  return count * 100000 + sum * 100 + odd;
}`,
        drive: `void drive(void) { for (int i = 0; i < 40; i++) printf("%ld ", divisors(i, i)); printf("%ld %ld", divisors(-6, 1), divisors(144, 4)); }`,
      },
    ]);
  });

  it("sees nothing where that would change what is computed", async () => {
    for (const source of [
      // The sum may be the number.
      `void f(int &n, int &s) { for (int d = 1; d < n; d++) if (n % d == 0) s += d; }`,
      `void f(int n) { int &s = n; for (int d = 1; d < n; d++) if (n % d == 0) s += d; }`,
      `void f(int &n, int *s) { for (int d = 1; d < n; d++) if (n % d == 0) *s += d; }`,
      `int s; void f(const int &n) { for (int d = 1; d < n; d++) if (n % d == 0) s += d; }`,
      `int f(int s) { int &n = s; for (int d = 1; d < n; d++) if (n % d == 0) s += d; return s; }`,
      // They are listed in order.
      `int f(int n, int *out) { int k = 0; for (int d = 1; d <= n; d++) if (n % d == 0) out[k++] = d; return k; }`,
      // The last one counts.
      `int f(int n) { int last = 1; for (int d = 1; d < n; d++) if (n % d == 0) last = d; return last; }`,
      // Not all are tried.
      `int f(int n, int m) { int s = 0; for (int d = 1; d < m; d++) if (n % d == 0) s += d; return s; }`,
      // Not all are tried.
      `int f(int n) { int s = 0; for (int d = 1; d < n; d += 2) if (n % d == 0) s += d; return s; }`,
      // The sum is rounded.
      `double f(int n) { double s = 0; for (int d = 1; d <= n; d++) if (n % d == 0) s += 1.0 / d; return s; }`,
      // What is added up is cut off each time.
      `int f(int n) { int s = 0; for (int d = 1; d <= n; d++) if (n % d == 0) s += 0.5 * d; return s; }`,
      // Others count, too.
      `int f(int n) { int s = 0; for (int d = 1; d <= n; d++) if (n % d == 0) s += d; else s--; return s; }`,
      // The number changes.
      `int f(int n) { int s = 0; for (int d = 2; d <= n; d++) if (n % d == 0) { s++; n /= d; } return s; }`,
    ])
      expect.soft(await opportunitiesIn(pairedDivisors, "c++", source, "f"), source).toEqual([]);
  });

  it("compares a quotient before a narrower counter cuts it off", async () => {
    const source = `long f(long n) { long s = 0; for (short d = 1; d <= n / 2; d++) if (n % d == 0) s += d; return s; }`;
    const [found] = await opportunitiesIn(pairedDivisors, "c++", source, "f");
    expect(found?.apply()).toMatch(
      /if \(n \/ d != d && n \/ d <= n \/ 2\) \{\s*const short partner = n \/ d;\s*s \+= partner;/,
    );
  });

  it("adds up the divisors of what is read through a reference", async () => {
    const source = `int f(const int &n) { int s = 0; for (int d = 1; d < n; d++) if (n % d == 0) s += d; return s; }`;
    expect(await opportunitiesIn(pairedDivisors, "c++", source, "f")).toHaveLength(1);
  });

  it("sees its own examples, one opportunity after the other", async () => {
    const source = `int perfect(int limit) {
    int count = 0;
    for (int n = 2; n <= limit; n++) {
        int sum = 0;
        for (int d = 1; d < n; d++)
            if (n % d == 0) sum += d;
        if (sum == n) count++;
    }
    return count;
}`;
    const found = await opportunitiesIn(pairedDivisors, "c++", source, "perfect");
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.apply()).not.toBe(source);
  });
});
