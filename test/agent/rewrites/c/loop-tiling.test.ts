import { describe, expect, it } from "vitest";
import { loopTiling } from "../../../../src/agent/rewrites/c/loop-tiling.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const transpose = `void transpose(const float *in, float *out, int rows, int columns) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++)
      out[j * rows + i] = in[i * columns + j];
}`;

describe("loop-tiling", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(loopTiling, [
      {
        language: "c",
        function: "transpose",
        source: transpose,
        drive: `static float a[70 * 90], b[70 * 90];
void drive(void) { for (int i = 0; i < 6300; i++) a[i] = i * 0.5f; transpose(a, b, 70, 90); for (int i = 0; i < 6300; i++) printf("%g ", b[i]); transpose(a, b, 0, 90); transpose(a, b, 3, 1); printf("%g %g", b[0], b[2]); }`,
      },
      {
        language: "c",
        function: "product",
        source: `void product(const double *a, const double *b, double *c, unsigned long n) {
    unsigned long i, j, k;
    for (i = 0; i < n; i++)
        for (k = 0; k <= n - 1; k++)
            for (j = 0; j < n; j++)
                c[i * n + j] += a[i * n + k] * b[k * n + j];
}`,
        drive: `static double a[40 * 40], b[40 * 40], c[40 * 40];
void drive(void) { for (int i = 0; i < 1600; i++) { a[i] = i % 7; b[i] = i % 11; c[i] = i; } product(a, b, c, 40); for (int i = 0; i < 1600; i++) printf("%g ", c[i]); }`,
      },
      {
        language: "c++",
        function: "pairs",
        source: `#include <cstddef>
#include <vector>
void pairs(const std::vector<double> &x, const std::vector<double> &y, std::vector<double> &force)
{
    for (std::size_t i = 0; i < x.size(); ++i) {
        for (std::size_t j = 0; j < y.size(); ++j) {
            const double d = x[i] - y[j];
            force[i] += d * d;
        }
    }
}`,
        drive: `void drive() { std::vector<double> x(50), y(37), f(50, 1); for (int i = 0; i < 50; i++) x[i] = i; for (int i = 0; i < 37; i++) y[i] = 2 * i; pairs(x, y, f); for (double v : f) std::printf("%.17g ", v); pairs(x, {}, f); std::printf("%g", f[1]); }`,
      },
    ]);
  });

  it("does not tile what is tiled, too short, or must run in order", async () => {
    const [first] = await opportunitiesIn(loopTiling, "c", transpose, "transpose");
    expect(await opportunitiesIn(loopTiling, "c", first?.apply() ?? "", "transpose")).toEqual([]);
    const source = `void f(double *a, const double *b, int n) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < 8; j++) a[j * n + i] = b[i * 8 + j];
  for (int i = 1; i < n; i++)
    for (int j = 0; j < n; j++) a[i * n + j] = a[(i - 1) * n + j + 1];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) a[i * n + j] = 0;
}`;
    expect(await opportunitiesIn(loopTiling, "c", source, "f")).toEqual([]);
  });
});
