import { describe, expect, it } from "vitest";
import { angleRecurrence } from "../../../../src/agent/rewrites/c/angle-recurrence.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("angle-recurrence", () => {
  it("keeps what the functions compute, up to rounding", async () => {
    await expectSameResults(angleRecurrence, [
      {
        language: "c",
        function: "transform",
        source: `#include <math.h>
void transform(const double *x, int n, double *re, double *im)
{
    for (int k = 0; k < n; k++) {
        re[k] = 0;
        im[k] = 0;
        for (int t = 0; t < n; t++) {
            double angle = 2.0 * M_PI * k * t / n;
            re[k] += x[t] * cos(angle);
            im[k] -= x[t] * sin(angle);
        }
    }
}`,
        drive: `void drive(void) { double x[12], r[12], i[12]; for (int k = 0; k < 12; k++) x[k] = 1 + k * k; transform(x, 12, r, i); transform(x, 0, r, i); for (int k = 0; k < 12; k++) printf("%.12g %.12g ", r[k] + 1000, i[k] + 1000); }`,
        tolerance: 1e-9,
      },
      {
        language: "c++",
        function: "decay",
        source: `#include <cmath>
#include <vector>
double decay(const std::vector<double> &samples, double rate, double phase) {
    double sum = 0;
    for (std::size_t i = 3; i < samples.size(); i++) {
        if (samples[i] < 0) continue;
        sum += samples[i] * std::exp(-rate * (double)i) * std::cos(0.25 * i + phase);
    }
    return sum;
}`,
        drive: `void drive() { std::vector<double> v; for (int i = 0; i < 40; i++) { std::printf("%.12g ", decay(v, 0.125, 0.5)); v.push_back((i * 7) % 5 - 1.0); } }`,
        tolerance: 1e-10,
      },
    ]);
  });

  it("leaves arguments that are not linear in the loop's variable", async () => {
    const source = `#include <math.h>
double f(const double *x, int n, double w) {
  double s = 0;
  for (int i = 0; i < n; i++) {
    s += sin(x[i]) + cos(w * i * i) + exp(i / 2) + sin(w);
    w += 0.5;
    s += cos(w * i);
  }
  for (int i = n; i > 0; i--) s += cos(0.5 * i);
  return s;
}`;
    expect((await opportunitiesIn(angleRecurrence, "c", source, "f")).map((each) => each.place)).toEqual([]);
  });
});
