import { describe, expect, it } from "vitest";
import { reusedBuffer } from "../../../../src/agent/rewrites/c/reused-buffer.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("reused-buffer", () => {
  it("fills the same buffers", async () => {
    await expectSameResults(reusedBuffer, [
      {
        language: "c++",
        function: "medians",
        source: `#include <algorithm>
#include <map>
#include <string>
#include <vector>
std::vector<double> medians(const std::vector<double> &v, int window, std::string &log)
{
    std::vector<double> out;
    for (int i = 0; i + window <= (int)v.size(); i++) {
        std::vector<double> part(v.begin() + i, v.begin() + i + window);
        std::vector<int> zeros(window);
        std::string line = "row ";
        std::map<int, int> seen;
        std::sort(part.begin(), part.end());
        for (int j = 0; j < window; j++) { zeros[j] += seen[(int)part[j]]++; line += (char)('0' + zeros[j] % 10); }
        log += line;
        if (part[0] < -2) continue;
        out.push_back(part[window / 2]);
    }
    return out;
}`,
        drive: `void drive() { std::string log; for (double d : medians({3, 1, 2, -5, 1, 1, 8}, 3, log)) std::printf("%g ", d); std::printf("%s %zu", log.c_str(), medians({}, 1, log).size()); }`,
      },
      {
        language: "c",
        function: "autocorrelation",
        source: `#include <stdlib.h>
double autocorrelation(const double *x, int rows, int n) {
    double total = 0;
    for (int r = 0; r < rows; r++) {
        double *centred = (double *)malloc(n * sizeof(double));
        double mean = 0;
        for (int i = 0; i < n; i++) mean += x[r * n + i] / n;
        for (int i = 0; i < n; i++) centred[i] = x[r * n + i] - mean;
        for (int i = 1; i < n; i++) total += centred[i] * centred[i - 1];
        free(centred);
    }
    return total;
}`,
        drive: `void drive(void) { double x[12]; for (int i = 0; i < 12; i++) x[i] = i * i % 7; printf("%.17g %.17g", autocorrelation(x, 3, 4), autocorrelation(x, 0, 4)); }`,
      },
    ]);
  });

  it("leaves buffers alone that are given away, outlive their iteration, or are left early", async () => {
    const source = `#include <cstdlib>
#include <string>
#include <utility>
#include <vector>
int f(std::vector<std::vector<int>> &all, int n) {
  int s = 0;
  for (int i = 0; i < n; i++) { std::vector<int> row(n, i); all.push_back(std::move(row)); }
  for (int i = 0; i < n; i++) { const std::string name = "x"; s += name.size(); }
  for (int i = 0; i < n; i++) { int *t = (int *)malloc(n * 4); t[0] = i; if (i > 3) return t[0]; free(t); }
  for (int i = 0; i < n; i++) { int *t = (int *)malloc(i * 4 + 4); t[0] = i; s += t[0]; free(t); }
  return s;
}`;
    expect(await opportunitiesIn(reusedBuffer, "c++", source, "f")).toEqual([]);
  });
});
