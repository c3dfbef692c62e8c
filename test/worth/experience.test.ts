import { describe, expect, test } from "vitest";
import type { Lesson } from "../../src/lesson/lesson.ts";
import { rankTransformations, transformationKey, type Experience } from "../../src/worth/experience.ts";
import { exampleLesson, type ExampleFields } from "../lesson/example-lesson.ts";

let number = 0;
/** An experience of its own task, with a narrow interval, on code as similar as can be. */
function learned(
  transformations: string[],
  fields: ExampleFields & { similarity?: number } = {},
): Experience {
  const { similarity = 1, ...rest } = fields;
  const ratio = rest.ratio ?? 2;
  const lesson = exampleLesson({
    task: `task ${++number}`,
    interval: [ratio * 0.999, ratio * 1.001],
    preconditions: [],
    transformations,
    ...rest,
    ratio,
  });
  return { lesson, similarity };
}

function withBasis(experience: Experience, transformations: number, speed: number): Experience {
  const lesson: Lesson = {
    ...experience.lesson,
    evidence: {
      ...experience.lesson.evidence,
      basis: { lesson: "0123456789abcdef", transformations, speed },
    },
  };
  return { ...experience, lesson };
}

const worthOf = (experience: readonly Experience[], name: string) => {
  const worth = rankTransformations(experience).get(name);
  if (!worth) throw new Error(`nothing is known about ${name}`);
  return worth;
};

describe("what a transformation is worth", () => {
  test("is the shrunken mean of its log-speedups", () => {
    const { expectedLogSpeedup, deviation } = worthOf([learned(["tile"], { ratio: Math.E })], "tile");
    // A first fit: variance of one observation 0.0004² + 0.1² + 0.3² = 0.1, prior 0.5² = 0.25: 1·10 / (4 + 10). It leaves 4/14 over, so that the
    // spread of single uses is (2·0.09 + (4/14)²) / 3, which takes the place of 0.3² in a second fit.
    const spread = (0.18 + (4 / 14) ** 2) / 3;
    const weight = 1 / (0.01 + spread);
    expect(expectedLogSpeedup).toBeCloseTo(weight / (4 + weight), 4);
    expect(deviation).toBeCloseTo(Math.sqrt(1 / (4 + weight) + spread), 4);
  });

  test("grows more certain with tasks, not with repetitions on one task", () => {
    const fields = { ratio: 2, transformations: ["tile"] };
    const tasks = Array.from({ length: 9 }, () => learned(["tile"], { ratio: 2 }));
    const repetitions = Array.from({ length: 9 }, (_, index) =>
      learned(["tile"], { ...fields, task: "one", run: `run ${index}` }),
    );
    const [one, manyTasks, manyRuns] = [tasks.slice(0, 1), tasks, repetitions].map((list) =>
      worthOf(list, "tile"),
    );
    expect(manyTasks?.expectedLogSpeedup).toBeGreaterThan(0.65);
    expect(manyRuns?.expectedLogSpeedup).toBeLessThan(0.6);
    expect(manyRuns?.deviation).toBeLessThan(one?.deviation ?? 0);
    expect(manyTasks?.deviation).toBeLessThan(manyRuns?.deviation ?? 0);
  });

  test("hears code of the same kind louder than code of another kind", () => {
    const experience = [
      learned(["interchange"], { ratio: 4, similarity: 0.9 }),
      learned(["interchange"], { ratio: 0.8, similarity: 0.2 }),
    ];
    const reversed = experience.map(({ lesson, similarity }) => ({ lesson, similarity: 1.1 - similarity }));
    expect(worthOf(experience, "interchange").expectedLogSpeedup).toBeGreaterThan(0.4);
    expect(worthOf(reversed, "interchange").expectedLogSpeedup).toBeLessThan(0.2);
  });

  test("is shared among the transformations of one candidate, not given to each", () => {
    const together = [learned(["tile", "unroll"], { ratio: Math.E })];
    const ranking = rankTransformations(together);
    const tile = ranking.get("tile")?.expectedLogSpeedup ?? 0;
    const unroll = ranking.get("unroll")?.expectedLogSpeedup ?? 0;
    expect(tile).toBeCloseTo(unroll, 10);
    // 1/10 + 2/4 in variances: each takes (1/4)/(0.1 + 0.5) of 1, and 1/6 is left over. Of its square each has a quarter, and half of what the spread leaves
    // open besides: with a use of 1/2, s = (0.18 + (1/144 + s/2) / 2) / 2.5, from s = 0.09 four times.
    let spread = 0.09;
    for (let pass = 0; pass < 4; pass++) spread = (0.18 + (1 / 144 + spread / 2) / 2) / 2.5;
    expect(tile).toBeCloseTo(0.25 / (0.01 + spread + 0.5), 4);
    expect(ranking.get("tile")?.evidence).toBeCloseTo(0.5, 10);
  });

  test("goes to the transformation that makes the difference", () => {
    const experience = [
      ...Array.from({ length: 4 }, () => learned(["interchange", "unroll"], { ratio: 4 })),
      ...Array.from({ length: 4 }, () => learned(["interchange"], { ratio: 4 })),
    ];
    expect(worthOf(experience, "interchange").expectedLogSpeedup).toBeGreaterThan(1);
    expect(Math.abs(worthOf(experience, "unroll").expectedLogSpeedup)).toBeLessThan(0.2);
  });

  test("is what was added to the largest part that was tried on the task, not lent to what makes no difference", () => {
    const of = { task: "one", preconditions: [] };
    const alone = learned(["sort", "unroll"], { ratio: 9, ...of });
    // Names that do nothing, so that what one does is no sign of what the others do.
    const idle = ["tile", "split", "peel"].map((name) => learned([name], { ratio: 1, ...of }));
    const known = [learned(["sort"], { ratio: 9, ...of }), learned(["unroll"], { ratio: 1, ...of }), ...idle];
    const lent = rankTransformations([alone]).get("unroll")?.expectedLogSpeedup;
    expect(lent).toBeGreaterThan(0.5);
    expect(Math.abs(worthOf([alone, ...known], "unroll").expectedLogSpeedup)).toBeLessThan(0.05);
    expect(worthOf([alone, ...known], "sort").expectedLogSpeedup).toBeGreaterThan(0.9);
  });

  test("is less uncertain for what did nothing alone, whatever it was stacked with", () => {
    const wild = [8, 0.5, 3, 1].map((ratio) => learned(["sort", "unroll"], { ratio }));
    const tame = Array.from({ length: 6 }, () => learned(["unroll"], { ratio: 1 }));
    const deviationOf = (name: string) => worthOf([...wild, ...tame], name).deviation;
    expect(deviationOf("unroll")).toBeLessThan(deviationOf("sort") / 1.5);
  });

  test("is what was added to the code that a candidate was built on", () => {
    const onTop = withBasis(learned(["interchange", "unroll"], { ratio: 5 }), 1, 5);
    const ranking = rankTransformations([onTop]);
    expect(ranking.get("unroll")?.expectedLogSpeedup).toBeCloseTo(0, 6);
    expect(ranking.has("interchange")).toBe(false);
  });

  test("counts failures against correctness and not against speed, shared by those that took part", () => {
    const success = learned(["tile"], { ratio: 3 });
    const failure = learned(["tile"], { status: "wrong-output" });
    const good = worthOf([success, success], "tile");
    const mixed = worthOf([success, failure], "tile");
    expect(mixed.successProbability).toBeLessThan(good.successProbability);
    expect(mixed.expectedLogSpeedup).toBeGreaterThan(0.7);
    // Overall (1.4 + 0) / 3; alone (2·0.4667 + 0) / 3; of two (2·0.4667 + 0) / 2.5.
    expect(worthOf([learned(["tile"], { status: "crashed" })], "tile").successProbability).toBeCloseTo(
      0.31111,
      4,
    );
    const shared = worthOf([learned(["tile", "unroll"], { status: "crashed" })], "tile");
    expect(shared.successProbability).toBeCloseTo(0.37333, 4);
    // Never measured: as uncertain as before, and not promising because it fails.
    expect(shared.expectedLogSpeedup).toBe(0);
    expect(shared.deviation).toBeCloseTo(Math.sqrt(0.25 + 0.09), 6);
  });

  test("promises most for great gains, little for what never helps, least for what always fails", () => {
    const repeat = (make: () => Experience) => Array.from({ length: 5 }, make);
    const ranking = rankTransformations([
      ...repeat(() => learned(["great"], { ratio: 4 })),
      ...repeat(() => learned(["useful"], { ratio: 1.3 })),
      ...repeat(() => learned(["useless"], { ratio: 1 })),
      ...repeat(() => learned(["harmful"], { ratio: 0.5 })),
      ...repeat(() => learned(["broken"], { status: "not-compiled" })),
    ]);
    const names = ["great", "useful", "useless", "harmful"];
    const promises = names.map((name) => ranking.get(name)?.promise ?? Number.NaN);
    expect(promises).toEqual(promises.toSorted((left, right) => right - left));
    expect(ranking.get("broken")?.fasterProbability).toBeLessThan(0.25);
    expect(ranking.get("great")?.fasterProbability).toBeGreaterThan(0.85);
    expect(ranking.get("harmful")?.fasterProbability).toBeLessThan(0.1);
  });

  test("promises more where effects differ from use to use, at the same mean", () => {
    const six = [0, 1, 2, 3, 4, 5];
    const ranking = rankTransformations([
      ...six.map((use) => learned(["moody"], { ratio: use % 2 === 0 ? 3 : 1 / 3 })),
      ...six.map(() => learned(["idle"], { ratio: 1 })),
    ]);
    const [moody, idle] = ["moody", "idle"].map((name) => ranking.get(name));
    expect(moody?.expectedLogSpeedup).toBeCloseTo(0, 2);
    expect(idle?.expectedLogSpeedup).toBeCloseTo(0, 2);
    expect(moody?.promise).toBeGreaterThan(2 * (idle?.promise ?? 1));
  });

  test("expects for a gain what a normal distribution expects above zero", () => {
    const { expectedLogSpeedup, deviation, successProbability, promise } = worthOf(
      [learned(["tile"], { ratio: 1 })],
      "tile",
    );
    expect(expectedLogSpeedup).toBeCloseTo(0, 10);
    // E max(0, X) of a normal around zero is σ/√(2π).
    expect(promise).toBeCloseTo((successProbability * deviation) / Math.sqrt(2 * Math.PI), 6);
  });

  test("tells parameters apart where they were tried, and falls back to the name where not", () => {
    const tiled = (tile: number, ratio: number) =>
      learned([], {
        transformations: [{ name: "tile", parameters: { tile, order: "row" }, place: "a loop" }],
        ratio,
      });
    const experience = [1, 2, 3, 4].flatMap(() => [tiled(64, 3), tiled(8, 1)]);
    const ranking = rankTransformations(experience);
    const name = ranking.expect("tile")?.expectedLogSpeedup ?? 0;
    const good = ranking.expect("tile", { order: "row", tile: 64 });
    const bad = ranking.expect("tile", { order: "row", tile: 8 });
    expect(good?.expectedLogSpeedup).toBeGreaterThan(name + 0.05);
    expect(bad?.expectedLogSpeedup).toBeLessThan(name - 0.05);
    expect(ranking.expect("tile", { tile: 512 })?.expectedLogSpeedup).toBeCloseTo(name, 10);
    expect(ranking.get('tile {"order":"row","tile":64}')).toEqual(good);
    expect(ranking.expect("unheard-of", { tile: 64 })).toBeUndefined();
  });

  test("tells places apart by what was seen there", () => {
    const seen = (phrase: string, ratio: number) =>
      learned(["interchange"], { preconditions: [phrase], ratio });
    const experience = [1, 2, 3].flatMap(() => [seen("strides by a row", 4), seen("strides by one", 1)]);
    const { expect: ask } = rankTransformations(experience);
    const [row, one, new_] = ["strides by a row", "strides by one", "something new"].map(
      (phrase) => ask("interchange", {}, [phrase])?.expectedLogSpeedup ?? Number.NaN,
    );
    expect(row).toBeGreaterThan((new_ ?? 0) + 0.1);
    expect(one).toBeLessThan((new_ ?? 0) - 0.1);
  });

  test("is less certain from another machine, and the same where no context is asked about", () => {
    const experience = [learned(["tile"], { ratio: 4, isa: "arm64 neon", compiler: "clang 15" })];
    const here = exampleLesson().context;
    const [local, foreign] = [
      rankTransformations(experience),
      rankTransformations(experience, { context: here }),
    ];
    expect(foreign.get("tile")?.expectedLogSpeedup).toBeLessThan(local.get("tile")?.expectedLogSpeedup ?? 0);
    expect(foreign.get("tile")?.evidence).toBeCloseTo(0.25, 10);
  });

  test("is nothing without experience, and lessons without transformations teach nothing", () => {
    expect(rankTransformations([]).size).toBe(0);
    expect(rankTransformations([learned([])]).size).toBe(0);
    expect(rankTransformations([]).expect("tile")).toBeUndefined();
  });
});

describe("the key of a transformation", () => {
  test("does not depend on the order of its parameters", () => {
    expect(transformationKey("tile", { b: 1, a: "x" })).toBe('tile {"a":"x","b":1}');
    expect(transformationKey("tile")).toBe("tile");
  });
});
