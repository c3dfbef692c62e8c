import { describe, expect, test } from "vitest";
import { fuseRankings, rankByWords } from "../../src/bank/word-ranking.ts";

describe("a ranking by words", () => {
  const texts = [
    { id: "a", words: "The loop was tiled, and the tiled loop ran from the cache." },
    { id: "b", words: "A loop was unrolled." },
    { id: "c", words: "Reserve before pushing." },
    { id: "d", words: "A loop was unrolled." },
  ];

  test("puts texts with rare words before texts with common ones, and leaves out the others", () => {
    expect(rankByWords("tiled loop", texts)).toEqual(["a", "b", "d"]);
    expect(rankByWords("unrolled loops", texts)).toEqual(["b", "d"]);
    expect(rankByWords("reserve", texts)).toEqual(["c"]);
    expect(rankByWords("nothing of it", texts)).toEqual([]);
    expect(rankByWords("the and", texts)).toEqual([]);
    expect(rankByWords("loop", [])).toEqual([]);
  });

  test("counts as BM25 does: a word's second time less than its first, a long text less than a short one", () => {
    const counted = [
      { id: "long", words: `loop ${"filler ".repeat(20)}` },
      { id: "once", words: "loop filler" },
      { id: "twice", words: "loop loop filler filler" },
    ];
    expect(rankByWords("loop", counted)).toEqual(["twice", "once", "long"]);
  });

  test("is put together with another by reciprocal ranks", () => {
    // 1/61 + 1/62 for a and b alike, 1/63 for c and d.
    expect(
      fuseRankings([
        ["b", "a", "c"],
        ["a", "b", "d"],
      ]),
    ).toEqual(["a", "b", "c", "d"]);
    // 1/62 + 1/63 = 0.0320 is more than 1/61 = 0.0164.
    expect(
      fuseRankings([
        ["x", "both"],
        ["y", "z", "both"],
      ]),
    ).toEqual(["both", "x", "y", "z"]);
    expect(fuseRankings([])).toEqual([]);
  });
});
