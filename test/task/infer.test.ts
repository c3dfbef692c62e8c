import { execa } from "execa";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FillRule, Slot } from "../../src/task/call-plan.ts";
import { fitSizes } from "../../src/task/infer/fit-sizes.ts";
import { inferTask, renderTaskFile, taskFrom, withMinimum } from "../../src/task/infer/infer.ts";
import { makeTask } from "../../src/task/load.ts";
import { planCall } from "../../src/task/plan.ts";
import { parseTaskFile } from "../../src/task/read-task-file.ts";
import type { TaskFile } from "../../src/task/schema.ts";
import { sizeOf } from "../../src/task/layout.ts";
import { shimSource } from "../../src/task/shim.ts";
import { checkedSizes } from "../../src/task/sizes.ts";
import { isFlat, type Type } from "../../src/task/signature.ts";
import type { FunctionTask } from "../../src/task/task.ts";

const root = join(import.meta.dirname, "../..");
let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lessonbank-infer-"));
  await execa("gcc", [
    "-c",
    "-I",
    join(root, "sandbox"),
    join(root, "test/task/fixtures/caller.c"),
    "-o",
    join(folder, "caller.o"),
  ]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function inferText(text: string, name: string, ending = "c"): ReturnType<typeof inferTask> {
  const file = join(folder, `source${files++}.${ending}`);
  await writeFile(file, text);
  return inferTask(file, name);
}

/** Inputs as a rule makes them, from a small generator with a fixed seed: enough to run a function once. */
class Inputs {
  #state = 12_345;

  next(): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return this.#state / 0x8000_0000;
  }

  slot({ type, rule, count, mode }: Slot): Buffer {
    if (isFlat(type)) {
      const size = sizeOf(type);
      const bytes = Buffer.alloc(count * size);
      this.#fill(bytes, type, count, rule);
      return bytes;
    }
    return this.#container(type, rule, count, mode === "out");
  }

  #container(type: Type, rule: FillRule, count: number, empty: boolean): Buffer {
    const head = Buffer.alloc(8);
    const element: Type = type.kind === "vector" ? type.element : { kind: "scalar", scalar: "u8" };
    const own = empty ? 0 : count;
    head.writeBigUInt64LE(BigInt(own));
    if (isFlat(element)) {
      const bytes = Buffer.alloc(own * sizeOf(element));
      this.#fill(bytes, element, own, rule);
      return Buffer.concat([head, bytes]);
    }
    if (rule.kind !== "each") return head;
    const parts = Array.from({ length: own }, () => {
      const length = rule.lowLength + Math.floor(this.next() * (rule.highLength - rule.lowLength + 1));
      return this.#container(element, rule.rule, length, false);
    });
    return Buffer.concat([head, ...parts]);
  }

  #fill(bytes: Buffer, type: Type, count: number, rule: FillRule): void {
    const size = sizeOf(type);
    if (rule.kind === "sorted") {
      const values = Array.from({ length: count }, () => this.#value(rule.rule)).toSorted((a, b) => a - b);
      values.forEach((value, index) => this.#write(bytes, index * size, type, value));
      return;
    }
    for (let index = 0; index < count; index++) {
      if (type.kind === "struct" && rule.kind === "fields")
        type.fields.forEach((field, at) => {
          const start = index * size + field.offset;
          const inner = bytes.subarray(start, start + sizeOf(field.type));
          this.#fill(inner, field.type, 1, rule.rules[at] ?? { kind: "noise" });
        });
      else if (type.kind === "array") {
        const inner = bytes.subarray(index * size, (index + 1) * size);
        this.#fill(inner, type.element, type.length, rule);
      } else if (rule.kind === "noise")
        for (let at = 0; at < size; at++) bytes[index * size + at] = this.next() * 256;
      else this.#write(bytes, index * size, type, this.#value(rule));
    }
    if (rule.kind === "text" && rule.terminated && count > 0) bytes[count - 1] = 0;
  }

  #value(rule: FillRule): number {
    if (rule.kind === "constant") return Number(rule.value);
    if (rule.kind === "uniform")
      return Number(rule.low) + this.next() * (Number(rule.high) - Number(rule.low));
    if (rule.kind === "integers")
      return Number(rule.low) + Math.floor(this.next() * (Number(rule.high) - Number(rule.low) + 1));
    if (rule.kind === "text") return rule.alphabet[Math.floor(this.next() * rule.alphabet.length)] ?? 0;
    throw new Error(`no inferred task has the rule ${rule.kind}`);
  }

  #write(bytes: Buffer, at: number, type: Type, value: number): void {
    if (type.kind !== "scalar") return;
    const { scalar } = type;
    if (scalar === "f64" || scalar === "c128") bytes.writeDoubleLE(value, at);
    else if (scalar === "f32" || scalar === "c64") bytes.writeFloatLE(value, at);
    else
      bytes.set(
        Buffer.from(BigInt64Array.of(BigInt(Math.trunc(value))).buffer).subarray(0, sizeOf(type)),
        at,
      );
  }
}

/**
 * Calls a task's reference at its checked and its timed sizes, with a page behind every array that nothing may touch. Vectors
 * check their indices themselves.
 */
async function callEverywhere(task: FunctionTask): Promise<void> {
  const base = join(folder, `run${files++}`);
  const [compiler, ending] = task.language === "c" ? ["gcc", "c"] : ["g++", "cpp"];
  await writeFile(`${base}.${ending}`, task.source.text);
  await writeFile(`${base}-shim.${ending}`, shimSource(task).text);
  const flags = [
    "-O0",
    "-D_GLIBCXX_ASSERTIONS",
    "-I",
    join(root, "sandbox"),
    `-std=${task.compiler.standard}`,
  ];
  await execa(compiler, [
    ...flags,
    `${base}.${ending}`,
    `${base}-shim.${ending}`,
    join(folder, "caller.o"),
    "-o",
    base,
    "-lm",
  ]);
  const calls = [...checkedSizes(task), task.sizes.timed];
  const result = await execa(base, {
    input: Buffer.concat(calls.flatMap((sizes) => encoded(planCall(task, sizes).slots))),
    reject: false,
    encoding: "buffer",
    timeout: 20_000,
  });
  expect([task.function, result.signal ?? result.exitCode]).toEqual([task.function, 0]);
}

/** One call for the caller's standard input; what may grow gets room to do so. */
function encoded(slots: readonly Slot[]): Buffer[] {
  const inputs = new Inputs();
  const u64 = (...values: number[]): Buffer => Buffer.from(BigUint64Array.from(values, BigInt).buffer);
  return [
    u64(slots.length),
    ...slots.flatMap((slot) => {
      const bytes = inputs.slot(slot);
      const grows = !isFlat(slot.type) && slot.mode !== "in";
      const whole = grows ? Buffer.concat([bytes, Buffer.alloc(1 << 16)]) : bytes;
      return [u64(slot.mode === "in" ? 1 : 0, whole.length), whole];
    }),
  ];
}

interface Case {
  readonly source: string;
  readonly ending?: string;
  readonly sizes: TaskFile["sizes"];
  readonly inputs: TaskFile["inputs"];
}

const real = { uniform: [-1, 1] } as const;
const cases: Record<string, Case> = {
  convolve2d: {
    source: `void convolve2d(const float *in, int h, int w, const float *ker, int kh, int kw, float *out) {
  int oh = h - kh + 1, ow = w - kw + 1;
  for (int y = 0; y < oh; y++) for (int x = 0; x < ow; x++) {
    float s = 0;
    for (int i = 0; i < kh; i++) for (int j = 0; j < kw; j++) s += in[(y + i) * w + x + j] * ker[i * kw + j];
    out[y * ow + x] = s;
  }
}`,
    sizes: { timed: { h: 64, w: 64, kh: 8, kw: 8 }, require: ["w >= kw", "h >= kh"] },
    inputs: {
      in: { length: "h*w", ...real, uniform: [-1, 1] },
      h: { value: "h" },
      w: { value: "w" },
      ker: { length: "kh*kw", uniform: [-1, 1] },
      kh: { value: "kh" },
      kw: { value: "kw" },
      out: { length: "max(0, w - kw + 1)*max(0, h - kh + 1)", output: true },
    },
  },
  knapsack: {
    source: `void knapsack(const int *w, const int *v, int n, int cap, int *best) {
  for (int c = 0; c <= cap; c++) best[c] = 0;
  for (int i = 0; i < n; i++)
    for (int c = cap; c >= w[i]; c--)
      if (best[c - w[i]] + v[i] > best[c]) best[c] = best[c - w[i]] + v[i];
}`,
    sizes: { timed: { n: 64, cap: 64 } },
    inputs: {
      w: { length: "n", integers: [0, 100] },
      v: { length: "n", integers: [-100, 100] },
      n: { value: "n" },
      cap: { value: "cap" },
      best: { length: "cap + 1", output: true },
    },
  },
  breadth_first: {
    source: `void breadth_first(const int *offsets, const int *targets, int n, int source, int *level, int *queue) {
  for (int i = 0; i < n; i++) level[i] = -1;
  int head = 0, tail = 0;
  queue[tail++] = source;
  level[source] = 0;
  while (head < tail) {
    int u = queue[head++];
    for (int e = offsets[u]; e < offsets[u + 1]; e++) {
      int v = targets[e];
      if (level[v] < 0) { level[v] = level[u] + 1; queue[tail++] = v; }
    }
  }
}`,
    sizes: { timed: { n: 64, nnz: 64 }, minimum: { n: 1 } },
    inputs: {
      offsets: { length: "n + 1", sorted: { integers: [0, "nnz"] } },
      targets: { length: "nnz", integers: [0, "n - 1"] },
      n: { value: "n" },
      source: { integers: [0, "n - 1"] },
      level: { length: "n", output: true },
      queue: { length: "n", integers: [0, "n - 1"] },
    },
  },
  rank: {
    source: `void rank(int n, const int *offsets, const int *targets, const double *old, double *next) {
  for (int i = 0; i < n; i++) {
    double sum = 0;
    for (int e = offsets[i]; e < offsets[i + 1]; e++) {
      int j = targets[e];
      int degree = offsets[j + 1] - offsets[j];
      sum += degree ? old[j] / degree : 0;
    }
    next[i] = sum;
  }
}`,
    sizes: { timed: { n: 64, nnz: 64 }, minimum: { n: 1 } },
    inputs: {
      n: { value: "n" },
      offsets: { length: "n + 1", sorted: { integers: [0, "nnz"] } },
      targets: { length: "nnz", integers: [0, "n - 1"] },
      old: { length: "n", uniform: [-1, 1] },
      next: { length: "n", output: true },
    },
  },
  subsequence: {
    source: `int subsequence(const char *a, int n, const char *b, int m, int *dp) {
  for (int i = 0; i <= n; i++) for (int j = 0; j <= m; j++) {
    if (i == 0 || j == 0) dp[i * (m + 1) + j] = 0;
    else if (a[i - 1] == b[j - 1]) dp[i * (m + 1) + j] = dp[(i - 1) * (m + 1) + j - 1] + 1;
    else dp[i * (m + 1) + j] = dp[(i - 1) * (m + 1) + j];
  }
  return dp[n * (m + 1) + m];
}`,
    sizes: { timed: { n: 64, m: 64 } },
    inputs: {
      a: { length: "n", text: "abcde" },
      n: { value: "n" },
      b: { length: "m", text: "abcde" },
      m: { value: "m" },
      dp: { length: "(m + 1)*(n + 1)", integers: [-100, 100] },
    },
  },
  merge: {
    source: `void merge(const int *a, int na, const int *b, int nb, int *out) {
  int i = 0, j = 0, k = 0;
  while (i < na && j < nb) out[k++] = a[i] < b[j] ? a[i++] : b[j++];
  while (i < na) out[k++] = a[i++];
  while (j < nb) out[k++] = b[j++];
}`,
    sizes: { timed: { na: 64, nb: 64 } },
    inputs: {
      a: { length: "na", integers: [-100, 100] },
      na: { value: "na" },
      b: { length: "nb", integers: [-100, 100] },
      nb: { value: "nb" },
      out: { length: "na + nb", output: true },
    },
  },
  transpose: {
    source: `static inline int at(int i, int j, int width) { return i * width + j; }
void transpose(const double *a, double *b, int rows, int cols) {
  for (int i = 0; i < rows; i++) { const double *row = &a[at(i, 0, cols)]; for (int j = 0; j < cols; j++) b[at(j, i, rows)] = row[j]; }
}`,
    sizes: { timed: { rows: 64, cols: 64 } },
    inputs: {
      a: { length: "cols*rows", uniform: [-1, 1] },
      b: { length: "cols*rows", output: true },
      rows: { value: "rows" },
      cols: { value: "cols" },
    },
  },
  letters: {
    source: `void letters(const char *text, unsigned long n, int counts[26]) {
  for (unsigned long i = 0; i < n; i++) counts[text[i] - 'a']++;
}`,
    sizes: { timed: { n: 64 } },
    inputs: {
      text: { length: "n", text: "abcdefghijklmnopqrstuvwxyz" },
      n: { value: "n" },
      counts: { length: 26, integers: [-100, 100] },
    },
  },
  packed: {
    source: `void packed(const double *t, const double *x, double *y, int n) {
  for (int i = 0; i < n; i++) { double s = 0; for (int j = 0; j <= i; j++) s += t[i * (i + 1) / 2 + j] * x[j]; y[i] = s; }
}`,
    sizes: { timed: { n: 64 } },
    inputs: {
      t: { length: "((n*n - n)/2) + n", uniform: [-1, 1] },
      x: { length: "n", uniform: [-1, 1] },
      y: { length: "n", output: true },
      n: { value: "n" },
    },
  },
  relax: {
    source: `struct edge { int from, to; double w; };
void relax(const struct edge *edges, int m, double *dist, int n) {
  for (int i = 0; i < n; i++) dist[i] = 1e9;
  dist[0] = 0;
  for (int turn = 0; turn < n - 1; turn++) for (int e = 0; e < m; e++)
    if (dist[edges[e].from] + edges[e].w < dist[edges[e].to]) dist[edges[e].to] = dist[edges[e].from] + edges[e].w;
}`,
    sizes: { timed: { m: 64, n: 64 }, minimum: { n: 1 } },
    inputs: {
      edges: {
        length: "m",
        fields: { from: { integers: [0, "n - 1"] }, to: { integers: [0, "n - 1"] }, w: { uniform: [-1, 1] } },
      },
      m: { value: "m" },
      dist: { length: "n", output: true },
      n: { value: "n" },
    },
  },
  find: {
    source: `int find(const long *sorted, int n, long key) {
  int lo = 0, hi = n;
  while (lo < hi) { int mid = lo + (hi - lo) / 2; if (sorted[mid] < key) lo = mid + 1; else hi = mid; }
  return lo;
}`,
    sizes: { timed: { n: 64 } },
    inputs: {
      sorted: { length: "n", sorted: { integers: [-100, 100] } },
      n: { value: "n" },
      key: { integers: [1, 16] },
    },
  },
  run_lengths: {
    source: `#include <stdint.h>
#include <stddef.h>
size_t run_lengths(const uint8_t *in, size_t n, uint8_t *out) {
  size_t o = 0, i = 0;
  while (i < n) {
    uint8_t v = in[i]; size_t run = 1;
    while (i + run < n && in[i + run] == v && run < 255) run++;
    out[o++] = (uint8_t)run; out[o++] = v; i += run;
  }
  return o;
}`,
    sizes: { timed: { n: 64 } },
    inputs: {
      in: { length: "n", integers: [0, 255] },
      n: { value: "n" },
      out: { length: "2*n", output: true, used: "return" },
    },
  },
  submatrix: {
    source: `void submatrix(int m, int n, const double *a, int lda, double *restrict x) {
  for (int j = 0; j < n; j++) for (int i = 0; i < m; i++) x[i] += a[i + j * lda];
}`,
    sizes: { timed: { m: 64, n: 64, lda: 64 }, require: ["lda >= m"] },
    inputs: {
      m: { value: "m" },
      n: { value: "n" },
      a: { length: "lda*n", uniform: [-1, 1] },
      lda: { value: "lda" },
      x: { length: "m", uniform: [-1, 1] },
    },
  },
  shortest_paths: {
    source: `void shortest_paths(int n, int d[n][n]) {
  for (int k = 0; k < n; k++) for (int i = 0; i < n; i++) for (int j = 0; j < n; j++)
    if (d[i][k] + d[k][j] < d[i][j]) d[i][j] = d[i][k] + d[k][j];
}`,
    sizes: { timed: { n: 64 } },
    inputs: { n: { value: "n" }, d: { length: "n*n", integers: [-100, 100] } },
  },
  palindrome: {
    source: `#include <string.h>
int palindrome(const char *s) { int l = 0, r = (int)strlen(s) - 1; while (l < r) if (s[l++] != s[r--]) return 0; return 1; }`,
    sizes: { timed: { n: 64 } },
    inputs: { s: { length: "n + 1", text: "abcde" } },
  },
  hash_counts: {
    source: `#include <stdint.h>
void hash_counts(const uint32_t *keys, int n, uint32_t *table, int bits) {
  uint32_t mask = (1u << bits) - 1;
  for (const uint32_t *key = keys; key != keys + n; ++key) table[(*key * 2654435761u) & mask]++;
}`,
    sizes: { timed: { n: 64 } },
    inputs: {
      keys: { length: "n", integers: [0, "4294967295"] },
      n: { value: "n" },
      table: { length: 1024, integers: [0, "4294967295"] },
      bits: { value: 10 },
    },
  },
  distances: {
    ending: "cpp",
    source: `#include <cmath>
#include <vector>
std::vector<std::vector<double>> distances(const std::vector<std::vector<double>>& points) {
  std::size_t n = points.size();
  std::vector<std::vector<double>> result(n, std::vector<double>(n));
  for (std::size_t i = 0; i < n; i++) for (std::size_t j = 0; j < n; j++) {
    double s = 0;
    for (std::size_t k = 0; k < points[i].size(); k++) s += std::pow(points[i][k] - points[j][k], 2);
    result[i][j] = std::sqrt(s);
  }
  return result;
}`,
    sizes: { timed: { n: 64, columns: 64 } },
    inputs: { points: { length: "n", each: { uniform: [0.5, 1.5], length: "columns" } } },
  },
  largest: {
    ending: "cpp",
    source: `#include <algorithm>
#include <vector>
void largest(std::vector<int>& v, int k, std::vector<int>& out) {
  std::sort(v.begin(), v.end());
  out.clear();
  for (int i = 0; i < k && i < (int)v.size(); i++) out.push_back(v[v.size() - 1 - i]);
}`,
    sizes: { timed: { k: 8, n: 64 } },
    inputs: { v: { length: "n", integers: [-100, 100] }, k: { value: "k" }, out: { output: true } },
  },
  joined: {
    ending: "cpp",
    source: `#include <string>
#include <vector>
std::string joined(const std::vector<std::string>& parts, char separator) {
  std::string result;
  for (const auto& part : parts) { result += part; result += separator; }
  return result;
}`,
    sizes: { timed: { n: 64 } },
    inputs: {
      parts: { length: "n", each: { text: "abcde", length: [1, 12] } },
      separator: { text: "abcde" },
    },
  },
  weighted: {
    ending: "cpp",
    source: `#include <stdexcept>
#include <vector>
namespace stats {
double weighted(const std::vector<double>& values, const std::vector<double>& weights) {
  if (values.size() != weights.size()) throw std::invalid_argument("sizes");
  double sum = 0, total = 0;
  for (std::size_t i = 0; i < values.size(); ++i) { sum += values[i] * weights[i]; total += weights[i]; }
  return sum / total;
}
}`,
    sizes: { timed: { n: 64 } },
    inputs: { values: { length: "n", uniform: [-1, 1] }, weights: { length: "n", uniform: [-1, 1] } },
  },
};

function caseOf(name: string): Case {
  const found = cases[name];
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

describe("a task is inferred from a bare function", () => {
  test.each(Object.keys(cases))(
    "%s: lengths, values and sizes as a person would write them",
    async (name) => {
      const { source, ending, sizes, inputs } = caseOf(name);
      const { draft } = await inferText(source, name, ending);
      expect(draft.sizes).toEqual(sizes);
      expect(draft.inputs).toEqual(inputs);
    },
  );

  test.each(Object.keys(cases))("%s stays inside its arrays at every checked size", async (name) => {
    const { source, ending } = caseOf(name);
    await callEverywhere(await taskFrom(await inferText(source, name, ending)));
  });

  test("a static function gets a wrapper, and the file's own text stays", async () => {
    const source =
      "static void scale(double *a, int n, double f) { for (double *p = a; p != a + n; ++p) *p *= f; }\n";
    const inferred = await inferText(source, "scale");
    expect(inferred.changed).toBe(true);
    expect(inferred.text.startsWith(source)).toBe(true);
    expect(inferred.draft).toMatchObject({ function: "scale", entry: "scale_entry" });
    expect(inferred.guesses[0]).toMatchObject({ key: "entry", value: "scale_entry" });
    await callEverywhere(await taskFrom(inferred));
  });

  test("an unnamed namespace, an inline function and containers by value work through the wrapper too", async () => {
    const source = `#include <string>
#include <vector>
namespace { struct P { int a; };
inline std::vector<int> pick(std::vector<std::string> words, const P (&table)[3], std::vector<int>&& out) {
  for (auto& word : words) out.push_back(int(word.size()) + table[0].a);
  return out;
} }`;
    const inferred = await inferText(
      source.replace("namespace { struct P { int a; };", "struct P { int a; };\nnamespace {"),
      "pick",
      "cpp",
    );
    await callEverywhere(await taskFrom(inferred));
  });

  test("every guess names a key of the task file and says why", async () => {
    const { guesses, draft } = await inferText(caseOf("convolve2d").source, "convolve2d");
    for (const { key, value, why } of guesses) {
      let at: unknown = draft;
      for (const part of key.split(".")) at = (at as Record<string, unknown>)[part];
      if (Array.isArray(at) && key === "sizes.require") expect(at).toContain(value);
      else expect([key, at]).toEqual([key, value]);
      expect(why).toMatch(/\w/);
    }
    expect(guesses).toContainEqual({
      key: "inputs.in.length",
      value: "h*w",
      why: "the furthest that the code reaches is in[(y + i) * w + x + j]",
    });
  });

  test("a minimum can be put under every size afterwards", async () => {
    const inferred = withMinimum(await inferText(caseOf("relax").source, "relax"), 2);
    expect(inferred.draft.sizes).toEqual({ timed: { m: 64, n: 64 }, minimum: { m: 2, n: 2 } });
    expect(inferred.guesses.filter((guess) => guess.key === "sizes.minimum.n")).toEqual([
      { key: "sizes.minimum.n", value: 2, why: "the function fails where n is smaller" },
    ]);
    for (const sizes of checkedSizes(await taskFrom(inferred)))
      expect(Math.min(...Object.values(sizes))).toBeGreaterThan(1);
  });

  test("the ends of a range that is made into indices enclose the values", async () => {
    const source = `void bins(const float *values, int count, float low, float high, unsigned *out, int n) {
  for (int b = 0; b < n; b++) out[b] = 0;
  for (int i = 0; i < count; i++) { int bin = (int)((values[i] - low) / (high - low) * n); if (bin >= 0 && bin < n) out[bin]++; }
}`;
    const inferred = await inferText(source, "bins");
    expect(inferred.draft.inputs).toMatchObject({
      low: { value: 0 },
      high: { value: 1 },
      values: { uniform: [0, 1] },
    });
    await callEverywhere(await taskFrom(inferred));
  });

  test("a text that is looked for in another, and what replaces it, stay short", async () => {
    const source = `#include <string>
std::string replace_all(const std::string& text, const std::string& from, const std::string& to) {
  std::string result;
  size_t at = 0;
  for (;;) {
    size_t found = text.find(from, at);
    if (found == std::string::npos || from.empty()) break;
    result += text.substr(at, found - at);
    result += to;
    at = found + from.size();
  }
  return result + text.substr(at);
}`;
    const { draft, fixed } = await inferText(source, "replace_all", "c++");
    expect(draft.sizes).toMatchObject({ timed: { n: 64, from_size: 3, to_size: 3 } });
    expect(fixed).toEqual(["from_size", "to_size"]);
    const joined = await inferText(
      "#include <string>\nstd::string both(const std::string& a, const std::string& b) { std::string c = a; c += b; return c; }",
      "both",
      "c++",
    );
    expect(joined.fixed).toEqual([]);
  });

  test("the written file is valid and means the same task", async () => {
    const inferred = await inferText(caseOf("relax").source, "relax");
    const text = renderTaskFile(inferred);
    expect(text).toContain('"to": { "integers": [0, "n - 1"] }');
    const raw = parseTaskFile(text, "task.json");
    expect(Object.keys(raw.$guesses ?? {})).toContain("inputs.edges.length");
    const written = await makeTask(raw, {
      file: "task.json",
      directory: inferred.directory,
      text: inferred.text,
    });
    expect(written.hash).toBe((await taskFrom(inferred)).hash);
  });

  test("a length that nothing tells is asked for by name", async () => {
    await expect(
      inferText("void f(double *a) { for (int i = 0; a[i] > 0; i++) a[i] *= 2; }", "f"),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/how long `a` \(double\*\) has to be cannot be seen in the code/),
      remedy: expect.stringContaining('"inputs": { "a": { "length": … } }'),
    });
  });

  test("what cannot be called is refused as in a task file", async () => {
    await expect(inferText("template <class T> void f(T *a) {}", "f", "cpp")).rejects.toThrow(
      /`f` is a template/,
    );
    await expect(inferText("void f(void *a) {}", "f")).rejects.toThrow(
      /parameter `a` of `f` cannot be passed/,
    );
    await expect(inferText("int table[9];\nvoid f(int n) { table[0] = n; }", "f")).rejects.toThrow(
      /nothing comes out of `f`/,
    );
  });

  test("a deep, long or circular source costs little", async () => {
    const nested = `void f(int *a, int n) { ${"for (int i = 0; i < n; i++) ".repeat(40)} a[i]++; }`;
    const circular =
      "int g(int *a, int n); int f(int *a, int n) { if (n > 0) a[n - 1] = g(a, n - 1); return n; } int g(int *a, int n) { return f(a, n - 1); }";
    const long = `void f(int *a, int n) { ${"for (int i = 0; i < n; i++) { a[i] += i; } ".repeat(2000)} }`;
    for (const text of [nested, circular, long])
      expect((await inferText(text, "f")).draft.inputs?.["n"]).toBeDefined();
  });
});

describe("sizes are fitted by measuring", () => {
  const source = `void f(const double *a, double *b, int m, int n, int times) { for (int t = 0; t < times; t++) for (int i = 0; i < m; i++) for (int j = 0; j < n; j++) b[i * n + j] += a[i * n + j]; }`;

  test("whatever the order of growth, in few measurements", async () => {
    for (const order of [1, 1.5, 2, 3]) {
      const inferred = await inferText(source, "f");
      let measurements = 0;
      const cost = (sizes: Record<string, number>): number =>
        1e-5 * Math.sqrt((sizes["m"] ?? 0) * (sizes["n"] ?? 0)) ** order;
      const sizes = await fitSizes(
        await taskFrom(inferred),
        async (at) => {
          measurements++;
          return { ms: cost(at) };
        },
        { fixed: inferred.fixed },
      );
      expect(sizes["times"]).toBe(8);
      // Linear growth meets the bound of memory first.
      if (order > 1.5) expect(Math.abs(Math.log(cost(sizes) / 10))).toBeLessThan(Math.log(1.35));
      else expect(cost(sizes)).toBeGreaterThan(0.01);
      expect(measurements).toBeLessThan(16);
    }
  });

  test("sizes that fail are not used, and a reference that always fails is a task's fault", async () => {
    const task = await taskFrom(await inferText(source, "f"));
    const sizes = await fitSizes(task, async (at) =>
      (at["m"] ?? 0) > 100 ? { failure: "killed by SIGSEGV" } : { ms: 1 },
    );
    expect(sizes["m"]).toBeLessThanOrEqual(100);
    expect(sizes["m"]).toBeGreaterThan(80);
    await expect(fitSizes(task, async () => ({ failure: "killed by SIGSEGV" }))).rejects.toThrow(
      /the reference fails even at small sizes: killed by SIGSEGV/,
    );
  });

  test("maxima, conditions and memory are kept", async () => {
    const inferred = await inferText(caseOf("submatrix").source, "submatrix");
    const draft = { ...inferred.draft, sizes: { ...inferred.draft.sizes, maximum: { m: 500 } } };
    const task = await taskFrom({ ...inferred, draft });
    const sizes = await fitSizes(task, async () => ({ ms: 0.001 }));
    expect(sizes["m"]).toBe(500);
    expect(sizes["lda"] ?? 0).toBeGreaterThanOrEqual(500);
    expect((sizes["lda"] ?? 0) * (sizes["n"] ?? 0) * 8).toBeLessThanOrEqual(256 * 1024 * 1024);
    expect((sizes["lda"] ?? 0) * (sizes["n"] ?? 0) * 8).toBeGreaterThan(32 * 1024 * 1024);
  });
});
