import { describe, expect, test } from "vitest";
import { changeSchema, type Change, type WhatChanged } from "../../src/lesson/change.ts";
import { estimateTokens } from "../../src/model/token-estimate.ts";
import { changesInForce } from "../../src/worth/changes.ts";
import { estimateCredit } from "../../src/worth/credit.ts";
import type { Credit, GeneralLesson } from "../../src/worth/general-lesson.ts";
import { generalise } from "../../src/worth/generalise.ts";
import { estimate } from "../../src/worth/random-effects.ts";
import {
  dueRetirements,
  expectedValue,
  isRetired,
  keepWithin,
  retiredGenerals,
  showable,
} from "../../src/worth/upkeep.ts";
import { chance, drawWorld, shuffled, trialLesson } from "./simulate.ts";

let number = 0;
function change(what: WhatChanged): Change {
  number += 1;
  return {
    id: number.toString(16).padStart(16, "0"),
    at: `2026-01-02T03:04:${String(number % 60).padStart(2, "0")}.000Z`,
    by: "person",
    what,
  };
}

function generalOf(name: string, logSpeedup: number, credit?: Credit): GeneralLesson {
  const lessons = [1, 2, 3].map((task) => trialLesson({ task: `${task}`, names: [name], logSpeedup }));
  const [general] = generalise(lessons).general;
  if (!general) throw new Error("no general lesson");
  return { ...general, ...(credit && { credit }) };
}

function creditOf(mean: number, error: number, draws: number, runs = 20): Credit {
  return {
    correctness: estimate(0, 0.05),
    logSpeedup: estimate(mean, error),
    shown: draws,
    withheld: draws,
    cited: 0,
    applied: Math.floor(draws / 2),
    runs,
  };
}

const effectOf = (lesson: number): number => (lesson < 2 ? -0.15 : 0.06);
const count = (): number => 10;
const familyOf = (name: string): string => (name.startsWith("loop") ? "loops" : "sums");
const names = (generals: readonly GeneralLesson[]): string[] =>
  generals.map(({ transformations }) => transformations.join());

describe("changes", () => {
  test("hold until a later one that holds undoes them, in the order in which they took effect", () => {
    const retired = change({ kind: "retired", general: "a", reason: "" });
    const undone = change({ kind: "undone", change: retired.id });
    const again = change({ kind: "undone", change: undone.id });
    expect(changesInForce([retired, undone])).toEqual([undone]);
    expect(changesInForce([retired, undone, again])).toEqual([retired, again]);
    expect(retiredGenerals([retired, undone])).toEqual(new Set());
    expect(retiredGenerals([retired, undone, again])).toEqual(new Set(["a"]));
    const once = change({ kind: "undone", change: again.id });
    expect(retiredGenerals([retired, undone, again, once])).toEqual(new Set());
  });

  test("of two runs that retired the same lesson are both undone with either", () => {
    const retirements = [1, 2].map(() => change({ kind: "retired", general: "a", reason: "" }));
    const undone = change({ kind: "undone", change: retirements[0]!.id });
    expect(retiredGenerals([...retirements, undone])).toEqual(new Set());
  });
});

describe("retirement", () => {
  const harmful = generalOf("loop-tiling", 0.5, creditOf(-0.1, 0.03, 100));

  test("is of a lesson that was drawn often and whose effect is hardly positive, with the numbers as its reason", () => {
    const [due, ...others] = dueRetirements(
      [harmful, generalOf("loop-fusion", 0.5, creditOf(0.1, 0.03, 100))],
      [],
    );
    expect(others).toEqual([]);
    expect(due).toEqual({
      kind: "retired",
      general: harmful.id,
      reason:
        "showing it changed the speed by a factor of 0.905 (95 % interval 0.853 to 0.960), over 100 draws that showed it and 100 that did not, in 20 runs: that it helps has a chance of 0.0 %",
    });
    if (!due) throw new Error("none due");
    expect(changeSchema.parse(change(due)).what).toEqual(due);
  });

  test("waits for enough draws and runs, and for certainty", () => {
    expect(dueRetirements([{ ...harmful, credit: creditOf(-0.1, 0.03, 29) }], [])).toEqual([]);
    expect(dueRetirements([{ ...harmful, credit: creditOf(-0.1, 0.03, 100, 4) }], [])).toEqual([]);
    expect(dueRetirements([{ ...harmful, credit: creditOf(-0.05, 0.03, 100) }], [])).toEqual([]);
    expect(dueRetirements([generalOf("loop-tiling", -0.5)], [])).toEqual([]);
  });

  test("is a tombstone that new lessons do not lift, for the whole and for its parts, until it is undone", () => {
    const [due] = dueRetirements([harmful], []);
    if (!due) throw new Error("none due");
    const retired = change(due);
    const relearned = generalOf("loop-tiling", 2);
    const part: GeneralLesson = { ...relearned, id: "0".repeat(16), part: relearned.id };
    const other = generalOf("loop-fusion", 0.5);
    expect(relearned.id).toBe(harmful.id);
    expect(showable([relearned, part, other], [retired])).toEqual([other]);
    expect(isRetired(part, new Set([harmful.id]))).toBe(true);
    expect(dueRetirements([harmful], [retired])).toEqual([]);
    const undone = change({ kind: "undone", change: retired.id });
    expect(showable([relearned, other], [retired, undone])).toEqual([relearned, other]);
    // A person has decided.
    expect(dueRetirements([harmful], [retired, undone])).toEqual([]);
  });

  test("leaves out what was not admitted", () => {
    const [single] = generalise([trialLesson({ task: "a", logSpeedup: 1 })]).general;
    if (!single) throw new Error("no general lesson");
    expect(showable([single], [])).toEqual([]);
  });

  test("takes lessons that harm in time, and hardly ever one that helps, looking after every fourth run", () => {
    const random = chance(17);
    const counts = { harmful: 0, harmfulRetired: 0, helpful: 0, helpfulRetired: 0 };
    for (let world = 0; world < 6; world++) {
      const { showings } = drawWorld(random, {
        runs: 40,
        proposals: 6,
        lessons: 8,
        families: 8,
        deviation: 0,
        effect: effectOf,
        probability: () => 0.4,
      });
      const own = showings.filter(({ drawn }) => drawn[0]?.lesson.startsWith("lesson"));
      const retired = new Set<string>();
      for (let runs = 4; runs <= 40; runs += 4) {
        const credits = estimateCredit(own.slice(0, runs * 6));
        for (const [id, credit] of credits)
          for (const due of dueRetirements([{ ...harmful, id, credit }], [])) retired.add(due.general);
      }
      for (let lesson = 0; lesson < 8; lesson++) {
        const kind = effectOf(lesson) < 0 ? "harmful" : "helpful";
        counts[kind]++;
        if (retired.has(`lesson ${lesson}`)) counts[`${kind}Retired`]++;
      }
    }
    expect(counts.harmfulRetired / counts.harmful).toBeGreaterThan(0.7);
    expect(counts.helpfulRetired / counts.helpful).toBeLessThan(0.05);
  });
});

describe("what is kept where there is room for few", () => {
  const loops = ["loop-tiling", "loop-interchange", "loop-unrolling"].map((name, index) =>
    generalOf(name, 0.9 - index / 10),
  );
  const sums = ["local-accumulator", "multiple-accumulators"].map((name, index) =>
    generalOf(name, 0.3 - index / 10),
  );

  test("is one of each family, then the best for their tokens, best first", () => {
    const all = [...sums, ...loops];
    expect(names(keepWithin(all, { tokens: 30, familyOf, count }))).toEqual([
      "loop-tiling",
      "loop-interchange",
      "local-accumulator",
    ]);
    expect(names(keepWithin(all, { tokens: 10, familyOf, count }))).toEqual(["loop-tiling"]);
    expect(keepWithin(all, { tokens: 9, familyOf, count })).toEqual([]);
    expect(keepWithin(all, { tokens: 1e6 })).toHaveLength(5);
  });

  test("prefers the shorter of two that are worth the same", () => {
    const [first] = loops;
    if (!first) throw new Error("no lesson");
    const long = { ...first, id: "0".repeat(16), text: "x".repeat(900) };
    const room = { tokens: estimateTokens(long.text) };
    expect(keepWithin([long, first], room)).toEqual([first]);
  });

  test("never takes more than there is room for, and does not depend on the order", () => {
    const random = chance(2);
    for (let tokens = 0; tokens < 400; tokens += 37) {
      const kept = keepWithin([...loops, ...sums], { tokens, familyOf });
      expect(kept.reduce((sum, { text }) => sum + estimateTokens(text), 0)).toBeLessThanOrEqual(tokens);
      expect(keepWithin(shuffled([...loops, ...sums], random), { tokens, familyOf })).toEqual(kept);
    }
  });

  test("values what the draws say over what was supposed, the more of them there are", () => {
    const never = generalOf("loop-tiling", 1);
    const useless = { ...never, credit: creditOf(0, 0.01, 500) };
    const unclear = { ...never, credit: creditOf(0, 0.3, 6) };
    expect(expectedValue(never)).toBeGreaterThan(0.1);
    expect(expectedValue(useless)).toBeLessThan(0.02);
    expect(expectedValue(unclear)).toBeGreaterThan(expectedValue(useless));
    expect(expectedValue(generalOf("loop-tiling", -0.5))).toBeGreaterThan(0);
    expect(expectedValue(generalOf("loop-tiling", -0.5))).toBeLessThan(expectedValue(never));
  });
});
