import { describe, expect, it, test } from "vitest";
import { policyByName, type GeneralCandidate } from "../../src/select/policy.ts";
import { expectationOf } from "../../src/select/shown.ts";
import type { TransformationWorth } from "../../src/worth/experience.ts";
import type { Polarity } from "../../src/worth/general-lesson.ts";
import { randomStream } from "../../src/strategy/random.ts";

function worth(fields: Partial<TransformationWorth>): TransformationWorth {
  return {
    expectedLogSpeedup: 0,
    deviation: 0.1,
    successProbability: 1,
    fasterProbability: 0.5,
    promise: 0,
    evidence: 3,
    ...fields,
  };
}

function general(
  name: string,
  fields: Partial<TransformationWorth>,
  {
    polarity = "gain",
    relevance = 0.5,
    preconditions = [] as string[],
    with: others = [] as string[],
    eagerness,
  }: {
    polarity?: Polarity;
    relevance?: number;
    preconditions?: string[];
    with?: string[];
    eagerness?: number;
  } = {},
): GeneralCandidate {
  const expected = worth(fields);
  const nothing = { mean: 0, error: 0.1, low: -0.2, high: 0.2 };
  return {
    lesson: {
      id: name.padEnd(16, "0"),
      transformations: [name, ...others],
      preconditions,
      seen: [],
      languages: ["c"],
      architecture: "x86-64",
      threads: "one",
      polarity,
      effect: nothing,
      meanEffect: nothing,
      correctness: nothing,
      tasks: ["one", "two"],
      measured: 2,
      gained: 2,
      lost: 0,
      failed: 0,
      admitted: "replicated",
      evidence: [],
      text: `${name} helps.`,
    },
    relevance,
    expected,
    holdsAt: (seen) => preconditions.every((phrase) => seen.includes(phrase)),
    expectedOf: (about) => ([name, ...others].includes(about) ? expected : undefined),
    ...(eagerness !== undefined && { eagerness: () => eagerness }),
  };
}

const never = (): number => expect.unreachable("a policy without chance drew a random number");

function choose(
  name: string,
  candidates: readonly GeneralCandidate[],
  k = 4,
  random = never,
  familiar: readonly string[] = [],
): string[] {
  const policy = policyByName(name);
  return (policy.selectGeneral?.(candidates, { k, random, familiar: new Set(familiar) }) ?? []).map(
    ({ lesson }) => lesson.transformations[0]!,
  );
}

describe("the curated policy", () => {
  it("seats what the agent has tried itself only where seats are left", () => {
    const three = [
      general("great", { promise: 0.5 }),
      general("good", { promise: 0.3 }),
      general("fair", { promise: 0.1 }),
    ];
    expect(choose("curated", three, 2)).toEqual(["great", "good"]);
    expect(choose("curated", three, 2, never, ["great"])).toEqual(["good", "fair"]);
    expect(choose("curated", three, 4, never, ["great", "good"])).toEqual(["great", "good", "fair"]);
  });

  const several = [
    general("small", { promise: 0.05 }),
    general("large", { promise: 0.6 }),
    general("medium", { promise: 0.3 }),
    general("nothing", { promise: 0.001 }),
  ];

  test("shows what is expected to gain most first, and at most k", () => {
    expect(choose("curated", several, 2)).toEqual(["large", "medium"]);
    expect(choose("curated", several.toReversed(), 2)).toEqual(["large", "medium"]);
  });

  test("shows fewer than k where no more are expected to help, and none where none is", () => {
    expect(choose("curated", several)).toEqual(["large", "medium", "small"]);
    expect(choose("curated", [general("nothing", { promise: 0.001 })])).toEqual([]);
    expect(choose("curated", [])).toEqual([]);
  });

  test("corrects what is expected by what showing it was seen to cause", () => {
    const seen = { mean: -0.4, error: 0.1, low: -0.6, high: -0.2 };
    const disproved = general("large", { promise: 0.6 });
    const credit = {
      correctness: seen,
      logSpeedup: seen,
      shown: 40,
      withheld: 30,
      cited: 9,
      applied: 9,
      runs: 9,
    };
    const known = { ...disproved, lesson: { ...disproved.lesson, credit } };
    expect(choose("curated", [known, general("medium", { promise: 0.3 })])).toEqual(["medium", "large"]);
  });

  test("tells what would be tried early and had better not before what gains little", () => {
    const useless = { promise: 0.03, fasterProbability: 0.05 };
    const candidates = [
      general("early", useless, { polarity: "loss", eagerness: 1 }),
      general("late", useless, { polarity: "loss", eagerness: 0.1 }),
      general("large", { promise: 0.6 }, { eagerness: 0.1 }),
      general("small", { promise: 0.1 }, { eagerness: 0.1 }),
    ];
    expect(choose("curated", candidates, 2)).toEqual(["large", "early"]);
    expect(choose("curated", candidates, 3)).toEqual(["large", "small", "early"]);
  });

  test("warns an agent of which nobody knows what it would try of what was tried in vain", () => {
    const warning = general("warning", { promise: 0.001 }, { polarity: "loss" });
    expect(choose("curated", [warning, general("nothing", { promise: 0.001 })])).toEqual(["warning"]);
  });

  test("tells each thing once, and in one lesson where there is one on several", () => {
    const both = general("fuse", { promise: 0.2 }, { with: ["tile"] });
    const single = ["fuse", "tile", "split"].map((name) => general(name, { promise: 0.15 }));
    expect(choose("curated", [...single, both], 2)).toEqual(["fuse", "split"]);
    expect(choose("curated", [...single, both])).toEqual(["fuse", "split"]);
  });
});

describe("Thompson's policy", () => {
  const random = randomStream(1, "thompson");

  test("shows what is better more often, and what is uncertain now and then", () => {
    const candidates = [
      general("good", { expectedLogSpeedup: 0.5, deviation: 0.05 }),
      general("uncertain", { expectedLogSpeedup: 0.1, deviation: 0.5 }),
      general("useless", { expectedLogSpeedup: -0.5, deviation: 0.05 }),
    ];
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 2000; draw++) {
      for (const name of choose("thompson", candidates, 1, random))
        counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    // P(0.1 + 0.5 z₁ > 0.5 + 0.05 z₂) = P(z > 0.796) = 0.213.
    expect((counts.get("uncertain") ?? 0) / 2000).toBeGreaterThan(0.17);
    expect((counts.get("uncertain") ?? 0) / 2000).toBeLessThan(0.26);
    expect((counts.get("good") ?? 0) + (counts.get("uncertain") ?? 0)).toBe(2000);
    expect(counts.get("useless")).toBeUndefined();
  });

  test("abstains where every draw gains nothing", () => {
    const useless = general("useless", { expectedLogSpeedup: -1, deviation: 0.01 });
    expect(choose("thompson", [useless], 4, random)).toEqual([]);
  });
});

describe("what an agent expects from what it was shown", () => {
  test("is that of the first general lesson whose conditions the place shows", () => {
    const strided = general("tiling", { promise: 0.9 }, { preconditions: ["strides by a row"] });
    const anywhere = general("tiling", { promise: 0.1 });
    const known = expectationOf({ experience: [], general: [strided, anywhere] });
    expect(known.expect("tiling", {}, ["strides by a row", "other"])?.promise).toBe(0.9);
    expect(known.expect("tiling", {}, [])?.promise).toBe(0.1);
    expect(known.expect("unrolling")).toBeUndefined();
  });

  test("is that of a lesson on several transformations for each of them, where none is about it alone", () => {
    const both = general("tiling", { promise: 0.9 }, { with: ["unrolling"] });
    const alone = general("tiling", { promise: 0.1 });
    const known = expectationOf({ experience: [], general: [both, alone] });
    expect(known.expect("unrolling")?.promise).toBe(0.9);
    expect(known.expect("tiling")?.promise).toBe(0.1);
  });
});
