import { describe, expect, test } from "vitest";
import { preprocess } from "../../src/task/preprocess.ts";

const text = (source: string, flags: string[] = [], language: "c" | "c++" = "c"): string =>
  preprocess(source, language, flags).text.replaceAll(/\s+/g, " ").trim();

describe("the small preprocessor", () => {
  test("leaves code without directives alone, but for comments", () => {
    expect(text('int a; // one\nint /* two */ b; const char *s = "// no /* comment";')).toBe(
      'int a; int b; const char *s = "// no /* comment";',
    );
  });

  test("keeps every token on its line", () => {
    const source = "#define A \\\n  1\n/* a\nb */ int a;\n#if 0\nint no;\n#endif\nint b = A;";
    const lines = preprocess(source, "c").text.split("\n");
    expect(lines[3]).toContain("int a;");
    expect(lines[7]).toContain("int b = 1;");
    expect(lines).toHaveLength(8);
  });

  test("takes the branch that the compiler would", () => {
    expect(text("#ifdef A\n1\n#elif defined(B) && B >= 2\n2\n#else\n3\n#endif", ["-DB=2"])).toBe("2");
    expect(text("#ifndef A\n1\n#else\n2\n#endif", ["-DA"])).toBe("2");
    expect(text("#if 0\n#if 1\n1\n#else\n2\n#endif\n3\n#else\n4\n#endif")).toBe("4");
    expect(text("#if UNKNOWN > 3 || !defined UNKNOWN\n1\n#endif")).toBe("1");
    expect(text("#ifdef __cplusplus\n1\n#else\n2\n#endif", [], "c++")).toBe("1");
    expect(text("#define A 1\n#undef A\n#ifdef A\n1\n#else\n2\n#endif")).toBe("2");
    expect(text("#if this is no expression (\n1\n#else\n2\n#endif")).toBe("2");
  });

  test("expands macros with and without parameters, nested, pasted and in strings", () => {
    expect(text("#define N (M + 1)\n#define M 4\nint a[N];")).toBe("int a[(4 + 1)];");
    expect(text("#define MAX(a, b) ((a) > (b) ? (a) : (b))\nMAX(f(x, y), MAX(1, 2))")).toBe(
      "((f(x, y)) > (((1) > (2) ? (1) : (2))) ? (f(x, y)) : (((1) > (2) ? (1) : (2))))",
    );
    expect(text("#define T(x) x ## _t\nT(int32) a;")).toBe("int32_t a;");
    expect(text("#define S(x) #x\nS(a b)")).toBe('"a b"');
    expect(text("#define F(x) x\nint F; F (1)")).toBe("int F; 1");
    expect(text("#define f(...) g(__VA_ARGS__)\nf(1, 2)")).toBe("g(1,2)");
    expect(text("#define A 1\n\"A\" 'A' A AA")).toBe("\"A\" 'A' 1 AA");
  });

  test("macros that name themselves, or double without end, end", () => {
    expect(text("#define A B\n#define B A\nA")).toBe("A");
    expect(text("#define A A A\nA")).toBe("A A");
    const bomb = Array.from({ length: 64 }, (_, i) => `#define a${i + 1} a${i} a${i}`).join("\n");
    expect(text(`${bomb}\na64`).length).toBeLessThan(10_000_000);
  });

  test("reports headers, constants and packing", () => {
    const read = preprocess(
      '#include <vector>\n#include "a.h"\n#define N 3\n#define F(x) x\n#pragma pack(push, 1)\n',
      "c++",
    );
    expect(read.headers).toEqual(["<vector>", '"a.h"']);
    expect(read.constants.get("N")).toBe("3");
    expect(read.constants.has("F")).toBe(false);
    expect(read.packs).toBe(true);
    expect(preprocess("#if 0\n#pragma pack(1)\n#endif\n#pragma once\n", "c").packs).toBe(false);
  });

  test("broken sources are no exception", () => {
    for (const source of [
      "#if",
      "#endif\n#else\n#elif",
      "#define",
      "/* never closed",
      '"never closed\n',
      "#define F(\nF(",
      'R"x(never',
    ])
      expect(typeof preprocess(source, "c++").text).toBe("string");
  });
});
