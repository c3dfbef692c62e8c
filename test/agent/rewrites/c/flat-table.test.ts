import { describe, expect, it } from "vitest";
import { flatTable } from "../../../../src/agent/rewrites/c/flat-table.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("flat-table", () => {
  it("holds the same elements", async () => {
    await expectSameResults(flatTable, [
      {
        language: "c++",
        function: "closure",
        source: `#include <vector>
int closure(const std::vector<int> &from, const std::vector<int> &to, int n)
{
    std::vector<std::vector<char>> reach(n, std::vector<char>(n, 0));
    for (size_t e = 0; e < from.size(); e++) reach[from[e]][to[e]] = 1;
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                if (reach[i][k] && reach[k][j]) reach[i][j] = 1;
    int pairs = 0;
    for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) pairs += reach[i][j];
    return pairs;
}`,
        drive: `void drive() { std::printf("%d %d", closure({0, 1, 2, 4}, {1, 2, 0, 3}, 5), closure({}, {}, 0)); }`,
      },
      {
        language: "c++",
        function: "spread",
        source: `#include <vector>
using namespace std;
double spread(const double *x, int h, int w) {
  vector<vector<double>> sum(h + 1, vector<double>(w + 1));
  for (int y = 0; y < h; y++)
    for (int i = 0; i < w; i++)
      sum[y + 1][i + 1] = x[y * w + i] + sum[y][i + 1] + sum[y + 1][i] - sum[y][i];
  return sum[h][w] - sum[h / 2][w / 2];
}`,
        drive: `void drive() { double x[12]; for (int i = 0; i < 12; i++) x[i] = i * 0.5; std::printf("%.17g %.17g", spread(x, 3, 4), spread(x, 0, 0)); }`,
      },
    ]);
  });

  it("keeps tables whose rows differ in length or are used whole", async () => {
    const source = `#include <vector>
#include <numeric>
int f(int n) {
  std::vector<std::vector<int>> grown(n, std::vector<int>(n));
  std::vector<std::vector<int>> whole(n, std::vector<int>(n, 1));
  std::vector<std::vector<int>> ragged(n);
  grown[0].push_back(3);
  std::vector<int> &row = whole[1];
  ragged[0].resize(4);
  return grown[0][0] + row[0] + ragged[0][1];
}`;
    expect(await opportunitiesIn(flatTable, "c++", source, "f")).toEqual([]);
  });
});
