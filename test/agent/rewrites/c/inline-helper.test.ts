import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { inlineHelper } from "../../../../src/agent/rewrites/c/inline-helper.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const body = `    double r = 0;
    for (int k = 0; k < 3; k++) r += x * h / (1 + k);
    if (r > 4) r = 4 - 0.25 * r;
    return r;`;

describe("inline-helper", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(inlineHelper, [
      {
        language: "c",
        function: "sum",
        source: `static double kernel(double x, double h)
{
${body}
}
const double *skip(const double *p, int by)
{
    /* ${"-".repeat(170)} */
    return p + by;
}
double sum(const double *x, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++)
        s += kernel(x[i], 2.5) + *skip(x, i);
    return s;
}`,
        drive: `void drive(void) { double x[5] = {1, 2, 3, 4, 5}; printf("%.17g", sum(x, 5)); }`,
      },
      {
        language: "c++",
        function: "work::total",
        source: `#include <vector>
namespace work {
template <typename T>
T kernel(T x, T h)
{
${body}
}
inline double twice(const std::vector<double> &v, std::size_t i)
{
    double t = 0;
    for (int k = 0; k < 2; ++k) t += v[i];
    return t;
}
double total(const std::vector<double> &v)
{
    double s = 0;
    for (std::size_t i = 0; i < v.size(); ++i) s += kernel(v[i], 0.5) * twice(v, i);
    return s;
}
}`,
        drive: `void drive() { std::printf("%.17g", work::total({1, 2, 3.5})); }`,
      },
    ]);
  });

  it("leaves a helper visible to other files that was so", async () => {
    const helper = `#include "steps.h"
int steps(int x) { int t = 0; for (int i = 0; i < x; i++) t += i * x; return t; }
int f(int n) { int s = 0; for (int i = 0; i < n; i++) s += steps(i); return s; }`;
    const elsewhere = `#include "steps.h"
int main(void) { return f(4) + steps(3) == 11 + 9 ? 0 : 1; }`;
    const folder = await mkdtemp(join(tmpdir(), "lessonbank-inline-"));
    try {
      await writeFile(join(folder, "steps.h"), "int steps(int x);\nint f(int n);\n");
      for (const [language, compiler, ending] of [
        ["c", "gcc", "c"],
        ["c++", "g++", "cpp"],
      ] as const) {
        const [opportunity] = await opportunitiesIn(inlineHelper, language, helper, "f");
        const files = [join(folder, `own.${ending}`), join(folder, `other.${ending}`)] as const;
        await writeFile(files[0], opportunity!.apply());
        await writeFile(files[1], elsewhere);
        const program = join(folder, ending);
        await execa(compiler, ["-O2", "-Wall", "-Werror", ...files, "-o", program]);
        await execa(program);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("leaves what is small, recursive, overloaded, a member or needed elsewhere", async () => {
    const filler = `int t = 0; for (int i = 0; i < x; i++) t += i;`;
    const source = `int tiny(int x) { return x + 1; }
int deep(int x) { ${filler} return x > 0 ? deep(x - 1) + t : t; }
int odd(int x);
int even(int x) { ${filler} return x > 0 ? odd(x - 1) : t; }
int odd(int x) { ${filler} return x > 0 ? even(x - 1) : t; }
int stored(int x) { ${filler} return t; }
int (*pointer)(int) = stored;
int f(int n) {
  int s = 0;
  for (int i = 0; i < n; i++) s += tiny(i) + deep(i) + even(i) + stored(i);
  return s;
}`;
    expect((await opportunitiesIn(inlineHelper, "c", source, "f")).map((each) => each.place)).toEqual([]);
  });
});
