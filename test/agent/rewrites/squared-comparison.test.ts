import { describe, expect, it } from "vitest";
import { squaredComparison } from "../../../src/agent/rewrites/squared-comparison.ts";
import { expectSameResults, opportunitiesIn } from "./same-results.ts";

describe("squared-comparison", () => {
  it("orders the same distances", async () => {
    await expectSameResults(squaredComparison, [
      {
        language: "c",
        function: "within",
        source: `#include <math.h>
int within(const float *x, const float *y, int n, float radius)
{
    int count = 0;
    for (int i = 0; i < n; i++)
        if (sqrtf(x[i] * x[i] + y[i] * y[i]) <= radius || 10.5 < sqrt(x[i] + 50))
            count++;
    return count;
}`,
        drive: `void drive(void) { float x[5] = {0, 1, 2.5f, 3, 90}, y[5] = {0, 1, -1.5f, 4.5f, 0}; for (float r = 0; r < 9; r += 1.3f) printf("%d ", within(x, y, 5, r)); }`,
      },
      {
        language: "c++",
        function: "closest",
        source: `#include <cmath>
#include <vector>
namespace map {
struct Place { double x, y; };
double apart(const Place &a, const Place &b)
{
    double dx = a.x - b.x, dy = a.y - b.y;
    return std::sqrt(dx * dx + dy * dy);
}
int closest(const std::vector<Place> &places, Place at) {
    int best = 0;
    for (int i = 1; i < (int)places.size(); i++)
        if (apart(places[i], at) < apart(places[best], at)) best = i;
    return best;
}
}`,
        drive: `void drive() { std::printf("%d %d", map::closest({{0, 1}, {4, 4}, {2, 3}}, {3, 3}), map::closest({}, {0, 0})); }`,
      },
    ]);
  });

  it("keeps roots that are used otherwise, and comparisons with what may be negative by its form", async () => {
    const source = `#include <math.h>
double f(const double *x, int n, int k) {
  double s = 0;
  for (int i = 0; i < n; i++) { double r = sqrt(x[i]); if (r > s) s = r; if (sqrt(x[i]) < s - 1) s += 1; if (sqrt(x[i]) == s) s += 2; }
  return s;
}`;
    expect(await opportunitiesIn(squaredComparison, "c", source, "f")).toEqual([]);
  });
});
