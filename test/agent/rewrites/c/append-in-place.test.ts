import { describe, expect, it } from "vitest";
import { appendInPlace } from "../../../../src/agent/rewrites/c/append-in-place.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const page = `#include <string>
#include <vector>
std::string page(const std::vector<std::string>& rows, char mark)
{
    std::string html;
    for (size_t i = 0; i < rows.size(); ++i)
        if (!rows[i].empty())
            html = html + "<li>" + rows[i] + mark + "</li>";
        else
            html += std::string(2, '-') + rows[i];
    html = html + std::to_string(rows.size());
    return html;
}`;

describe("append-in-place", () => {
  it("builds the same strings", async () => {
    await expectSameResults(appendInPlace, [
      {
        language: "c++",
        function: "page",
        source: page,
        drive: `void drive() { std::printf("%s|%s", page({"a", "", "long enough to live on the heap"}, '!').c_str(), page({}, '?').c_str()); }`,
      },
      {
        language: "c++",
        function: "squeeze",
        source: `#include <string>
using namespace std;
string squeeze(const string &text, int width) {
  string out = "", line;
  for (int i = 0; i + width <= (int)text.size(); i += width) {
    line = line + text.substr(i, width);
    line += text.substr(i, 1);
    line = (line) + (char)('a' + 1) + ' ';
    out += line + "\\n" + to_string(i);
  }
  return out;
}`,
        drive: `void drive() { std::printf("%s|%s", squeeze("abcdefghij", 3).c_str(), squeeze("", 2).c_str()); }`,
      },
    ]);
  });

  it("writes one append a piece", async () => {
    const [only] = await opportunitiesIn(appendInPlace, "c++", page, "page");
    expect(only?.apply()).toMatch(
      /html \+= "<li>";\n +html \+= rows\[i\];\n +html \+= mark;\n +html \+= "<\/li>";/,
    );
  });

  it("leaves sums of numbers and strings that appear on both sides alone", async () => {
    const source = `#include <string>
int f(std::string s, std::string t, int n) {
  for (int i = 0; i < n; i++) { n = n + i + 1; s = s + t + s; t += 'a' + 1; s = t + "x"; s += t; }
  return s.size() + n;
}`;
    expect(await opportunitiesIn(appendInPlace, "c++", source, "f")).toEqual([]);
  });
});
