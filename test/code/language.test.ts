import { describe, expect, it } from "vitest";
import { languageOfHeader } from "../../src/code/language.ts";

describe("the language of a header", () => {
  const forCpp = "#ifdef __cplusplus\n#if 1\n#include <a.h>\n#endif\nnamespace a {}\n#endif\nint f(void);\n";

  it("is C where words of C++ stand only in a part for C++, whatever conditions are within that", () => {
    expect(languageOfHeader(forCpp)).toBe("c");
    expect(languageOfHeader(`#ifndef A\n#define A\n${forCpp}#endif\n`)).toBe("c");
    expect(
      languageOfHeader("#if defined(__cplusplus)\ntemplate <class T> T g();\n#else\nint g();\n#endif\n"),
    ).toBe("c");
  });

  it("is C++ where they stand in the other part, behind it, or in another condition", () => {
    expect(languageOfHeader(`${forCpp}namespace b {}\n`)).toBe("c++");
    expect(languageOfHeader("#ifdef __cplusplus\n#else\n#if 1\n#endif\nnamespace a {}\n#endif\n")).toBe(
      "c++",
    );
    expect(languageOfHeader("#ifdef WIDE\nnamespace a {}\n#endif\n")).toBe("c++");
  });

  it("is not seen in comments and texts, and none of them hides what stands behind it", () => {
    expect(languageOfHeader('/* namespace a {} */ // std::x\nconst char *s = "std::x";\n')).toBe("c");
    expect(languageOfHeader('#define ALL "src/*.c"\nnamespace a {}\n')).toBe("c++");
    expect(languageOfHeader("#define QUOTE '\"' + std::x\n")).toBe("c++");
  });

  it("takes no longer where nothing is closed", () => {
    expect(languageOfHeader("#ifdef __cplusplus\n".repeat(200_000))).toBe("c");
    expect(languageOfHeader("/* ".repeat(200_000))).toBe("c");
    expect(languageOfHeader('"\\\\'.repeat(200_000))).toBe("c");
    expect(languageOfHeader("\n".repeat(400_000))).toBe("c");
  });
});
