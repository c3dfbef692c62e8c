import { describe, expect, it } from "vitest";
import { reserveBeforePush } from "../../../../src/agent/rewrites/c/reserve-before-push.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const pairs = `#include <vector>
#include <utility>
std::vector<std::pair<int, int>> pairs(int n, int m) {
    std::vector<std::pair<int, int>> out;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            if ((i + j) % 3) out.emplace_back(i, j);
    return out;
}`;

describe("reserve-before-push", () => {
  it("collects the same elements", async () => {
    await expectSameResults(reserveBeforePush, [
      {
        language: "c++",
        function: "pairs",
        source: pairs,
        drive: `void drive() { int sum = 0; for (auto p : pairs(5, 4)) sum = sum * 3 + p.first - p.second; std::printf("%d %zu %zu", sum, pairs(-1, 3).size(), pairs(2, -7).size()); }`,
      },
      {
        language: "c++",
        function: "split",
        source: `#include <string>
#include <vector>
void split(const std::vector<double> &values, size_t step, std::vector<double> &low, std::string &names)
{
  for (size_t i = 0; i + step <= values.size(); ++i) {
    if (values[i] < 0) low.push_back(values[i]);
    names += 'n';
  }
  for (double v : values) { low.push_back(v); }
}`,
        drive: `void drive() { std::vector<double> low{9}; std::string names("x"); split({1, -2, 3, -4}, 2, low, names); for (double v : low) std::printf("%g ", v); std::printf("%s", names.c_str()); }`,
      },
    ]);
  });

  it("reserves for both loops, guarded against negative bounds", async () => {
    const [only] = await opportunitiesIn(reserveBeforePush, "c++", pairs, "pairs");
    expect(only?.apply()).toContain(
      "    if (n > 0 && m > 0) out.reserve(out.size() + static_cast<std::size_t>(n) * static_cast<std::size_t>(m));\n    for",
    );
  });

  it("leaves containers alone that are reserved, emptied in the loop, or made in it", async () => {
    const source = `#include <vector>
int f(const std::vector<int> &in, int n) {
  std::vector<int> a, b;
  a.reserve(in.size());
  for (int v : in) a.push_back(v);
  for (int v : in) { b.push_back(v); if (b.size() > 3) b.clear(); }
  for (int v : in) { std::vector<int> c; c.push_back(v); n += c.size(); }
  while (n > 0) { n -= 7; n += b.size(); }
  return n + a.size();
}`;
    expect(await opportunitiesIn(reserveBeforePush, "c++", source, "f")).toEqual([]);
  });
});
