import { describe, expect, it } from "vitest";
import { splitInPlace } from "../../../../src/agent/rewrites/c/split-in-place.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

// Compiling takes seconds a file: LESSONBANK_ADVERSARIAL=all does it.
const compiles = process.env["LESSONBANK_ADVERSARIAL"] === "all";

describe("split-in-place", () => {
  it.skipIf(!compiles)("finds the same parts", async () => {
    await expectSameResults(splitInPlace, [
      {
        language: "c++",
        function: "split",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
std::vector<std::string> split(const std::string &line, char by) {
    std::vector<std::string> parts; std::stringstream stream(line); std::string part;
    while (std::getline(stream, part, by)) { if (part.empty()) continue; parts.push_back(part); }
    return parts;
}`,
        drive: `void drive() { for (auto t : {"a,b,,c", "", ",", "x,", ",,y", "one"}) { std::printf("\\n["); for (auto &p : split(t, ',')) std::printf("%s;", p.c_str()); } }`,
      },
      {
        language: "c++",
        function: "words",
        source: `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
int words(const std::vector<std::string> &lines) {
    int n = 0;
    for (const auto &line : lines) {
        std::istringstream in(line);
        std::string word;
        while (in >> word)
            n += (int)word.size();
    }
    return n;
}`,
        drive: `void drive() { std::printf("%d %d", words({"a bc  d ", "", "  ", "\\t x\\ny"}), words({})); }`,
      },
    ]);
  });

  it("sees nothing where that would change what is computed", async () => {
    for (const source of [
      // More is read from the stream.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(const std::string &s) { std::stringstream in(s); std::string p; int n = 0; while (std::getline(in, p, ',')) { int k; in >> k; n += k; } return n; }`,
      // The last part is looked at.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
std::string f(const std::string &s) { std::stringstream in(s); std::string p; int n = 0; while (std::getline(in, p, ',')) n++; return p; }`,
      // The stream is asked how it ended.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(const std::string &s) { std::stringstream in(s); std::string p; int n = 0; while (in >> p) n++; return in.bad() ? 0 : n; }`,
      // Numbers are read.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(const std::string &s) { std::stringstream in(s); int p, n = 0; while (in >> p) n += p; return n; }`,
      // It reads a file.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
#include <fstream>
int f(const std::string &s) { std::ifstream in(s); std::string p; int n = 0; while (std::getline(in, p)) n++; return n; }`,
      // Blanks are kept.
      `#include <algorithm>
#include <string>
#include <sstream>
#include <vector>
int f(const std::string &s) { std::stringstream in(s); in >> std::noskipws; std::string p; int n = 0; while (in >> p) n++; return n; }`,
    ])
      expect.soft(await opportunitiesIn(splitInPlace, "c++", source, "f"), source).toEqual([]);
  });

  it("copies a text that may change before the loop has ended", async () => {
    const loop = "while (std::getline(stream, part, ',')) parts.push_back(part);";
    const made = "std::stringstream stream(line); std::string part;";
    for (const [head, body] of [
      ["std::string line", `${made} line.clear(); ${loop}`],
      ["std::string line", `${made} parts.push_back(std::move(line)); ${loop}`],
      ["std::string line", `std::string &buffer = line; ${made} ${loop} buffer.clear();`],
      ["std::string line", `std::string *buffer = &line; ${made} buffer->clear(); ${loop}`],
      ["std::string line", `auto reset = [&] { line = "x"; }; ${made} reset(); ${loop}`],
      ["const std::string &line", `${made} ${loop}`],
    ]) {
      const source = `#include <string>
#include <sstream>
#include <vector>
void f(std::vector<std::string> &parts, ${head}) { ${body} }`;
      const [found] = await opportunitiesIn(splitInPlace, "c++", source, "f");
      expect.soft(found?.apply(), body).toContain("const std::string stream_text(line);");
    }
  });

  it("searches a text of its own where it lies", async () => {
    const source = `#include <string>
#include <sstream>
#include <vector>
void f(std::vector<std::string> &parts, std::string line) { std::stringstream stream(line); std::string part; while (std::getline(stream, part, ',')) { parts.push_back(part); parts.push_back(line); } }`;
    const [found] = await opportunitiesIn(splitInPlace, "c++", source, "f");
    expect(found?.apply()).toContain("line.find(',', from)");
  });

  it("sees its own examples, one opportunity after the other", async () => {
    const source = `#include <algorithm>
#include <sstream>
#include <string>
#include <vector>
std::vector<std::string> split(const std::string &line, char by) {
    std::vector<std::string> parts; std::stringstream stream(line); std::string part;
    while (std::getline(stream, part, by)) { if (part.empty()) continue; parts.push_back(part); }
    return parts;
}`;
    const found = await opportunitiesIn(splitInPlace, "c++", source, "split");
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]?.apply()).not.toBe(source);
  });
});
