import { describe, expect, it } from "vitest";
import { invariantHoisting } from "../../../../src/agent/rewrites/c/invariant-hoisting.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const shout = `#include <ctype.h>
#include <string.h>
void shout(char *s)
{
    for (size_t i = 0; i < strlen(s); i++)
        s[i] = toupper((unsigned char)s[i]);
}`;

describe("invariant-hoisting", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(invariantHoisting, [
      {
        language: "c",
        function: "shout",
        source: shout,
        drive: `void drive(void) { char s[] = "Hello, world", e[] = ""; shout(s); shout(e); printf("%s|%s", s, e); }`,
      },
      {
        language: "c",
        function: "scale_rows",
        source: `#include <math.h>
struct plan { int rows, columns; const double *weight; };
void scale_rows(const struct plan *p, double *data, const double *norm, double *sums)
{
    int i, j;
    for (i = 0; i < p->rows; i++)
        for (j = 0; j < p->columns; j++) {
            data[i * p->columns + j] *= p->weight[i] / sqrt(norm[0] + 1.0);
            sums[i] += data[i * p->columns + j];
        }
}`,
        drive: `void drive(void) { double w[3] = {1, 2, 3}, d[12], norm[1] = {3}, s[3] = {0}; for (int i = 0; i < 12; i++) d[i] = i;
          struct plan p = {3, 4, w}, none = {0, 4, 0}; scale_rows(&none, 0, 0, 0); scale_rows(&p, d, norm, s);
          for (int i = 0; i < 12; i++) printf("%.17g ", d[i]); for (int i = 0; i < 3; i++) printf("%.17g ", s[i]); }`,
      },
      {
        language: "c++",
        function: "labels",
        source: `#include <vector>
#include <string>
std::string labels(const std::vector<std::vector<int>> &grid, std::vector<std::vector<char>> &marks, const std::string &alphabet) {
    std::string text;
    for (size_t i = 0; i < grid.size(); i++) {
        for (size_t j = 0; j < grid[i].size(); j++) {
            if (grid[i][j] > 0) text += alphabet[grid[i][j] % alphabet.length()];
            marks[i][j] = 'x';
        }
    }
    return text;
}`,
        drive: `void drive() { std::vector<std::vector<char>> m{{1, 2}, {}, {3, 4, 5}}, none;
          std::printf("%s %s %d", labels({{1, 2}, {}, {0, 3, -1}}, m, "abc").c_str(), labels({}, none, "").c_str(), m[2][1]); }`,
      },
    ]);
  });

  it("assumes that a loop which writes a string keeps its length, and says so", async () => {
    const [only, ...more] = await opportunitiesIn(invariantHoisting, "c", shout, "shout");
    expect(more).toEqual([]);
    expect(only?.assumptions).toEqual(["The loop does not change the length of s."]);
    expect(only?.apply()).toContain(
      "    const size_t s_length = strlen(s);\n    for (size_t i = 0; i < s_length; i++)",
    );
  });

  it("moves no load that the loop may change, nor one that might not be there, nor what the compiler moves", async () => {
    const source = `#include <string.h>
void log_it(const char *s);
int f(double *a, const double *b, int n, char *s, int *m) {
  double *p = a;
  int r = 0;
  for (int i = 0; i < n; i++) r += m[3];
  for (int i = 0; i < n; i++) a[i] = p[0] + 1;
  for (int i = 0; i < n; i++) { if (i > 2) r += m[3]; }
  for (size_t i = 0; i < strlen(s); i++) if (s[i] == '#') s[i] = '\\0';
  for (int i = 0; i < n; i++) { log_it(s); r += m[3] + strlen(s); }
  return r;
}`;
    expect((await opportunitiesIn(invariantHoisting, "c", source, "f")).map((each) => each.place)).toEqual(
      [],
    );
  });
});
