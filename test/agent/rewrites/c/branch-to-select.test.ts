import { describe, expect, it } from "vitest";
import { branchToSelect } from "../../../../src/agent/rewrites/c/branch-to-select.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("branch-to-select", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(branchToSelect, [
      {
        language: "c",
        function: "classify",
        source: `#include <stddef.h>
int classify(double *x, size_t n, double low, double high, int *where)
{
    int inside = 0, best = -1, grade = 0;
    double largest = -1e300, sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (x[i] >= low && x[i] <= high)
            inside++;
        if (x[i] > largest) {
            largest = x[i];
            best = (int)i;
        }
        if (x[i] < 0)
            x[i] = 0;
        if (i & 1)
            sum += x[i];
        if (x[i] > 3) grade = 2; else if (x[i] > 1) grade = 1; else grade = 0;
        if (grade == 2 || x[i] > 100) sum *= 2;
    }
    *where = best + grade * 100;
    return inside + (int)sum;
}`,
        drive: `void drive(void) { double x[20]; int w; for (int i = 0; i < 20; i++) x[i] = (i * 7 % 11) - 3.5; printf("%d ", classify(x, 0, 0, 1, &w)); printf("%d ", classify(x, 20, -1, 2, &w)); printf("%d ", w); for (int i = 0; i < 20; i++) printf("%g ", x[i]); }`,
      },
      {
        language: "c",
        function: "positives",
        source: `int positives(const int *in, int n, int *out) {
  int k = 0;
  for (int i = 0; i < n; i++)
    if (in[i] > 0)
      out[k++] = in[i] * 2;
  return k;
}`,
        drive: `void drive(void) { int a[9] = {1, -2, 3, 0, 5, -6, 7, 8, -9}, b[9]; int k = positives(a, 9, b); for (int i = 0; i < k; i++) printf("%d ", b[i]); printf("%d", positives(a, 0, 0)); }`,
      },
      {
        language: "c++",
        function: "accepted",
        source: `#include <vector>
struct Sample { int id; float value; };
std::vector<Sample> accepted(const std::vector<Sample> &all, float low, const std::vector<int> &extra, std::vector<int> &ids)
{
    std::vector<Sample> result;
    for (const Sample &sample : all) {
        if (sample.value >= low && sample.value < 10.0f) {
            result.push_back(sample);
        }
    }
    for (int i = 1; i < (int)extra.size(); ++i)
        if (extra[i] % 2) ids.push_back(extra[i]);
    return result;
}`,
        drive: `void drive() { std::vector<int> ids{7}; auto r = accepted({{1, 2}, {2, 0.5f}, {3, 20}, {4, 4}}, 1, {1, 2, 3, 5, 8}, ids); for (auto &s : r) std::printf("%d %g ", s.id, s.value); for (int i : ids) std::printf("%d ", i); std::printf("%zu", accepted({}, 0, {}, ids).size() + ids.size()); }`,
      },
    ]);
  });

  it("chooses without a jump", async () => {
    const source = `int f(const int *a, int n) {
  int m = 0;
  for (int i = 0; i < n; i++) {
    if (a[i] > m) m = a[i];
  }
  return m;
}`;
    const [only] = await opportunitiesIn(branchToSelect, "c", source, "f");
    expect(only?.apply()).toContain("m = a[i] > m ? a[i] : m;");
    expect(only?.assumptions).toEqual([]);
  });

  it("leaves branches that protect, call or leave", async () => {
    const source = `int log_it(int x);
int f(const int *a, const int *b, int n, int *out) {
  int total = 0;
  for (int i = 0; i < n; i++) {
    if (a[i] > 0) log_it(i);
    if (a[i] > 1) break;
    if (i < n && b[i] > 0) log_it(i);
    if (a[i] == 2) out[a[i]] = 1;
    if (a[i] == 3) { total = i; out = 0; log_it(3); }
  }
  return total;
}`;
    expect((await opportunitiesIn(branchToSelect, "c", source, "f")).map((each) => each.place)).toEqual([]);
  });
});
