import { describe, expect, it } from "vitest";
import { invariantLoopHoisting } from "../../../../src/agent/rewrites/c/invariant-loop-hoisting.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("invariant-loop-hoisting", () => {
  it("computes the same values once", async () => {
    await expectSameResults(invariantLoopHoisting, [
      {
        language: "c++",
        function: "variance",
        source: `#include <vector>
double variance(const std::vector<double> &v)
{
    double sum = 0;
    for (size_t i = 0; i < v.size(); i++) {
        double mean = 0;
        for (size_t j = 0; j < v.size(); j++)
            mean += v[j];
        mean /= v.size();
        sum += (v[i] - mean) * (v[i] - mean);
    }
    return sum;
}`,
        drive: `void drive() { std::printf("%.17g %.17g", variance({1, 5, 2, 8}), variance({})); }`,
      },
      {
        language: "c",
        function: "normalise",
        source: `void normalise(const int *in, int *out, int rows, int columns)
{
    int r, c;
    for (r = 0; r < rows; r++)
        for (c = 0; c < columns; c++) {
            int top = in[r * columns], k;
            for (k = 0; k < columns; k++) {
                if (in[r * columns + k] > top)
                    top = in[r * columns + k];
            }
            out[r * columns + c] = top ? 100 * in[r * columns + c] / top : 0;
        }
}`,
        drive: `void drive(void) { int a[8] = {1, 2, 3, 4, 9, 0, -1, 3}, b[8]; normalise(a, b, 2, 4); normalise(a, b, 0, 4); for (int i = 0; i < 8; i++) printf("%d ", b[i]); }`,
      },
    ]);
  });

  it("keeps loops whose value changes, or that write more than one thing", async () => {
    const source = `void f(double *x, const double *y, double *out, int n) {
  for (int i = 0; i < n; i++) { double s = 0; for (int j = 0; j < n; j++) s += x[j]; x[i] = s; }
  for (int i = 0; i < n; i++) { double s = i; for (int j = 0; j < n; j++) s += y[j]; out[i] = s; }
  for (int i = 0; i < n; i++) { double s = 0; for (int j = 0; j < n; j++) s += y[j] * i; out[i] = s; }
  for (int i = 0; i < n; i++) { double s = 0; for (int j = 0; j < n; j++) { s += y[j]; out[j] = s; } }
  double t = 0;
  for (int i = 0; i < n; i++) { for (int j = 0; j < n; j++) t += y[j]; out[i] = t; }
}`;
    expect(await opportunitiesIn(invariantLoopHoisting, "c", source, "f")).toEqual([]);
  });
});
