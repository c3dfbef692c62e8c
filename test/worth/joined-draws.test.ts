import { describe, expect, test } from "vitest";
import type { Showing } from "../../src/lesson/showing.ts";
import { withCredit } from "../../src/worth/credit.ts";
import type { GeneralLesson } from "../../src/worth/general-lesson.ts";
import { generalise } from "../../src/worth/generalise.ts";
import { joinDraws } from "../../src/worth/joined-draws.ts";
import { exampleShowing } from "../lesson/example-showing.ts";
import { trialLesson } from "./simulate.ts";

const seen = "inner loop strides by a row";
/** Tiling gains where a loop strides, and loses elsewhere: with tasks enough, two lessons; with few, one. */
const striding = ["a", "b", "c", "d", "e"].map((task) =>
  trialLesson({ task, logSpeedup: 0.6, features: [seen] }),
);
const others = ["v", "w", "x", "y", "z"].map((task) => trialLesson({ task, logSpeedup: -0.6 }));

const split = generalise([...striding, ...others]).general;
const gaining = split.find(({ polarity }) => polarity === "gain")!;
const losing = split.find(({ polarity }) => polarity === "loss")!;
const [whole] = generalise(striding).general as [GeneralLesson];

type Drawn = Showing["drawn"][number];
function drawn(lesson: string, fields: Partial<Drawn> = {}): Drawn {
  return { lesson, probability: 0.5, shown: true, cited: false, applied: false, ...fields };
}
const idsOf = (general: readonly GeneralLesson[], showing: Showing): string[] =>
  joinDraws(general, [showing]).flatMap((each) => each.drawn.map(({ lesson }) => lesson));

test("the example is split by what the code shows, and is whole where only one side of it was seen", () => {
  expect(split).toHaveLength(2);
  expect([gaining.part, losing.part]).toEqual([whole.id, whole.id]);
});

describe("a draw", () => {
  test("of a whole that is split now speaks for the part that has seen its task", () => {
    expect(idsOf(split, exampleShowing({ task: "b", drawn: [drawn(whole.id)] }))).toEqual([gaining.id]);
    expect(idsOf(split, exampleShowing({ task: "w", drawn: [drawn(whole.id)] }))).toEqual([losing.id]);
    expect(idsOf(split, exampleShowing({ task: "unseen", drawn: [drawn(whole.id)] }))).toEqual([whole.id]);
  });

  test("of a part speaks for the whole where nobody splits it any more, and for another part of it where the split is another", () => {
    const earlier = drawn("0123456789abcdef", { whole: whole.id });
    expect(idsOf([whole], exampleShowing({ task: "b", drawn: [earlier] }))).toEqual([whole.id]);
    expect(idsOf(split, exampleShowing({ task: "b", drawn: [earlier] }))).toEqual([gaining.id]);
  });

  test("of an advice never speaks for a warning", () => {
    const advice = drawn(whole.id, { polarity: "gain" });
    expect(idsOf(split, exampleShowing({ task: "w", drawn: [advice] }))).toEqual([whole.id]);
    expect(idsOf(split, exampleShowing({ task: "b", drawn: [advice] }))).toEqual([gaining.id]);
  });

  test("that is known, or of another lesson, stays as it is", () => {
    const showing = exampleShowing({ drawn: [drawn(gaining.id), drawn("fedcba9876543210")] });
    expect(joinDraws(split, [showing])).toEqual([showing]);
  });

  test("of two parts at once counts once where both were shown, and not at all where one was", () => {
    const both = [drawn("1".repeat(16), { whole: whole.id }), drawn("2".repeat(16), { whole: whole.id })];
    expect(idsOf([whole], exampleShowing({ drawn: both }))).toEqual([whole.id]);
    const one = [both[0]!, { ...both[1]!, shown: false }];
    expect(idsOf([whole], exampleShowing({ drawn: one }))).toEqual([]);
  });
});

test("no draw is lost for credit when lessons of other tasks split what was whole", () => {
  const showings = Array.from({ length: 40 }, (_, index) =>
    exampleShowing({
      run: `run ${index >> 2}`,
      round: index,
      task: "abcde"[index % 5]!,
      drawn: [drawn(whole.id, { polarity: "gain", shown: index % 2 === 0 })],
    }),
  );
  const before = withCredit([whole], joinDraws([whole], showings))[0]?.credit;
  const after = withCredit(split, joinDraws(split, showings)).find(({ id }) => id === gaining.id)?.credit;
  expect(before).toMatchObject({ shown: 20, withheld: 20, runs: 10 });
  expect(after).toEqual(before);
});
