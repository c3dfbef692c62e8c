import { describe, expect, it } from "vitest";
import { commonSubexpression } from "../../../../src/agent/rewrites/c/common-subexpression.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("common-subexpression", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(commonSubexpression, [
      {
        language: "c",
        function: "logistic",
        source: `#include <math.h>
void logistic(const double *x, double *y, double *slope, int n)
{
    for (int i = 0; i < n; i++) {
        if (x[i] < -700)
            y[i] = 0;
        else
            y[i] = exp(x[i]) / (1.0 + exp(x[i]));
        slope[i] = exp(x[i]) / pow(1.0 + exp(x[i]), 2) + sqrt(fabs(x[i])) * sqrt(fabs(x[i]));
    }
}`,
        drive: `void drive(void) { double x[9], y[9], s[9]; for (int i = 0; i < 9; i++) x[i] = i - 4; logistic(x, y, s, 9); for (int i = 0; i < 9; i++) printf("%.17g %.17g ", y[i], s[i]); }`,
      },
      {
        language: "c++",
        function: "spread",
        source: `#include <cmath>
#include <vector>
static double mean(double a, double b, int rounds) {
    while (rounds-- > 0) { double t = (a + b) / 2; b = std::sqrt(a * b); a = t; }
    return a;
}
double spread(const std::vector<double> &v)
{
    double total = 0, largest = 1;
    for (double x : v) {
        if (mean(x, 2.0, 5) > 1.5) largest = mean(x, 2.0, 5);
        total += mean(x, largest, 3);
        largest += mean(x, largest, 3);
        total -= mean(x, largest, 3);
    }
    return total;
}`,
        drive: `void drive() { std::printf("%.17g %.17g", spread({1, 2, 3, 5.5}), spread({})); }`,
      },
    ]);
  });

  it("keeps calls apart whose arguments change in between, and cheap ones", async () => {
    const source = `#include <math.h>
double next(double);
double f(double *x, int n) {
  double s = 0, t = 1;
  for (int i = 0; i < n; i++) {
    s += exp(x[i]); x[i] = s; s += exp(x[i]);
    t = sin(t); t = sin(t);
    s += next(t) + next(t) + fabs(t) + fabs(t);
    if (i > 3) s += log(x[i - 3]); else s -= log(x[i]);
  }
  return s;
}`;
    expect((await opportunitiesIn(commonSubexpression, "c", source, "f")).map((each) => each.place)).toEqual(
      [],
    );
  });
});
