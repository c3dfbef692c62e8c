import { describe, expect, it } from "vitest";
import { doubleEndedQueue } from "../../../../src/agent/rewrites/c/double-ended-queue.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

// Compiling takes seconds a file: LESSONBANK_ADVERSARIAL=all does it.
const compiles = process.env["LESSONBANK_ADVERSARIAL"] === "all";

const using = (use: string) => `#include <algorithm>
#include <vector>
int f(int n) {
  std::vector<int> v; v.reserve(100); v.push_back(n); int s = 0;
  auto more = [&](int x) { s += x; };
  while (!v.empty()) { ${use} v.erase(v.begin()); }
  return s;
}`;

describe("double-ended-queue", () => {
  it.skipIf(!compiles)("gives and takes the same elements in the same order", async () => {
    await expectSameResults(doubleEndedQueue, [
      {
        language: "c++",
        function: "spread",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
int spread(const std::vector<std::vector<int>> &next, int start) {
    std::vector<int> open = {start};
    std::vector<int> seen(next.size(), 0);
    seen[start] = 1; int steps = 0;
    open.reserve(10);
    while (!open.empty()) {
        int at = open.front();
        open.erase(open.begin());
        steps += at;
        for (int to : next[at]) if (!seen[to]) { seen[to] = 1; open.push_back(to); }
    }
    return steps;
}`,
        drive: `void drive() { std::printf("%d", spread({{1, 2}, {3}, {3, 4}, {}, {0}}, 0)); }`,
      },
      {
        language: "c++",
        function: "ring",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
int ring(int n, int k) {
  std::vector<int> people(n, 1);
  std::vector<int> line;
  for (int i = 0; i < n; i++) line.insert(line.begin(), i);
  int last = -1;
  while (line.size() > 1) {
    for (int i = 1; i < k; i++) { int first = line[0]; line.erase(line.begin()); line.push_back(first); }
    last = last * 3 + line.front();
    line.erase(line.begin());
    if (std::find(line.begin(), line.end(), 4) != line.end()) last += std::find(line.begin(), line.end(), 4) - line.begin();
    line.erase(std::find(line.begin(), line.end(), 7), line.end());
  }
  for (int x : line) last += x;
  return line.empty() ? last : last + line.back() + (int)people.size();
}`,
        drive: `void drive() { std::printf("%d %d", ring(6, 2), ring(12, 5)); }`,
      },
    ]);
  });

  it("sees nothing where that would change what is computed", async () => {
    for (const source of [
      // It is handed on.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int g(std::vector<int> &v);
int f(int n) { std::vector<int> v(n); int s = 0; while (!v.empty()) { s += g(v); v.erase(v.begin()); } return s; }`,
      // It is returned.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
std::vector<int> f(int n) { std::vector<int> v(n); for (int i = 0; i < n; i++) v.insert(v.begin(), i); return v; }`,
      // Its memory is asked for.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(int n) { std::vector<int> v(n); int s = 0; while (!v.empty()) { s += v.data()[0]; v.erase(v.begin()); } return s; }`,
      // An iterator is kept.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(int n) { std::vector<int> v(n); int s = 0; auto it = v.begin(); while (!v.empty()) { s += *it; v.erase(v.begin()); it = v.begin(); } return s; }`,
      // It belongs to the caller.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(std::vector<int> &v) { int s = 0; while (!v.empty()) { s += v[0]; v.erase(v.begin()); } return s; }`,
      // It loses elements at its end alone.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(int n) { std::vector<int> v(n); int s = 0; while (!v.empty()) { s += v[0]; v.pop_back(); } return s; }`,
      // The address of an element is that of an array.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(int n) { std::vector<int> v(n); int s = 0; while (v.size() > 2) { v.erase(v.begin()); int *p = &(v[0]); s += p[1]; } return s; }`,
      // The address of an element is that of an array.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(int n) { std::vector<int> v(n); int s = 0; while (v.size() > 2) { v.erase(v.begin()); int *p = &(v.front()); s += p[1]; } return s; }`,
      // A reference has the same address.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(int n) { std::vector<int> v(n); int s = 0; while (v.size() > 2) { int &r = v[0]; int *p = &r; s += p[1]; v.erase(v.begin()); } return s; }`,
      // It begins as a copy of another vector.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(const std::vector<int> &a) { std::vector<int> v = a; int s = 0; while (!v.empty()) { s += v.front(); v.erase(v.begin()); } return s; }`,
      // It begins as a copy of another vector.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(const std::vector<int> &a) { std::vector<int> v(a); int s = 0; while (!v.empty()) { s += v.front(); v.erase(v.begin()); } return s; }`,
    ])
      expect.soft(await opportunitiesIn(doubleEndedQueue, "c++", source, "f"), source).toEqual([]);
  });

  it("keeps a vector to whose elements iterators stay while it grows", async () => {
    for (const use of [
      "auto it = std::find(v.begin(), v.end(), 3); v.push_back(1); if (it != v.end()) s += *it;",
      "std::vector<int>::iterator it = std::max_element(v.begin(), v.end()); s += *it;",
      "auto it = std::find(v.begin(), v.end(), 3) + 1; v.push_back(1); s += *it;",
      "auto it = v.begin(); v.push_back(1); s += *it;",
      "auto it = v.end() - std::count(v.begin(), v.end(), 3); v.push_back(1); s += *it;",
      "auto it = std::find(v.begin(), v.end(), 3) - n; v.push_back(1); s += *it;",
      "bool is = v.begin() != start; s += is;",
      "int &least = *std::min_element(v.begin(), v.end()); v.push_back(1); s += (&least)[0];",
      "for (int x : v) if (x > 3) v.push_back(x - 1);",
      "auto grow = [&] { v.push_back(1); }; for (int x : v) if (x > 3) grow();",
      "int *last = nullptr; for (int &x : v) last = &x; v.push_back(1); s += last[0];",
    ])
      expect.soft(await opportunitiesIn(doubleEndedQueue, "c++", using(use), "f"), use).toEqual([]);
    for (const use of [
      "s += *std::max_element(v.begin(), v.end()); v.push_back(s);",
      "v.erase(std::remove(v.begin(), v.end(), 3), v.end());",
      "if (std::find(v.begin(), v.end(), 3) != v.end()) s++;",
      "if (v.end() == std::find_if(v.begin(), v.end(), [&](int x) { return x > s; })) s++;",
      "s += std::find(v.begin(), v.end(), 3) - v.begin(); v.push_back(s);",
      "for (int &x : v) more(x += v.size()); v.push_back(1);",
    ])
      expect.soft(await opportunitiesIn(doubleEndedQueue, "c++", using(use), "f"), use).not.toEqual([]);
  });

  it("leaves an empty statement where reserving was all that a branch did", async () => {
    const source = `#include <deque>
#include <vector>
int f(int n, bool big) {
  std::vector<int> v;
  if (big) v.reserve(100);
  v.push_back(n);
  int sum = 0;
  while (!v.empty()) { sum += v.front(); v.erase(v.begin()); if (sum < 10) v.push_back(sum); }
  return sum;
}`;
    const [found] = await opportunitiesIn(doubleEndedQueue, "c++", source, "f");
    expect(found?.apply()).toContain("if (big) ;\n  v.push_back(n);");
  });

  it("sees its own examples, one opportunity after the other", async () => {
    const source = `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
int spread(const std::vector<std::vector<int>> &next, int start) {
    std::vector<int> open = {start};
    std::vector<int> seen(next.size(), 0);
    seen[start] = 1; int steps = 0;
    open.reserve(10);
    while (!open.empty()) {
        int at = open.front();
        open.erase(open.begin());
        steps += at;
        for (int to : next[at]) if (!seen[to]) { seen[to] = 1; open.push_back(to); }
    }
    return steps;
}`;
    const found = await opportunitiesIn(doubleEndedQueue, "c++", source, "spread");
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.apply()).not.toBe(source);
  });
});
