import { describe, expect, it } from "vitest";
import { scalarReplacement } from "../../../../src/agent/rewrites/c/scalar-replacement.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("scalar-replacement", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(scalarReplacement, [
      {
        language: "c",
        function: "sums",
        source: `void sums(const float *table, float *total, int rows, int columns, int *count)
{
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            total[i] += table[i * columns + j];
            if (table[i * columns + j] > 3)
                (*count)++;
        }
}`,
        drive: `void drive(void) { float t[30], s[6] = {0}; int n = 4; for (int i = 0; i < 30; i++) t[i] = i * 0.25f; sums(t, s, 6, 5, &n); sums(t, 0, 0, 5, &n); sums(t, s, 1, 0, &n); for (int i = 0; i < 6; i++) printf("%g ", s[i]); printf("%d", n); }`,
      },
      {
        language: "c++",
        function: "pull",
        source: `#include <vector>
struct Body { double x, v; };
void pull(std::vector<Body> &b, int steps) {
  for (std::size_t i = 0; i < b.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (i == j) continue;
      const double d = b[j].x - b[i].x;
      b[i].v += d / (1 + d * d);
    }
  }
  std::size_t k = 0;
  while (k < b.size() && steps > 0) { b[0].v *= 0.5; ++k; }
}`,
        drive: `void drive() { std::vector<Body> b{{1, 0}, {2, 1}, {5, -1}}; pull(b, 0); for (auto &p : b) std::printf("%.17g ", p.v); std::vector<Body> e; pull(e, 1); }`,
      },
      {
        language: "c",
        function: "last",
        source: `struct state { int best; int seen[4]; };
void last(struct state *s, const int *v, int n) {
    s->best = v[0];
    for (int i = 0; i < n; ++i) {
        if (v[i] > s->best)
            s->best = v[i];
        s->seen[v[i] & 3] += 1;
    }
}`,
        drive: `void drive(void) { struct state s = {0, {0}}; int v[7] = {3, 1, 4, 1, 5, 9, 2}; last(&s, v, 7); printf("%d %d %d", s.best, s.seen[1], s.seen[3]); }`,
      },
    ]);
  });

  it("leaves elements alone that something else in the loop may touch", async () => {
    const source = `void g(int *);
void f(int *a, int *b, int n, int k) {
  for (int i = 0; i < n; i++) { a[k] += b[i]; a[i] = 1; }
  for (int i = 0; i < n; i++) { a[k] += b[i]; g(b); }
  for (int i = 0; i < n; i++) { a[k] += b[i]; if (b[i] == 7) return; }
  for (int i = 0; i < n; i++) { a[k] += b[i]; k ^= 1; }
  for (int i = 0; i < n; i++) { int *p = &a[k]; *p += b[i]; a[k]++; }
}`;
    expect(await opportunitiesIn(scalarReplacement, "c", source, "f")).toEqual([]);
  });

  it("reads no element ahead of the condition under which it is known to exist", async () => {
    const source = `void f(int *a, const int *b, int n, int k) {
  for (int i = 0; i < n; i++) if (b[i] > 3) a[k] += b[i];
  for (int i = 0; i < n; i++) { if (k == 0) continue; a[i] = b[k - 1] + i; }
  for (int i = 0; i < n; i++) a[i] = k > 0 && b[k] > i;
  a[k] = 1;
  k = n;
  for (int i = 0; i < n; i++) if (b[i] > 3) a[k] += b[i];
  int *end = &(a[k]);
  for (int i = 0; i < n; i++) if (b[i] > 3) a[k] += end - a;
}`;
    expect(await opportunitiesIn(scalarReplacement, "c", source, "f")).toEqual([]);
  });

  it("keeps what is used under a condition where a statement before the loop touches it, and assumes that counters stay within", async () => {
    const before = `void f(int *a, const int *b, int n, int k) {
  a[k] = 0;
  int bound = n + 1;
  for (int i = 0; i < bound; i++) if (b[i] > 3) a[k] += b[i];
}`;
    const counter = `void f(int *a, const int *b, int n) {
  for (int j = 0; j < n; j++)
    for (int i = 0; i < n; i++) if (b[i] > 3) a[j] += b[i];
}`;
    const assumed = /under a condition/;
    const [known] = await opportunitiesIn(scalarReplacement, "c", before, "f");
    expect(known?.assumptions.some((each) => assumed.test(each))).toBe(false);
    const [likely] = await opportunitiesIn(scalarReplacement, "c", counter, "f");
    expect(likely?.assumptions.some((each) => assumed.test(each))).toBe(true);
  });
});
