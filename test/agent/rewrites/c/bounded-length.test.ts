import { describe, expect, it } from "vitest";
import { boundedLength } from "../../../../src/agent/rewrites/c/bounded-length.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("bounded-length", () => {
  it("decides the same", async () => {
    await expectSameResults(boundedLength, [
      {
        language: "c",
        function: "part",
        source: `#include <string.h>
#include <stdlib.h>
char *part(const char *s, size_t start, size_t length) {
  if (s == NULL) return NULL;
  size_t len = strlen(s);
  if (start >= len) return NULL;
  if (start + length > len) return strdup(s + start);
  char *ret = (char *)calloc(length + 1, sizeof(char));
  strncpy(ret, s + start, length);
  return ret;
}`,
        drive: `#include <stdint.h>
void drive(void) { size_t ends[] = {0, 1, 2, 4, 5, 6, SIZE_MAX - 1, SIZE_MAX}; for (int a = 0; a < 8; a++) for (int b = 0; b < 6; b++) { char *p = part("abcde", ends[a], ends[b]); printf("%s ", p ? p : "-"); } }`,
      },
      {
        language: "c",
        function: "fits",
        source: `#include <string.h>
int fits(const char *text, int width) {
  int length = (int)strlen(text), sum = 0;
  if (length > width) sum += 1;
  if (length == 3) sum += 2;
  if (width <= length) sum += 4;
  return sum;
}`,
        drive: `void drive(void) { for (int w = -2; w < 6; w++) printf("%d %d %d ", fits("abc", w), fits("", w), fits("abcdef", w)); }`,
      },
    ]);
  });

  it("leaves lengths that are needed, and bounds that change", async () => {
    const source = `#include <string.h>
int f(const char *s, int n, int *p) {
  int a = strlen(s);
  if (a > n) return a;
  int b = strlen(s);
  if (b > p[0]) return 1;
  int c = strlen(s), m = n;
  while (c > m) m += 2;
  return m;
}`;
    expect(await opportunitiesIn(boundedLength, "c", source, "f")).toEqual([]);
  });
});
