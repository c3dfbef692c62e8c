import { describe, expect, it } from "vitest";
import { arrayHoisting } from "../../../../src/agent/rewrites/c/array-hoisting.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("array-hoisting", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(arrayHoisting, [
      {
        language: "c",
        function: "entropy",
        source: `#include <math.h>
void entropy(const double *p, int rows, int columns, const double *prior, double *out)
{
    int r, c;
    for (r = 0; r < rows; r++) {
        out[r] = 0;
        for (c = 1; c < columns; c++)
            out[r] += p[r * columns + c] * (log(prior[c]) - sqrt(prior[c] + 1.0));
    }
}`,
        drive: `void drive(void) { double p[12], q[4] = {1, 2, 3, 4}, o[3]; for (int i = 0; i < 12; i++) p[i] = i * 0.1; entropy(p, 3, 4, q, o); entropy(0, 0, 4, 0, o); entropy(p, 2, 0, 0, o + 1); for (int i = 0; i < 3; i++) printf("%.17g ", o[i]); }`,
      },
      {
        language: "c++",
        function: "similarity",
        source: `#include <cmath>
#include <vector>
template <typename T>
static T norm(const T *v, int n) {
    T sum = 0;
    for (int k = 0; k < n; k++) sum += v[k] * v[k];
    return std::sqrt(sum);
}
static float dot(const float *a, const float *b, int n) {
    float sum = 0;
    for (int k = 0; k < n; k++) sum += a[k] * b[k];
    return sum;
}
static float length(const float *v, int n) { return std::sqrt(dot(v, v, n)); }
void similarity(const float *a, const float *b, float *out, size_t rows, size_t others, int width)
{
    for (size_t i = 0; i < rows; ++i) {
        for (size_t j = 0; j < others; ++j) {
            out[i * others + j] = dot(a + i * width, b + j * width, width) / (length(a + i * width, width) * length(b + j * width, width));
        }
    }
}`,
        drive: `void drive() { float a[6] = {1, 2, 3, 4, 5, 6}, b[12], o[8]; for (int i = 0; i < 12; i++) b[i] = i - 3.5f; similarity(a, b, o, 2, 4, 3); similarity(nullptr, nullptr, o, 0, 4, 3); for (float x : o) std::printf("%.9g ", x); }`,
        tolerance: 1e-6,
      },
    ]);
  });

  it("leaves what depends on both loops, what they write, and what is cheap", async () => {
    const source = `#include <math.h>
void f(double *x, double *y, int n, int m) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++) {
      y[i] += exp(x[i + j]) + fabs(x[j]) + x[j] * x[j];
      y[j] += exp(y[j]);
      if (j > i) y[i] += log(x[j]);
    }
  for (int i = 0; i < n; i++)
    for (int j = 0; j < i; j++) y[i] += sin(x[j]);
  for (int j = 0; j < m; j++) y[j] += sin(x[j]);
}`;
    expect((await opportunitiesIn(arrayHoisting, "c", source, "f")).map((each) => each.place)).toEqual([]);
  });
});
