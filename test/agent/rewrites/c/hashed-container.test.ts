import { describe, expect, it } from "vitest";
import { hashedContainer } from "../../../../src/agent/rewrites/c/hashed-container.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("hashed-container", () => {
  it("finds the same keys", async () => {
    await expectSameResults(hashedContainer, [
      {
        language: "c++",
        function: "most",
        source: `#include <map>
#include <set>
#include <string>
#include <vector>
std::string most(const std::vector<std::string> &words, const std::vector<long> &ids) {
    std::map<std::string, int> seen;
    std::set<long> unique;
    std::string best;
    int top = 0;
    for (const auto &w : words) {
        int n = ++seen[w];
        if (n > top) { top = n; best = w; }
    }
    for (long id : ids) if (unique.find(id) == unique.end()) unique.insert(id);
    return best + std::to_string(seen.size()) + "/" + std::to_string(unique.count(7)) + std::to_string(unique.size());
}`,
        drive: `void drive() { std::printf("%s %s", most({"a", "b", "b", "c"}, {7, 7, 9}).c_str(), most({}, {}).c_str()); }`,
      },
    ]);
  });

  it("keeps the order where it is used", async () => {
    const source = `#include <map>
#include <set>
#include <utility>
int take(std::set<int> &);
int f(const int *x, int n) {
  std::map<int, int> walked; std::set<int> first; std::set<int> given; std::map<std::pair<int, int>, int> pairs; std::set<int, std::greater<int>> down;
  for (int i = 0; i < n; i++) { walked[x[i]]++; first.insert(x[i]); given.insert(x[i]); pairs[{x[i], i}] = i; down.insert(i); }
  int s = take(given) + *first.begin() + pairs.size() + down.size();
  for (auto &[k, v] : walked) s = s * 3 + k;
  return s;
}`;
    expect(await opportunitiesIn(hashedContainer, "c++", source, "f")).toEqual([]);
  });
});
