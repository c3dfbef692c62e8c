import { describe, expect, it } from "vitest";
import { bitCount } from "../../../../src/agent/rewrites/c/bit-count.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const words = `unsigned w[] = {0, 1, 2, 3, 0x80000000u, 0xffffffffu, 0xdeadbeef, 1u << 20}`;

describe("bit-count", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(bitCount, [
      {
        language: "c",
        function: "shifting",
        source: `int shifting(const unsigned *w, int n)
{
    int total = 0;
    for (int i = 0; i < n; i++) {
        unsigned x = w[i];
        while (x != 0) {
            total += x & 1;
            x >>= 1;
        }
        if (x) total = -1;
    }
    return total;
}`,
        drive: `void drive(void) { ${words}; printf("%d", shifting(w, 8)); }`,
      },
      {
        language: "c",
        function: "several",
        source: `long several(const unsigned *w, int n) {
  long a = 0, b = 0; int c = 0, d = 0, e = 0, f = 0;
  for (int i = 0; i < n; i++) {
    unsigned x = w[i], y;
    for (y = x; y; y = y >> 1) if (y & 1) a++;
    for (int k = 0; k < 32; ++k) if (x & (1u << k)) b += 1;
    for (int k = 0; k < 13; ++k) c += (x >> k) & 1;
    for (unsigned k = 0; k < sizeof(x) * 8; k++) d ^= (x >> k) & 1u;
    y = x;
    while (y) { y &= y - 1; e++; }
    y = x;
    while (y > 0) { y = y / 2; f++; }
  }
  return a + 1000 * b + 1000000 * c + 100000000L * d + 10000000000L * e + 1000000000000L * f;
}`,
        drive: `void drive(void) { ${words}; for (int n = 0; n <= 8; n++) printf("%ld ", several(w, n)); }`,
      },
      {
        language: "c",
        function: "zeros",
        source: `#include <stdint.h>
int zeros(uint64_t *words, int8_t *bytes, int n) {
    int total = 0;
    for (int i = 0; i < n; i++) {
        uint64_t x = words[i] | 1ull << 63;
        while ((x & 1) == 0) { total++; x >>= 1; }
        int8_t s = bytes[i];
        for (int b = 0; b < 8; b++) total += 100 * 0 + ((s >> b) & 1);
        for (int b = 0; b < 8; b++) total += (s >> b) & 1;
        int length = 0;
        uint64_t y = words[i];
        while (y) { length++; y >>= 1; }
        total += 1000 * length + (int)(x & 7);
    }
    return total;
}`,
        drive: `void drive(void) { uint64_t w[4] = {0, 8, 1ull << 40, ~0ull}; int8_t b[4] = {-1, 0, 5, -128}; printf("%d", zeros(w, b, 4)); }`,
      },
      {
        language: "c++",
        function: "distance",
        source: `#include <cstdint>
#include <vector>
std::size_t distance(const std::vector<std::uint64_t> &a, const std::vector<std::uint64_t> &b)
{
    std::size_t differing = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto difference = a[i] ^ b[i];
        while (difference > 0) {
            if (difference % 2 == 1) ++differing;
            difference /= 2;
        }
    }
    return differing;
}`,
        drive: `void drive() { std::printf("%zu", distance({1, 7, ~0ull, 0}, {0, 0, 0, 5})); }`,
      },
    ]);
  });

  it("says in the code what the loop meant", async () => {
    const source = `unsigned f(unsigned x) {
  unsigned n = 0;
  while (x) {
    x &= x - 1;
    n++;
  }
  return n;
}`;
    const [only] = await opportunitiesIn(bitCount, "c", source, "f");
    expect(only?.apply()).toContain("  n += __builtin_popcount(x);\n  x = 0;\n  return n;");
  });

  it("leaves loops that do anything else", async () => {
    const source = `int f(unsigned x, int *p, unsigned *q, long long z) {
  int n = 0;
  while (x) { n += x & 1; x >>= 2; }
  while (x) { x >>= 1; n += x & 1; }
  while (x) { n += x & 3; x >>= 1; }
  while (x) { n++; x -= 1; }
  while (*q) { n += *q & 1; *q >>= 1; }
  while (x) { p[x & 1]++; x >>= 1; }
  for (int b = 0; b < 64; b++) n += (z & (1 << b)) != 0;
  for (int b = 0; b < 32; b++) if ((x >> b) & 1) return b;
  for (int b = 0; b < 32; b++) { if ((x >> b) & 1) n++; else n--; }
  return n;
}`;
    expect((await opportunitiesIn(bitCount, "c", source, "f")).map((each) => each.place)).toEqual([]);
  });
});
