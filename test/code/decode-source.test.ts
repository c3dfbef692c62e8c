import { expect, it } from "vitest";
import { decodeSource } from "../../src/code/decode-source.ts";

it("keeps every byte of UTF-8, a byte order mark too", () => {
  for (const text of ["", "a\r\nb\n", "\uFEFFü – 円 🎈"]) {
    const decoded = decodeSource(Buffer.from(text));
    expect("text" in decoded && Buffer.from(decoded.text).equals(Buffer.from(text))).toBe(true);
  }
});

it("says where a file is not UTF-8, and what it says of itself", () => {
  expect(decodeSource(Buffer.from("# coding: latin-1\nname = 'é'\n", "latin1"))).toEqual({
    reason: "is not UTF-8: byte 27, in line 2, is 0xe9, and it says that it is latin-1",
  });
  expect(decodeSource(Buffer.from("ab\xff", "latin1"))).toEqual({
    reason: "is not UTF-8: byte 3, in line 1, is 0xff",
  });
  expect(decodeSource(Buffer.from("\uFEFFa", "utf16le"))).toEqual({ reason: "is UTF-16, not UTF-8" });
  expect(decodeSource(Buffer.from("a\0b"))).toEqual({ reason: "is no text: it has a byte 0" });
});
