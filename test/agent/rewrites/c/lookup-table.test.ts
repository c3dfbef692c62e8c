import { describe, expect, it } from "vitest";
import { lookupTable } from "../../../../src/agent/rewrites/c/lookup-table.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("lookup-table", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(lookupTable, [
      {
        language: "c",
        function: "brighten",
        source: `#include <math.h>
#include <stddef.h>
void brighten(const unsigned char *in, unsigned char *out, size_t n, double exponent)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (unsigned char)(255.0 * pow(in[i] / 255.0, exponent) + 0.5);
}`,
        drive: `void drive(void) { unsigned char a[256], b[256]; for (int i = 0; i < 256; i++) a[i] = i; brighten(a, b, 256, 2.2); brighten(0, 0, 0, 1); for (int i = 0; i < 256; i++) printf("%d ", b[i]); }`,
      },
      {
        language: "c",
        function: "letters",
        source: `static int weight(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 1;
    if (c >= 'A' && c <= 'Z')
        return 2 * (c - 'A' + 1);
    return c == ' ' ? 0 : -1;
}

long letters(const char *text, int n, int *vowels)
{
    long total = 0;
    int found = 0, spaces = 0;
    for (int i = 0; i < n; i++) {
        char c = text[i];
        total += weight(c);
        if (c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u')
            found++;
        else if (c == ' ' || c == '\\t' || c == '\\n')
            spaces++;
    }
    *vowels = found * 1000 + spaces;
    return total;
}`,
        drive: `void drive(void) { char t[512]; int v; for (int i = 0; i < 512; i++) t[i] = (char)i; printf("%ld ", letters(t, 512, &v)); printf("%d", v); }`,
      },
      {
        language: "c++",
        function: "complement",
        source: `#include <string>
#include <cctype>
std::string complement(const std::string &strand) {
    std::string result;
    for (size_t i = 0; i < strand.size(); ++i) {
        char base;
        switch (strand[i]) {
        case 'A': case 'a': base = 'T'; break;
        case 'C': case 'c': base = 'G'; break;
        case 'G': base = 'C'; break;
        case 'T': base = 'A'; break;
        default:
            base = 'N';
        }
        result += base;
        result += static_cast<char>(std::toupper(static_cast<unsigned char>(strand[i])));
    }
    return result;
}`,
        drive: `void drive() { std::string s = complement("ACGTacgt xyz\\xf0"); for (unsigned char c : s) std::printf("%d ", c); }`,
      },
    ]);
  });

  it("fills the table by the original expression", async () => {
    const source = `#include <math.h>
void f(const unsigned char *in, float *out, int n) {
  for (int i = 0; i < n; i++) {
    out[i] = expf(in[i] * 0.01f);
  }
}`;
    const [only] = await opportunitiesIn(lookupTable, "c", source, "f");
    expect(only?.apply()).toContain(`  float expf_table[256];
  for (int byte = 0; byte < 256; byte++) {
    expf_table[byte] = expf((unsigned char)byte * 0.01f);
  }
  for (int i = 0; i < n; i++) {
    out[i] = expf_table[in[i]];`);
  });

  it("looks up what stands beside a condition of C, whose parentheses belong to the statement", async () => {
    const source = `#include <ctype.h>
int f(const unsigned char *p, unsigned char *q, int n) {
  int kept = 0;
  for (int i = 0; i < n; i++) {
    if (!isspace(p[i]) || ispunct(p[i])) q[kept++] = p[i] * p[i] % 251 / 3 + p[i] % 7 / 5 * 3;
  }
  return kept;
}`;
    const [found] = await opportunitiesIn(lookupTable, "c", source, "f");
    expect(found?.apply()).toMatch(
      /if \(!isspace\(p\[i\]\) \|\| ispunct\(p\[i\]\)\) q\[kept\+\+\] = \w+\[p\[i\]\];/,
    );
  });

  it("leaves what is cheap, what depends on more than a byte, and what could trap", async () => {
    const source = `#include <math.h>
int next(void);
static int calls;
static int impure(unsigned char c) { calls++; return c * c * c / 7 % 5; }
int f(const unsigned char *p, const double *x, const int *table, int n) {
  int total = 0;
  for (int i = 0; i < n; i++) {
    total += (p[i] * 77 + 128) >> 8;
    total += (int)pow(p[i], x[i]);
    total += (int)exp(p[i] * i);
    total += (1000 / p[i]) * (p[i] + 3) - p[i] / 3 + p[i] * 7 - (p[i] + 2);
    total += table[p[i]] * 3 + table[p[i]] / 7 - table[p[i]] % 5 + 8 * 9;
    total += impure(p[i]);
    if (p[i] == 1 || p[i] == 3 || p[i] == 5 || p[i] == 7 || p[i] == 9 || p[i] == 11) total += next();
    if (p[i] == 1 || p[i] == 3 || p[i] == 5 || p[i] == 7 || p[i] == n || x[i] > 0) total = total * 2;
  }
  return total;
}`;
    expect((await opportunitiesIn(lookupTable, "c", source, "f")).map((each) => each.place)).toEqual([]);
  });
});
