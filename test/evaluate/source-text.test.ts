import { describe, expect, it } from "vitest";
import { leadingHeaders, normalForm } from "../../src/evaluate/source-text.ts";

describe("the normal form of a source", () => {
  it.each([
    [
      "comments and blanks",
      "int  f( int a )\n{ return a; /* yes */ }",
      "int f( int a )\n\n{ return a; // yes\n}",
    ],
    ["line ends", "int a;\r\nint b;\r\n", "int a;\nint b;"],
    ["comments that never end", "int a; /* and", "int a;"],
  ])("does not tell %s apart", (_, one, other) => {
    expect(normalForm(one)?.replaceAll(/\s+/g, " ")).toBe(normalForm(other)?.replaceAll(/\s+/g, " "));
  });

  it.each([
    ["a blank in a string", 'char *a = "x  y";', 'char *a = "x y";'],
    ["a comment in a string", 'char *a = "/* x */";', 'char *a = " ";'],
    ["a raw string's lines", 'auto a = R"(x\n\ny)";', 'auto a = R"(x\ny)";'],
    ["what ends a directive", "#define A\nint a;", "#define A int a;"],
    ["two names that a comment parts", "int/**/a;", "inta;"],
    ["quotes in numbers", "int a = 1'000; // '", "int a = 1'00; // '"],
    ["lines that go on in the next", "#define A 1 \\\n + 2\nint a;", "#define A 1 + 2\nint a;"],
    ["comments that go on in the next line", "int a; // \\\nint b;", "int a;\nint b;"],
    ["lines where the program counts them", "int a = __LINE__;", "\nint a = __LINE__;"],
  ])("tells %s", (_, one, other) => {
    expect(normalForm(one)).not.toBe(normalForm(other));
  });

  it("is none where the text alone does not decide", () => {
    expect(normalForm("char *a = __TIME__;")).toBeUndefined();
  });
});

describe("leading headers", () => {
  it("are those before anything else, comments aside", () => {
    const text =
      "// first\n#include <vector>\n\n/* then */ # include <sys/types.h> // why\n#include <vector>\nint a;\n#include <map>\n";
    expect(leadingHeaders(text)).toEqual(["vector", "sys/types.h"]);
  });

  it.each([
    ["a definition", "#define NDEBUG\n#include <cassert>"],
    ["a pragma", '#pragma GCC optimize("O1")\n#include <cmath>'],
    ["a condition", "#if 1\n#include <cmath>\n#endif"],
    ["a file of one's own", '#include "mine.h"\n#include <cmath>'],
    ["a path from the root", "#include </etc/passwd>"],
    ["a path upwards", "#include <../secret>"],
    ["a text that is only commented out", "/*\n#include <cmath>\n*/ int a;"],
  ])("end at %s", (_, text) => {
    expect(leadingHeaders(text)).toEqual([]);
  });
});
