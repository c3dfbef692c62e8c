import { describe, expect, it } from "vitest";
import { textWithoutStream } from "../../../../src/agent/rewrites/c/text-without-stream.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

// Compiling takes seconds a file: LESSONBANK_ADVERSARIAL=all does it.
const compiles = process.env["LESSONBANK_ADVERSARIAL"] === "all";

const putting = (given: string, piece: string) => `#include <string>
#include <sstream>
struct Item { char code[8]; char *unit; };
std::string f(${given}) { auto shown = name; std::ostringstream out; out << "a" << ${piece}; return out.str(); }`;

describe("text-without-stream", () => {
  it.skipIf(!compiles)("writes the same text", async () => {
    await expectSameResults(textWithoutStream, [
      {
        language: "c++",
        function: "report",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
std::string report(const std::vector<std::string> &names, const std::vector<int> &counts) {
    std::ostringstream out;
    for (size_t i = 0; i < names.size(); i++)
        out << names[i] << ": " << counts[i] << ',' << i + 1 << std::endl;
    return out.str();
}`,
        drive: `void drive() { std::printf("%s", report({"a", "", "ccc"}, {1, -2, 300}).c_str()); std::printf("%s|", report({}, {}).c_str()); }`,
      },
      {
        language: "c++",
        function: "keys",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
std::vector<std::string> keys(const std::vector<int> &a, const char *name) {
  std::vector<std::string> out;
  std::ostringstream key;
  for (size_t i = 0; i < a.size(); i++) {
    key.str("");
    key.clear();
    if (a[i] < 0) key << '-' << name;
    else key << a[i] << "/" << (a[i] > 2) << std::string(name).substr(1);
    out.push_back(key.str());
  }
  for (int x : a) {
    std::stringstream one;
    one << x;
    out.push_back(one.str() + "!");
  }
  return out;
}`,
        drive: `void drive() { for (auto &x : keys({1, -5, 77}, "abc")) std::printf("%s ", x.c_str()); }`,
      },
      {
        language: "c++",
        function: "taken",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
std::string taken(int a, char c) {
  std::ostringstream out;
  out << a << (a > 1 ? c : '\\'') << (a > 1);
  const std::string &first = out.str();
  auto &&second = out.str();
  second.erase(0, 1);
  std::string third(out.str());
  std::string fourth = out.str().append("!"), fifth = std::move(out.str());
  std::vector<std::string> all;
  all.emplace_back(out.str());
  for (char x : out.str()) out << x;
  std::string last;
  last = out.str();
  last += out.str();
  out << ",";
  return first + second + third + fourth + fifth + all[0] + last + out.str();
}`,
        drive: `void drive() { std::printf("%s %s", taken(1, 'x').c_str(), taken(234, 'y').c_str()); }`,
      },
    ]);
  });

  it("sees nothing where that would change what is computed", async () => {
    for (const source of [
      // A number is written in the stream's own format.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
std::string f(double x) { std::ostringstream out; out << x; return out.str(); }`,
      // A manipulator says how.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
#include <iomanip>
std::string f(int x) { std::ostringstream out; out << std::setw(5) << x; return out.str(); }`,
      // In another base.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
std::string f(int x) { std::ostringstream out; out << std::hex << x; return out.str(); }`,
      // Something is read.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(int x) { std::stringstream out; out << x; int y; out >> y; return y; }`,
      // It is handed on.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
void g(std::ostream &);
std::string f(int x) { std::ostringstream out; out << x; g(out); return out.str(); }`,
      // Somebody else wrote the operator.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
struct point { int x; };
std::ostream &operator<<(std::ostream &, point);
std::string f(point x) { std::ostringstream out; out << x; return out.str(); }`,
      // A byte is a character.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
#include <cstdint>
std::string f(uint8_t x) { std::ostringstream out; out << x; return out.str(); }`,
      // A byte or a number is a number.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
std::string f(int d, char c) { std::ostringstream out; out << (d ? d : c); return out.str(); }`,
      // Several characters are a number.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
std::string f() { std::ostringstream out; out << 'ab'; return out.str(); }`,
      // Either is written as a character.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
std::string f(bool d, unsigned char c) { std::ostringstream out; out << (d ? c : c); return out.str(); }`,
    ])
      expect.soft(await opportunitiesIn(textWithoutStream, "c++", source, "f"), source).toEqual([]);
  });

  it("says that a pointer to characters must not be null, unless it is seen to point to some", async () => {
    const source = `#include <string>
#include <sstream>
std::string f(const char *name, const char *unit, bool b, const std::string &s) {
  char own[8] = "own";
  std::ostringstream out;
  out << "a" << own << s.c_str() << (b ? "x" : "y") << name << (b ? unit : "") << name;
  return out.str();
}`;
    const [found] = await opportunitiesIn(textWithoutStream, "c++", source, "f");
    expect(found?.assumptions).toEqual([
      "name is never a null pointer.",
      `b ? unit : "" is never a null pointer.`,
    ]);
  });

  it("takes for not null only what cannot be", async () => {
    for (const [given, piece] of [
      ["std::string_view name", "name.data()"],
      ["const std::vector<char> &name", "name.data()"],
      ["const char name[8]", "name"],
      ["const char name[8]", "shown"],
      ["const Item &name", "name.unit"],
    ] as const) {
      const [found] = await opportunitiesIn(textWithoutStream, "c++", putting(given, piece), "f");
      expect.soft(found?.assumptions, given).toEqual([`${piece} is never a null pointer.`]);
    }
    for (const [given, piece] of [
      ["const std::string &name", "name.data()"],
      ["const std::vector<std::string> &name", "name[0].c_str()"],
      ["const Item &name", "name.code"],
    ] as const) {
      const [found] = await opportunitiesIn(textWithoutStream, "c++", putting(given, piece), "f");
      expect.soft(found?.assumptions, given).toEqual([]);
    }
  });

  it("appends one of two characters as a character", async () => {
    const source = `#include <string>
#include <sstream>
std::string f(const int *a, int n) { std::ostringstream out; for (int i = 0; i < n; i++) out << (a[i] ? '#' : '\\n'); return out.str(); }`;
    const [found] = await opportunitiesIn(textWithoutStream, "c++", source, "f");
    expect(found?.apply()).toContain("out += a[i] ? '#' : '\\n';");
  });

  it("copies the text where it would be looked at or changed later", async () => {
    for (const [use, changed] of [
      ["const std::string &first = out.str();", "const std::string &first = std::string{out};"],
      ["auto &&first = out.str();", "auto &&first = std::string{out};"],
      [`std::string first = out.str().append("!");`, `std::string first = std::string{out}.append("!");`],
      ["std::string first = std::move(out.str());", "std::string first = std::move(std::string{out});"],
      ["std::string first(out.str());", "std::string first(std::string{out});"],
      ["std::string first = out.str();", "std::string first = out;"],
      [`std::string first = out.str() + "!";`, `std::string first = out + "!";`],
      ["std::string first; first = out.str();", "std::string first; first = out;"],
      ["std::string first; for (char c : out.str()) out << c;", "for (char c : std::string{out}) out += c;"],
    ] as const) {
      const source = `#include <string>
#include <sstream>
std::string f(int a, int b) { std::ostringstream out; out << a; ${use} out << b; return first + out.str(); }`;
      const [found] = await opportunitiesIn(textWithoutStream, "c++", source, "f");
      expect.soft(found?.apply(), use).toContain(changed);
      expect.soft(found?.apply(), use).toContain("return first + out;");
    }
  });

  it("sees its own examples, one opportunity after the other", async () => {
    const source = `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
std::string report(const std::vector<std::string> &names, const std::vector<int> &counts) {
    std::ostringstream out;
    for (size_t i = 0; i < names.size(); i++)
        out << names[i] << ": " << counts[i] << ',' << i + 1 << std::endl;
    return out.str();
}`;
    const found = await opportunitiesIn(textWithoutStream, "c++", source, "report");
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.apply()).not.toBe(source);
  });
});
