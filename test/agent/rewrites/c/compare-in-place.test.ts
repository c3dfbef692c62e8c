import { describe, expect, it } from "vitest";
import { compareInPlace } from "../../../../src/agent/rewrites/c/compare-in-place.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("compare-in-place", () => {
  it("finds the same parts", async () => {
    await expectSameResults(compareInPlace, [
      {
        language: "c++",
        function: "count_tags",
        source: `#include <string>
int count_tags(const std::string &text, const std::string &tag)
{
	int found = 0;
	for (std::size_t i = 0; i <= text.length(); i++) {
		if (text.substr(i, tag.length()) == tag && text.substr(i) != "end") found++;
		if ("<b>" == text.substr(i, 3)) found += 100;
		if (i > 0 && text.substr(i, 2) == text.substr(i - 1, 2)) found += 10000;
	}
	return found;
}`,
        drive: `void drive() { std::printf("%d %d %d", count_tags("a<b>ab<b>aaend", "<b"), count_tags("", ""), count_tags("abab", "ababab")); }`,
      },
    ]);
  });

  it("leaves substrings alone that are kept, and those of other types", async () => {
    const source = `#include <string>
#include <string_view>
struct Text { Text substr(int, int) const; bool operator==(const Text &) const; };
bool f(const std::string &s, const Text &t) { std::string part = s.substr(1, 2); return part == s && t.substr(0, 1) == t; }`;
    expect(await opportunitiesIn(compareInPlace, "c++", source, "f")).toEqual([]);
  });
});
