import { describe, expect, it } from "vitest";
import { localAccumulator } from "../../../../src/agent/rewrites/c/local-accumulator.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("local-accumulator", () => {
  it("keeps what the functions compute", async () => {
    await expectSameResults(localAccumulator, [
      {
        language: "c++",
        function: "moments",
        source: `#include <vector>
void moments(const std::vector<double> &v, double &sum, double &squares, long &positive)
{
    sum = 0;
    squares = 0;
    for (size_t i = 0; i < v.size(); i++) {
        sum += v[i];
        squares += v[i] * v[i];
        if (v[i] > 0)
            ++positive;
        if (sum > 100)
            break;
    }
}`,
        drive: `void drive() { double a, b; long n = 3; moments({1, -2, 3, 200, 5}, a, b, n); std::printf("%g %g %ld ", a, b, n); moments({}, a, b, n); std::printf("%g %g %ld", a, b, n); }`,
      },
      {
        language: "c++",
        function: "Meter::feed",
        source: `#include <vector>
class Meter {
public:
    void feed(const std::vector<int> &values);
    long total() const { return sum_ * 100 + count; }
private:
    long sum_ = 0;
    int count = 0;
    std::vector<int> weights{1, 2, 3};
};
void Meter::feed(const std::vector<int> &values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        this->sum_ += values[i] * weights[i % 3];
        count++;
    }
}`,
        drive: `void drive() { Meter m; m.feed({1, 2, 3, 4}); m.feed({}); m.feed({5}); std::printf("%ld", m.total()); }`,
      },
      {
        language: "c",
        function: "tally",
        source: `static long calls, total;
long tally(const long *x, int n)
{
    for (int i = 0; i < n; i++)
        total += x[i];
    calls++;
    return total + calls;
}`,
        drive: `void drive(void) { long x[3] = {1, 2, 3}; printf("%ld ", tally(x, 3)); printf("%ld", tally(x, 2)); }`,
      },
    ]);
  });

  it("leaves what the loop may look at otherwise, and loops that return", async () => {
    const source = `int peek();
long g;
int f(const int *x, int n, int &sum, int &other) {
  int local = 0;
  for (int i = 0; i < n; i++) { sum += x[i]; if (sum > 3) return i; }
  for (int i = 0; i < n; i++) { g += x[i]; local += peek(); }
  for (int i = 0; i < n; i++) { local += x[i]; int *p = &sum; *p = 3; sum++; }
  return local + other;
}`;
    expect((await opportunitiesIn(localAccumulator, "c++", source, "f")).map((each) => each.apply())).toEqual(
      [],
    );
  });
});
