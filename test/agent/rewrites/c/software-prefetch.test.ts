import { describe, expect, it } from "vitest";
import { softwarePrefetch } from "../../../../src/agent/rewrites/c/software-prefetch.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("software-prefetch", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(softwarePrefetch, [
      {
        language: "c",
        function: "gather",
        source: `double gather(const double *table, const int *where, const double *weight, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += weight[i] * table[where[i]];
    return sum;
}`,
        drive: `void drive(void) { double t[4] = {1, 2, 3, 4}, w[40]; int x[40]; for (int i = 0; i < 40; i++) { w[i] = i; x[i] = i % 4; } printf("%g %g", gather(t, x, w, 40), gather(0, 0, 0, 0)); }`,
      },
      {
        language: "c++",
        function: "reached",
        source: `#include <vector>
int reached(const std::vector<int> &starts, const std::vector<int> &targets, std::vector<char> &seen, int node) {
  int fresh = 0;
  for (int e = starts[node]; e < starts[node + 1]; ++e) {
    if (seen[targets[e]] == 0) { seen[targets[e]] = 1; ++fresh; }
  }
  return fresh;
}`,
        drive: `void drive() { std::vector<char> seen(50, 0); std::vector<int> t; for (int i = 0; i < 40; i++) t.push_back(i * 7 % 50); std::printf("%d", reached({0, 3, 40}, t, seen, 1)); for (char c : seen) std::printf("%d ", c); }`,
      },
    ]);
  });

  it("leaves loads that march, and follows an index array one level deep", async () => {
    const source = `int f(const int *a, const int *b, int n) {
  int s = 0, k = 0;
  for (int i = 0; i < n; i++) { s += a[i] + b[i + 3]; k = a[i] * 3; s += b[k]; }
  for (int i = 0; i < n; i++) s += a[b[a[i]] & 3];
  return s;
}`;
    const found = await opportunitiesIn(softwarePrefetch, "c", source, "f");
    expect(found.map((each) => each.place)).toEqual([
      "b[a[i]] in the loop over i",
      "b[a[i]] in the loop over i",
    ]);
  });
});
