import { describe, expect, it } from "vitest";
import { memoisedRecursion } from "../../../../src/agent/rewrites/c/memoised-recursion.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("memoised-recursion", () => {
  it("computes the same values", async () => {
    await expectSameResults(memoisedRecursion, [
      {
        language: "c++",
        function: "change",
        source: `#include <vector>
static long ways(const std::vector<int> &coins, int amount, int from)
{
    if (amount == 0)
        return 1;
    if (amount < 0 || from >= (int)coins.size())
        return 0;
    return ways(coins, amount - coins[from], from) + ways(coins, amount, from + 1);
}
long change(const std::vector<int> &coins, int amount) { return ways(coins, amount, 0); }`,
        drive: `void drive() { std::printf("%ld %ld %ld", change({1, 2, 5}, 40), change({}, 0), change({3}, -2)); }`,
      },
      {
        language: "c++",
        function: "paths",
        source: `#include <algorithm>
int paths(int x, int y) {
  int best = 0;
  if (x == 0 || y == 0) return 1;
  x--;
  best = std::max(paths(x, y), paths(x + 1, y - 1));
  for (int i = 0; i < 2; i++) best += paths(std::min(x, i), paths(0, i) + y - 2);
  return best;
}`,
        drive: `void drive() { std::printf("%d %d", paths(7, 6), paths(0, 3)); }`,
      },
      {
        language: "c",
        function: "binomial",
        source: `unsigned long binomial(int n, int k)
{
    if (k == 0 || k == n) return 1;
    if (k < 0 || k > n) return 0;
    return binomial(n - 1, k - 1) + binomial(n - 1, k);
}`,
        drive: `void drive(void) { printf("%lu %lu %lu %lu", binomial(20, 7), binomial(5, -1), binomial(0, 0), binomial(-1, -1)); }`,
      },
      {
        language: "c",
        function: "stairs",
        source: `static double climb(const double *cost, int key)
{
    if (key < 0)
        return 1e9;
    if (key == 0)
        return 0;
    double one = climb(cost, key - 1), two = climb(cost, key - 2);
    return cost[key - 1] + (one < two ? one : two);
}
double stairs(const double *cost, int n) { return climb(cost, n); }`,
        drive: `void drive(void) { double c[12]; for (int i = 0; i < 12; i++) c[i] = i * 5 % 7; printf("%g %g %g", stairs(c, 12), stairs(c, 0), stairs(c, -1)); }`,
      },
    ]);
  });

  it("keeps recursions with side effects, of one call, and on other arguments", async () => {
    const source = `#include <vector>
int counter;
int noisy(int n) { counter++; return n < 2 ? n : noisy(n - 1) + noisy(n - 2); }
int once(int n) { return n < 2 ? n : once(n - 1) * n; }
int sum(const int *x, int n) { return n < 2 ? n * x[0] : sum(x, n / 2) + sum(x + n / 2, n - n / 2); }
int f(const int *x, int n) { return noisy(n) + once(n) + sum(x, n); }`;
    expect(await opportunitiesIn(memoisedRecursion, "c++", source, "f")).toEqual([]);
  });
});
