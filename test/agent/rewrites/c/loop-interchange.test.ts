import { describe, expect, it } from "vitest";
import { loopInterchange } from "../../../../src/agent/rewrites/c/loop-interchange.ts";
import { loopTiling } from "../../../../src/agent/rewrites/c/loop-tiling.ts";
import { multipleAccumulators } from "../../../../src/agent/rewrites/c/multiple-accumulators.ts";
import { noAlias } from "../../../../src/agent/rewrites/c/no-alias.ts";
import { unrollAndJam } from "../../../../src/agent/rewrites/c/unroll-and-jam.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const product = `void product(const double *a, const double *b, double *c, int n, int m, int p)
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < p; j++) {
            double sum = 0.0;
            for (int k = 0; k < m; k++)
                sum += a[i * m + k] * b[k * p + j];
            c[i * p + j] = sum;
        }
    }
}`;

const means = `#include <cstddef>
#include <vector>

// Mean of every column.
std::vector<float> means(const std::vector<std::vector<float>> &rows, std::size_t columns) {
\tstd::vector<float> mean(columns);
\tfor (std::size_t j = 0; j < columns; ++j) {
\t\tfloat total = 0; // of one column
\t\tfor (std::size_t i = 0; i < rows.size(); ++i) {
\t\t\tconst float value = rows[i][j];
\t\t\tif (value > 0) total += value;
\t\t}
\t\tmean[j] = rows.empty() ? 0 : total / rows.size();
\t}
\treturn mean;
}`;

const folding = (sum: string, element: string, term = "rows[r][c]") => `#include <string>
#include <vector>
struct Own { int count; double weight; };
int f(const std::vector<std::vector<${element}>> &rows, size_t n) {
  ${sum} t = first();
  for (size_t c = 0; c < n; c++)
    for (size_t r = 0; r < rows.size(); r++) t += ${term};
  return use(t);
}`;

const foldingBeside = (sum: string, element: string) => `#include <vector>
int f(const ${element} *row, int *out, int n) {
  ${sum} t = first();
  for (int i = 0; i < n; i++) { t += row[i]; out[i] = i; }
  return use(t);
}`;

describe("loop-interchange", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(loopInterchange, [
      {
        language: "c",
        function: "product",
        source: product,
        drive: `void drive(void) { double a[35], b[77], c[55]; for (int i = 0; i < 35; i++) a[i] = 1.0 / (i + 1); for (int i = 0; i < 77; i++) b[i] = i * 0.37;
          for (int m = 0; m < 8; m += 7) { for (int i = 0; i < 55; i++) c[i] = -1; product(a, b, c, 5, m, 11); for (int i = 0; i < 55; i++) printf("%.17g ", c[i]); } }`,
      },
      {
        language: "c",
        function: "column_sums",
        source: `void column_sums(const int *table, long *sums, unsigned rows, unsigned columns)
{
    unsigned i, j;
    for (j = 0; j < columns; j++) {
        sums[j] = 3;
        for (i = 0; i < rows; i++) {
            sums[j] += table[i * columns + j];
        }
    }
}`,
        drive: `void drive(void) { int t[60]; long s[12]; for (int i = 0; i < 60; i++) t[i] = i * i - 7; for (int r = 0; r < 6; r++) { column_sums(t, s, r, 12); for (int i = 0; i < 12; i++) printf("%ld ", s[i]); } }`,
      },
      {
        language: "c",
        function: "scale",
        source: `void scale(double m[][8], const double f[8], int n) {
  for (int j = 0; j < 8; j++)
    for (int i = 0; i < n; i++)
      m[i][j] = m[i][j] * f[j] + 1.0;
}`,
        drive: `void drive(void) { double m[5][8], f[8]; for (int i = 0; i < 40; i++) m[i / 8][i % 8] = i; for (int i = 0; i < 8; i++) f[i] = 0.1 * i; scale(m, f, 5); for (int i = 0; i < 40; i++) printf("%g ", m[i / 8][i % 8]); }`,
      },
      {
        language: "c",
        function: "eliminate",
        source: `void eliminate(double *a, int n) {
  for (int k = 0; k < n; k++) {
    for (int i = k + 1; i < n; i++) a[i * n + k] /= a[k * n + k];
    for (int j = k + 1; j < n; j++)
      for (int i = k + 1; i < n; i++)
        a[i * n + j] -= a[i * n + k] * a[k * n + j];
  }
}`,
        drive: `void drive(void) { double a[49]; for (int i = 0; i < 49; i++) a[i] = (i * 31 % 17) + (i % 8 == 0 ? 20 : 0); eliminate(a, 7); for (int i = 0; i < 49; i++) printf("%.17g ", a[i]); }`,
      },
      {
        language: "c++",
        function: "means",
        source: means,
        drive: `void drive() { std::vector<std::vector<float>> r; for (int k = 0; k < 4; k++) { for (float x : means(r, 6)) std::printf("%.9g ", x); r.push_back({1.5f, -2, 3.25f, 0, 8, 1e-3f * k}); } }`,
      },
      {
        language: "c++",
        function: "deep",
        source: `#include <vector>
void deep(std::vector<double> &out, const std::vector<double> &in, int a, int b, int c) {
    for (int z = 0; z < c; ++z)
        for (int y = 0; y < b; ++y)
            for (int x = 0; x < a; ++x)
                out[(x * b + y) * c + z] += 2 * in[(x * b + y) * c + z];
}`,
        drive: `void drive() { std::vector<double> o(60, 1), i(60); for (int k = 0; k < 60; k++) i[k] = k; deep(o, i, 3, 4, 5); for (double v : o) std::printf("%g ", v); }`,
      },
    ]);
  });

  it("leaves a nest alone where a dependence would run backwards or nothing is gained", async () => {
    const source = `double f(double *a, double *b, int n, int m) {
  double last = 0;
  for (int j = 0; j < m; j++)
    for (int i = 1; i < n; i++) a[i * m + j] = a[(i - 1) * m + j + 1];
  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++) b[i * m + j] += 1;
  for (int j = 0; j < m; j++)
    for (int i = j; i < n; i++) b[i * m + j] *= 2;
  for (int j = 0; j < m; j++)
    for (int i = 0; i < n; i++) last = b[i * m + j];
  for (int j = 0; j < m; j++)
    for (int i = 0; i < n; i++) { if (b[i * m + j] < 0) break; b[i * m + j] = 1; }
  for (int j = 0; j < m; j++) {
    double s = 0;
    for (int i = 0; i < n; i++) s += b[i * m + j];
    b[j] = s;
  }
  return last;
}`;
    expect(await opportunitiesIn(loopInterchange, "c", source, "f")).toEqual([]);
  });

  it("adds up in another order only what is known to be a number", async () => {
    const nests = [loopInterchange, loopTiling, unrollAndJam];
    for (const rewrite of [...nests, multipleAccumulators])
      expect
        .soft(await opportunitiesIn(rewrite, "c++", folding("double", "double"), "f"), rewrite.name)
        .not.toEqual([]);
    expect
      .soft(await opportunitiesIn(noAlias, "c++", foldingBeside("double", "double"), "f"))
      .toContainEqual(expect.objectContaining({ parameters: { form: "ivdep", loops: 1 } }));
    // Texts, what another file declares, and a whole number that drops the fraction each time.
    for (const [sum, element] of [
      ["std::string", "std::string"],
      ["Money", "Money"],
      ["auto", "int"],
      ["int", "double"],
      ["int", "Money"],
    ] as const) {
      for (const rewrite of [...nests, multipleAccumulators])
        expect
          .soft(await opportunitiesIn(rewrite, "c++", folding(sum, element), "f"), `${rewrite.name} ${sum}`)
          .toEqual([]);
      expect
        .soft(await opportunitiesIn(noAlias, "c++", foldingBeside(sum, element), "f"), sum)
        .not.toContainEqual(expect.objectContaining({ parameters: { form: "ivdep", loops: 1 } }));
    }
  });

  it("adds to a whole number in another order only what is known to be whole", async () => {
    for (const [element, term] of [
      ["int", "rows[r][c]"],
      ["Own", "rows[r][c].count"],
      ["int", "rows[r][c] % LIMIT"],
      ["int", "(rows[r][c] > LIMIT)"],
    ] as const)
      expect
        .soft(await opportunitiesIn(loopInterchange, "c++", folding("int", element, term), "f"), term)
        .not.toEqual([]);
    for (const [element, term] of [
      ["Own", "rows[r][c].weight"],
      ["Cell", "rows[r][c].weight"],
      ["int", "rows[r][c] * SCALE"],
    ] as const)
      expect
        .soft(await opportunitiesIn(loopInterchange, "c++", folding("int", element, term), "f"), term)
        .toEqual([]);
  });

  it("writes the rows of a product side by side, comments and indentation kept", async () => {
    const [only, ...more] = await opportunitiesIn(loopInterchange, "c", product, "product");
    expect(more).toEqual([]);
    expect(only?.apply()).toBe(`void product(const double *a, const double *b, double *c, int n, int m, int p)
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < p; j++) {
            c[i * p + j] = 0.0;
        }
        for (int k = 0; k < m; k++) {
            for (int j = 0; j < p; j++) {
                c[i * p + j] += a[i * m + k] * b[k * p + j];
            }
        }
    }
}`);
    expect(only?.preconditions).toContain("inner loop strides by a row");
  });
});
