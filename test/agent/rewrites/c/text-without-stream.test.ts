import { describe, expect, it } from "vitest";
import { textWithoutStream } from "../../../../src/agent/rewrites/c/text-without-stream.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

// Compiling takes seconds a file: LESSONBANK_ADVERSARIAL=all does it.
const compiles = process.env["LESSONBANK_ADVERSARIAL"] === "all";

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
    ])
      expect.soft(await opportunitiesIn(textWithoutStream, "c++", source, "f"), source).toEqual([]);
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
