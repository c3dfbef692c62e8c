import { describe, it } from "vitest";
import { rewrites } from "../../../src/agent/rewrites/c/catalogue.ts";
import { settleLoopPragmas } from "../../../src/agent/rewrites/loop-pragmas.ts";
import type { Opportunity, Rewrite, Subject } from "../../../src/agent/rewrites/rewrite.ts";
import { reopened } from "../../../src/agent/rewrites/offer.ts";
import { type Example, expectSameResults } from "./same-results.ts";

const examples: readonly Example[] = [
  {
    language: "c",
    function: "product",
    source: `void product(const double *a, const double *b, double *c, int n) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double s = 0;
      for (int k = 0; k < n; k++) s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}`,
    drive: `static double a[1521], b[1521], c[1521];
void drive(void) { for (int i = 0; i < 1521; i++) { a[i] = i % 7 - 2; b[i] = i % 5; } for (int n = 0; n < 40; n += 13) { product(a, b, c, n); for (int i = 0; i < n * n; i++) printf("%g ", c[i]); } }`,
    tolerance: 1e-12,
  },
  {
    language: "c",
    function: "smooth",
    source: `void smooth(const float *in, float *out, float *total, int w, int h, int wrap)
{
    for (int x = 0; x < w; x++) {
        for (int y = 0; y < h; y++) {
            int here = y * w + x;
            if (x == 0 || x == w - 1)
                out[here] = wrap ? in[here] : 0;
            else
                out[here] = (in[here - 1] + in[here] + in[here + 1]) / 3;
        }
    }
    for (int y = 0; y < h; y++) {
        total[y] = 0;
        for (int x = 0; x < w; x++)
            total[y] += out[y * w + x];
    }
}`,
    drive: `void drive(void) { float in[160], out[160], t[20]; for (int i = 0; i < 160; i++) in[i] = i % 23 * 0.5f; for (int w = 0; w < 9; w += 4) for (int h = 0; h < 20; h += 19) for (int k = 0; k < 2; k++) { smooth(in, out, t, w, h, k); for (int i = 0; i < w * h; i++) printf("%.6g ", out[i]); for (int i = 0; i < h; i++) printf("%.6g ", t[i]); } }`,
    tolerance: 1e-4,
  },
  {
    language: "c++",
    function: "score",
    source: `#include <cmath>
#include <string>
#include <vector>
struct Item { double weight, value; };
std::vector<double> score(const std::vector<Item> &items, const std::vector<std::vector<double>> &table, int scale) {
  std::vector<double> result;
  for (std::size_t j = 0; j < items.size(); j++) {
    double sum = 0;
    for (std::size_t i = 0; i < table.size(); i++) {
      if (scale > 1) sum += table[i][j] * items[j].weight / scale;
      else sum += table[i][j] * items[j].value;
    }
    double norm = 0;
    for (double x : table[0]) norm += x * x;
    result.push_back(sum / std::sqrt(norm + 1));
  }
  return result;
}`,
    drive: `void drive() { std::vector<Item> items; std::vector<std::vector<double>> t(21, std::vector<double>(19)); for (int i = 0; i < 19; i++) items.push_back({i * 0.5, 1.0 / (i + 1)}); for (int i = 0; i < 21; i++) for (int j = 0; j < 19; j++) t[i][j] = (i * 5 + j) % 8; for (int s = 1; s < 4; s += 2) for (double x : score(items, t, s)) std::printf("%.17g ", x); }`,
    tolerance: 1e-9,
  },
];

const chains = 2;
const longest = 4;

/** Stacks rewrites as an agent does: each on what the one before left. */
const stacked: Rewrite = {
  name: "stacked",
  idea: "",
  reference: "",
  lessons: { faster: "", slower: "", wrong: "" },
  opportunities(subject) {
    // On its own output it is silent, so that it counts as at rest.
    if (!examples.some((example) => example.source === subject.source)) return [];
    return Array.from({ length: chains }, (_, seed) => chain(subject, seed + 1));
  },
};

function chain(subject: Subject, seed: number): Opportunity {
  const random = generator(seed * 7919);
  let at = subject;
  for (let step = 0; step < longest; step += 1) {
    const found = rewrites.flatMap((rewrite) => rewrite.opportunities(at));
    const chosen = found[Math.floor(random() * found.length)];
    const next = chosen && reopened(at, settleLoopPragmas(chosen.apply(), at.language));
    if (!next) break;
    at = next;
  }
  const text = at.source;
  return { parameters: {}, place: "", preconditions: [], assumptions: [], apply: () => text };
}

/** A small linear congruential generator: the same chains every time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

describe("rewrites on each other's output", () => {
  it("keep what the functions compute", async () => {
    await expectSameResults(stacked, examples, { level: "-O1" });
    // Hundreds of small programs are compiled.
  }, 300_000);
});
