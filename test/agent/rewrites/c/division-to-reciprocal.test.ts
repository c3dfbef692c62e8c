import { describe, expect, it } from "vitest";
import { divisionToReciprocal } from "../../../../src/agent/rewrites/c/division-to-reciprocal.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const standardise = `void standardise(double *x, int n, double mean, double deviation)
{
  for (int i = 0; i < n; i++)
    x[i] = (x[i] - mean) / deviation;
}`;

describe("division-to-reciprocal", () => {
  it("keeps what the functions compute, up to rounding", async () => {
    await expectSameResults(divisionToReciprocal, [
      {
        language: "c",
        function: "standardise",
        source: standardise,
        drive: `void drive(void) { double x[9]; for (int i = 0; i < 9; i++) x[i] = i * i; standardise(x, 0, 1, 0); standardise(x, 9, 3.5, 7); for (int i = 0; i < 9; i++) printf("%.17g ", x[i]); }`,
        tolerance: 1e-15,
      },
      {
        language: "c",
        function: "normalise_rows",
        source: `#include <math.h>
#include <stddef.h>
void normalise_rows(float *m, const float *norms, size_t rows, size_t columns) {
    size_t r, c;
    for (r = 0; r < rows; r++) {
        for (c = 0; c < columns; c++) {
            m[r * columns + c] /= norms[r];
            m[r * columns + c] = m[r * columns + c] / 3.0f + (float)c / columns;
        }
    }
}`,
        drive: `void drive(void) { float m[12], norms[3] = {3, 0.7f, 11}; for (int i = 0; i < 12; i++) m[i] = i; normalise_rows(m, 0, 0, 4); normalise_rows(m, norms, 3, 4); normalise_rows(m, 0, 3, 0); for (int i = 0; i < 12; i++) printf("%.9g ", m[i]); }`,
        tolerance: 1e-6,
      },
      {
        language: "c++",
        function: "pull",
        source: `#include <cmath>
#include <vector>
struct Star { double x, y, z, mass; };
void pull(const std::vector<Star> &stars, double *force)
{
    for (size_t i = 0; i < stars.size(); ++i)
        for (size_t j = 0; j < stars.size(); ++j) {
            double dx = stars[j].x - stars[i].x, dy = stars[j].y - stars[i].y, dz = stars[j].z - stars[i].z;
            double distance = std::sqrt(dx * dx + dy * dy + dz * dz + 1e-6);
            force[3 * i] += stars[j].mass * dx / (distance * distance * distance);
            force[3 * i + 1] += stars[j].mass * dy / (distance * distance * distance);
            force[3 * i + 2] += stars[j].mass * dz / (distance * distance * distance);
        }
}`,
        drive: `void drive() { std::vector<Star> s; for (int i = 0; i < 5; i++) s.push_back({i * 0.5, 1.0 / (i + 1), i * i * 0.25, 1.0 + i}); double f[15] = {0}; pull(s, f); for (double v : f) std::printf("%.17g ", v); }`,
        tolerance: 1e-12,
      },
    ]);
  });

  it("divides once before the loop", async () => {
    const [only] = await opportunitiesIn(divisionToReciprocal, "c", standardise, "standardise");
    expect(only?.apply()).toContain(
      "  const double reciprocal = 1.0 / deviation;\n  for (int i = 0; i < n; i++)\n    x[i] = (x[i] - mean) * reciprocal;",
    );
    expect(only?.assumptions).toEqual([
      "A product with a reciprocal may differ from the quotient in the last bits.",
    ]);
  });

  it("leaves integers, powers of two, changing divisors and single quotients alone", async () => {
    const source = `double f(const double *x, const int *k, int n, int m) {
  double s = 0, d = 1;
  for (int i = 0; i < n; i++) { s += k[i] / m; s += x[i] / 4.0; s += 1 / d; d += x[i]; s += x[i] / (d + i); }
  s = s / d; d = d + 1; s = s / d;
  return s;
}`;
    expect(await opportunitiesIn(divisionToReciprocal, "c", source, "f")).toEqual([]);
  });
});
