import { expect, test } from "vitest";
import { textWidth } from "../../src/report/layout.ts";
import { formatRunResult } from "../../src/report/run-result.ts";
import { createStyle, plainStyle } from "../../src/report/style.ts";
import { measured, result } from "./scripted.ts";

test("a result says what was tried, what won, why, what it assumes, what was learned and what it cost", () => {
  expect(formatRunResult(result, { style: plainStyle, width: 80, kept: ["Journal: run.jsonl"] }))
    .toMatchInlineSnapshot(`
      "round  agent       what was tried                           outcome, at 99 %
          1  loops       loop interchange: the loop over k goes…  ✓ 2.50× [2.45, 2.55]
          1  arithmetic  several accumulators                     ✗ wrong-output
          2  memory      restrict                                 = 1.00× [0.95, 1.05]

      product is 2.50× as fast [2.45, 2.55]
      A call takes 4.80 ms instead of 12.0 ms. Found by loops in round 1.

      --- a/f.c
      +++ b/f.c
      @@ -1 +1 @@
      -int f();
      +int f() { return 1; }

      Why      The inner loop now walks along rows, so every cache line that is loaded
               is used whole before it is evicted.
      Assumes  Sums may be reordered: results differ in the last bits.

      What was learned
        ✓ 2.50×  The inner loop now walks along rows.
        ✗        Reordering the sum moved an answer beyond the tolerance.

      3 evaluations in 5.40 s; no model was called. Ended: 2 rounds were done.
      Journal: run.jsonl"
    `);
});

test("no line is wider than the terminal", () => {
  const lines = formatRunResult(result, { style: plainStyle, width: 60 }).split("\n");
  expect(lines.filter((line) => textWidth(line) > 60)).toEqual([]);
});

test("nothing that a candidate says reaches the terminal as a control character", () => {
  const text = formatRunResult(result, { style: plainStyle, width: 80 });
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test("colours change nothing but colours", () => {
  const text = formatRunResult(result, { style: createStyle(true), width: 80 });
  // oxlint-disable-next-line no-control-regex
  expect(text.replaceAll(/\u001b\[\d+m/g, "")).toBe(
    formatRunResult(result, { style: plainStyle, width: 80 }),
  );
  expect(text).toContain("\u001b[32m+int f() { return 1; }\u001b[39m");
});

test("without a winner it says so and shows no diff", () => {
  const { best: _, ...rest } = result;
  const text = formatRunResult(
    { ...rest, ended: "3 rounds brought nothing faster" },
    { style: plainStyle, width: 80 },
  );
  expect(text).toContain("none of 3 candidates is faster for certain");
  expect(text).not.toContain("@@");
});

test("a winner of an interrupted run is marked as measured once", () => {
  const best = { ...result.best!, confirmed: false, speedup: measured(2.5).speedup };
  const text = formatRunResult({ ...result, best, ended: "interrupted" }, { style: plainStyle, width: 80 });
  expect(text).toContain("not yet measured a second time");
});
