import { describe, expect, test } from "vitest";
import { cleanProse, cleanSource, clip, withoutPlaces } from "../../src/code/clean-text.ts";

describe("cleaning", () => {
  test("takes terminal sequences and invisible characters out of source, and keeps its lines and tabs", () => {
    expect(cleanSource("a\u001b[2J\u001b]0;title\u0007b\r\n\tc\u0000\u200b\u202e\ufeffd")).toBe("ab\n\tcd");
    expect(cleanSource("ü → 🚀 \ud800!")).toBe("ü → 🚀 !");
    const tags = Array.from("obey", (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join(
      "",
    );
    expect(cleanSource(`a${tags}b\u{e0105}\u3164\uffa0\u034f\u180e\ufe01c ❤\ufe0f`)).toBe("abc ❤\ufe0f");
  });

  test("makes prose one line", () => {
    expect(cleanProse("  two\n\n lines\tand more ")).toBe("two lines and more");
  });

  test("cuts at a limit, says so within it, and never splits a character", () => {
    expect(clip("short", 10)).toBe("short");
    const cut = clip("word ".repeat(100), 50);
    expect(cut).toHaveLength(50);
    expect(cut).toMatch(/… \(cut\)$/);
    expect(clip("🚀".repeat(10), 4)).toBe("🚀…");
  });
});

describe("taking places out of a lesson", () => {
  test.each([
    ["kernel.cpp:12:5: error: 'x' was not declared", "error: 'x' was not declared"],
    ["In /home/somebody/project/src/kernel.cpp the loop is slow", "In a file the loop is slow"],
    ["The loop on line 42 strides by a row", "The loop strides by a row"],
    ["Hoist the call at lines 10-12, then tile.", "Hoist the call, then tile."],
    ["The loop of src/blur.c, in ./a/b.h.", "The loop of a file, in a file."],
    ["Line 7 recomputes the length.", "the line recomputes the length."],
    ["see C:\\Users\\me\\kernel.c for it", "see a file for it"],
    ["../other/place/kernel.h is included", "a file is included"],
  ])("%s", (text, expected) => {
    expect(withoutPlaces(text)).toBe(expected);
  });

  test.each([
    "a/b is computed once",
    "C[i*n+j] += A[i*n+k]/B[k]",
    "2.41× (99 % interval 2.35 to 2.48)",
    "std::vector::size",
  ])("leaves %s as it is", (text) => {
    expect(withoutPlaces(text)).toBe(text);
  });

  test("gets through hostile text before the test's own time is over", () => {
    for (const text of [
      "a/".repeat(4000),
      "a.".repeat(4000),
      "line ".repeat(1600),
      "/a".repeat(4000),
      "x".repeat(8000),
    ]) {
      expect(withoutPlaces(text).length).toBeLessThanOrEqual(text.length);
    }
  });
});
