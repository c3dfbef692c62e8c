import { describe, expect, it } from "vitest";
import { multipleAccumulators } from "../../../../src/agent/rewrites/c/multiple-accumulators.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("multiple-accumulators", () => {
  it("keeps what the functions compute, up to rounding", async () => {
    await expectSameResults(multipleAccumulators, [
      {
        language: "c",
        function: "statistics",
        source: `void statistics(const double *x, int n, double *out) {
    double sum = 0, squares = 1, least = 1e9;
    int i;
    for (i = 0; i < n; i++) {
        const double v = x[i];
        if (v < -100)
            continue;
        sum = sum + v;
        squares += v * v;
        if (v < least)
            least = v;
        out[3] -= v;
    }
    out[0] = sum; out[1] = squares; out[2] = least;
}`,
        drive: `void drive(void) { double x[50], o[4]; for (int i = 0; i < 50; i++) x[i] = (i * 37 % 41) - 10.5; x[9] = -200; for (int n = 0; n < 50; n += 7) { o[3] = 5; statistics(x, n, o); printf("%.17g %.17g %.17g %.17g ", o[0], o[1], o[2], o[3]); } }`,
        tolerance: 1e-12,
      },
      {
        language: "c",
        function: "loudest",
        source: `#include <math.h>
#include <stddef.h>
float loudest(const float *samples, size_t count)
{
\tfloat top = 0, total = 0;
\tfor (const float *s = samples; s != samples + count; ++s) {
\t\tfloat v = fabsf(*s);
\t\tif (v > top)
\t\t\ttop = v;
\t\ttotal += s[0];
\t}
\treturn top * 1000 + total;
}`,
        drive: `void drive(void) { float x[30]; for (int i = 0; i < 30; i++) x[i] = (i * 7 % 30) * 0.5f - 4; for (int n = 0; n < 31; n += 5) printf("%.9g ", loudest(x, n)); }`,
        tolerance: 1e-5,
      },
      {
        language: "c++",
        function: "spread",
        source: `#include <cmath>
#include <vector>
struct Shop { std::vector<double> prices; };
double spread(const Shop &shop) {
  double total = 0, squares = 0;
  for (const auto &price : shop.prices) {
    if (std::isnan(price)) continue;
    total += price;
    squares += price * price;
  }
  return squares - total;
}`,
        drive: `void drive() { Shop s; for (int n = 0; n < 30; n++) { std::printf("%.17g ", spread(s)); s.prices.push_back(n == 9 ? NAN : n * 0.7); } }`,
        tolerance: 1e-12,
      },
      {
        language: "c++",
        function: "dot",
        source: `#include <algorithm>
#include <cstddef>
#include <vector>
float dot(const std::vector<float> &a, const std::vector<float> &b)
{
  float result{0}, top = 0.0f, scale = 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
  {
    result += a[i] * b[i];
    top = std::max(top, a[i]);
    scale *= 1.01f;
  }
  return result * scale + top;
}`,
        drive: `void drive() { std::vector<float> a, b; for (int n = 0; n < 40; n++) { std::printf("%.9g ", dot(a, b)); a.push_back(n % 13 * 0.5f); b.push_back(1.0f + n); } }`,
        tolerance: 1e-5,
      },
    ]);
  });

  it("leaves integer sums to the compiler, and chains that are not sums", async () => {
    const source = `double f(const double *x, const int *k, double *y, int n) {
  long total = 0;
  double s = 0, t = 1;
  for (int i = 0; i < n; i++) total += k[i];
  for (int i = 0; i < n; i++) s = s * 0.5 + x[i];
  for (int i = 0; i < n; i++) { t += x[i]; y[i] = t; }
  for (int i = 0; i < n; i++) { t += x[i]; if (t > 100) break; }
  for (int i = 0; i < n; i++) y[k[i]] += x[i];
  return s + total;
}`;
    expect(await opportunitiesIn(multipleAccumulators, "c", source, "f")).toEqual([]);
  });

  it("says that the order of the sum changes", async () => {
    const [first] = await opportunitiesIn(
      multipleAccumulators,
      "c",
      "double f(double *x, int n) { double s = 0; for (int i = 0; i < n; i++) s += x[i]; return s; }",
      "f",
    );
    expect(first?.assumptions).toEqual(["Floating-point sums may be added in another order."]);
    expect(first?.parameters).toEqual({ count: 8 });
  });
});
