import { describe, expect, it } from "vitest";
import { runningSum } from "../../../../src/agent/rewrites/c/running-sum.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const cumulative = `void cumulative(const int *x, long *out, int n)
{
    int i, j;
    for (i = 0; i < n; i++) {
        out[i] = 0;
        for (j = 0; j < i + 1; j++)
            out[i] = out[i] + (long)x[j] * x[j];
    }
}`;

describe("running-sum", () => {
  it("gives the same sums over prefixes and windows", async () => {
    await expectSameResults(runningSum, [
      {
        language: "c",
        function: "cumulative",
        source: cumulative,
        drive: `void drive(void) { int x[7] = {3, -1, 4, 1, -5, 9, 2}; long out[7]; cumulative(x, out, 0); cumulative(x, out, 7); for (int i = 0; i < 7; i++) printf("%ld ", out[i]); }`,
      },
      {
        language: "c",
        function: "smooth",
        source: `void smooth(const float *in, float *out, int n, int radius) {
  for (int i = 0; i < n; ++i) {
    int low = i - radius < 0 ? 0 : i - radius;
    int high = i + radius;
    if (high > n - 1) high = n - 1;
    float sum = 0.0f;
    for (int j = low; j <= high; ++j) sum += in[j];
    out[i] = sum / (high - low + 1);
  }
}`,
        drive: `void drive(void) { float x[9] = {1, 2, 3, 5, 8, 13, 21, 34, 55}, y[9]; for (int r = 0; r < 12; r += 3) { smooth(x, y, 9, r); for (int i = 0; i < 9; i++) printf("%.9g ", y[i]); } }`,
        tolerance: 1e-5,
      },
      {
        language: "c++",
        function: "deviations",
        source: `#include <cmath>
#include <vector>
std::vector<double> deviations(const std::vector<double> &v, std::size_t w)
{
    std::vector<double> out;
    for (std::size_t i = 0; i + w <= v.size(); i++)
    {
        double sum = 0, squares = 1.5;
        for (std::size_t j = i; j < i + w; j++)
        {
            sum += v[j];
            squares += v[j] * v[j];
        }
        out.push_back(squares / w - (sum / w) * (sum / w));
    }
    return out;
}`,
        drive: `void drive() { std::vector<double> v; for (int i = 0; i < 20; i++) v.push_back(i % 7 - 1.5 * (i % 3)); for (double d : deviations(v, 4)) std::printf("%.17g ", d); std::printf("%zu %zu", deviations(v, 21).size(), deviations({}, 3).size()); }`,
        tolerance: 1e-9,
      },
      {
        language: "c",
        function: "records",
        source: `#include <stddef.h>
void records(const double *x, double *high, int *positive, size_t n)
{
    size_t i = 0, j;
    while (i < n) {
        double top = x[0];
        positive[i] = 0;
        for (size_t k = 1; k <= i; k++) {
            if (x[k] > top)
                top = x[k];
        }
        j = 0;
        while (j <= i) {
            positive[i] += x[j] > 0;
            j++;
        }
        high[i] = top;
        i++;
    }
}`,
        drive: `void drive(void) { double x[6] = {-1, 3, 2, -5, 8, 4}, h[6]; int p[6]; records(0, 0, 0, 0); records(x, h, p, 6); for (int i = 0; i < 6; i++) printf("%g %d ", h[i], p[i]); }`,
      },
      {
        language: "c",
        function: "averages",
        source: `#include <stddef.h>
void averages(const double *x, double *ahead, long *behind, const int *k, int n, int w)
{
    for (int i = 0; i <= n - w; i++) {
        double sum = 0.0;
        for (int j = 0; j < w; j++)
            sum += x[i + j] * x[j + i];
        ahead[i] = sum / w;
    }
    for (size_t i = 2; i < (size_t)n; i++) {
        long total = 1;
        for (int j = 0; j <= 2; ++j) {
            total += k[i - j];
        }
        behind[i] = total;
    }
}`,
        drive: `void drive(void) { double x[9] = {1, 2, 3, 5, 8, 13, 21, 34, 55}, a[9] = {0}; long b[9] = {0}; int k[9] = {3, 1, 4, 1, 5, 9, 2, 6, 5}; averages(x, a, b, k, 9, 4); averages(x, a, b, k, 2, 3); for (int i = 0; i < 9; i++) printf("%.15g %ld ", a[i], b[i]); }`,
        tolerance: 1e-12,
      },
      {
        language: "c",
        function: "loudness",
        source: `#include <math.h>
static float power(const float *x, int from, int to)
{
    float sum = 0;
    for (int k = from; k < to; k++)
        sum += x[k] * x[k];
    return sum / (to - from);
}
void loudness(const float *signal, float *out, int n, int w)
{
    for (int i = 0; i + w <= n; i++) {
        out[i] = sqrtf(power(signal, i, i + w));
    }
}`,
        drive: `void drive(void) { float x[9] = {1, -2, 3, 5, -8, 13, 2, 3, 5}, o[9] = {0}; loudness(x, o, 9, 3); loudness(x, o, 2, 3); for (int i = 0; i < 9; i++) printf("%.7g ", o[i]); }`,
        tolerance: 1e-5,
      },
      {
        language: "c++",
        function: "load",
        source: `#include <numeric>
#include <vector>
std::vector<long> load(const std::vector<int> &jobs, int hours)
{
    std::vector<long> out(jobs.size());
    for (int i = 0; i < (int)jobs.size(); i++)
        out[i] = i;
    for (int i = 0; i + hours <= (int)jobs.size(); i++) {
        out[i] = 2 * std::accumulate(jobs.begin() + i, jobs.begin() + i + hours, 0L) + 1;
    }
    return out;
}`,
        drive: `void drive() { for (long v : load({3, 1, 4, 1, 5, 9, 2, 6}, 3)) std::printf("%ld ", v); std::printf("%zu", load({}, 1).size()); }`,
      },
    ]);
  });

  it("says that a window's sums are reordered, and that a prefix's are not", async () => {
    const [prefix] = await opportunitiesIn(runningSum, "c", cumulative, "cumulative");
    expect(prefix?.parameters).toEqual({ range: "prefix" });
    expect(prefix?.assumptions).toEqual(["Arrays that are written and arrays that are read do not overlap."]);
  });

  it("keeps sums whose terms or ranges change otherwise", async () => {
    const source = `void f(double *x, double *out, const int *end, int n) {
  for (int i = 0; i < n; i++) { double s = 0; for (int j = 0; j <= i; j++) s += x[j] * x[i - j]; out[i] = s; }
  for (int i = 0; i < n; i++) { double s = 0; for (int j = 0; j < end[i]; j++) s += x[j]; out[i] = s; }
  for (int i = 0; i < n; i++) { double s = 0; for (int j = 0; j <= i; j++) s += x[j]; x[i] = s; }
  for (int i = 0; i < n; i++) { double s = 0; for (int j = i; j < n; j++) { s += x[j]; if (s > 9) break; } out[i] = s; }
  for (int i = 0; i < n; i++) { double s = 0; for (int j = 0; j < n - i; j++) s += x[j]; out[i] = s; }
  for (int i = 0; i < n; i++) { double s = 0; for (int j = 0; j < 3; j++) s += x[i + 2 * j]; out[i] = s; }
  for (int i = 0; i < n; i++) { double s = 0; for (int j = 0; j < 3; j++) s += x[i + j] * x[j]; out[i] = s; }
  double t = 0;
  for (int i = 0; i < n; i++) { for (int j = 0; j <= i; j++) t += x[j]; out[i] = t; }
}`;
    expect(await opportunitiesIn(runningSum, "c", source, "f")).toEqual([]);
  });
});
