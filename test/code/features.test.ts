import { beforeAll, describe, expect, it } from "vitest";
import { codeFeatures, featureCount } from "../../src/code/features.ts";
import { loadGrammars } from "../../src/code/parser.ts";

beforeAll(loadGrammars);

const product = `void product(const double *a, const double *b, double *c, int n) {
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      double s = 0;
      for (int k = 0; k < n; k++) s += a[i * n + k] * b[k * n + j];
      c[i * n + j] = s;
    }
}`;
const columns = `#include <vector>
#include <cstddef>
std::vector<float> totals(const std::vector<float> &table, std::size_t height, std::size_t width) {
  std::vector<float> result(width);
  for (std::size_t x = 0; x < width; ++x)
    for (std::size_t y = 0; y < height; ++y)
      result[x] += table[y * width + x];
  return result;
}`;
const joined = `#include <string>
#include <vector>
std::string join(const std::vector<std::string> &words) {
  std::string text;
  for (const auto &word : words) text = text + word + ",";
  return text;
}`;

const similarity = (a: readonly number[], b: readonly number[]): number => {
  const dot = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b));
};

describe("codeFeatures", () => {
  it("says in phrases what matters for speed", () => {
    expect(codeFeatures(product, "c", "product").phrases).toEqual(
      expect.arrayContaining([
        "loops nested three or more deep",
        "inner loop strides by a row",
        "floating-point sum in a loop",
        "sum of a product of two arrays",
        "two pointers that may overlap",
        "double precision",
      ]),
    );
    expect(codeFeatures(columns, "c++", "totals").phrases).toEqual(
      expect.arrayContaining([
        "loops nested two deep",
        "inner loop strides by a row",
        "inner loop folds into an element in memory",
        "vectors",
        "single precision",
      ]),
    );
    const text = codeFeatures(joined, "c++", "join").phrases;
    expect(text).toEqual(
      expect.arrayContaining([
        "strings",
        "text is put together in a loop",
        "loop over a container by elements",
      ]),
    );
    expect(text).not.toContain("inner loop strides by a row");
  });

  it("puts functions nearer to each other that can be made faster alike", () => {
    const [a, b, c] = [
      codeFeatures(product, "c", "product").vector,
      codeFeatures(columns, "c++", "totals").vector,
      codeFeatures(joined, "c++", "join").vector,
    ];
    expect(similarity(a, b)).toBeGreaterThan(similarity(a, c) + 0.2);
    expect(similarity(a, b)).toBeGreaterThan(similarity(b, c) + 0.2);
  });

  it("does not depend on names, blanks or comments", () => {
    const renamed = product
      .replaceAll("i", "row_")
      .replaceAll("s +=", "s   += /* sum */ ")
      .replaceAll("prnt", "print")
      .replaceAll("row_nt", "int")
      .replaceAll("vorow_d", "void");
    expect(codeFeatures(renamed, "c", "product").vector).toEqual(
      codeFeatures(product, "c", "product").vector,
    );
  });

  it("has one length, within 0…1, and nothing where there is no such function", () => {
    for (const features of [
      codeFeatures(product, "c", "product"),
      codeFeatures(joined, "c++", "join"),
      codeFeatures("int x;", "c", "f"),
    ]) {
      expect(features.vector).toHaveLength(featureCount);
      expect(features.vector.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
    expect(codeFeatures("int x;", "c", "f").phrases).toEqual([]);
  });
});
