import { describe, expect, it } from "vitest";
import { skipAhead } from "../../../../src/agent/rewrites/c/skip-ahead.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

const positions = `#include <stdint.h>
int positions(const uint8_t *hay, int n, const uint8_t *needle, int m, int *out)
{
    int found = 0;
    for (int at = 0; at <= n - m; at++) {
        int match = 1;
        for (int k = 0; k < m; k++) {
            if (hay[at + k] != needle[k]) {
                match = 0;
                break;
            }
        }
        if (match)
            out[found++] = at;
    }
    return found;
}`;

describe("skip-ahead", () => {
  it("finds the same places", async () => {
    await expectSameResults(skipAhead, [
      {
        language: "c",
        function: "positions",
        source: positions,
        drive: `void drive(void) { int out[20]; const uint8_t t[] = "abaabcaab\\xff""abc", w[] = "ab"; int n = positions(t, 13, w, 2, out); for (int i = 0; i < n; i++) printf("%d ", out[i]);
          printf("%d %d %d %d", positions(t, 13, w, 0, out), positions(t, 1, w, 2, out), positions(t, 0, w, 2, out), positions(t, 13, t + 9, 2, out)); }`,
      },
      {
        language: "c",
        function: "count_lines",
        source: `#include <string.h>
int count_lines(const char *text, const char *word) {
  int count = 0;
  size_t m = strlen(word);
  for (size_t i = 0; text[i] != '\\0'; i++) {
    size_t j;
    for (j = 0; j < m; j++)
      if (text[i + j] != word[j]) break;
    if (j == m) count += 1 + (int)i;
  }
  for (int i = 0; i < (int)strlen(text); ++i)
    if (strncmp(text + i, word, m) == 0) count += 1000;
  for (unsigned i = 0; i < m; i++) {
    if (word[i] == 'x') { count += strlen(word + i); }
  }
  return count;
}`,
        drive: `void drive(void) { printf("%d %d %d %d", count_lines("xaxxaxa", "xa"), count_lines("", "a"), count_lines("abc", ""), count_lines("no such", "zx")); }`,
      },
      {
        language: "c++",
        function: "count_words",
        source: `#include <string>
#include <vector>
int count_words(const std::string &text, const std::string &word, const std::vector<char> &raw) {
    int n = 0;
    for (std::size_t i = 0; i < text.length(); ++i) {
        if (text.compare(i, word.length(), word) == 0) { n += 10; }
    }
    for (std::size_t i = 0; i + word.size() <= raw.size(); i++) {
        std::size_t j = 0;
        while (j < word.size() && raw[i + j] == word[j]) ++j;
        if (j == word.size()) n++;
    }
    return n;
}`,
        drive: `void drive() { std::printf("%d %d %d", count_words("aabaab", "aab", {'a', 'a', 'b'}), count_words("", "", {}), count_words("ab", "abc", {'x'})); }`,
      },
    ]);
  });

  it("offers to look for the first byte and for the whole word", async () => {
    const found = await opportunitiesIn(skipAhead, "c", positions, "positions");
    expect(found.map((each) => each.parameters)).toEqual([{ find: "first byte" }, { find: "whole word" }]);
  });

  it("tries every place where each iteration does something, or where the loop ends matters", async () => {
    const source = `int f(const char *t, const int *wide, const char *w, int n, int m) {
  int c = 0, i;
  for (int i = 0; i + m <= n; i++) { int j = 0; while (j < m && t[i + j] == w[j]) j++; if (j == m) c++; else c--; }
  for (int i = 0; i + m <= n; i++) { int j = 0; while (j < m && t[i + j] == w[j]) j++; c += j; }
  for (int i = 0; i + m <= n; i++) { int j = 0; while (j < m && wide[i + j] == wide[j]) j++; if (j == m) c++; }
  for (i = 0; i + m <= n; i++) { int j = 0; while (j < m && t[i + j] == w[j]) j++; if (j == m) break; }
  for (int i = 0; i < n; i++) { if (t[i] == 'x') c++; }
  return c + i;
}`;
    expect(await opportunitiesIn(skipAhead, "c", source, "f")).toEqual([]);
  });
});
