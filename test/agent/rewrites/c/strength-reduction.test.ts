import { describe, expect, it } from "vitest";
import { strengthReduction } from "../../../../src/agent/rewrites/c/strength-reduction.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const drag = `#include <math.h>
double drag(const double *speed, int n, double area)
{
    double total = 0.0;
    for (int i = 0; i < n; i++) {
        if (speed[i] > 0.5)
            total += area * pow(speed[i], 3) + pow(speed[i] + 1.0, 4.0) - pow(speed[i], 1.5);
        else
            total -= pow(speed[i], -2) + 1.0 / pow(speed[i], 0.5);
    }
    return total;
}`;

const series = `#include <math.h>
void series(const float *coefficient, int terms, const double *x, double *out, size_t n) {
    for (size_t p = 0; p < n; ++p) {
        double sum = 0;
        for (int i = 0; i < terms; i++) {
            if (coefficient[i] == 0.0f) continue;
            sum += coefficient[i] * pow(x[p], i);
        }
        out[p] = sum;
    }
}`;

describe("strength-reduction", () => {
  it("keeps what the functions compute, up to rounding", async () => {
    await expectSameResults(strengthReduction, [
      {
        language: "c",
        function: "drag",
        source: drag,
        drive: `void drive(void) { double v[64]; for (int i = 0; i < 64; i++) v[i] = 0.02 * i + 0.1; for (int n = 0; n < 64; n += 9) printf("%.17g ", drag(v, n, 2.5)); }`,
        tolerance: 1e-13,
      },
      {
        language: "c",
        function: "series",
        source: series.replace("#include <math.h>", "#include <math.h>\n#include <stddef.h>"),
        drive: `void drive(void) { float c[9] = {1, 0, 3, -2, 0.5f, 0, 0, 8, 1}; double x[5] = {0, 1, -1.5, 0.3, 7}, y[5];
          for (int t = 0; t < 10; t += 3) { series(c, t, x, y, 5); for (int i = 0; i < 5; i++) printf("%.17g ", y[i]); } }`,
        tolerance: 1e-13,
      },
      {
        language: "c++",
        function: "gauss",
        source: `#include <cmath>
#include <vector>
namespace shapes {
float gauss(const std::vector<float> &v, float rate)
{
\tfloat sum = 0;
\tfor (std::size_t i = 1; i <= v.size(); ++i)
\t\tsum += v[i - 1] * std::pow(rate, static_cast<float>(i)) + std::pow(v[i - 1], 5.0f);
\treturn sum;
}
}`,
        drive: `void drive() { std::vector<float> v{0.5f, 0.25f, 1.5f, 2}; std::printf("%.9g %.9g", shapes::gauss(v, 0.75f), shapes::gauss({}, 2)); }`,
        tolerance: 1e-5,
      },
    ]);
  });

  it("leaves squares to the compiler, and powers that it does not understand", async () => {
    const source = `#include <math.h>
double f(const double *x, int n, double k) {
  double s = 0;
  for (int i = 0; i < n; i++) s += pow(x[i], 2) + pow(x[i], k) + pow(x[i], 0.3) + pow(x[i], 99);
  for (int i = 0; i < n; i++) { k += s; s += pow(k, i); }
  for (int i = n; i > 0; i--) s += pow(2.5, i);
  return s;
}`;
    expect(await opportunitiesIn(strengthReduction, "c", source, "f")).toEqual([]);
  });

  it("says what it assumes", async () => {
    const [first] = await opportunitiesIn(strengthReduction, "c", drag, "drag");
    expect(first?.assumptions).toEqual([
      "Powers may differ from those of pow in the last bits.",
      "Bases of fractional powers are finite and not negative.",
    ]);
    expect(first?.apply()).toContain("static inline double power_3(double x)\n{\n    return x * x * x;\n}");
  });
});
