import { describe, expect, it } from "vitest";
import { moduloToWrapAround } from "../../../../src/agent/rewrites/c/modulo-to-wrap-around.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("modulo-to-wrap-around", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(moduloToWrapAround, [
      {
        language: "c",
        function: "life",
        source: `void life(const unsigned char *now, unsigned char *next, int rows, int columns)
{
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
            int alive = 0;
            for (int dr = -1; dr <= 1; dr++)
                for (int dc = -1; dc <= 1; dc++)
                    alive += now[((r + dr + rows) % rows) * columns + (c + dc + columns) % columns];
            int up = now[(r + rows - 1) % rows * columns + c], right = now[r * columns + (c + 1) % columns];
            next[r * columns + c] = alive == 3 || (alive == 4 && now[r * columns + c]) ? 1 + up : right;
        }
    }
}`,
        drive: `void drive(void) { unsigned char a[35], b[35]; for (int i = 0; i < 35; i++) a[i] = (i * 7 + i / 3) % 3 == 0; life(a, b, 5, 7); for (int i = 0; i < 35; i++) printf("%d ", b[i]); life(a, b, 1, 1); life(a, b, 0, 4); life(a, b, 1, 2); printf("%d %d", b[0], b[1]); }`,
      },
      {
        language: "c",
        function: "cycle",
        source: `#include <stddef.h>
long cycle(const int *weights, size_t period, const int *data, size_t n, unsigned shift) {
  long total = 0;
  for (size_t i = 0; i < n; i++) {
    if (data[i] < 0) continue;
    total += (long)weights[i % period] * data[i];
  }
  for (size_t i = 1; i < n; ++i) total += weights[(i + shift) % period] + weights[(i + shift) % period];
  return total;
}`,
        drive: `void drive(void) { int w[5] = {1, 2, 3, 5, 7}, d[40]; for (int i = 0; i < 40; i++) d[i] = i * i % 17 - 3; for (int p = 1; p < 6; p++) printf("%ld ", cycle(w, p, d, 40, 3)); printf("%ld", cycle(w, 0, d, 0, 0)); }`,
      },
      {
        language: "c++",
        function: "delay",
        source: `#include <vector>
void delay(std::vector<float> &samples, std::size_t length) {
    std::vector<float> line(length, 0.0f);
    std::size_t head = 0;
    for (std::size_t i = 0; i < samples.size(); i++) {
        std::size_t tail = (head + 1) % length;
        samples[i] += 0.5f * line[tail];
        line[head] = samples[i];
        head = (head + 1) % length;
    }
}`,
        drive: `void drive() { for (std::size_t n : {1, 2, 5}) { std::vector<float> v{1, 0, 2, 0, 0, 0, 4, 1, 1}; delay(v, n); for (float x : v) std::printf("%.9g ", x); } std::vector<float> e; delay(e, 0); }`,
      },
      {
        language: "c",
        function: "fletcher",
        source: `#include <stdint.h>
uint32_t fletcher(const uint8_t *data, int n) {
    uint32_t low = 1, high = 0;
    for (int i = 0; i < n; i++) {
        low = (low + data[i]) % 65521;
        high = (high + low) % 65521;
    }
    return high << 16 | low;
}`,
        drive: `void drive(void) { static uint8_t d[70000]; for (int i = 0; i < 70000; i++) d[i] = 255 - (i & 15); printf("%u %u %u", fletcher(d, 0), fletcher(d, 1), fletcher(d, 70000)); }`,
      },
    ]);
  });

  it("compares where the operand is below twice the divisor, and says that it assumes nothing", async () => {
    const source = `void shift(const double *a, double *b, int n) {
  for (int i = 0; i < n; i++)
    b[i] = a[(i + 1) % n];
}`;
    const [first] = await opportunitiesIn(moduloToWrapAround, "c", source, "shift");
    expect(first?.parameters).toEqual({ form: "compare" });
    expect(first?.apply()).toContain("b[i] = a[i + 1 >= n ? i + 1 - n : i + 1];");
    expect(first?.assumptions).toEqual([]);
  });

  it("leaves hashes, masks, signed doubts and changing divisors alone", async () => {
    const source = `unsigned f(const unsigned *k, unsigned n, int from, int to, unsigned *bins) {
  unsigned total = n % 7;
  for (unsigned i = 0; i < n; i++) { bins[k[i] % n]++; total += i % 8; total += (i * 31) % n; }
  for (int i = from; i < to; i++) total += i % from;
  for (unsigned i = 0; i < 100; i++) { n += total & 1; total += i % n; }
  return total;
}`;
    const found = await opportunitiesIn(moduloToWrapAround, "c", source, "f");
    expect(found.map((each) => each.place)).toEqual([]);
  });
});
