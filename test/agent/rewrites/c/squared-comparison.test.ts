import { describe, expect, it } from "vitest";
import { squaredComparison } from "../../../../src/agent/rewrites/c/squared-comparison.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

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
      {
        language: "c++",
        function: "nearest",
        source: `#include <cmath>
#include <vector>
double nearest(const std::vector<double> &x, const std::vector<double> &y, double px, double py, double limit, int *index)
{
    double best = 1e9, worst = 0.0;
    int close = 0;
    *index = -1;
    for (std::size_t i = 0; i < x.size(); i++) {
        double d = std::sqrt((x[i] - px) * (x[i] - px) + (y[i] - py) * (y[i] - py));
        if (d < best) {
            best = d;
            *index = (int)i;
        }
        if (worst < d) worst = d;
        if (d <= limit) close++;
    }
    return best + 2 * worst + 100 * close;
}`,
        drive: `void drive() { int k; std::printf("%.12g ", nearest({0, 3, 2}, {1, 3.5, -2}, 2.5, 2.5, 2, &k)); std::printf("%d ", k); std::printf("%.12g %d", nearest({}, {}, 0, 0, 1, &k), k); }`,
        tolerance: 1e-12,
      },
      {
        language: "c",
        function: "farthest",
        source: `#include <math.h>
static float gap(const float *a, const float *b) {
  float dx = a[0] - b[0];
  return sqrtf(dx * dx + (a[1] - b[1]) * (a[1] - b[1]));
}
int farthest(const float *p, int n) {
  float most = -1.0f;
  int at = -1;
  for (int i = 1; i < n; i++) {
    if (gap(p, p + 2 * i) > most) {
      most = gap(p, p + 2 * i);
      at = i;
    }
  }
  return at;
}`,
        drive: `void drive(void) { float p[8] = {0, 0, 1, 1, -3, 2, 2, -1}; printf("%d %d %d", farthest(p, 4), farthest(p, 1), farthest(p, 2)); }`,
      },
    ]);
  });

  it("keeps roots that are used otherwise, and comparisons with what may be negative by its form", async () => {
    const source = `#include <math.h>
double f(const double *x, int n, int k) {
  double s = 0;
  for (int i = 0; i < n; i++) { double r = sqrt(x[i]); if (r > s) s += r; if (sqrt(x[i]) < s - 1) s += 1; if (sqrt(x[i]) == s) s += 2; }
  return s;
}`;
    expect(await opportunitiesIn(squaredComparison, "c", source, "f")).toEqual([]);
  });
});
