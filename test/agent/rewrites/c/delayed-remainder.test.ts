import { describe, expect, it } from "vitest";
import { delayedRemainder } from "../../../../src/agent/rewrites/c/delayed-remainder.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("delayed-remainder", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(delayedRemainder, [
      {
        language: "c",
        function: "fletcher16",
        source: `#include <stdint.h>
#include <stddef.h>
#define MODULUS 255
uint16_t fletcher16(const uint8_t *data, size_t n)
{
    uint32_t one = 0, two = 0;
    for (size_t i = 0; i < n; ++i) {
        one = (one + data[i]) % MODULUS;
        two = (two + one) % MODULUS;
    }
    return (uint16_t)(two << 8 | one);
}`,
        drive: `void drive(void) { static uint8_t d[100000]; for (int i = 0; i < 100000; i++) d[i] = 255 - i % 3; for (int n = 0; n <= 100000; n += 33333) printf("%d ", fletcher16(d, n)); }`,
      },
      {
        language: "c",
        function: "dot",
        source: `#include <stdint.h>
uint64_t dot(const uint32_t *a, const uint16_t *b, int from, int to, uint64_t total) {
  for (int i = from; i < to; i++)
    total = (total + (uint64_t)a[i] * b[i]) % 1000000007;
  return total;
}`,
        drive: `void drive(void) { static uint32_t a[70000]; static uint16_t b[70000]; for (int i = 0; i < 70000; i++) { a[i] = ~0u - i; b[i] = 65535 - (i & 7); } printf("%lu %lu", (unsigned long)dot(a, b, 3, 70000, 5), (unsigned long)dot(a, b, 5, 2, 9)); }`,
      },
    ]);
  });

  it("says which sums it takes to start below the modulus", async () => {
    const source = `unsigned f(const unsigned char *p, int n, unsigned s) {
  for (int i = 0; i < n; i++) { s = (p[i] + s) % 65521; }
  return s;
}`;
    const [only] = await opportunitiesIn(delayedRemainder, "c", source, "f");
    expect(only?.assumptions).toEqual(["s starts below 65521."]);
    expect(only?.parameters).toEqual({ steps: 65536 });
  });

  it("leaves sums that could be negative, overflow or are looked at", async () => {
    const source = `unsigned long f(const int *x, const unsigned long *y, int n, unsigned m) {
  unsigned s = 0, t = 0; int u = 0; unsigned long w = 0, count = 0;
  for (int i = 0; i < n; i++) s = (s + x[i]) % 97;
  for (int i = 0; i < n; i++) u = (u + 3) % 97;
  for (int i = 0; i < n; i++) w = (w + y[i]) % 97;
  for (int i = 0; i < n; i++) t = (t + 5u) % m;
  for (int i = 0; i < n; i++) { t = (t + 5u) % 97; if (t > 5) count++; }
  for (int i = 0; i < n; i++) { t = (t + s) % 97; s = (s + t) % 97; }
  return s + t + u + w + count;
}`;
    expect((await opportunitiesIn(delayedRemainder, "c", source, "f")).map((each) => each.place)).toEqual([]);
  });
});
