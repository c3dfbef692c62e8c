import { beforeAll, expect, test } from "vitest";
import { excerptOf } from "../../src/agent/prompts/excerpt.ts";
import { loadGrammarsOf } from "../../src/code/parser.ts";

beforeAll(() => loadGrammarsOf(["c", "python"]));

const filler = Array.from({ length: 300 }, (_, n) => `int unrelated_${n}(int x) {\n  return x + ${n};\n}\n`).join("\n");
const file = `#include <stddef.h>
#include "other.h"

typedef struct { size_t length; char *bytes; } Text;
typedef struct { int nothing; } Unrelated;
enum { LIMIT = 4 };

static int helper(int value) {
  return value * LIMIT;
}

${filler}
int wanted(const Text *text) {
  int sum = 0;
  for (size_t i = 0; i < text->length; i++) sum += helper(text->bytes[i]);
  return sum;
}

int caller(void) {
  Text text = {0, NULL};
  return wanted(&text);
}
`;

test("a long file is shown by what the function needs", () => {
  const excerpt = excerptOf(file, "c", "wanted", 600);
  for (const needed of ["#include <stddef.h>", "Text;", "static int helper", "int wanted(", "int caller(void)"])
    expect(excerpt).toContain(needed);
  expect(excerpt).not.toContain("unrelated_7(");
  expect(excerpt).toMatch(/\/\* … \d+ lines left out … \*\//);
});

test("with little room the function stays whole, and what is dearest to it comes first", () => {
  const excerpt = excerptOf(file, "c", "wanted", 90);
  expect(excerpt).toContain("sum += helper(text->bytes[i]);\n  return sum;\n}");
  expect(excerpt).toContain("#include <stddef.h>");
  expect(excerpt).not.toContain("int caller");
});

test("a short file is shown as it is", () => {
  expect(excerptOf(file, "c", "wanted", 100_000)).toBe(file);
});

test("a method is shown in its class", () => {
  const source = `import re\n\nclass Words:\n    kind = "words"\n\n${"    def other(self):\n        return 1\n\n".repeat(200)}    def wanted(self, text):\n        return re.split(" ", text)\n`;
  const excerpt = excerptOf(source, "python", "Words.wanted", 200);
  expect(excerpt).toMatch(/^import re\nclass Words:/m);
  expect(excerpt).toContain("    def wanted(self, text):\n        return re.split");
  expect(excerpt).toMatch(/# … \d+ lines left out …/);
});
