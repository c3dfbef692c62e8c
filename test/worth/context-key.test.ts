import { describe, expect, test } from "vitest";
import type { LessonContext } from "../../src/lesson/lesson.ts";
import {
  conditionHolds,
  contextChanges,
  contextPhrases,
  contextVariance,
  hardContext,
  learnContextVariances,
  mayBeShown,
  negated,
  priorContextVariances,
  sizeClass,
} from "../../src/worth/context-key.ts";
import { chance, shuffled } from "./simulate.ts";

const earned: LessonContext = {
  language: "c++",
  compiler: "g++ (Debian 12.2.0-14+deb12u1) 12.2.0",
  flags: ["-std=gnu++17", "-O3", "-march=native"],
  cpu: "A CPU",
  isa: "x86-64 avx2",
  threads: 1,
  sizes: { m: 64, n: 64 },
};
const clang = "Debian clang version 14.0.6";

const shown = (from: Partial<LessonContext>, here: Partial<LessonContext>): boolean =>
  mayBeShown(
    { ...hardContext({ ...earned, ...from }), languages: [from.language ?? earned.language] },
    { ...earned, ...here },
  );

const changed = (here: Partial<LessonContext>): string[] => [
  ...contextChanges(earned, { ...earned, ...here }).keys(),
];

const variance = (here: Partial<LessonContext>): number => contextVariance(earned, { ...earned, ...here });

describe("whether a lesson may be shown", () => {
  test.each<[string, boolean, Partial<LessonContext>, Partial<LessonContext>]>([
    ["in the same context", true, {}, {}],
    ["on another architecture", false, {}, { isa: "arm64 neon" }],
    [
      "with another vector extension, processor, compiler and size",
      true,
      {},
      {
        isa: "x86-64 avx512",
        cpu: "Another",
        compiler: clang,
        sizes: { n: 1e6 },
      },
    ],
    ["with several threads where it was earned with one", false, {}, { threads: 4 }],
    ["with eight threads where it was earned with four", true, { threads: 4 }, { threads: 8 }],
    ["in C++ what was seen in C", true, { language: "c" }, {}],
    ["in C what was seen in C++ alone", false, {}, { language: "c" }],
    [
      "by clang with a flag that only gcc knows",
      false,
      { flags: ["-floop-nest-optimize"] },
      { compiler: clang },
    ],
    ["by gcc with a flag that only gcc knows", true, { flags: ["-floop-nest-optimize"] }, {}],
    ["by gcc with a flag that only clang knows", false, { flags: ["-mllvm"], compiler: clang }, {}],
  ])("%s: %s", (_title, expected, from, here) => {
    expect(shown(from, here)).toBe(expected);
  });
});

describe("a changed context", () => {
  test("is known by its features", () => {
    expect(changed({})).toEqual([]);
    expect(changed({ compiler: "gcc 12.3.1" })).toEqual([]);
    expect(changed({ compiler: "g++ 13.1.0" })).toEqual(["compilerVersion"]);
    expect(changed({ compiler: clang })).toEqual(["compiler"]);
    expect(changed({ flags: ["-march=native", "-O3", "-std=c++20", "-Wall"] })).toEqual([]);
    expect(changed({ flags: ["-O2"] })).toEqual(["flags"]);
    expect(changed({ cpu: "B", isa: "x86-64 avx512", language: "c" })).toEqual([
      "language",
      "processor",
      "vectors",
    ]);
    expect(changed({ sizes: { n: 4100 } })).toEqual([]);
    expect(changed({ sizes: {} })).toEqual([]);
    expect(contextChanges(earned, { ...earned, sizes: { n: 64 } }).get("size")).toBe(2);
  });

  test("adds variance, the more the more differs, and none where nothing does", () => {
    expect(variance({})).toBe(0);
    expect(variance({ cpu: "B" })).toBeCloseTo(0.01, 9);
    expect(variance({ cpu: "B", compiler: clang })).toBeGreaterThan(variance({ compiler: clang }));
    expect(variance({ sizes: { n: 1e9 } })).toBeGreaterThan(variance({ sizes: { n: 1e5 } }));
  });

  test("counts sizes by factors of eight of their product", () => {
    expect([{ n: 1 }, { n: 0 }, { n: 8 }, { m: 8, n: 8 }, { n: 60 }].map(sizeClass)).toEqual([0, 0, 1, 2, 2]);
    expect(sizeClass({})).toBeUndefined();
  });

  test("is as uncertain as was measured, where something was measured in both", () => {
    const random = chance(4);
    const measured = (deviation: number) =>
      Array.from({ length: 60 }, (_, subject) => {
        const value = random.normal();
        return [
          { subject: `${subject}`, context: earned, value, variance: 0.001 },
          {
            subject: `${subject}`,
            context: { ...earned, compiler: clang },
            value: value + deviation * random.normal(),
            variance: 0.001,
          },
        ];
      }).flat();
    const much = measured(0.8);
    const learned = learnContextVariances(much);
    expect(Math.sqrt(learned.compiler)).toBeGreaterThan(0.6);
    expect(Math.sqrt(learned.compiler)).toBeLessThan(1);
    expect(learned.vectors).toBe(priorContextVariances.vectors);
    expect(learnContextVariances(measured(0)).compiler).toBeLessThan(priorContextVariances.compiler / 5);
    expect(learnContextVariances([])).toEqual(priorContextVariances);
    expect(learnContextVariances(shuffled(much, random))).toEqual(learned);
  });
});

describe("a condition", () => {
  const row = "inner loop strides by a row";

  test("holds by what the code shows and where it is", () => {
    expect(conditionHolds([], [], earned)).toBe(true);
    expect(conditionHolds([row], [row], earned)).toBe(true);
    expect(conditionHolds([row], [], earned)).toBe(false);
    expect(conditionHolds([negated(row)], [], earned)).toBe(true);
    expect(conditionHolds([negated(row)], [row], earned)).toBe(false);
    expect(conditionHolds(["vector extension avx2", row], [row], earned)).toBe(true);
    expect(conditionHolds(["sizes of 2^12 or more together"], [], earned)).toBe(true);
    expect(conditionHolds(["sizes of 2^15 or more together"], [], earned)).toBe(false);
  });

  test("can name all that a context says", () => {
    expect(contextPhrases(earned)).toEqual([
      "language c++",
      "processor A CPU",
      "vector extension avx2",
      "compiler gcc",
      "compiler gcc 12",
      "flag -O3",
      "flag -march=native",
      "sizes of 2^3 or more together",
      "sizes of 2^6 or more together",
      "sizes of 2^9 or more together",
      "sizes of 2^12 or more together",
    ]);
  });
});
