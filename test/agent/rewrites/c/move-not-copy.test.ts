import { describe, expect, it } from "vitest";
import { moveNotCopy } from "../../../../src/agent/rewrites/c/move-not-copy.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const lines = `#include <string>
#include <vector>
std::vector<std::string> lines(const std::string &text, char end)
{
    std::vector<std::string> all;
    std::string rest;
    for (std::size_t i = 0; i < text.size();) {
        std::string line;
        while (i < text.size() && text[i] != end) line += text[i++];
        i++;
        all.push_back(line);
    }
    rest = "x";
    all.push_back(rest);
    rest += "y";
    all.push_back(rest);
    return all;
}`;

describe("move-not-copy", () => {
  it("keeps the same content", async () => {
    await expectSameResults(moveNotCopy, [
      {
        language: "c++",
        function: "lines",
        source: lines,
        drive: `void drive() { for (auto &l : lines("one;two that is longer than what fits into the object;;", ';')) std::printf("[%s]", l.c_str()); }`,
      },
      {
        language: "c++",
        function: "distance",
        source: `#include <algorithm>
#include <string>
#include <vector>
int distance(const std::string &a, const std::string &b) {
  std::vector<int> previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); j++) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); i++) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); j++)
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a[i - 1] != b[j - 1])});
    previous = current;
  }
  return previous[b.size()];
}`,
        drive: `void drive() { std::printf("%d %d %d", distance("kitten", "sitting"), distance("", "abc"), distance("abc", "")); }`,
      },
    ]);
  });

  it("moves only what is not mentioned again", async () => {
    const [only] = await opportunitiesIn(moveNotCopy, "c++", lines, "lines");
    const text = only?.apply() ?? "";
    expect(text).toContain("all.push_back(std::move(line));");
    expect(text).toContain("all.push_back(rest);\n    rest +=");
  });

  it("copies what is looked at again", async () => {
    const source = `#include <vector>
int f(std::vector<std::vector<int>> &all, int n) {
  std::vector<int> row(3), other(3), kept(3);
  for (int i = 0; i < n; i++) { row[i % 3] = i; all.push_back(row); }
  for (int i = 0; i < n; i++) { other[i % 3] += row[0]; kept = other; }
  return kept[0] + other[1];
}`;
    expect(await opportunitiesIn(moveNotCopy, "c++", source, "f")).toEqual([]);
  });
});
