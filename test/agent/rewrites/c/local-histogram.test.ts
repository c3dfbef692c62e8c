import { describe, expect, it } from "vitest";
import { localHistogram } from "../../../../src/agent/rewrites/c/local-histogram.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("local-histogram", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(localHistogram, [
      {
        language: "c",
        function: "bytes",
        source: `#include <stdint.h>
#include <stddef.h>
void bytes(const uint8_t *data, size_t n, uint32_t *counts)
{
    for (size_t i = 0; i < n; i++)
        counts[data[i]]++;
}`,
        drive: `void drive(void) { uint8_t d[99]; uint32_t c[256] = {5}; for (int i = 0; i < 99; i++) d[i] = i * i; bytes(d, 99, c); bytes(d, 0, c); for (int i = 0; i < 256; i++) printf("%u ", c[i]); }`,
      },
      {
        language: "c",
        function: "levels",
        source: `#include <string.h>
void levels(const double *image, int rows, int columns, int *bins, int bin_count, double *weights) {
    double sums[16];
    memset(sums, 0, sizeof sums);
    for (int b = 0; b < bin_count; b++) bins[b] = 0;
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
            int bin = (int)(image[r * columns + c] * bin_count);
            if (bin < 0 || bin >= bin_count) continue;
            bins[bin] += 1;
        }
    }
    for (int i = 0; i < rows * columns; i++) sums[(int)(image[i] * 16) & 15] += image[i];
    for (int b = 0; b < 16; b++) weights[b] = sums[b];
}`,
        drive: `void drive(void) { double m[60], w[16]; int b[7]; for (int i = 0; i < 60; i++) m[i] = (i * 37 % 61) / 61.0; levels(m, 6, 10, b, 7, w); for (int i = 0; i < 7; i++) printf("%d ", b[i]); for (int i = 0; i < 16; i++) printf("%.12g ", w[i]); levels(m, 0, 4, b, 7, w); printf("%d", b[0]); }`,
        tolerance: 1e-12,
      },
      {
        language: "c++",
        function: "degrees",
        source: `#include <vector>
std::vector<long> degrees(const std::vector<int> &edges, int nodes)
{
    std::vector<long> degree(nodes, 0);
    for (std::size_t e = 0; e < edges.size(); ++e) {
        degree[edges[e]] += 1;
    }
    return degree;
}`,
        drive: `void drive() { for (long d : degrees({0, 1, 1, 4, 4, 4, 2, 0}, 5)) std::printf("%ld ", d); std::printf("%zu", degrees({}, 0).size()); }`,
      },
    ]);
  });

  it("says what it takes the range of the index to be", async () => {
    const source = `void f(const float *x, int n, int *bins, int count) {
  for (int i = 0; i < n; i++) {
    int bin = (int)x[i];
    if (bin >= count) bin = count - 1;
    bins[bin]++;
  }
}`;
    const found = await opportunitiesIn(localHistogram, "c", source, "f");
    expect(found.map((each) => each.parameters)).toEqual([
      { histograms: 4 },
      { histograms: 2 },
      { histograms: 8 },
    ]);
    expect(found[0]?.assumptions).toEqual(["Every index into bins is below count and not negative."]);
  });

  it("leaves arrays that are used otherwise, or whose length is not known", async () => {
    const source = `int f(const int *x, int n, int *a, unsigned *b) {
  int last = 0, c[64] = {0};
  for (int i = 0; i < n; i++) a[x[i]]++;
  for (int i = 0; i < n; i++) { b[x[i] & 63]++; last += b[0]; }
  for (int i = 0; i < n; i++) c[i & 63]++;
  for (int i = 0; i < n; i++) { c[x[i] & 63]++; if (c[7] > 3) break; }
  return last + c[0];
}`;
    expect((await opportunitiesIn(localHistogram, "c", source, "f")).map((each) => each.place)).toEqual([]);
  });
});
