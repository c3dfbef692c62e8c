import { describe, expect, it } from "vitest";
import { unifiedDiff } from "../../src/code/diff.ts";
import { sha256 } from "../../src/code/hash.ts";

describe("unifiedDiff", () => {
  it("is what patch -p1 takes", () => {
    expect(unifiedDiff("a\nb\nc\n", "a\nB\nc\n", "src/f.c")).toBe(
      "--- a/src/f.c\n+++ b/src/f.c\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n",
    );
  });

  it("is empty where nothing changed, and marks a missing last newline", () => {
    expect(unifiedDiff("a\n", "a\n", "f.c")).toBe("");
    expect(unifiedDiff("a", "b", "f.c")).toContain("\\ No newline at end of file");
  });
});

describe("sha256", () => {
  it("is the digest of the text's UTF-8 bytes", () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256("ü")).not.toBe(sha256("u"));
  });
});
