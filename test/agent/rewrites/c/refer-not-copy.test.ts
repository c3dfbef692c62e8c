import { describe, expect, it } from "vitest";
import { referNotCopy } from "../../../../src/agent/rewrites/c/refer-not-copy.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const longest = `#include <string>
#include <vector>
static int vowels(std::string word, const int limit)
{
    int count = 0;
    for (size_t i = 0; i < word.size(); i++)
        if (std::string("aeiou").find(word[i]) != std::string::npos) count++;
    return count < limit ? count : limit;
}
int score(const std::vector<std::vector<std::string>> &pages)
{
    int total = 0;
    for (auto page : pages) {
        for (std::string word : page) total += vowels(word, 3);
        for (size_t i = 0; i < page.size(); i++) {
            std::string line = page[i];
            total += (int)line.size();
        }
    }
    return total;
}`;

const using = (use: string) => `#include <string>
#include <vector>
struct Holder { std::string &text; };
typedef std::reference_wrapper<std::string> Kept;
struct Editor { std::string &text; int line = 0; Editor(std::string &text); int size() const; void insert(std::string &more); };
void trim(std::string &text);
void trim(std::string &text, int from);
int length(const std::string &text) { return (int)text.size(); }
static int lines(std::string text, int limit) { ${use} }
int f(const std::string &text) { return lines(text, 3); }`;

describe("refer-not-copy", () => {
  it("computes the same without the copies", async () => {
    await expectSameResults(referNotCopy, [
      {
        language: "c++",
        function: "score",
        source: longest,
        drive: `void drive() { std::printf("%d %d", score({{"alpha", "be", "ouaeiou and more than fits into the object"}, {}, {"x"}}), score({})); }`,
      },
      {
        language: "c++",
        function: "heaviest",
        source: `#include <vector>
struct Parcel { double weight, width, height; int route; };
double heaviest(const std::vector<Parcel> &parcels, int route) {
  double best = 0;
  for (Parcel parcel : parcels) {
    if (parcel.route == route && parcel.weight > best) best = parcel.weight;
  }
  return best;
}`,
        drive: `void drive() { std::printf("%g", heaviest({{1, 2, 3, 7}, {5, 2, 3, 8}, {4, 1, 1, 7}}, 7)); }`,
      },
    ]);
  });

  it("refers in loops, locals and helpers", async () => {
    const [only] = await opportunitiesIn(referNotCopy, "c++", longest, "score");
    const text = only?.apply() ?? "";
    expect(text).toContain("vowels(const std::string &word, const int limit)");
    expect(text).toContain("for (const auto &page : pages)");
    expect(text).toContain("for (const std::string &word : page)");
    expect(text).toContain("const std::string &line = page[i];");
  });

  it("keeps copies that change, or whose original does, and cheap ones", async () => {
    const source = `#include <string>
#include <vector>
#include <algorithm>
int f(std::vector<std::string> words, std::vector<int> numbers, std::string own) {
  int n = 0;
  for (auto word : words) { word += "x"; n += word.size(); }
  for (std::string word : words) { std::sort(word.begin(), word.end()); n += word[0]; }
  for (auto number : numbers) n += number;
  for (size_t i = 0; i + 1 < words.size(); i++) { std::string kept = words[i]; words[i] = words[i + 1]; words[i + 1] = kept; }
  for (std::string word : words) { own = word; words[0] = own; n += word.size(); }
  return n;
}`;
    expect(await opportunitiesIn(referNotCopy, "c++", source, "f")).toEqual([]);
  });

  it("keeps a copy that a reference may bind which is not to const", async () => {
    for (const use of [
      "Editor editor(text); return editor.size();",
      "Editor editor{text}; return editor.size();",
      "Editor editor = text; return editor.size();",
      "return Editor(text).size();",
      "return Editor{text}.size();",
      "std::vector<Editor> all; all.emplace_back(text); return 1;",
      "std::vector<Editor> all{text}; return 1;",
      "std::string other; Editor editor(other); editor.insert(text); return 1;",
      "Unknown unknown(text); return unknown.size();",
      "trim(text); return 1;",
      "Holder holder{.text = text}; return (int)holder.text.size();",
      "std::string other; Editor editor{limit ? text : other}; return editor.size();",
      "std::string other; Editor editor(limit ? text : other); return editor.size();",
      "Editor editor{(text)}; return editor.size();",
      "trim((text)); return 1;",
      "std::vector<std::reference_wrapper<std::string>> all{text}; return (int)all.size();",
      "std::reference_wrapper<std::string> one(text); return one.get()[0];",
      "std::tuple<std::string &> one{text}; return 1;",
      "std::vector<Kept> all{text}; return 1;",
      "auto one = std::ref(text); return one.get()[0];",
      "std::span<char> one{text}; return one[0];",
    ])
      expect.soft(await opportunitiesIn(referNotCopy, "c++", using(use), "f"), use).toEqual([]);
    for (const use of [
      "std::string copy(text); return length(text) + (int)copy.size();",
      "std::string copy{text}; std::vector<std::string> all; all.push_back(text); return (int)all.size();",
      "std::string copy = text; Editor editor(copy); return editor.size();",
      "std::string other, copy{limit ? text : other}; return length((text)) + (int)copy.size();",
    ]) {
      const [found] = await opportunitiesIn(referNotCopy, "c++", using(use), "f");
      expect.soft(found?.apply(), use).toContain("lines(const std::string &text, int limit)");
    }
  });
});
