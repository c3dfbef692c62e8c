import { describe, expect, it } from "vitest";
import { noAlias } from "../../../../src/agent/rewrites/c/no-alias.ts";
import { relaxedFloatingPoint } from "../../../../src/agent/rewrites/c/relaxed-floating-point.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const blend = `void blend(const float *a, float* b, float **rows, const double c[], int n, void (*done)(int))
{
    if (n > 0)
        for (int i = 0; i < n; i++) b[i] += a[i] * (float)c[0];
    for (int i = 0; i < n; i++) {
        rows[0][i] = a[i] + 1;
    }
    done(n);
}`;

describe("no-alias", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(
      noAlias,
      [
        {
          language: "c",
          function: "blend",
          source: blend,
          drive: `static void done(int n) { printf("%d ", n); }
void drive(void) { float a[5] = {1, 2, 3, 4, 5}, b[5] = {0}, r[5], *rows[1] = {r}; double c[1] = {0.5}; blend(a, b, rows, c, 5, done); for (int i = 0; i < 5; i++) printf("%g %g ", b[i], r[i]); }`,
        },
        {
          language: "c++",
          function: "copy",
          source: `namespace image {
static void copy(unsigned char *out, const unsigned char *in, unsigned long n) { for (unsigned long i = 0; i < n; ++i) { out[i] = in[n - 1 - i]; } }
}`,
          drive: `void drive() { unsigned char a[4] = {1, 2, 3, 4}, b[4]; image::copy(b, a, 4); std::printf("%d %d", b[0], b[3]); }`,
        },
      ],
      { level: "-O1" },
    );
  });

  it("asks for two pointers, one of them written through, and puts each keyword once", async () => {
    expect(
      await opportunitiesIn(
        noAlias,
        "c",
        "double f(const double *a, const double *b) { return a[0] + b[0]; }",
        "f",
      ),
    ).toEqual([]);
    expect(
      await opportunitiesIn(
        noAlias,
        "c",
        "void f(double *a, int n) { for (int i = 0; i < n; i++) a[i] = a[i + 1]; }",
        "f",
      ),
    ).toEqual([]);
    const [first] = await opportunitiesIn(noAlias, "c", blend, "blend");
    expect(first?.apply().split("\n")[0]).toContain(
      "const float *restrict a, float* restrict b, float **restrict rows, const double c[]",
    );
    expect(
      (await opportunitiesIn(noAlias, "c", first?.apply() ?? "", "blend")).map(
        ({ parameters }) => parameters["form"],
      ),
    ).toEqual(["ivdep"]);
  });
});

describe("relaxed-floating-point", () => {
  it("keeps what the functions compute, up to rounding", async () => {
    await expectSameResults(
      relaxedFloatingPoint,
      [
        {
          language: "c++",
          function: "norm",
          source: `#include <cmath>
#include <vector>
template <class T> T unused(T x) { return x; }
/// The length of a vector.
static inline double norm(const std::vector<double> &v) {
  double s = 0;
  for (double x : v) s += x * x;
  return std::sqrt(s);
}`,
          drive: `void drive() { std::printf("%.17g %.17g", norm({1, 2.5, -3, 0.125, 7}), norm({})); }`,
          tolerance: 1e-13,
        },
      ],
      { level: "-O1" },
    );
  });

  it("has nothing to relax in integer code or without a loop", async () => {
    expect(
      await opportunitiesIn(relaxedFloatingPoint, "c", "double f(double a) { return a * 2; } ", "f"),
    ).toEqual([]);
    expect(
      await opportunitiesIn(
        relaxedFloatingPoint,
        "c",
        "int f(int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s += a[i]; return s; }",
        "f",
      ),
    ).toEqual([]);
  });
});
