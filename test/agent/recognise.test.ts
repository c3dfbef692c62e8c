import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { preconditionsOf, recogniseTransformations } from "../../src/agent/recognise.ts";
import { signs } from "../../src/agent/recognise/signs.ts";
import { rewrites } from "../../src/agent/rewrites/c/catalogue.ts";
import type { Language } from "../../src/code/language.ts";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { openSubject } from "../../src/code/subject.ts";
import { find } from "../../src/code/tree.ts";
import { variablesOf } from "../../src/code/variables.ts";
import { loadTask } from "../../src/task/load.ts";
import { examplesOf, type RewriteExample } from "./rewrite-examples.ts";

beforeAll(loadGrammars);

function namesIn(before: string, after: string, language: Language, name: string): string[] {
  return recogniseTransformations(before, after, language, name).map((each) => each.name);
}

const examples = rewrites.flatMap((rewrite) => examplesOf(rewrite));

test("names are those of the rewrites, and a few that no rewrite has", () => {
  const names = signs.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const known = new Set(rewrites.map(({ name }) => name));
  expect(names.filter((name) => !known.has(name))).toEqual([
    "threads",
    "simd-intrinsics",
    "memoisation",
    "other-algorithm",
  ]);
  for (const { hiddenBy = [] } of signs) expect(names).toEqual(expect.arrayContaining([...hiddenBy]));
});

describe("what the rewrites do", () => {
  test("is recognised this often, and this many other names are given, on the functions of their own tests", () => {
    const found: Record<string, string> = {};
    let [hits, total, others] = [0, 0, 0];
    for (const rewrite of rewrites) {
      const seen = examplesOf(rewrite).flatMap((example) => {
        const subject = openSubject(example.source, example.language, example.function);
        return (subject ? rewrite.opportunities(subject) : []).map((opportunity) => {
          const names = namesIn(example.source, opportunity.apply(), example.language, example.function);
          others += names.filter((name) => name !== rewrite.name).length;
          return names.includes(rewrite.name);
        });
      });
      if (seen.length === 0) continue;
      const own = seen.filter(Boolean).length;
      found[rewrite.name] = `${own} of ${seen.length}`;
      hits += own;
      total += seen.length;
    }
    expect({ ...found, all: `${hits} of ${total}`, others }).toMatchInlineSnapshot(`
      {
        "all": "188 of 221",
        "angle-recurrence": "1 of 2",
        "append-in-place": "1 of 1",
        "append-then-reverse": "5 of 5",
        "array-hoisting": "2 of 2",
        "bit-count": "10 of 10",
        "block-compare": "2 of 2",
        "boundary-splitting": "0 of 1",
        "bounded-length": "2 of 2",
        "branch-to-select": "3 of 6",
        "byte-step-table": "3 of 4",
        "common-subexpression": "2 of 2",
        "compare-in-place": "1 of 1",
        "data-pointer": "2 of 2",
        "delayed-remainder": "2 of 2",
        "division-to-reciprocal": "2 of 2",
        "double-ended-queue": "2 of 2",
        "edits-in-one-pass": "0 of 3",
        "erase-in-one-pass": "2 of 2",
        "first-place-table": "0 of 3",
        "flat-table": "2 of 2",
        "hashed-container": "1 of 1",
        "hashed-membership": "6 of 6",
        "indexed-search": "19 of 19",
        "invariant-hoisting": "2 of 4",
        "invariant-loop-hoisting": "0 of 2",
        "leave-when-known": "4 of 4",
        "library-sort": "3 of 4",
        "local-accumulator": "3 of 3",
        "local-histogram": "9 of 12",
        "lookup-table": "3 of 3",
        "loop-fusion": "1 of 2",
        "loop-interchange": "3 of 4",
        "loop-tiling": "9 of 9",
        "loop-unswitching": "1 of 4",
        "memoised-recursion": "4 of 4",
        "modulo-to-wrap-around": "5 of 6",
        "move-not-copy": "1 of 1",
        "multiple-accumulators": "12 of 12",
        "no-alias": "2 of 2",
        "ordered-insertion": "3 of 3",
        "others": 17,
        "paired-divisors": "3 of 3",
        "power-by-squaring": "4 of 4",
        "refer-not-copy": "0 of 1",
        "reserve-before-push": "1 of 1",
        "resumed-scan": "2 of 3",
        "reused-buffer": "1 of 2",
        "rolling-rows": "3 of 3",
        "running-sum": "7 of 8",
        "scalar-replacement": "1 of 3",
        "single-precision": "4 of 4",
        "skip-ahead": "6 of 6",
        "sliced-table": "1 of 1",
        "software-prefetch": "4 of 4",
        "split-in-place": "2 of 2",
        "squared-comparison": "3 of 4",
        "strength-reduction": "2 of 2",
        "text-without-stream": "3 of 3",
        "unroll-and-jam": "6 of 6",
      }
    `);
  });
});

describe("what changes nothing has no name", () => {
  const edits: readonly (readonly [string, (example: RewriteExample) => string])[] = [
    ["comments", ({ source }) => source.replace(/\{\n/g, "{ // as before: restrict, memo, cache, unroll\n")],
    ["line breaks", ({ source }) => source.replace(/;[ \t]+(?=\w)/g, ";\n").replace(/\n[ \t]*/g, "\n  ")],
    ["names of variables", renamed],
  ];
  test.each(edits)("%s", (_, edit) => {
    let changed = 0;
    for (const example of examples) {
      const edited = edit(example);
      if (edited !== example.source) changed += 1;
      expect.soft(namesIn(example.source, edited, example.language, example.function), edited).toEqual([]);
    }
    expect(changed).toBeGreaterThan(40);
  });

  test("nor has the reference of any task that ships", async () => {
    const tasks = join(import.meta.dirname, "../../tasks");
    for (const folder of readdirSync(tasks, { withFileTypes: true })) {
      if (!folder.isDirectory()) continue;
      const { source, language, function: name } = await loadTask(join(tasks, folder.name));
      const example = { source: source.text, language, function: name };
      expect.soft(namesIn(source.text, renamed(example), language, name), folder.name).toEqual([]);
    }
  });

  test("nor a text without the function or with errors in it", () => {
    const source = "int f(int n) { return n; }";
    expect(namesIn(source, "int g(int n) { return n; }", "c", "f")).toEqual([]);
    expect(namesIn(source, "int f(int n) { #pragma omp parallel for (", "c", "f")).toEqual([]);
  });
});

/** Every local variable and parameter under another name. */
function renamed({ source, language, function: name }: RewriteExample): string {
  const subject = openSubject(source, language, name);
  if (!subject) return source;
  const own = new Set(variablesOf(subject.function).map((variable) => variable.name));
  const identifiers = find(parse(source, language).rootNode, "identifier").filter(
    (node) =>
      own.has(node.text) &&
      subject.function.startIndex <= node.startIndex &&
      node.endIndex <= subject.function.endIndex,
  );
  let text = source;
  for (const node of identifiers.toReversed())
    text = `${text.slice(0, node.startIndex)}${node.text}_x${text.slice(node.endIndex)}`;
  return text;
}

describe("what models write", () => {
  const product = `void product(const double *a, const double *b, double *c, int n) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double sum = 0;
      for (int k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
      c[i * n + j] = sum;
    }
}`;
  const dot = `double dot(const double *a, const double *b, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}`;
  const unique = `#include <vector>
int unique(const std::vector<int> &v) {
  int count = 0;
  for (size_t i = 0; i < v.size(); i++) {
    bool seen = false;
    for (size_t j = 0; j < i; j++) if (v[j] == v[i]) { seen = true; break; }
    if (!seen) count++;
  }
  return count;
}`;
  const fib = "long fib(int n) {\n  return n < 2 ? n : fib(n - 1) + fib(n - 2);\n}";

  test.each<[string, Language, string, string, string, string[]]>([
    [
      "loops in another order",
      "c",
      "product",
      product,
      `void product(const double *a, const double *b, double *c, int n) {
  for (int i = 0; i < n * n; i++) c[i] = 0;
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++) {
      const double x = a[i * n + k];
      for (int j = 0; j < n; j++) c[i * n + j] += x * b[k * n + j];
    }
}`,
      ["loop-interchange"],
    ],
    [
      "blocks",
      "c",
      "product",
      product,
      `#define BLOCK 64
void product(const double *a, const double *b, double *c, int n) {
  for (int i = 0; i < n * n; i++) c[i] = 0;
  for (int kk = 0; kk < n; kk += BLOCK)
    for (int i = 0; i < n; i++)
      for (int k = kk; k < (kk + BLOCK < n ? kk + BLOCK : n); k++)
        for (int j = 0; j < n; j++) c[i * n + j] += a[i * n + k] * b[k * n + j];
}`,
      ["loop-tiling"],
    ],
    [
      "threads",
      "c",
      "product",
      product,
      product.replace("  for (int i", "#pragma omp parallel for collapse(2)\n  for (int i"),
      ["threads"],
    ],
    [
      "four sums",
      "c",
      "dot",
      dot,
      `double dot(const double *a, const double *b, int n) {
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  int i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  double sum = s0 + s1 + s2 + s3;
  for (; i < n; i++) sum += a[i] * b[i];
  return sum;
}`,
      ["multiple-accumulators"],
    ],
    [
      "one sum in steps of four",
      "c",
      "dot",
      dot,
      `double dot(const double *a, const double *b, int n) {
  double sum = 0;
  int i = 0;
  for (; i + 3 < n; i += 4) sum += a[i] * b[i] + a[i + 1] * b[i + 1] + a[i + 2] * b[i + 2] + a[i + 3] * b[i + 3];
  for (; i < n; i++) sum += a[i] * b[i];
  return sum;
}`,
      ["loop-unrolling"],
    ],
    [
      "intrinsics",
      "c",
      "dot",
      dot,
      `#include <immintrin.h>
double dot(const double *a, const double *b, int n) {
  __m256d acc = _mm256_setzero_pd();
  int i = 0;
  for (; i + 3 < n; i += 4) acc = _mm256_fmadd_pd(_mm256_loadu_pd(a + i), _mm256_loadu_pd(b + i), acc);
  double lanes[4];
  _mm256_storeu_pd(lanes, acc);
  double sum = lanes[0] + lanes[1] + lanes[2] + lanes[3];
  for (; i < n; i++) sum += a[i] * b[i];
  return sum;
}`,
      ["simd-intrinsics"],
    ],
    ["restrict", "c", "dot", dot, dot.replaceAll("const double *", "const double *restrict "), ["no-alias"]],
    [
      "a hash set",
      "c++",
      "unique",
      unique,
      `#include <vector>
#include <unordered_set>
int unique(const std::vector<int> &v) {
  std::unordered_set<int> seen;
  seen.reserve(v.size());
  for (int x : v) seen.insert(x);
  return (int)seen.size();
}`,
      ["hashed-membership"],
    ],
    [
      "sorting instead of searching",
      "c++",
      "unique",
      unique,
      `#include <algorithm>
#include <vector>
int unique(const std::vector<int> &v) {
  std::vector<int> sorted(v);
  std::sort(sorted.begin(), sorted.end());
  int count = 0;
  for (size_t i = 0; i < sorted.size(); i++) if (i == 0 || sorted[i] != sorted[i - 1]) count++;
  return count;
}`,
      ["library-sort"],
    ],
    [
      "a table of results",
      "c++",
      "fib",
      fib,
      `#include <unordered_map>
static long go(int n, std::unordered_map<int, long> &memo) {
  if (n < 2) return n;
  auto it = memo.find(n);
  if (it != memo.end()) return it->second;
  return memo[n] = go(n - 1, memo) + go(n - 2, memo);
}
long fib(int n) {
  std::unordered_map<int, long> memo;
  return go(n, memo);
}`,
      ["memoised-recursion"],
    ],
    [
      "another algorithm",
      "c++",
      "unique",
      unique,
      `#include <vector>
int unique(const std::vector<int> &v) {
  if (v.empty()) return 0;
  std::vector<bool> present(1 << 20);
  int count = 0;
  for (int x : v) {
    if (!present[x]) count++;
    present[x] = true;
  }
  return count;
}`,
      ["other-algorithm"],
    ],
  ])("%s", (_, language, name, before, after, expected) => {
    expect(namesIn(before, after, language, name)).toEqual(expected);
  });

  test("with what it works on as preconditions, in words of the features", () => {
    const transformations = [{ name: "loop-interchange", parameters: {}, place: "" }];
    expect(preconditionsOf(transformations, product, "c", "product")).toEqual([
      "loops nested three or more deep",
      "inner loop strides by a row",
    ]);
    expect(preconditionsOf([], product, "c", "product")).toEqual([]);
  });
});
