import { describe, expect, it } from "vitest";
import { boundarySplitting } from "../../../../src/agent/rewrites/c/boundary-splitting.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const blur = `void blur(const int *in, int *out, int w, int h)
{
    int x, y;
    for (y = 0; y < h; y++)
        for (x = 0; x < w; x++) {
            int sum = in[y * w + x] * 4;
            if (x > 0) sum += in[y * w + x - 1];
            sum += x + 2 < w ? in[y * w + x + 2] : 0;
            if (y >= 1 && x != 0) {
                sum -= in[(y - 1) * w + x - 1];
                if (sum < 0) continue;
            }
            out[y * w + x] = sum;
        }
}`;

describe("boundary-splitting", () => {
  it("keeps what the functions compute, at every size", async () => {
    await expectSameResults(boundarySplitting, [
      {
        language: "c",
        function: "blur",
        source: blur,
        drive: `void drive(void) { int in[80], out[80]; for (int i = 0; i < 80; i++) in[i] = i * 7 % 11 - 4;
          for (int w = 0; w < 9; w++) for (int h = 0; h < 9; h++) { for (int i = 0; i < 80; i++) out[i] = 0; blur(in, out, w, h); for (int i = 0; i < w * h; i++) printf("%d ", out[i]); } }`,
      },
      {
        language: "c++",
        function: "smooth",
        source: `#include <vector>
void smooth(const std::vector<double> &a, std::vector<double> &b, int from) {
  const int n = (int)a.size();
  for (int i = from; i < n; ++i) {
    if (i == from || i == n - 1)
      b[i] = a[i];
    else
      b[i] = (a[i - 1] + a[i] + a[i + 1]) / 3;
  }
}`,
        drive: `void drive() { for (int n = 0; n < 7; n++) { std::vector<double> a(n), b(n); for (int i = 0; i < n; i++) a[i] = i * i; for (int f = 0; f <= n; f++) smooth(a, b, f); for (double v : b) std::printf("%.17g ", v); } }`,
      },
    ]);
  });

  it("splits both loops of a plane at once", async () => {
    const found = await opportunitiesIn(boundarySplitting, "c", blur, "blur");
    expect(found.map(({ parameters }) => parameters["loops"])).toEqual(["y", "y x", "x"]);
    expect(found[1]?.apply()).toContain("for (x = 1; x < w - 2; x++)");
  });

  it("leaves loops alone that do not ask about their ends, may end early or count beyond their type", async () => {
    const source = `int f(const int *a, int n, unsigned m, int k) {
  int s = 0;
  for (int i = 0; i < n; i++) if (i == k) s += a[i];
  for (int i = 0; i < n; i++) { if (i == 0) continue; if (a[i] == 3) break; s++; }
  for (unsigned i = 0; i < m; i++) if (i == m - 1) s += a[i];
  for (int i = 0; i < 10; i++) if (i == 0) s += a[i];
  for (int i = 0; i < n; i++) if (i < 100) s += a[i];
  return s;
}`;
    expect(await opportunitiesIn(boundarySplitting, "c", source, "f")).toEqual([]);
  });
});
