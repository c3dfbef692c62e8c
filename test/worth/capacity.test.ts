import { describe, expect, test } from "vitest";
import type { Change, WhatChanged } from "../../src/lesson/change.ts";
import { fitWithin } from "../../src/worth/capacity.ts";
import type { GeneralLesson } from "../../src/worth/general-lesson.ts";
import { generalise } from "../../src/worth/generalise.ts";
import { byCapacity, dueRetirements, showable } from "../../src/worth/upkeep.ts";
import { estimate } from "../../src/worth/random-effects.ts";
import { trialLesson } from "./simulate.ts";

/** Each gains more than the one before. */
const generals = ["one", "two", "three", "four"].flatMap((name, index) => {
  const lessons = ["a", "b", "c"].map((task) =>
    trialLesson({ task, names: [name], logSpeedup: 0.2 * (index + 1) }),
  );
  return generalise(lessons).general;
});
const names = (those: readonly GeneralLesson[]): string[] =>
  those.map(({ transformations }) => transformations.join()).toSorted();
const options = (tokens: number) => ({ tokens, count: () => 10 });

/** A bank's history, written to as a command would. */
function history() {
  const changes: Change[] = [];
  const make = (what: WhatChanged, by: string): Change => {
    const id = (changes.length + 1).toString(16).padStart(16, "0");
    const change = { id, at: "2026-01-02T03:04:05.678Z", by, what };
    changes.push(change);
    return change;
  };
  const tend = (tokens: number): void => {
    for (const what of fitWithin(generals, changes, options(tokens)).changes) make(what, byCapacity);
  };
  return { changes, make, tend, shown: () => names(showable(generals, changes)) };
}

describe("room for so many tokens", () => {
  test("is left to what is worth most for them, and nothing is asked for a second time", () => {
    const bank = history();
    bank.tend(20);
    expect(bank.shown()).toEqual(["four", "three"]);
    expect(bank.changes.map(({ what }) => what.kind)).toEqual(["retired", "retired"]);
    expect(bank.changes[0]?.what).toMatchObject({
      reason: expect.stringMatching(/^no room within 20 tokens: it takes 10, and .* gain \d+\.\d %$/),
    });
    bank.tend(20);
    expect(bank.changes).toHaveLength(2);
    expect(fitWithin(generals, bank.changes, options(20))).toMatchObject({ tokens: 20, changes: [] });
  });

  test("that grows brings back what went for lack of it, and that shrinks takes it away again", () => {
    const bank = history();
    bank.tend(10);
    expect(bank.shown()).toEqual(["four"]);
    bank.tend(30);
    expect(bank.shown()).toEqual(["four", "three", "two"]);
    bank.tend(10);
    expect(bank.shown()).toEqual(["four"]);
    bank.tend(1000);
    expect(bank.shown()).toEqual(names(generals));
  });

  test("is not given to what was retired for another reason, and not taken from what a person brought back", () => {
    const bank = history();
    const best = generals.find(({ transformations }) => transformations[0] === "four")!;
    bank.make({ kind: "retired", general: best.id, reason: "not on our machines" }, "person");
    bank.tend(20);
    expect(bank.shown()).toEqual(["three", "two"]);
    const worst = generals.find(({ transformations }) => transformations[0] === "one")!;
    const gone = bank.changes.find(({ what }) => what.kind === "retired" && what.general === worst.id)!;
    bank.make({ kind: "undone", change: gone.id }, "person");
    bank.tend(20);
    expect(bank.shown()).toEqual(["one", "three"]);
  });

  test("says nothing against a lesson: one that went for lack of it can still be found not to help", () => {
    const [general] = generals as [GeneralLesson];
    const change: Change = {
      id: "0".repeat(16),
      at: "2026-01-02T03:04:05.678Z",
      by: byCapacity,
      what: { kind: "retired", general: general.id, reason: "" },
    };
    const undone: Change = { ...change, id: "1".repeat(16), what: { kind: "undone", change: change.id } };
    const useless: GeneralLesson = {
      ...general,
      credit: {
        correctness: estimate(0, 0.05),
        logSpeedup: estimate(-0.2, 0.05),
        shown: 50,
        withheld: 50,
        cited: 0,
        applied: 10,
        runs: 20,
      },
    };
    expect(dueRetirements([useless], [change, undone])).toHaveLength(1);
    expect(dueRetirements([useless], [{ ...change, by: "person" }, undone])).toHaveLength(0);
  });
});
