import { describe, expect, it } from "vitest";
import { orderedInsertion } from "../../../../src/agent/rewrites/c/ordered-insertion.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

// Compiling takes seconds a file: LESSONBANK_ADVERSARIAL=all does it.
const compiles = process.env["LESSONBANK_ADVERSARIAL"] === "all";

describe("ordered-insertion", () => {
  it.skipIf(!compiles)("keeps the same order", async () => {
    await expectSameResults(orderedInsertion, [
      {
        language: "c++",
        function: "medians",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
std::vector<double> medians(const std::vector<int> &values) {
    std::vector<int> sorted; std::vector<double> out;
    for (int x : values) {
        sorted.push_back(x);
        std::sort(sorted.begin(), sorted.end());
        out.push_back(sorted[sorted.size() / 2]);
    }
    return out;
}`,
        drive: `void drive() { for (double x : medians({5, 1, 4, 4, 9, -2, 7})) std::printf("%g ", x); }`,
      },
      {
        language: "c++",
        function: "ranked",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
long ranked(const std::vector<int> &values) {
    std::vector<int> v; long s = 0;
    for (size_t i = 0; i < values.size(); i++) {
        auto it = std::lower_bound(v.begin(), v.end(), values[i]);
        v.insert(it, values[i]);
    }
    for (size_t i = 0; i < v.size(); i++) s += i * v[i];
    return s;
}`,
        drive: `void drive() { std::printf("%ld %ld", ranked({5, 1, 4, 4, 9, -2, 7}), ranked({})); }`,
      },
      {
        language: "c++",
        function: "best",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
#include <functional>
int best(const std::vector<int> &values, int k) {
  std::vector<int> top; int s = 0;
  for (size_t i = 0; i < values.size(); i++) {
    top.push_back(values[i] * 2);
    std::sort(top.begin(), top.end(), std::greater<int>());
    if ((int)top.size() > k) top.pop_back();
    s = s * 7 + top.back();
  }
  return s;
}`,
        drive: `void drive() { std::printf("%d", best({5, 1, 4, 4, 9, -2, 7}, 3)); }`,
      },
    ]);
  });

  it("sees nothing where that would change what is computed", async () => {
    for (const source of [
      // It is not in order before.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(std::vector<int> v, int n) { int s = 0; for (int i = 0; i < n; i++) { v.push_back(i); std::sort(v.begin(), v.end()); s += v[0]; } return s; }`,
      // It is not in order before.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(int n) { std::vector<int> v; v.push_back(9); v.push_back(3); int s = 0; for (int i = 0; i < n; i++) { s += v[0]; v.push_back(i); std::sort(v.begin(), v.end()); } return s; }`,
      // The loop changes an element.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(int n) { std::vector<int> v; int s = 0; for (int i = 0; i < n; i++) { v.push_back(i); std::sort(v.begin(), v.end()); v[0] = 99; s += v.back(); } return s; }`,
      // The order is one of its own.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
bool less(int a, int b);
int f(int n) { std::vector<int> v; int s = 0; for (int i = 0; i < n; i++) { v.push_back(i); std::sort(v.begin(), v.end(), less); s += v[0]; } return s; }`,
      // Equal elements can be told apart.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
struct item { int key, value; bool operator<(const item &) const; };
int f(int n) { std::vector<item> v; int s = 0; for (int i = 0; i < n; i++) { v.push_back({i, n}); std::sort(v.begin(), v.end()); s += v[0].value; } return s; }`,
      // The loop looks at it in between.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(const std::vector<int> &x) { std::vector<int> v; int s = 0; for (int y : x) { v.insert(std::lower_bound(v.begin(), v.end(), y), y); s += v[0]; } return s; }`,
      // Only new elements go in.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(const std::vector<int> &x) { std::vector<int> v; for (int y : x) { auto at = std::lower_bound(v.begin(), v.end(), y); if (at == v.end() || *at != y) v.insert(at, y); } return (int)v.size(); }`,
      // An element is changed through an iterator.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
long f(const std::vector<int> &a) { std::vector<int> v; long s = 0; for (int x : a) { v.push_back(x); std::sort(v.begin(), v.end()); *std::lower_bound(v.begin(), v.end(), x) = -x; s = s * 31 + v[0]; } return s; }`,
      // An element is changed through an iterator.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
long f(const std::vector<int> &a) { std::vector<int> v; long s = 0; for (int x : a) { v.push_back(x); std::sort(v.begin(), v.end()); auto it = std::lower_bound(v.begin(), v.end(), x); if (it != v.end()) *it = -x; s = s * 31 + v[0]; } return s; }`,
      // An element is changed through an iterator.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
long f(const std::vector<int> &a) { std::vector<int> v; long s = 0; for (int x : a) { v.push_back(x); std::sort(v.begin(), v.end()); *v.begin() = 9; s = s * 31 + v[0]; } return s; }`,
      // Elements change places.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
long f(const std::vector<int> &a) { std::vector<int> v; long s = 0; for (int x : a) { v.push_back(x); std::sort(v.begin(), v.end()); std::swap(v.front(), v.back()); s = s * 31 + v[0]; } return s; }`,
      // An element is changed through a reference.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
long f(const std::vector<int> &a) { std::vector<int> v; long s = 0; for (int x : a) { v.push_back(x); std::sort(v.begin(), v.end()); int &last = v.back(); last = 0; s = s * 31 + v[0]; } return s; }`,
      // An element is read anew.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
long f(const std::vector<int> &a) { std::vector<int> v; long s = 0; for (int x : a) { v.push_back(x); std::sort(v.begin(), v.end()); std::stringstream in("7"); in >> v[0]; s = s * 31 + v[0]; } return s; }`,
      // The loop stands in a function that is called again.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
long f(const std::vector<int> &a) { std::vector<int> v; auto add = [&](int n) { for (int i = 0; i < n; i++) { v.push_back(a[i]); std::sort(v.begin(), v.end()); } }; add(3); v.push_back(-5); add(4); return v[0]; }`,
      // The loop is entered again.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
long f(const std::vector<int> &a) { std::vector<int> v; long s = 0; size_t i = 0; again: for (; i < a.size(); i++) { v.push_back(a[i]); std::sort(v.begin(), v.end()); } v.push_back(-4); if (s++ == 0) { i = 0; goto again; } return v[0]; }`,
      // A function that is called looks at it.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
static std::vector<int> v;
static int middle() { return v[v.size() / 2]; }
long f(const std::vector<int> &a) { long s = 0; for (int x : a) { v.insert(std::lower_bound(v.begin(), v.end(), x), x); s += middle(); } return s; }`,
      // A lambda looks at it.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
long f(const std::vector<int> &a) { long s = 0; std::vector<int> v; auto middle = [&] { return v[v.size() / 2]; }; for (int x : a) { v.insert(std::lower_bound(v.begin(), v.end(), x), x); s += middle(); } return s; }`,
      // It is looked at under another name.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
long f(const std::vector<int> &a) { long s = 0; std::vector<int> v; const auto &view = v; for (int x : a) { v.insert(std::lower_bound(v.begin(), v.end(), x), x); s += view[0]; } return s; }`,
      // The caller's elements may be in no order.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
void f(std::vector<int> &v, const std::vector<int> &a) { for (int x : a) v.insert(std::lower_bound(v.begin(), v.end(), x), x); }`,
      // The place is searched for another number than goes in.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(const std::vector<int> &a) { std::vector<unsigned char> v; for (int x : a) v.insert(std::lower_bound(v.begin(), v.end(), x), x); return v[0]; }`,
      // Whoever catches the exception finds it half-way.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int g(int);
long f(const std::vector<int> &a) { std::vector<int> v; try { for (int x : a) { g(x); v.insert(std::lower_bound(v.begin(), v.end(), x), x); } } catch (...) { return v[0]; } return 0; }`,
    ])
      expect.soft(await opportunitiesIn(orderedInsertion, "c++", source, "f"), source).toEqual([]);
  });

  it("lets a loop look at the elements and take some out", async () => {
    for (const look of [
      "s += v.front() + v.back();",
      "s += std::lower_bound(v.begin(), v.end(), x) - v.begin();",
      "if (v.size() > 3) v.erase(std::lower_bound(v.begin(), v.end(), a[0]));",
      "if (std::find(v.begin(), v.end(), 3) != v.end()) s++;",
      "if (s > 9) v.erase(v.begin() + 1);",
      "for (const auto &y : v) s += y;",
    ]) {
      const source = `#include <algorithm>
#include <vector>
long f(const std::vector<int> &a) { std::vector<int> v; long s = 0; for (int x : a) { v.push_back(x); std::sort(v.begin(), v.end()); ${look} } return s; }`;
      const [found] = await opportunitiesIn(orderedInsertion, "c++", source, "f");
      expect.soft(found?.apply(), look).toContain("v.insert(std::upper_bound(v.begin(), v.end(), x), x);");
    }
  });

  it("searches for the number that the vector will hold", async () => {
    const source = `#include <algorithm>
#include <cstdint>
#include <vector>
long f(const std::vector<int> &a) { std::vector<uint8_t> v; long s = 0; for (int x : a) { v.push_back(x * 7); std::sort(v.begin(), v.end()); s += v[0]; } return s; }`;
    const [found] = await opportunitiesIn(orderedInsertion, "c++", source, "f");
    expect(found?.apply()).toContain(
      "{ const uint8_t added = x * 7; v.insert(std::upper_bound(v.begin(), v.end(), added), added); }",
    );
  });

  it("sees its own examples, one opportunity after the other", async () => {
    const source = `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
std::vector<double> medians(const std::vector<int> &values) {
    std::vector<int> sorted; std::vector<double> out;
    for (int x : values) {
        sorted.push_back(x);
        std::sort(sorted.begin(), sorted.end());
        out.push_back(sorted[sorted.size() / 2]);
    }
    return out;
}`;
    const found = await opportunitiesIn(orderedInsertion, "c++", source, "medians");
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.apply()).not.toBe(source);
  });
});
