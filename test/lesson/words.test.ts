import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { rewriterLesson, type RewriterLessonInput } from "../../src/lesson/words.ts";

const base = { calls: 10, evaluationMs: 100 };

function measured(ratio: number, low: number, high: number): Outcome {
  const speedup = { ratio, low, high, confidence: 0.99 };
  return { ...base, status: "measured", speedup, faster: low > 1, referenceMs: 10, candidateMs: 10 / ratio };
}

const input: Omit<RewriterLessonInput, "outcome"> = {
  transformations: [{ name: "loop-tiling", parameters: { tile: 64 }, place: "the loop over k" }],
  preconditions: ["the innermost loop strides by a row", "three nested loops"],
  sentences: {
    faster: "A block stays in the cache while it is used again.",
    slower: "The data fit the cache anyway, and more loops cost more.",
    wrong: "The order of the iterations mattered.",
  },
};
const seen = "Seen in the code: the innermost loop strides by a row; three nested loops.";

describe("what a rewriter says", () => {
  test.each<[string, Outcome, string]>([
    [
      "faster",
      measured(2.412, 2.35, 2.483),
      `Loop tiling with tile 64 at the loop over k ran at 2.41× (99 % interval 2.35 to 2.48) the speed of the reference: faster. A block stays in the cache while it is used again. ${seen}`,
    ],
    [
      "slightly faster",
      measured(1.05, 1.03, 1.07),
      `Loop tiling with tile 64 at the loop over k ran at 1.05× (99 % interval 1.03 to 1.07) the speed of the reference: slightly faster. A block stays in the cache while it is used again. ${seen}`,
    ],
    [
      "no measurable difference, and gives no cause",
      measured(1.02, 0.985, 1.06),
      `Loop tiling with tile 64 at the loop over k ran at 1.02× (99 % interval 0.985 to 1.06) the speed of the reference: no measurable difference. ${seen}`,
    ],
    [
      "slower",
      measured(0.81, 0.8, 0.82),
      `Loop tiling with tile 64 at the loop over k ran at 0.810× (99 % interval 0.800 to 0.820) the speed of the reference: slower. The data fit the cache anyway, and more loops cost more. ${seen}`,
    ],
    [
      "wrong output",
      { ...base, status: "wrong-output", reason: "C[37] is 2, not 3, at n = 5." },
      `Loop tiling with tile 64 at the loop over k gave wrong results: C[37] is 2, not 3, at n = 5. The order of the iterations mattered. ${seen}`,
    ],
    [
      "not compiled, without the place in the file",
      { ...base, status: "not-compiled", reason: "gemm.cpp:12:7: error: 'kk' was not declared" },
      `Loop tiling with tile 64 at the loop over k did not compile: error: 'kk' was not declared. ${seen}`,
    ],
    [
      "crashed",
      { ...base, status: "crashed", reason: "Killed by SIGSEGV.", signal: "SIGSEGV" },
      `Loop tiling with tile 64 at the loop over k crashed: Killed by SIGSEGV. The order of the iterations mattered. ${seen}`,
    ],
    [
      "timed out",
      { ...base, status: "timed-out", reason: "", limitMs: 1000 },
      `Loop tiling with tile 64 at the loop over k did not end within the time limit. ${seen}`,
    ],
    [
      "refused",
      { ...base, status: "rejected", reason: "the file is empty" },
      `Loop tiling with tile 64 at the loop over k was refused before compiling: the file is empty. ${seen}`,
    ],
  ])("when it was %s", (_, outcome, expected) => {
    expect(rewriterLesson({ ...input, outcome })).toEqual({
      text: expected,
      preconditions: input.preconditions,
    });
  });

  test("names what was added on top of other code, and claims a cause for what that added alone", () => {
    const onTop: Omit<RewriterLessonInput, "outcome"> = {
      ...input,
      transformations: [
        { name: "loop-interchange", parameters: {}, place: "the loops over j and k" },
        ...input.transformations,
      ],
      basis: { transformations: 1, speed: 4 },
      preconditions: [],
    };
    const start = "Loop tiling with tile 64 at the loop over k on top of loop interchange ran at";
    const same = rewriterLesson({ ...onTop, outcome: measured(4.1, 3.9, 4.3) }).text;
    expect(same).toBe(
      `${start} 4.10× (99 % interval 3.90 to 4.30) the speed of the reference in all, where the code it was built on ran at 4.00×: no measurable difference from that.`,
    );
    const more = rewriterLesson({ ...onTop, outcome: measured(6, 5.8, 6.2) }).text;
    expect(more).toMatch(/ran at 4\.00×: faster than that\. A block stays in the cache/);
    const less = rewriterLesson({ ...onTop, outcome: measured(2, 1.9, 2.1) }).text;
    expect(less).toMatch(/ran at 4\.00×: slower than that\. The data fit the cache anyway/);
  });

  test("says what it can of a change that it cannot name", () => {
    const { text } = rewriterLesson({
      transformations: [],
      preconditions: [],
      sentences: undefined,
      outcome: measured(1, 0.99, 1.01),
    });
    expect(text).toBe(
      "This change ran at 1.00× (99 % interval 0.990 to 1.01) the speed of the reference: no measurable difference.",
    );
  });

  test("keeps hostile reasons short and clean", () => {
    const reason = `\u001b[31m${"error ".repeat(5000)}`;
    const { text } = rewriterLesson({ ...input, outcome: { ...base, status: "not-compiled", reason } });
    expect(text.length).toBeLessThan(700);
    expect(text).not.toContain("\u001b");
  });
});
