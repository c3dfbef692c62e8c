import { describe, expect, it } from "vitest";
import { singlePrecision } from "../../../../src/agent/rewrites/c/single-precision.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("single-precision", () => {
  it("keeps what the functions compute, up to single precision", async () => {
    await expectSameResults(singlePrecision, [
      {
        language: "c",
        function: "blend",
        source: `#include <math.h>
void blend(const float *a, const float *b, float *out, int n, float amount)
{
    for (int i = 0; i < n; i++) {
        double mixed = a[i] * (1.0 - amount) + b[i] * amount;
        double length = sqrt(mixed * mixed + 1e-3);
        out[i] = 0.5 * mixed / length + (double)a[i] * 2. + i / 3.0;
        if (out[i] > 10.5) out[i] = 10.5;
    }
}`,
        drive: `void drive(void) { float a[7], b[7], c[7]; for (int i = 0; i < 7; i++) { a[i] = i * 0.3f; b[i] = 2 - i; } blend(a, b, c, 7, 0.25f); for (int i = 0; i < 7; i++) printf("%.9g ", c[i]); }`,
        tolerance: 1e-5,
      },
      {
        language: "c++",
        function: "soften",
        source: `#include <cmath>
#include <vector>
struct Pixel { float r, g, b; };
void soften(std::vector<Pixel> &pixels) {
    for (auto &p : pixels) {
        const double grey = 0.299 * p.r + 0.587 * p.g + 0.114 * p.b;
        p.r = std::pow(grey, 0.45) + exp(static_cast<double>(p.g));
    }
}`,
        drive: `void drive() { std::vector<Pixel> v{{0.1f, 0.5f, 0.9f}, {1, 1, 1}}; soften(v); for (auto &p : v) std::printf("%.9g ", p.r); }`,
        tolerance: 1e-5,
      },
    ]);
  });

  it("leaves double data, double sums and whole numbers alone", async () => {
    const source = `#include <math.h>
double f(const float *x, const double *w, const int *k, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) {
    sum += x[i] * w[i] * 0.5;
    sum += k[i] * 0.25;
    sum = sum * 0.5 + 1e-3f * x[i];
  }
  return sum;
}`;
    expect((await opportunitiesIn(singlePrecision, "c", source, "f")).map((each) => each.apply())).toEqual(
      [],
    );
  });
});
