import { beforeAll, describe, expect, it } from "vitest";
import { excerptOf } from "../../src/code/excerpt.ts";
import type { Language } from "../../src/code/language.ts";
import { loadGrammarsOf, parse } from "../../src/code/parser.ts";

beforeAll(() => loadGrammarsOf(["c", "c++", "python", "javascript", "typescript"]));

const fill = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join("");

const files: readonly {
  language: Language;
  name: string;
  source: string;
  kept: string[];
  dropped: string[];
}[] = [
  {
    language: "python",
    name: "Box.work",
    source: `"""Boxes."""\nimport math\nimport unused\n\nLIMIT = 3\n\n\ndef helper(x):\n    return deeper(x)\n\n\ndef deeper(x):\n    return math.sqrt(x)\n\n\n${fill(60, (index) => `def other${index}(x):\n    return x + ${index}\n\n\n`)}class Box(Base):\n    size = 1\n\n    def first(self):\n        return 1\n\n    # What it does.\n    @cached\n    def work(self, x):\n        return helper(x) + self.size + LIMIT\n\n    def last(self):\n        return 2\n`,
    kept: [
      "import math",
      "LIMIT = 3",
      "def helper",
      "def deeper",
      "class Box(Base):",
      "    # What it does.\n    @cached\n    def work",
      "size = 1",
      "lines left out",
    ],
    dropped: ["other7", "import unused", "def first", "def last"],
  },
  {
    language: "typescript",
    name: "work",
    source: `import { a, b } from "a";\nimport c from "c";\n\nexport interface Shape { n: number }\ntype Gone = string;\n\n${fill(60, (index) => `export function other${index}(x: number) { return x; }\n\n`)}const scale = 3;\n\n/** Doc. */\nexport const work = (shape: Shape): number => a(shape.n) * scale;\n`,
    kept: ['import { a, b } from "a"', "interface Shape", "const scale", "/** Doc. */\nexport const work"],
    dropped: ["other7", "Gone", 'from "c"'],
  },
  {
    language: "javascript",
    name: "Q#take",
    source: `const fs = require("fs");\n${fill(60, (index) => `function other${index}(x) { return x; }\n`)}class Q {\n  items = [];\n  spare() { return 1; }\n  near() { return 2; }\n  take() { return this.items.length + this.near(); }\n}\nmodule.exports = Q;\n`,
    kept: ["class Q {", "items = []", "near()", "take()", "}\n"],
    dropped: ["other7", "spare", "require"],
  },
  {
    language: "c",
    name: "work",
    source: `#ifndef A\n#define A\n#include <math.h>\n#define SCALE 3\nstruct pair { int a, b; };\ntypedef struct { int n; } gone;\nstatic double helper(double x) { return sqrt(x); }\n${fill(60, (index) => `int other${index}(int x) { return x; }\n`)}/* Doc. */\ndouble work(const struct pair *p) { return helper(p->a) * SCALE; }\n#endif\n`,
    kept: [
      "#include <math.h>",
      "#define SCALE",
      "struct pair",
      "static double helper",
      "/* Doc. */\ndouble work",
      "#endif",
    ],
    dropped: ["other7", "gone"],
  },
  {
    language: "c++",
    name: "n::S::work",
    source: `#include <vector>\nnamespace n {\nusing V = std::vector<int>;\n${fill(60, (index) => `inline int other${index}(int x) { return x; }\n`)}struct S {\n  V items;\n  int spare() { return 1; }\n  int work() { return items.size(); }\n};\n}  // namespace n\n`,
    kept: [
      "#include <vector>",
      "namespace n {",
      "struct S {",
      "V items;",
      "int work()",
      "}  // namespace n",
      "using V",
    ],
    dropped: ["other7", "spare"],
  },
];

describe("of a long file is shown", () => {
  it.each(files)("in $language what $name needs", ({ language, name, source, kept, dropped }) => {
    const text = excerptOf(source, language, name, 900);
    for (const part of kept) expect.soft(text, part).toContain(part);
    for (const part of dropped) expect.soft(text, part).not.toContain(part);
    expect(text.length).toBeLessThan(1100);
    expect(parse(text, language).rootNode.hasError).toBe(false);
  });

  it("no less than the function, and of a short one everything", () => {
    for (const { language, name, source } of files) {
      expect(excerptOf(source, language, name, source.length)).toBe(source);
      expect(excerptOf(source, language, name, 10)).toContain(name.split(/[.#]|::/).at(-1) ?? "");
      expect(excerptOf(source, language, "nowhere", 10)).toBe(source);
    }
  });

  it("who calls it, and nothing that only a comment or a type's name mentions", () => {
    const others = fill(60, (index) => `std::string other${index}(int x) { return text(x); }\n`);
    const source = `#include <string>\nstd::string text(int x);\nint quick(int x) { return x; }\n${others}/* Doc. */\nstd::string work(int n) {\n  // not quick\n  std::string s;\n  return s;\n}\nint use(int n) { return work(n).size(); }\n`;
    const text = excerptOf(source, "c++", "work", 2000, 0);
    expect(text).toContain("int use(int n)");
    expect(text).not.toMatch(/other7|int quick/);
  });

  it("all of it where little would be left out", () => {
    const source = `import math\n\n\ndef work(x):\n    return math.sqrt(x + 1) * math.sqrt(x + 2)\n\n\nif x:\n    y()\n`;
    expect(excerptOf(source, "python", "work", 2000, 0)).toBe(source);
    expect(excerptOf(source, "python", "work", 80, 0)).toContain("2 lines left out");
  });
});
