import { describe, expect, it } from "vitest";
import { loopUnswitching } from "../../../../src/agent/rewrites/c/loop-unswitching.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("loop-unswitching", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(loopUnswitching, [
      {
        language: "c",
        function: "mix",
        source: `void mix(const int *a, int *b, int n, int mode, int flip) {
    for (int i = 0; i < n; i++) {
        if (mode == 1) {
            int t = a[i];
            b[i] = t * 2;
        } else if (mode == 2)
            b[i] = -a[i];
        else
            b[i] = 0;
        if (flip) b[i] ^= 5;
    }
}`,
        drive: `void drive(void) { int a[6] = {1, 2, 3, 4, 5, 6}, b[6]; for (int m = 0; m < 4; m++) for (int f = 0; f < 2; f++) { mix(a, b, 6, m, f); for (int i = 0; i < 6; i++) printf("%d ", b[i]); } }`,
        rounds: 12,
      },
      {
        language: "c++",
        function: "total",
        source: `#include <vector>
double total(const std::vector<std::vector<double>> &t, bool squares) {
  double s = 0;
  for (const auto &row : t)
    for (double x : row)
      if (squares)
        s += x * x;
      else
        s += x;
  return s;
}`,
        drive: `void drive() { std::vector<std::vector<double>> t{{1, 2}, {}, {3.5}}; std::printf("%g %g", total(t, true), total(t, false)); }`,
      },
    ]);
  });

  it("leaves branches alone that may go either way within the loop", async () => {
    const source = `int f(const int *a, int n, int *flag, int k) {
  int s = 0;
  for (int i = 0; i < n; i++) {
    if (a[i] > k) s++;
    if (*flag) s += 2;
    if (s > 10) s = 0;
  }
  for (int i = 0; i < n; i++) { if (k) s++; k--; }
  return s;
}`;
    expect(await opportunitiesIn(loopUnswitching, "c", source, "f")).toEqual([]);
  });
});
