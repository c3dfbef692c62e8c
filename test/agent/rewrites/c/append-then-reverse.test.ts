import { describe, expect, it } from "vitest";
import { appendThenReverse } from "../../../../src/agent/rewrites/c/append-then-reverse.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const digits = `#include <string>
#include <vector>
std::string digits(unsigned long n, std::vector<int> &out)
{
    std::string text;
    while (n > 0) {
        text = char('0' + n % 10) + text;
        out.insert(out.begin(), (int)(n % 10));
        n /= 10;
    }
    return text;
}`;

describe("append-then-reverse", () => {
  it("leaves the same order", async () => {
    await expectSameResults(appendThenReverse, [
      {
        language: "c++",
        function: "digits",
        source: digits,
        drive: `void drive() { std::vector<int> v{7, 8}; std::printf("%s [%s] ", digits(90210, v).c_str(), digits(0, v).c_str()); for (int d : v) std::printf("%d ", d); }`,
      },
      {
        language: "c++",
        function: "history",
        source: `#include <string>
#include <vector>
std::vector<std::string> history(const std::vector<std::string> &log, std::size_t limit) {
  std::vector<std::string> newest;
  std::string marks = "!";
  for (std::size_t i = 0; i < log.size(); i++) {
    if (log[i].empty()) continue;
    if (i == limit) break;
    newest.insert(newest.begin(), log[i]);
    marks.insert(0, 1, log[i][0]);
  }
  newest.push_back(marks);
  return newest;
}`,
        drive: `void drive() { for (auto &s : history({"a", "", "b", "c", "d"}, 4)) std::printf("%s ", s.c_str()); std::printf("%zu", history({}, 0).size()); }`,
      },
    ]);
  });

  it("appends pieces of several characters from their end, to members of the function's own objects too", async () => {
    await expectSameResults(appendThenReverse, [
      {
        language: "c++",
        function: "add",
        source: `#include <string>
struct Number { std::string value; char sign; Number() : value("0"), sign('+') {} };
Number add(const std::string &a, const std::string &b) {
  Number result;
  result.value = "";
  short carry = 0, sum;
  for (long i = (long)a.size() - 1; i >= 0; i--) {
    sum = a[i] - '0' + b[i] - '0' + carry;
    result.value = std::to_string(sum % 10) + result.value;
    carry = sum / 10;
  }
  if (carry) result.value = std::to_string(carry) + result.value;
  return result;
}`,
        drive: `void drive() { std::printf("%s [%s]", add("909", "191").value.c_str(), add("", "").value.c_str()); }`,
      },
      {
        language: "c++",
        function: "padded",
        source: `#include <string>
std::string padded(std::string text, std::size_t width, int numbers) {
  while (text.length() < width) text = "0" + text;
  for (int i = 8; i < numbers; i++) {
    text = std::to_string(i * 7) + text;
    if (i % 2) text = std::string(2, '-') + text;
  }
  return text;
}`,
        drive: `void drive() { std::printf("%s %s", padded("12", 5, 13).c_str(), padded("123456", 5, 0).c_str()); }`,
      },
    ]);
  });

  it("does not reverse an empty container first", async () => {
    const found = await opportunitiesIn(appendThenReverse, "c++", digits, "digits");
    const texts = found.map((each) => each.apply().split("std::reverse").length - 1);
    expect(texts).toEqual([1, 2]);
  });

  it("keeps insertions where the loop looks at the container, and elsewhere than at the front", async () => {
    const source = `#include <string>
#include <vector>
int f(std::vector<int> v, std::string s, std::string t, int n) {
  for (int i = 0; i < n; i++) { v.insert(v.begin(), i); n -= v[0] > 3; }
  for (int i = 0; i < n; i++) { v.insert(v.begin() + 1, i); }
  for (int i = 0; i < n; i++) { s = t + s; }
  for (int i = 0; i < n; i++) { s = "ab" + s; }
  for (int i = 0; i < n; i++) { s = "0" + s; if (s[0] == '1') n--; }
  return v.size() + s.size();
}`;
    expect(await opportunitiesIn(appendThenReverse, "c++", source, "f")).toEqual([]);
  });
});
