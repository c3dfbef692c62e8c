import { describe, expect, it } from "vitest";
import { indexedSearch } from "../../../../src/agent/rewrites/c/indexed-search.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

// Compiling takes seconds a file: LESSONBANK_ADVERSARIAL=all does it.
const compiles = process.env["LESSONBANK_ADVERSARIAL"] === "all";

/** A search for whatever the body asks. */
function asking(body: string): string {
  return `long f(const int *a, int n, const int *w, const int *d, int m, int s) {
  long total = 0;
  for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (${body};
  return total;
}`;
}

/** Whether the search is replaced by a number of places. */
async function counted(body: string): Promise<boolean> {
  const [found] = await opportunitiesIn(indexedSearch, "c", asking(body), "f");
  return JSON.stringify(found?.apply()).includes("_held(");
}

describe("indexed-search", () => {
  it.skipIf(!compiles)("finds the same places in the same order", async () => {
    await expectSameResults(indexedSearch, [
      {
        language: "c",
        function: "match_orders",
        source: `#include <stddef.h>
long match_orders(const int *ids, const double *prices, int n, const int *wanted, int m, double *out)
{
    long hits = 0;
    for (int i = 0; i < m; i++) {
        out[i] = -1.0;
        for (int j = 0; j < n; j++) {
            if (ids[j] == wanted[i]) {
                out[i] = prices[j];
                hits++;
                break;
            }
        }
    }
    return hits;
}`,
        drive: `void drive(void) {
    int ids[] = {7, 3, 7, -1, 5}, wanted[] = {5, 7, 8, -1, 7, 3}; double prices[] = {1, 2, 3, 4, 5}, out[6];
    printf("%ld", match_orders(ids, prices, 5, wanted, 6, out));
    for (int i = 0; i < 6; i++) printf(" %g", out[i]);
    printf(" %ld", match_orders(ids, prices, 0, wanted, 6, out));
    printf(" %ld", match_orders(ids, prices, -3, wanted, 2, out));
}`,
      },
    ]);
  });

  it.skipIf(!compiles)("does so in every form", async () => {
    await expectSameResults(indexedSearch, [
      {
        language: "c",
        function: "pairs",
        source: `int pairs(const short *a, int n, int sum)
{
    int pairs = 0, last = 0, j;
    for (int i = 0; i < n; i++)
        for (j = i + 1; j < n; j++)
            if (sum - a[j] == a[i])
                pairs++, last = 10 * i + j;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++) {
            if (a[k] != a[i] || k == 2) continue;
            pairs += 100;
        }
    }
    int twice = 0;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            if (i != k && a[k] == a[i]) twice += 2;
    for (int i = 0; i < n; i++)
        for (int k = i + 1; k < n; k++)
            if (a[k] == a[i]) twice--;
    for (int i = 0; i < n; i++)
        for (int k = 2; k < i; k++)
            if (a[k] + a[i] == sum) twice++;
    pairs += twice * 10000;
    for (int i = 0; i < n; i++)
        for (int k = i; k <= n - 1; k++)
            if (a[k] - a[i] == 1 && k > i) return pairs * 1000 + last;
    return pairs;
}`,
        drive: `void drive(void) {
    short a[] = {1, 5, -3, 1, 9, 1, -3, 5, 30}, b[] = {4, 5};
    printf("%d %d %d %d", pairs(a, 9, 6), pairs(a, 8, 2), pairs(a, 0, 1), pairs(b, 2, 9));
}`,
      },
      {
        language: "c",
        function: "tally",
        source: `#include <stdlib.h>
#include <string.h>
struct word { char text[16]; int count; };
static int place_of(const int *codes, int n, int code)
{
    for (int i = 0; i < n; i++)
        if (codes[i] == code) return i;
    return -1;
}
int tally(char words[][16], int n, struct word *table, const int *codes, int *values)
{
    int used = 0, classes = 0;
    int i, j;
    for (i = 0; i < n; i++) {
        for (j = 0; j < used; j++) {
            if (strcmp(table[j].text, words[i]) == 0)
                break;
        }
        if (j < used) {
            table[j].count++;
        } else {
            strcpy(table[used].text, words[i]);
            table[used].count = 1;
            used++;
        }
    }
    for (i = 0; i < n; i++) {
        j = 0;
        while (j < classes && values[j] != codes[i])
            j++;
        if (j == classes) values[classes++] = codes[i];
    }
    for (i = 0; i < n; i++) {
        if (place_of(values, classes, i) < 0)
            used += 100;
    }
    return used + 1000 * classes;
}`,
        drive: `void drive(void) {
    char words[][16] = {"b", "a", "b", "", "a", "b"}; int codes[] = {3, 3, 1, 4, 1, 3}, values[6]; struct word table[6];
    printf("%d", tally(words, 6, table, codes, values));
    for (int i = 0; i < 3; i++) printf(" %s=%d/%d", table[i].text, table[i].count, values[i]);
}`,
      },
      {
        language: "c++",
        function: "total",
        source: `#include <string>
#include <utility>
#include <vector>
struct Customer { int id; std::string name; double rate; };
struct Order { int customer; std::string note; };
int index_of(const std::vector<std::string> &names, const std::string &name) {
    for (std::size_t i = 0; i < names.size(); i++) {
        if (names[i] == name) return (int)i;
    }
    return -1;
}
double total(const std::vector<Order> &orders, const std::vector<Customer> &customers, const std::vector<double> &v) {
    double sum = 0;
    for (const auto &order : orders) {
        for (const auto &c : customers) {
            if (c.id == order.customer) {
                sum += c.rate;
                break;
            }
        }
    }
    std::vector<std::pair<std::string, int>> counts;
    for (const Order &order : orders) {
        bool found = false;
        for (auto &p : counts) {
            if (p.first == order.note) { p.second++; found = true; break; }
        }
        if (!found) counts.push_back({order.note, 1});
    }
    for (auto &p : counts) sum = sum * 10 + p.second;
    std::vector<std::string> names;
    for (auto &c : customers) {
        int at = index_of(names, c.name);
        if (at < 0) names.push_back(c.name);
        sum += at * 1e6;
    }
    for (std::size_t i = 0; i < v.size(); i++)
        for (std::size_t j = 0; j < i; j++)
            if (v[i] == v[j] && v[i] < 5) sum += 1e9;
    return sum;
}`,
        drive: `void drive() {
    std::printf("%.17g %.17g", total({{2, "x"}, {9, "y"}, {1, "x"}, {2, ""}}, {{1, "a", .5}, {2, "b", .25}, {1, "a", 9}}, {0.0, 1.5, -0.0, 1.5, 7, 7}), total({}, {}, {}));
}`,
        rounds: 12,
      },
    ]);
  });

  it("walks as before where what is searched changes, or where an iteration does something anyway", async () => {
    for (const body of [
      // What was found is taken out.
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (a[j] == b[i]) { a[j] = -1; break; }",
      // The last place is moved into the hole.
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (a[j] == b[i]) { a[j] = a[n - 1]; s--; break; }",
      // The list shrinks.
      "for (int i = 0; i < m; i++) { int j; for (j = 0; j < s; j++) if (a[j] == b[i]) break; if (j == s) a[s++] = b[i]; else s--; }",
      // Misses are counted.
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (a[j] == b[i]) break; else s++;",
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) { s++; if (a[j] == b[i]) break; }",
      // Near is not equal.
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (a[j] <= b[i]) s++;",
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (a[j] == b[i] || j == 3) s++;",
      // The key changes while it is looked for.
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (a[j] == s) s++;",
      // Nobody knows what a function does.
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (a[j] == b[i]) unknown(a);",
      // Places may be below the first.
      "for (int i = 0; i < m; i++) for (int j = i - 5; j < n; j++) if (a[j] == b[i]) s++;",
      // What is looked for may not be there at all, and what is divided by may be zero.
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (b && a[j] == *b) s++;",
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) { if (i >= 3 || a[j] != b[i]) continue; s++; }",
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (b[j] != 0 && a[j] / b[j] == i) s++;",
      "for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (a[j] > 0 && a[j] == 8 / i) s++;",
      // Nothing may stand between a pragma and its loop.
      "\n#pragma omp parallel for reduction(+:s)\nfor (int i = 0; i < m; i++) for (int j = 0; j < n; j++) if (a[j] == b[i]) s += j;",
      // Searched once.
      "for (int j = 0; j < n; j++) if (a[j] == m) s++;",
    ]) {
      const source = `void unknown(int *a);\nint f(int *a, int n, const int *b, int m) { int s = 0; ${body} return s; }`;
      expect.soft(await opportunitiesIn(indexedSearch, "c", source, "f"), body).toEqual([]);
    }
  });

  it("walks as before where a key may be missing, or change on the way", async () => {
    const cases: ["c" | "c++", string][] = [
      [
        "c",
        `#include <string.h>
int f(char **t, int n, char **w, int m) {
  int s = 0;
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++) if (t[j] && strcmp(t[j], w[i]) == 0) s += j;
  return s;
}`,
      ],
      [
        "c",
        `struct q { int key; };
int f(const int *t, int n, struct q *w, int m) {
  int s = 0;
  for (int i = 0; i < m; i++) {
    struct q *p = &w[i];
    for (int j = 0; j < n; j++) if (t[j] == p->key) { s += j; w[i].key = 5; }
  }
  return s;
}`,
      ],
      [
        "c",
        `#include <string.h>
struct e { char name[16]; };
int f(const struct e *t, int n, char (*w)[16], int m) {
  int s = 0;
  for (int i = 0; i < m; i++) {
    char *word = w[i];
    for (int j = 0; j < n; j++) if (strcmp(t[j].name, word) == 0) { s += j; word[0] = 'x'; }
  }
  return s;
}`,
      ],
      [
        "c++",
        `#include <vector>
int f(const std::vector<int> &t, std::vector<int> &w) {
  int s = 0;
  for (int &k : w)
    for (std::size_t j = 0; j < t.size(); j++) if (t[j] == k) { s += j; w[0] = 5; }
  return s;
}`,
      ],
      ...["a.back() = 7;", "a.at(0) += 2;", "a.front()++;", "b.swap(a);"].map((change): ["c++", string] => [
        "c++",
        `#include <vector>
int f(std::vector<int> &a, std::vector<int> b, const std::vector<int> &w) {
  int s = 0;
  for (std::size_t i = 0; i < w.size(); i++) {
    for (std::size_t j = 0; j < a.size(); j++) if (a[j] == w[i]) s += j;
    ${change}
  }
  return s;
}`,
      ]),
      ...["a[i][0] = 'q';", "a[i].back() = 'q';"].map((change): ["c++", string] => [
        "c++",
        `#include <string>
#include <vector>
int f(std::vector<std::string> &a, const std::vector<std::string> &w) {
  int s = 0;
  for (std::size_t i = 0; i < w.size(); i++) {
    for (std::size_t j = 0; j < a.size(); j++) if (a[j] == w[i]) s += j;
    ${change}
  }
  return s;
}`,
      ]),
      // The variable of the loop holds what the element is converted to.
      ...["long long", "short", "double"].map((type): ["c++", string] => [
        "c++",
        `#include <vector>
int f(const std::vector<int> &a, const std::vector<int> &w) {
  int s = 0;
  for (int k : w) for (${type} x : a) if (x == k) { s++; break; }
  return s;
}`,
      ]),
    ];
    for (const [language, source] of cases) {
      expect.soft(await opportunitiesIn(indexedSearch, language, source, "f"), source).toEqual([]);
    }
  });

  it("leaves helpers alone whose names mean something else where they are called", async () => {
    const globals = `static const int *table; static int count;
static int place(int x) { for (int j = 0; j < count; j++) if (table[j] == x) return j; return -1; }
int f(const int *w, int m) {
  int total = 0, NAME = 0;
  for (int i = 0; i < m; i++) { if (place(w[i]) >= 0) NAME++; total += i; }
  return total * 100 + NAME;
}`;
    const hidden = globals.replaceAll("NAME", "count");
    expect(await opportunitiesIn(indexedSearch, "c", globals.replaceAll("NAME", "hits"), "f")).not.toEqual(
      [],
    );
    expect.soft(await opportunitiesIn(indexedSearch, "c", hidden, "f")).toEqual([]);
    const declaredThere = `#include <vector>
static int place(const std::vector<int> &t, int x) {
  for (int j = 0; j < (int)t.size(); j++) if (t[j] == x) return j;
  return -1;
}
int f(const std::vector<int> &t, const std::vector<int> &w, int k) {
  int s = k;
  for (std::size_t i = 0; i < w.size(); i++) { if (int k = w[i]; place(t, k) < 0) s++; }
  return s;
}`;
    expect(await opportunitiesIn(indexedSearch, "c++", declaredThere, "f")).toEqual([]);
  });

  it("keeps the signs of what stands beside the key, and walks where a literal of 64 bits or a fraction is counted", async () => {
    for (const [test, wanted] of [
      ["s - a[j] - d[i] == w[i]", "((unsigned)s - (unsigned)w[i] - (unsigned)d[i])"],
      ["s - (a[j] + d[i]) == w[i]", "((unsigned)s - (unsigned)w[i] - (unsigned)d[i])"],
      ["d[i] + (s - a[j]) == w[i]", "((unsigned)s - (unsigned)w[i] + (unsigned)d[i])"],
    ]) {
      const [found] = await opportunitiesIn(indexedSearch, "c", asking(`${test}) total += j`), "f");
      expect.soft(JSON.stringify(found?.apply()), test).toContain(wanted);
    }
    expect(await counted("a[j] == w[i]) total += 2")).toBe(true);
    expect(await counted("a[j] - w[i] * 1000LL == 0) total += 2")).toBe(false);
    expect(await counted("a[j] == w[i]) total += 0.5")).toBe(false);
  });

  it("says what it takes for granted", async () => {
    const source = `#include <string.h>
int f(char **names, int n, char **asked, int m, int *hits) {
  int s = 0;
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++)
      if (!strcmp(names[j], asked[i])) { hits[i] = j; s++; }
  return s;
}`;
    const [found] = await opportunitiesIn(indexedSearch, "c", source, "f");
    expect(found?.assumptions).toEqual([
      "hits and names do not overlap.",
      "names can be read at every place below n.",
      "The texts that it points to do not change.",
      "asked and hits do not overlap.",
      "The text that asked[i] points to does not change during the search.",
    ]);
  });
});
