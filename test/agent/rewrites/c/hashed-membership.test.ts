import { describe, expect, it } from "vitest";
import { hashedMembership } from "../../../../src/agent/rewrites/c/hashed-membership.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("hashed-membership", () => {
  it("answers the same questions", async () => {
    await expectSameResults(hashedMembership, [
      {
        language: "c++",
        function: "visitors",
        source: `#include <algorithm>
#include <vector>
using std::vector;
vector<int> visitors(const vector<int> &log, const vector<int> &banned) {
    vector<int> order;
    for (size_t i = 0; i < log.size(); i++) {
        if (std::count(banned.begin(), banned.end(), log[i]) > 0) continue;
        auto known = std::find(order.cbegin(), order.cend(), log[i]) != order.cend();
        if (!known) order.push_back(log[i]);
    }
    return order;
}`,
        drive: `void drive() { for (int v : visitors({5, 3, 5, 9, 3, 1}, {9, 2})) std::printf("%d ", v); std::printf("%zu", visitors({}, {}).size()); }`,
      },
      {
        language: "c++",
        function: "shared_words",
        source: `#include <string>
#include <vector>
int shared_words(const std::vector<std::string> &a, const std::vector<std::string> &b)
{
    int shared = 0;
    for (const auto &word : a)
    {
        bool found = false;
        for (std::size_t j = 0; j < b.size(); ++j)
        {
            if (b[j] == word)
            {
                found = true;
                break;
            }
        }
        if (found)
            shared++;
    }
    for (const auto &x : a)
        for (const auto &y : b)
            if (x == y) {
                shared += 1000;
                break;
            }
    for (auto &word : b) {
        bool found = false;
        for (const std::string &other : a) if (word == other) found = true;
        shared += found ? 100 : 0;
    }
    return shared;
}`,
        drive: `void drive() { std::printf("%d %d", shared_words({"x", "yy", "z", "x"}, {"x", "z", "w"}), shared_words({}, {"a"})); }`,
      },
      {
        language: "c++",
        function: "distinct",
        source: `#include <string>
#include <vector>
static bool contains(const std::vector<std::string> &names, const std::string &name)
{
    for (size_t i = 0; i < names.size(); i++) {
        if (names[i] == name)
            return true;
    }
    return false;
}
int distinct(const std::vector<std::string> &log)
{
    std::vector<std::string> seen;
    for (size_t i = 0; i < log.size(); ++i)
        if (!contains(seen, log[i]))
            seen.push_back(log[i]);
    return (int)seen.size();
}`,
        drive: `void drive() { std::printf("%d %d", distinct({"x", "y", "x", "z", "y"}), distinct({})); }`,
      },
    ]);
  });

  it("keeps the search where the vector changes otherwise, or where the place is asked for", async () => {
    const source = `#include <algorithm>
#include <vector>
#include <string>
long f(std::vector<int> v, std::vector<int> w, const int *x, int n) {
  long s = 0;
  for (int i = 0; i < n; i++) { if (std::find(v.begin(), v.end(), x[i]) != v.end()) v[i] = 0; }
  for (int i = 0; i < n; i++) { auto it = std::find(w.begin(), w.end(), x[i]); if (it != w.end()) s += it - w.begin(); }
  for (int i = 0; i < n; i++) { if (std::find(w.begin(), w.end(), x[i]) == w.end()) w.push_back(x[i]); else w.pop_back(); }
  return s;
}`;
    expect(await opportunitiesIn(hashedMembership, "c++", source, "f")).toEqual([]);
  });
});
