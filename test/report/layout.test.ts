import { expect, test } from "vitest";
import { cut, table, textWidth, wrap } from "../../src/report/layout.ts";

test("a table lines its columns up and stays within the width", () => {
  const rows = [
    [
      "1",
      "loops",
      "loop interchange: the loop over k inside the loop over j, then tiling of both by 64",
      "12.4×",
    ],
    ["10", "arithmetic", "strength reduction", "0.98×"],
  ];
  const text = table(
    [
      { title: "round", align: "right" },
      { title: "agent" },
      { title: "what", flexible: true },
      { title: "speedup", align: "right" },
    ],
    rows,
    { width: 60 },
  );
  expect(text.split("\n")).toEqual([
    "round  agent       what                              speedup",
    "    1  loops       loop interchange: the loop over…    12.4×",
    "   10  arithmetic  strength reduction                  0.98×",
  ]);
});

test("a cell cannot carry control characters or line breaks into a table", () => {
  const text = table([{ title: "a" }], [["\u001b[2J\u001b[31mred\nnext\u0007\u202e"]], { width: 40 });
  expect(text).toBe("a\nred next");
});

test("prose is wrapped at words, later lines are indented under the lead", () => {
  expect(wrap("the inner loop strides by a row of the matrix", { width: 30, lead: "Why  " })).toBe(
    "Why  the inner loop strides by\n     a row of the matrix",
  );
});

test("a word longer than the width is kept whole", () => {
  const word = "x".repeat(50);
  expect(wrap(`a ${word} b`, { width: 30 })).toBe(`a\n${word}\nb`);
});

test("ideographs count as two cells and combining marks as none", () => {
  expect(textWidth("行列")).toBe(4);
  expect(textWidth("e\u0301")).toBe(1);
  expect(cut("行列行列", 5)).toBe("行列…");
});
