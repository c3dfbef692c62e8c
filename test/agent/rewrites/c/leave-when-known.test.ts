import { describe, expect, it } from "vitest";
import { divisorBound } from "../../../../src/agent/rewrites/c/divisor-bound.ts";
import { leaveWhenKnown } from "../../../../src/agent/rewrites/c/leave-when-known.ts";
import type { Rewrite } from "../../../../src/agent/rewrites/rewrite.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

// Compiling takes seconds a file: LESSONBANK_ADVERSARIAL=all does it.
const compiles = process.env["LESSONBANK_ADVERSARIAL"] === "all";

describe("leave-when-known", () => {
  it.skipIf(!compiles)("sets the same flags", async () => {
    await expectSameResults(leaveWhenKnown, [
      {
        language: "c++",
        function: "has_divisor",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
bool has_divisor(int n, const std::vector<int> &a) {
    bool found = false;
    for (int d = 2; d < n; d++) if (n % d == 0) found = true;
    bool dup = false;
    for (size_t i = 0; i < a.size(); i++)
        for (size_t j = 0; j < i; j++)
            if (a[i] == a[j] * 2) dup = true;
    return found || dup;
}`,
        drive: `void drive() { std::printf("%d %d %d", has_divisor(7, {1, 2}), has_divisor(9, {}), has_divisor(7, {3, 5})); }`,
      },
      {
        language: "c",
        function: "any",
        source: `int any(const int *a, int n, int *out) {
  int sorted = 1, negative = 0;
  for (int i = 1; i < n; i++)
    if (a[i] < a[i - 1])
      sorted = 0;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      if (a[i] + a[j] < 0) {
        negative = 1;
      }
    }
  }
  out[0] = negative;
  return sorted;
}`,
        drive: `void drive(void) { int a[] = {1, 2, 3, -4, 9}, b[] = {1, 1, 5}, out[1]; printf("%d", any(a, 5, out)); printf(" %d", out[0]); printf(" %d", any(b, 3, out)); printf(" %d %d", out[0], any(b, 0, out)); }`,
      },
    ]);
  });

  it("sees nothing where that would change what is computed", async () => {
    for (const source of [
      // The last hit counts.
      `int f(const int *a, int n) { int at = -1; for (int i = 0; i < n; i++) if (a[i] == 3) at = i; return at; }`,
      // More is done.
      `int f(const int *a, int n) { int hit = 0, c = 0; for (int i = 0; i < n; i++) { c++; if (a[i] == 3) hit = 1; } return hit + c; }`,
      // The other way it is set back.
      `int f(const int *a, int n) { int in = 0; for (int i = 0; i < n; i++) if (a[i] == 3) in = 1; else in = 0; return in; }`,
      // The variable is used afterwards.
      `int f(const int *a, int n) { int hit = 0, i; for (i = 0; i < n; i++) if (a[i] == 3) hit = 1; return hit + i; }`,
      // The test counts.
      `int f(int *a, int n) { int hit = 0; for (int i = 0; i < n; i++) if (a[i]++ == 3) hit = 1; return hit; }`,
      // A function may do anything.
      `int g(int x);
int f(const int *a, int n) { int hit = 0; for (int i = 0; i < n; i++) if (g(a[i])) hit = 1; return hit; }`,
      // The flag belongs to the caller.
      `int f(const int *a, int n, int *hit) { for (int i = 0; i < n; i++) if (a[i] == 3) *hit = 1; return 0; }`,
      // The header counts something else as well.
      `int f(const int *a, int n) { int hit = 0, k = 0; for (int i = 0; i < n && i <= n / 2; i++, k++) if (a[i] == 3) hit = 1; return hit + k; }`,
      `int f(const int *a, int n, int &k) { int hit = 0; for (int &i = k; i < n && i <= n / 2; i++) if (a[i] == 3) hit = 1; return hit; }`,
      `int f(const int *a, int n) { int hit = 0; for (int i = 0; i < n && n-- > 0; i++) if (a[i] == 3) hit = 1; return hit + n; }`,
      `int f(const int *a, int n) { int hit = 0, k = 1; for (int j = 0; j < n; j += k++) if (a[j] == 3) hit = 1; return hit + k; }`,
      // Moving on reads from the stream.
      `#include <iterator>
bool f(std::istream &in) { bool found = false; for (std::istream_iterator<int> it(in), end; it != end; ++it) if (*it == 3) found = true; return found; }`,
      // The inner loop's variable is used afterwards.
      `int f(const int *a, int n) { int hit = 0, j = 0; for (int i = 0; i < n; i++) for (j = 0; j < n; j++) if (a[i * n + j] == 3) hit = 1; return hit + j; }`,
    ])
      expect.soft(await opportunitiesIn(leaveWhenKnown, "c++", source, "f"), source).toEqual([]);
  });

  it("leaves no loop around one that goes on", async () => {
    const source = `int f(const int *a, int n) { int hit = 0, j = 0; for (int i = 0; i < n; i++) for (j = 0; j < i; j++) for (int k = 0; k < n; k++) if (a[i] + a[j] == a[k]) hit = 1; return hit + j; }`;
    const found = await opportunitiesIn(leaveWhenKnown, "c++", source, "f");
    expect(found.map((each) => each.apply())).toEqual([source.replace("hit = 1;", "{ hit = 1; break; }")]);
  });

  it("leaves no loop around one whose header does more than count", async () => {
    for (const header of ["int j = k++; j < n; j++", "int j = 0; j < n; j += k++", "int x : next(k)"]) {
      const source = `std::vector<int> next(int &k); int f(const int *a, int n) { int hit = 0, k = 0; for (int i = 0; i < n; i++) for (${header}) if (a[i] == 3) hit = 1; return hit + k; }`;
      expect.soft(await opportunitiesIn(leaveWhenKnown, "c++", source, "f"), header).toEqual([]);
    }
  });

  it("and the search for a divisor that ends at the root go together, whichever comes first", async () => {
    const searches = (test: string, found: string): string =>
      `bool f(unsigned n) { bool prime = n >= 2; for (unsigned d = 2; ${test}; d++) { if (n % d == 0) { ${found} } } return prime; }`;
    const [slow, root] = ["d < n", "d < n && d <= n / d"];
    const [all, first] = ["prime = false;", "prime = false; break;"];
    const rewritten = async (rewrite: Rewrite, source: string) =>
      (await opportunitiesIn(rewrite, "c++", source, "f")).map((each) => each.apply());
    expect(await rewritten(leaveWhenKnown, searches(root, all))).toEqual([searches(root, first)]);
    expect(await rewritten(leaveWhenKnown, searches(slow, all))).toEqual([searches(slow, first)]);
    expect(await rewritten(divisorBound, searches(slow, first))).toEqual([searches(root, first)]);
    expect(await rewritten(divisorBound, searches(slow, all))).toEqual([searches(root, all)]);
  });

  it("sees its own examples, one opportunity after the other", async () => {
    const source = `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
bool has_divisor(int n, const std::vector<int> &a) {
    bool found = false;
    for (int d = 2; d < n; d++) if (n % d == 0) found = true;
    bool dup = false;
    for (size_t i = 0; i < a.size(); i++)
        for (size_t j = 0; j < i; j++)
            if (a[i] == a[j] * 2) dup = true;
    return found || dup;
}`;
    const found = await opportunitiesIn(leaveWhenKnown, "c++", source, "has_divisor");
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.apply()).not.toBe(source);
  });
});
