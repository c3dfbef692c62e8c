import { describe, expect, it } from "vitest";
import { editsInOnePass } from "../../../../src/agent/rewrites/c/edits-in-one-pass.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("edits-in-one-pass", () => {
  it("puts the same string together, wherever the places are", async () => {
    await expectSameResults(editsInOnePass, [
      {
        language: "c++",
        function: "wrapped",
        source: `#include <string>
std::string wrapped(std::string text, std::size_t width) {
  std::size_t at = width;
  while (at < text.size()) {
    text.insert(at, "\\n");
    at += width + 1;
  }
  return text;
}`,
        drive: `void drive() { for (int n = 0; n < 9; n++) std::printf("[%s]", wrapped(std::string("abcdefgh").substr(0, n), 3).c_str()); }`,
      },
      {
        language: "c++",
        function: "replaced",
        source: `#include <string>
std::string replaced(const std::string &from, const std::string &what, const std::string &with) {
  std::string text(from);
  std::string::size_type at = 0;
  while ((at = text.find(what, at)) != std::string::npos) {
    text.replace(at, what.size(), with);
    at += with.size();
  }
  return text;
}`,
        drive: `void drive() { std::printf("%s %s %s %s", replaced("aXbXXc", "X", "yy").c_str(), replaced("aXbXXc", "XX", "").c_str(), replaced("", "X", "y").c_str(), replaced("aaaa", "aa", "a").c_str()); }`,
      },
      {
        // Places that go back, erasures past the end, reads of what is done and of what is not, and a place that throws.
        language: "c++",
        function: "mixed",
        source: `#include <string>
#include <stdexcept>
std::string mixed(std::string text, unsigned seed, int steps) {
  int sum = 0;
  for (int i = 0; i < steps; i++) {
    seed = seed * 1103515245u + 12345u;
    std::size_t at = seed / 65536 % (text.size() + 1);
    if (seed % 3 == 0) text.insert(at, 2, (char)('a' + seed / 7 % 26));
    else if (seed % 3 == 1) text.erase(at, seed / 256 % 4);
    else text.replace(at, seed / 512 % 3, std::to_string(seed % 100));
    if (!text.empty()) sum += text[text.length() / 2];
    if (text.find('q', at < text.size() ? at : 0) != std::string::npos) sum++;
    if (i == 60) text.erase(text.size() + 1, 1);
  }
  return text + std::to_string(sum);
}`,
        drive: `void drive() { for (unsigned s = 1; s < 20; s++) std::printf("%s ", mixed("start", s, 50).c_str()); try { mixed("x", 5, 70); } catch (const std::out_of_range &) { std::printf("thrown"); } }`,
      },
    ]);
  });

  it("leaves strings that others may look at, parts of others, iterators and falling places", async () => {
    const source = `#include <string>
#include <vector>
int f(std::string &given, std::string a, std::string b, std::string c, std::string d, const std::string &other, std::vector<int> v) {
  for (std::size_t i = 2; i < given.size(); i += 3) given.insert(i, "-");
  for (std::size_t i = 2; i < a.size(); i += 3) a.insert(i, other, 1, 2);
  for (std::size_t i = 2; i < b.size(); i += 3) { b.insert(i, "-"); b[i]++; }
  for (std::size_t i = c.size(); i > 3; i -= 3) c.insert(i - 3, ",");
  const std::string *seen = &d;
  for (std::size_t i = 2; i < d.size(); i += 3) { d.insert(i, "-"); if (seen->size() > 90) break; }
  for (std::size_t i = 2; i < v.size(); i += 3) v.insert(v.begin() + i, 1);
  return a.size() + b.size() + c.size() + d.size();
}`;
    expect(await opportunitiesIn(editsInOnePass, "c++", source, "f")).toEqual([]);
  });
});
