import { describe, expect, it } from "vitest";
import { dataPointer } from "../../../../src/agent/rewrites/c/data-pointer.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const blend = `#include <vector>
void blend(const std::vector<float> &a, std::vector<float> &b, float t) {
    for (std::size_t i = 0; i < a.size() && i < b.size(); i++)
        b[i] = a[i] * t + b[i] * (1 - t);
}`;

describe("data-pointer", () => {
  it("reads and writes the same elements", async () => {
    await expectSameResults(
      dataPointer,
      [
        {
          language: "c++",
          function: "blend",
          source: blend,
          drive: `void drive() { std::vector<float> b{1, 2, 3}, e; blend({4, 5, 6, 7}, b, 0.25f); blend({}, e, 1); for (float v : b) std::printf("%g ", v); }`,
        },
        {
          language: "c++",
          function: "blur",
          source: `#include <vector>
#include <string>
int blur(const std::vector<std::vector<int>> &in, std::vector<std::vector<int>> &out, const std::string &mask)
{
	int used = 0;
	for (size_t y = 1; y + 1 < in.size(); ++y)
	{
		for (size_t x = 0; x < in[y].size(); ++x)
		{
			if (mask[x % mask.size()] == '1') used++;
			out[y][x] = in[y - 1][x] + in[y][x] + in[y + 1][x];
		}
	}
	return used;
}`,
          drive: `void drive() { std::vector<std::vector<int>> in(4, std::vector<int>(3, 2)), out = in; in[2][1] = 9; std::printf("%d ", blur(in, out, "101")); for (auto &r : out) for (int v : r) std::printf("%d ", v); in.clear(); std::printf("%d", blur(in, out, "1")); }`,
        },
      ],
      { level: "-O1" },
    );
  });

  it("restricts only what is stored to", async () => {
    const [only] = await opportunitiesIn(dataPointer, "c++", blend, "blend");
    const text = only?.apply() ?? "";
    expect(text).toContain("auto *__restrict b_data = b.data();");
    expect(text).toContain("auto *a_data = a.data();");
  });

  it("leaves containers alone that grow in the loop, that are made in it, and vectors of bool", async () => {
    const source = `#include <vector>
int f(std::vector<int> v, std::vector<bool> flags, const int *p, int n) {
  int s = 0;
  for (int i = 0; i < n; i++) { s += v[i]; v.push_back(i); }
  for (int i = 0; i < n; i++) { std::vector<int> w(3, i); s += w[i % 3]; if (flags[i]) s += p[i]; }
  return s;
}`;
    expect(await opportunitiesIn(dataPointer, "c++", source, "f")).toEqual([]);
  });
});
