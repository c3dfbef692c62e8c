import { describe, expect, it } from "vitest";
import { firstPlaceTable } from "../../../../src/agent/rewrites/c/first-place-table.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("first-place-table", () => {
  it("finds the same first places", async () => {
    await expectSameResults(firstPlaceTable, [
      {
        language: "c",
        function: "remove_all",
        source: `#include <string.h>
char *remove_all(char *s, const char *unwanted) {
  size_t i = 0, j = 0, length = strlen(unwanted), q, sum = 0;
  while (s[j] != '\\0') {
    int changes = 0;
    for (q = 0; q < length; ++q) {
      if (s[j] == unwanted[q]) {
        changes = 1;
        break;
      }
    }
    sum += q;
    if (changes == 0) s[i++] = s[j];
    ++j;
  }
  s[i] = '\\0';
  if (i > 0) s[0] = (char)('a' + sum % 26);
  return s;
}`,
        drive: `void drive(void) { char a[] = "hello, w\\xf6rld -- hello", b[] = "", c[] = "nothing"; printf("%s|%s|%s", remove_all(a, "lo\\xf6l-"), remove_all(b, "x"), remove_all(c, "")); }`,
      },
      {
        language: "c",
        function: "decode",
        source: `static const char digits[] = "0123456789abcdef";
long decode(const unsigned char *text, int n, int base) {
  long value = 0;
  for (int i = 0; i < n; i++) {
    for (int d = 0; d < base; d++)
      if (text[i] == digits[d]) { value = value * base + d; break; }
    for (int d = 0; digits[d] != '\\0'; d++)
      if (digits[d] == text[i]) { if (d > 14) return -value; value += d; break; }
  }
  return value;
}`,
        drive: `void drive(void) { const unsigned char t[] = "a0\\xb0""3zf9"; for (int n = 0; n < 8; n++) for (int b = -1; b < 17; b += 6) printf("%ld ", decode(t, n, b)); }`,
      },
    ]);
  });

  it("fills the table from a string of C++, before the loop", async () => {
    const source = `#include <string>
int positions(const std::string &text, const std::string &alphabet) {
  int sum = 0;
  for (char c : text) {
    for (std::size_t k = 0; k < alphabet.size(); k++) {
      if (alphabet[k] == c) { sum += (int)k; break; }
    }
  }
  return sum;
}`;
    const [found] = await opportunitiesIn(firstPlaceTable, "c++", source, "positions");
    expect(found?.apply()).toBe(`#include <string>
int positions(const std::string &text, const std::string &alphabet) {
  int sum = 0;
  std::size_t first_alphabet[256];
  for (int at = 0; at < 256; ++at) first_alphabet[at] = alphabet.size();
  for (std::size_t at = alphabet.size(); at-- > 0;) first_alphabet[(unsigned char)alphabet[at]] = at;
  for (char c : text) {
    {
      const std::size_t k = first_alphabet[(unsigned char)c];
      if (k < alphabet.size()) {
        sum += (int)k;
      }
    }
  }
  return sum;
}`);
  });

  it("leaves lists that change, what is no byte, last places and searches that stand alone", async () => {
    const source = `int f(char *a, char *b, int *c, const char *s, int n) {
  int i, q, sum = 0;
  for (i = 0; i < n; i++) { for (q = 0; q < n; q++) if (b[q] == s[i]) { b[q] = 0; break; } }
  for (i = 0; i < n; i++) { for (q = 0; q < n; q++) if (c[q] == s[i]) { sum++; break; } }
  for (i = 0; i < n; i++) { for (q = 0; q < n; q++) if (a[q] == s[i]) sum = q; }
  for (i = 0; i < n; i++) { for (q = 1; q < n; q++) if (a[q] == s[i]) { sum++; break; } }
  for (q = 0; q < n; q++) if (a[q] == s[0]) { sum++; break; }
  return sum;
}`;
    expect(await opportunitiesIn(firstPlaceTable, "c", source, "f")).toEqual([]);
  });
});
