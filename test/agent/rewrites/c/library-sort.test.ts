import { describe, expect, it } from "vitest";
import { librarySort } from "../../../../src/agent/rewrites/c/library-sort.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("library-sort", () => {
  it("leaves the same order", async () => {
    await expectSameResults(librarySort, [
      {
        language: "c",
        function: "bubble",
        source: `void bubble(double *a, int n)
{
    for (int i = 0; i < n - 1; i++) {
        int swapped = 0;
        for (int j = 0; j < n - 1 - i; j++) {
            if (a[j] > a[j + 1]) {
                double t = a[j];
                a[j] = a[j + 1];
                a[j + 1] = t;
                swapped = 1;
            }
        }
        if (!swapped)
            break;
    }
}`,
        drive: `void drive(void) { double a[7] = {3, -1, 4, 1, -5, 9, 2}; bubble(a, 0); bubble(a, 1); bubble(a, 6); for (int i = 0; i < 7; i++) printf("%g ", a[i]); }`,
      },
      {
        language: "c",
        function: "insertion",
        source: `#include <stddef.h>
void insertion(unsigned *v, size_t n) {
  for (size_t i = 1; i < n; ++i) {
    unsigned key = v[i];
    size_t j = i;
    while (j > 0 && v[j - 1] < key) {
      v[j] = v[j - 1];
      j--;
    }
    v[j] = key;
  }
}`,
        drive: `void drive(void) { unsigned a[6] = {3, 4000000000u, 4, 1, 9, 2}; insertion(a, 0); insertion(a, 6); for (int i = 0; i < 6; i++) printf("%u ", a[i]); }`,
      },
      {
        language: "c++",
        function: "selection",
        source: `#include <string>
#include <utility>
#include <vector>
void selection(std::vector<std::string> &names, std::vector<int> &marks)
{
    for (std::size_t i = 0; i < names.size(); i++) {
        std::size_t best = i;
        for (std::size_t j = i + 1; j < names.size(); j++)
            if (names[j] < names[best]) best = j;
        std::swap(names[i], names[best]);
    }
    int n = marks.size();
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (marks[i] < marks[j]) std::swap(marks[i], marks[j]);
}`,
        drive: `void drive() { std::vector<std::string> s{"pear", "fig", "apple", "fig"}, e; std::vector<int> m{3, 1, 2, 9, 1}, f; selection(e, f); selection(s, m); for (auto &x : s) std::printf("%s ", x.c_str()); for (int x : m) std::printf("%d ", x); }`,
      },
      {
        language: "c++",
        function: "by_weight",
        source: `#include <vector>
struct Load { int id; double weight; };
void by_weight(std::vector<Load> &loads) {
  int n = static_cast<int>(loads.size());
  for (int i = n - 1; i > 0; i--)
    for (int j = 1; j <= i; j++)
      if (loads[j - 1].weight > loads[j].weight) {
        Load t = loads[j];
        loads[j] = loads[j - 1];
        loads[j - 1] = t;
      }
}`,
        drive: `void drive() { std::vector<Load> l{{1, 5}, {2, 3}, {3, 5}, {4, 3}, {5, 1}}, e; by_weight(e); by_weight(l); for (auto &x : l) std::printf("%d ", x.id); }`,
      },
    ]);
  });

  it("keeps loops that count swaps, sort a part, or do not sort", async () => {
    const source = `int f(int *a, int *b, int n) {
  int swaps = 0;
  for (int i = 0; i < n; i++) for (int j = 0; j + 1 < n; j++) if (a[j] > a[j + 1]) { int t = a[j]; a[j] = a[j + 1]; a[j + 1] = t; swaps++; }
  for (int i = 0; i < 3; i++) for (int j = 0; j < n - 1; j++) if (a[j] > a[j + 1]) { int t = a[j]; a[j] = a[j + 1]; a[j + 1] = t; }
  for (int i = 0; i < n; i++) for (int j = 0; j < n - 1; j++) if (a[j] > b[j + 1]) { int t = a[j]; a[j] = b[j + 1]; b[j + 1] = t; }
  for (int i = 0; i < n; i++) for (int j = 2; j < n - 1; j++) if (a[j] > a[j + 1]) { int t = a[j]; a[j] = a[j + 1]; a[j + 1] = t; }
  return swaps;
}`;
    expect(await opportunitiesIn(librarySort, "c", source, "f")).toEqual([]);
  });
});
