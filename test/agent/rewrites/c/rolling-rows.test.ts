import { describe, expect, it } from "vitest";
import { rollingRows } from "../../../../src/agent/rewrites/c/rolling-rows.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("rolling-rows", () => {
  it("computes the same tables' last rows", async () => {
    await expectSameResults(rollingRows, [
      {
        language: "c++",
        function: "common",
        source: `#include <algorithm>
#include <string>
#include <vector>
int common(const std::string &a, const std::string &b)
{
    int n = a.size(), m = b.size();
    std::vector<std::vector<int>> best(n + 1, std::vector<int>(m + 1, 0));
    for (int i = 1; i <= n; i++)
        for (int j = 1; j <= m; j++)
            best[i][j] = a[i - 1] == b[j - 1] ? best[i - 1][j - 1] + 1 : std::max(best[i - 1][j], best[i][j - 1]);
    return best[n][m];
}`,
        drive: `void drive() { std::printf("%d %d %d %d", common("nematode knowledge", "empty bottle"), common("", "abc"), common("abc", ""), common("aaa", "aa")); }`,
      },
      {
        language: "c++",
        function: "align",
        source: `#include <algorithm>
#include <vector>
long align(const std::vector<int> &x, const std::vector<int> &y, long gap) {
  const size_t rows = x.size() + 1, columns = y.size() + 1;
  std::vector<std::vector<long>> cost(rows, std::vector<long>(columns));
  for (size_t i = 0; i < rows; i++) {
    cost[i][0] = gap * i;
  }
  for (size_t j = 0; j < columns; j++) {
    cost[0][j] = gap * j;
  }
  for (size_t i = 1; i < rows; i++) {
    for (size_t j = 1; j < columns; j++) {
      long d = x[i - 1] - y[j - 1];
      cost[i][j] = std::min({cost[i - 1][j - 1] + d * d, cost[i - 1][j] + gap, cost[i][j - 1] + gap});
    }
  }
  return cost[rows - 1][columns - 1];
}`,
        drive: `void drive() { std::printf("%ld %ld %ld %ld", align({1, 5, 2, 8}, {1, 4, 3}, 2), align({}, {1, 2}, 3), align({4, 4, 4}, {}, 5), align({}, {}, 1)); }`,
      },
      {
        language: "c",
        function: "paths",
        source: `#include <string.h>
unsigned paths(const char *wall, int h, int w)
{
    unsigned ways[h + 1][w + 1];
    for (int x = 0; x <= w; x++)
        ways[0][x] = 0;
    for (int y = 0; y < h; y++) {
        ways[y + 1][0] = 0;
        for (int x = 1; x <= w; x++)
            ways[y + 1][x] = wall[y * w + x - 1] ? 0 : y == 0 && x == 1 ? 1 : ways[y][x] + ways[y + 1][x - 1];
    }
    return ways[h][w];
}`,
        drive: `void drive(void) { char wall[20] = {0}; wall[7] = 1; printf("%u %u %u", paths(wall, 4, 5), paths(wall, 1, 1), paths(wall, 0, 3)); }`,
      },
    ]);
  });

  it("keeps tables that look further back or are read as a whole", async () => {
    const source = `#include <vector>
int f(const int *x, int n, int m) {
  std::vector<std::vector<int>> a(n + 1, std::vector<int>(m + 1, 0)), b(n + 1, std::vector<int>(m + 1, 0));
  std::vector<std::vector<int>> c(n + 1, std::vector<int>(m + 1, 0));
  std::vector<std::vector<int>> d(n + 1, std::vector<int>(m + 1, 0));
  for (int i = 2; i <= n; i++) for (int j = 0; j <= m; j++) c[i][j] = c[i - 1][j] + c[i - 2][j] + x[j];
  for (int i = 1; i <= n; i++) for (int j = 1; j <= m; j++) d[i][j] = d[i - 1][j - 1] + x[i];
  int s = c[n][m];
  for (int i = 0; i <= n; i++) s += d[i][m];
  return s;
}`;
    expect(await opportunitiesIn(rollingRows, "c++", source, "f")).toEqual([]);
  });
});
