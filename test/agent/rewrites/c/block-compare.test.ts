import { describe, expect, it } from "vitest";
import { blockCompare } from "../../../../src/agent/rewrites/c/block-compare.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("block-compare", () => {
  it("sees the same differences", async () => {
    await expectSameResults(blockCompare, [
      {
        language: "c",
        function: "duplicates",
        source: `#include <stdint.h>
static int equal(const int32_t *a, const int32_t *b, int n)
{
    for (int i = 0; i < n; i++)
        if (a[i] != b[i])
            return 0;
    return 1;
}
int duplicates(const int32_t *rows, int count, int width)
{
    int found = 0;
    for (int r = 0; r < count; r++)
        for (int s = r + 1; s < count; s++)
            found += equal(rows + r * width, rows + s * width, width);
    return found;
}`,
        drive: `void drive(void) { int32_t r[12] = {1, 2, 3, -4, 5, 6, 1, 2, 3, -4, 5, 6}; printf("%d %d %d %d", duplicates(r, 4, 3), duplicates(r, 12, 1), duplicates(r, 0, 3), duplicates(r, 3, 0)); }`,
      },
      {
        language: "c++",
        function: "palindromes",
        source: `#include <cstddef>
#include <vector>
int palindromes(const std::vector<unsigned char> &a, const std::vector<unsigned char> &b, std::size_t w) {
  int n = 0;
  for (std::size_t s = 0; s + w <= a.size() && s + w <= b.size(); s++) {
    bool same = true;
    for (std::size_t i = 1; i < w; i++) {
      if (a[s + i] != b[i + s]) {
        same = false;
        break;
      }
    }
    if (same) n++;
  }
  return n;
}`,
        drive: `void drive() { std::printf("%d %d %d", palindromes({1, 2, 3, 4}, {9, 2, 3, 5}, 2), palindromes({}, {}, 0), palindromes({1}, {2}, 1)); }`,
      },
    ]);
  });

  it("keeps loops over floats, and those that use the place of the difference", async () => {
    const source = `int f(const double *x, const double *y, const int *a, const int *b, int n) {
  for (int i = 0; i < n; i++) if (x[i] != y[i]) return 1;
  for (int i = 0; i < n; i++) if (a[i] != b[i]) return i;
  for (int i = 0; i < n; i++) if (a[i] != b[n - i]) return 2;
  for (int i = 0; i < n; i++) if (a[i] != b[2 * i]) return 3;
  int i;
  for (i = 0; i < n; i++) if (a[i] != b[i]) break;
  return i;
}`;
    expect(await opportunitiesIn(blockCompare, "c", source, "f")).toEqual([]);
  });
});
