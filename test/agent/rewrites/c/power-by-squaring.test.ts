import { describe, expect, it } from "vitest";
import { powerBySquaring } from "../../../../src/agent/rewrites/c/power-by-squaring.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

// Compiling takes seconds a file: LESSONBANK_ADVERSARIAL=all does it.
const compiles = process.env["LESSONBANK_ADVERSARIAL"] === "all";

describe("power-by-squaring", () => {
  it.skipIf(!compiles)("raises to the same powers", async () => {
    await expectSameResults(powerBySquaring, [
      {
        language: "c++",
        function: "power_sum",
        source: `#include <vector>
unsigned long power_sum(const std::vector<unsigned long> &a, unsigned long e, unsigned long m) {
    unsigned long s = 0;
    for (auto x : a) {
        unsigned long r = 1;
        for (unsigned long i = 0; i < e; i++) r = r * x % m;
        s += r;
    }
    return s;
}`,
        drive: `void drive() { std::printf("%lu", power_sum({2, 3, 99999}, 77, 1000003)); }`,
      },
      {
        language: "c",
        function: "raised",
        source: `int raised(int b, int e, long long m, double x, double *out) {
  int r = 1;
  for (int i = 0; i < e; i++)
    r *= b;
  long long s = 3;
  for (int k = 1; k <= e; ++k) {
    s = (s * b) % m;
  }
  if (x > 1)
    for (int i = 0; i < e; i++) s *= b;
  else
    s = 7;
  *out = x;
  return r + (int)s;
}`,
        drive: `void drive(void) { double y; for (int e = -1; e < 12; e++) { printf("%d ", raised(3, e, 10007, 2, &y)); printf("%g ", y); } }`,
      },
    ]);
  });

  it("sees nothing where that would change what is computed", async () => {
    for (const source of [
      // The factor changes.
      `int f(int b, int e) { int r = 1; for (int i = 0; i < e; i++) r *= b + i; return r; }`,
      // The factor is the product.
      `int f(int b, int e) { int r = b; for (int i = 0; i < e; i++) r *= r; return r; }`,
      // More is done.
      `int f(int b, int e) { int r = 1, s = 0; for (int i = 0; i < e; i++) { r *= b; s += r; } return s; }`,
      // A narrow product is cut off each time.
      `unsigned char f(unsigned char b, int e) { unsigned char r = 1; for (int i = 0; i < e; i++) r *= b; return r; }`,
      // It is divided.
      `int f(int b, int e) { int r = 1; for (int i = 0; i < e; i++) r = b / r; return r; }`,
      // The variable is used afterwards.
      `int f(int b, int e) { int r = 1, i; for (i = 0; i < e; i++) r *= b; return r + i; }`,
      // Products of floating-point numbers are rounded otherwise.
      `double f(double b, int e) { double r = 1; for (int i = 0; i < e; i++) r *= b; return r; }`,
      // The factor is the product under another name.
      `long f(long b, int e) { long r = b; const long &q = r; for (int i = 0; i < e; i++) r *= q; return r; }`,
      `long f(long b, int e) { long r = b, *p = &r; for (int i = 0; i < e; i++) r *= *p; return r; }`,
      // The bound is no whole number.
      `long f(long b, double e) { long r = 1; for (int i = 0; i < e; i++) r *= b; return r; }`,
      // A bound below zero is a large number there.
      `unsigned f(unsigned b, int e) { unsigned r = 1; for (unsigned i = 0; i < e; i++) r *= b; return r; }`,
    ])
      expect.soft(await opportunitiesIn(powerBySquaring, "c++", source, "f"), source).toEqual([]);
  });

  it("keeps an else with the condition that it belongs to", async () => {
    const source = `long f(long b, int e, int flag) {
  long r = 1;
  if (flag)
    for (int i = 0; i < e; i++) r *= b;
  else
    r = 7;
  return r;
}`;
    const [found] = await opportunitiesIn(powerBySquaring, "c++", source, "f");
    expect(found?.apply()).toMatch(/if \(flag\)\s*\{\s*if \(0 < e\) \{[^}]*\}\s*\}\s*else/);
  });

  it("sees its own examples, one opportunity after the other", async () => {
    const source = `#include <vector>
unsigned long power_sum(const std::vector<unsigned long> &a, unsigned long e, unsigned long m) {
    unsigned long s = 0;
    for (auto x : a) {
        unsigned long r = 1;
        for (unsigned long i = 0; i < e; i++) r = r * x % m;
        s += r;
    }
    return s;
}`;
    const found = await opportunitiesIn(powerBySquaring, "c++", source, "power_sum");
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.apply()).not.toBe(source);
  });
});
