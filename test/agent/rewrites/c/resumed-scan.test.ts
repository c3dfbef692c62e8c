import { describe, expect, it } from "vitest";
import { resumedScan } from "../../../../src/agent/rewrites/c/resumed-scan.ts";
import { expectSameResults, opportunitiesIn } from "../same-results.ts";

describe("resumed-scan", () => {
  it("finds the same ends", async () => {
    await expectSameResults(resumedScan, [
      {
        language: "c",
        function: "join",
        source: `#include <stdlib.h>
#include <string.h>
static void release(char *text) { free(text); }
char *join(int n, char **parts) {
  int i;
  size_t total = 0;
  if (n == 0) return calloc(1, 1);
  for (i = 0; i < n; i++) total += strlen(parts[i]);
  parts[0] = realloc(parts[0], total + 1);
  for (i = 1; i < n; i++) { strcat(parts[0], parts[i]); release(parts[i]); }
  return parts[0];
}`,
        drive: `#include <stdlib.h>
#include <string.h>
void drive(void) { char *p[4]; int n; for (n = 0; n < 5; n++) { for (int i = 0; i < n; i++) { p[i] = strdup(i == 2 ? "" : "abc"); } printf("[%s]", join(n, p)); } }`,
      },
      {
        language: "c",
        function: "listed",
        source: `#include <stdlib.h>
#include <string.h>
#include <stdio.h>
static size_t count(char **list) {
  size_t n = 0;
  while (list[n]) { ++n; }
  return n;
}
char **listed(const char *words, int limit) {
  char **list = calloc(1, sizeof *list);
  size_t old, next;
  while (*words) {
    size_t length = strcspn(words, " ");
    char *word = calloc(length + 1, 1);
    memcpy(word, words, length);
    words += length + (words[length] == ' ');
    old = count(list);
    next = old + 1;
    if ((int)next > limit) break;
    list = realloc(list, (next + 1) * sizeof *list);
    list[next - 1] = word;
    list[next] = 0;
  }
  return list;
}`,
        drive: `#include <stdlib.h>
void drive(void) { char **l = listed("a bc  def g", 4); for (int i = 0; l[i]; i++) printf("%s|", l[i]); l = listed("", 4); printf("%d", l[0] == 0); }`,
      },
      {
        language: "c",
        function: "report",
        source: `#include <string.h>
#include <stdio.h>
void report(char *out, int n, const char *name) {
  out[0] = 0;
  for (int row = 0; row < 2; row++) {
    for (int i = 0; i < n; i++) {
      sprintf(out + strlen(out), "%d,", i * row);
      if (i % 3 == 2) strcat(out, name);
      snprintf(out + strlen(out), 200 - strlen(out), "%zu;", strlen(name));
    }
    strncat(out, "\\nrest", 1);
  }
}`,
        drive: `void drive(void) { char text[200]; report(text, 7, "seven"); printf("%s", text); report(text, 0, ""); printf("[%s]", text); }`,
      },
    ]);
  });

  it("leaves what is shortened, written elsewhere, handed on or does not grow", async () => {
    const source = `#include <string.h>
#include <stdlib.h>
void cut(char *);
static size_t count(char **list) { size_t n = 0; while (list[n]) ++n; return n; }
void f(char *a, char *b, char *c, char *d, char *e, char **g, char **h, int n, const char *w) {
  char *p = e;
  for (int i = 0; i < n; i++) { strcat(a, w); a[3] = 0; }
  for (int i = 0; i < n; i++) { strcat(b, w); cut(b); }
  for (int i = 0; i < n; i++) { char t[99]; t[0] = 0; strcat(t, w); d[i] = t[0]; }
  for (size_t i = 0; i < strlen(c); i++) d[i] = c[i];
  for (int i = 0; i < n; i++) { strcat(e, w); *p = 0; }
  for (int i = 0; i < n; i++) { size_t at = count(g); g[at - 1] = c; g[at + 1] = 0; }
  for (int i = 0; i < n; i++) { size_t at = count(h); h[at] = c; h[at + 1] = 0; h = g; }
}`;
    expect(await opportunitiesIn(resumedScan, "c", source, "f")).toEqual([]);
  });
});
