import { describe, expect, it } from "vitest";
import { loopUnrolling } from "../../../../src/agent/rewrites/c/loop-unrolling.ts";
import { unrollAndJam } from "../../../../src/agent/rewrites/c/unroll-and-jam.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("unroll-and-jam", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(unrollAndJam, [
      {
        language: "c",
        function: "times",
        source: `void times(const double *m, const double *x, double *y, int rows, int columns)
{
    int i, j;
    for (i = 0; i < rows; i++) {
        const double *row = m + i * columns;
        double sum = 0;
        for (j = 0; j < columns; j++) {
            double p = row[j] * x[j];
            sum += p;
        }
        y[i] = sum / 2;
    }
}`,
        drive: `void drive(void) { double m[110], x[10], y[11]; for (int i = 0; i < 110; i++) m[i] = 0.1 * i; for (int i = 0; i < 10; i++) x[i] = i - 4;
          for (int r = 0; r < 12; r += 1) { times(m, x, y, r, 10); for (int i = 0; i < r; i++) printf("%.17g ", y[i]); } }`,
      },
      {
        language: "c++",
        function: "add",
        source: `#include <vector>
void add(std::vector<double> &c, const std::vector<double> &a, const std::vector<double> &b, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t j = 0; j < n; ++j)
                c[i * n + j] += a[i * n + k] * b[k * n + j];
}`,
        drive: `void drive() { for (std::size_t n = 0; n < 8; n++) { std::vector<double> a(n * n), b(n * n), c(n * n, 1); for (std::size_t i = 0; i < n * n; i++) a[i] = i, b[i] = 0.5 * i; add(c, a, b, n); for (double v : c) std::printf("%.17g ", v); } }`,
      },
    ]);
  });

  it("leaves loops alone whose outer iterations depend on each other", async () => {
    const source = `void f(double *y, const double *a, int n) {
  for (int i = 1; i < n; i++) {
    double s = y[i - 1];
    for (int j = 0; j < n; j++) s += a[j];
    y[i] = s;
  }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < i; j++) y[i] += a[j];
  double t = 0;
  for (int i = 0; i < n; i++) { for (int j = 0; j < n; j++) t = t * 0.5 + a[j]; y[i] = t; }
}`;
    expect(await opportunitiesIn(unrollAndJam, "c", source, "f")).toEqual([]);
  });
});

describe("loop-unrolling", () => {
  it("keeps what the functions compute and asks once for each loop", async () => {
    await expectSameResults(loopUnrolling, [
      {
        language: "c",
        function: "find",
        source: `#include <stddef.h>
size_t find(const unsigned char *s, size_t n, unsigned char c) {
  size_t i = 0;
  while (i < n) {
    if (s[i] == c) break;
    i++;
  }
  for (size_t k = 0; k < n; k++)
    if (s[k] == c)
      i += k;
  return i;
}`,
        drive: `void drive(void) { for (int n = 0; n < 20; n += 3) printf("%zu ", find((const unsigned char *)"the quick brown fox jumps", n, 'o')); }`,
      },
    ]);
  });

  it("has nothing to say about loops with loops inside, or of few rounds", async () => {
    const source = `int f(int *a, int n) { int s = 0; for (int i = 0; i < 3; i++) s += a[i]; for (;;) { for (const int *p = a; *p; p++) { g(p); } } return s; }`;
    expect(await opportunitiesIn(loopUnrolling, "c", source, "f")).toEqual([]);
  });
});
