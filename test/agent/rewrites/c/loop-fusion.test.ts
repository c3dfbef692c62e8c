import { describe, expect, it } from "vitest";
import { loopFission } from "../../../../src/agent/rewrites/c/loop-fission.ts";
import { loopFusion } from "../../../../src/agent/rewrites/c/loop-fusion.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const chain = `void chain(const double *a, double *b, double *c, int n) {
  for (int i = 0; i < n; i++) {
    double t = a[i] * 2; // twice
    b[i] = t;
  }
  /* then the rest */
  for (int k = 0; k < n; k++) {
    double t = b[k] + 1;
    c[k] = t * t;
  }
  for (int i = 0; i < n; i++)
    c[i] += a[i];
}`;

describe("loop-fusion", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(loopFusion, [
      {
        language: "c",
        function: "chain",
        source: chain,
        drive: `void drive(void) { double a[9], b[9], c[9]; for (int i = 0; i < 9; i++) a[i] = 0.3 * i; chain(a, b, c, 9); for (int i = 0; i < 9; i++) printf("%.17g %.17g ", b[i], c[i]); chain(a, b, c, 0); }`,
      },
      {
        language: "c++",
        function: "shift",
        source: `#include <vector>
void shift(std::vector<int> &v, std::vector<int> &w) {
\tfor (size_t i = 1; i < v.size(); i++) v[i] += 3;
\tfor (size_t i = 1; i < v.size(); i++) w[i] = v[i - 1] + v[i];
}`,
        drive: `void drive() { std::vector<int> v{5, 1, 4, 1, 5, 9}, w(6); shift(v, w); for (int x : w) std::printf("%d ", x); }`,
      },
      {
        language: "c",
        function: "rows",
        source: `void rows(int *m, int *s, int n) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      m[i * n + j] += i;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      s[i] += m[i * n + j];
}`,
        drive: `void drive(void) { int m[25], s[5] = {0}; for (int i = 0; i < 25; i++) m[i] = i * 3; rows(m, s, 5); for (int i = 0; i < 5; i++) printf("%d ", s[i]); }`,
      },
    ]);
  });

  it("keeps loops apart where the second needs later results of the first, or counts otherwise", async () => {
    const source = `void f(double *a, double *b, int n, int m) {
  double s = 0;
  for (int i = 0; i < n; i++) a[i] = i;
  for (int i = 0; i < n; i++) b[i] = a[n - 1 - i];
  for (int i = 0; i < n; i++) a[i + 1] = b[i];
  for (int i = 0; i < n; i++) b[i] = a[i + 2];
  for (int i = 0; i < m; i++) b[i] = 1;
  for (int i = 0; i < n; i++) s += b[i];
  for (int i = 0; i < n; i++) a[i] = s;
}`;
    expect(await opportunitiesIn(loopFusion, "c", source, "f")).toEqual([]);
  });
});

describe("loop-fission", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(loopFission, [
      {
        language: "c",
        function: "product",
        source: `void product(const double *a, const double *b, double *c, int n) {
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) c[i * n + j] = 0;
    for (int k = 0; k < n; k++)
      for (int j = 0; j < n; j++) c[i * n + j] += a[i * n + k] * b[k * n + j];
  }
}`,
        drive: `void drive(void) { double a[49], b[49], c[49]; for (int i = 0; i < 49; i++) { a[i] = i; b[i] = 49 - i; } product(a, b, c, 7); for (int i = 0; i < 49; i++) printf("%g ", c[i]); }`,
      },
      {
        language: "c++",
        function: "prefix",
        source: `#include <vector>
void prefix(std::vector<float> &a, std::vector<float> &b, const std::vector<float> &x) {
    float running = 0;
    for (std::size_t i = 0; i < x.size(); i++)
    {
        a[i] = x[i] * 3;
        running += x[i];
        b[i] = running;
    }
}`,
        drive: `void drive() { std::vector<float> x{1, 2.5f, -4, 8}, a(4), b(4); prefix(a, b, x); for (int i = 0; i < 4; i++) std::printf("%g %g ", a[i], b[i]); }`,
      },
    ]);
  });

  it("keeps statements together that need each other", async () => {
    const source = `void f(double *a, double *b, double *c, int n) {
  for (int i = 1; i < n; i++) { a[i] = b[i - 1]; b[i] = a[i] + c[i]; }
  for (int i = 0; i < n; i++) { double t = c[i]; b[i] = t; }
  double s = 0;
  for (int i = 0; i < n; i++) { s += c[i]; a[i] = s; }
}`;
    expect(await opportunitiesIn(loopFission, "c", source, "f")).toEqual([]);
  });
});
