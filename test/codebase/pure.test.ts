import { describe, expect, test } from "vitest";
import { benchValue, improvement, patternOf } from "../../src/codebase/judge/bench-value.ts";
import { smallestVisible } from "../../src/codebase/judge/baseline.ts";
import { gcovCounts, traceCounts } from "../../src/codebase/proof/coverage.ts";
import { scriptCounts } from "../../src/codebase/proof/script-coverage.ts";
import { makeMutants } from "../../src/codebase/proof/mutants.ts";
import { createOutput } from "../../src/codebase/room/output-end.ts";
import { changedLines, conclude } from "../../src/codebase/proof/prove.ts";
import { globPattern } from "../../src/codebase/room/room-run.ts";
import {
  commonLines,
  countingLines,
  hintFor,
  missingLine,
  notFound,
  ranNothing,
  keepCommon,
} from "../../src/codebase/room/said.ts";
import { concludeBench } from "../../src/codebase/judge/time-files.ts";
import { timingPlans } from "../../src/evaluate/timing-plan.ts";
import { UsageError } from "../../src/errors.ts";

const said = (standard: string) => ({ wallMs: 100, standard, all: standard });

describe("what a benchmark says", () => {
  test("is its wall time, the last match of a pattern, or what a path of a JSON document holds", () => {
    expect(benchValue({ kind: "time" }, said(""))).toEqual({ value: 100, unit: "ms", count: 1 });
    const pattern = { kind: "number", pattern: "took ([\\d.]+)", better: "lower" } as const;
    expect(benchValue(pattern, said("took 3 ms\ntook 2.5 us\n"))).toEqual({
      value: 2.5,
      unit: "us",
      count: 2,
    });
    const path = { kind: "number", jsonPath: "results.0.mean", better: "lower" } as const;
    expect(benchValue(path, said('hello\n{\n  "results": [\n    { "mean": 1.5 }\n  ]\n}\n'))).toMatchObject({
      value: 1.5,
    });
  });

  test("is a sentence where there is no number", () => {
    const pattern = { kind: "number", pattern: "took ([\\d.]+)", better: "lower" } as const;
    expect(benchValue(pattern, said("nothing"))).toContain("no line of what it prints");
    expect(benchValue(pattern, said("took 0"))).toContain("not above 0");
    const path = { kind: "number", jsonPath: "mean", better: "lower" } as const;
    expect(benchValue(path, said("1.5"))).toContain("no JSON document");
    expect(benchValue(path, said('{"mean": "fast"}'))).toContain("no number");
    expect(benchValue(path, said('{"median": 1}'))).toContain("mean is missing");
  });

  test("needs a pattern with a group", () => {
    expect(() => patternOf({ kind: "number", pattern: "(", better: "lower" })).toThrow(UsageError);
    expect(() => patternOf({ kind: "number", pattern: "ms", better: "lower" })).toThrow("no group");
  });

  test("improves in the direction of the metric, whatever the units of time", () => {
    const value = (number: number, unit = "") => ({ value: number, unit, count: 1 });
    expect(improvement({ kind: "time" }, value(2, "ms"), value(1, "ms"))).toBe(2);
    expect(improvement({ kind: "number", better: "higher" }, value(2), value(1))).toBe(0.5);
    expect(improvement({ kind: "number", better: "lower" }, value(1, "ms"), value(500, "us"))).toBeCloseTo(2);
    expect(improvement({ kind: "number", better: "lower" }, value(1, "ms"), value(1, ""))).toBeUndefined();
  });
});

describe("what tests print", () => {
  test("is compared by the lines that count, durations aside", () => {
    const lines = countingLines(
      commonLines([
        "ok 1 - sum (3 ms)\n12 passed in 0.31s\nseed 4\n",
        "ok 1 - sum (7 ms)\n12 passed in 0.30s\nseed 5\n",
      ]),
    );
    expect([...lines.keys()]).toEqual(["ok # - sum (#)", "12 passed in #"]);
    expect(missingLine(lines, "ok 1 - sum (9 ms)\n12 passed in 2.00s\n")).toBeUndefined();
    expect(missingLine(lines, "ok 1 - sum (9 ms)\n")).toBe("12 passed in #");
    expect(missingLine(lines, "")).toBe("ok # - sum (#)");
  });

  test("hints at what a command wants that it cannot have", () => {
    expect(hintFor("curl: (6) Could not resolve host: example.org")).toContain("network");
    expect(hintFor("EOFError: EOF when reading a line")).toContain("input");
    expect(hintFor("fatal: not a git repository")).toContain(".git");
    expect(hintFor("ModuleNotFoundError: No module named 'words'")).toMatch(/Python does not find `words`/);
    const before = "fatal: unable to access: Could not resolve host: example.org\n";
    expect(hintFor("Build step failed: 2", `${before}Build step failed: 2`)).toContain("network");
    expect(hintFor("1 test failed")).toBeUndefined();
  });

  test("is the same in whatever order tests that run side by side end", () => {
    const one = " 1/2 words:count  OK  0.02s\n 2/2 words:split  OK  0.04s\nok 1 - a\nok 2 - b\n";
    const other = " 1/2 words:split  OK  0.04s\n 2/2 words:count  OK  0.03s\nok 1 - b\nok 2 - a\n";
    const lines = countingLines(commonLines([one, one]));
    expect(lines.size).toBe(4);
    expect(missingLine(lines, other)).toBeUndefined();
    expect(missingLine(lines, other.replace("words:count  OK", "words:count  FAIL"))).toBe(
      "#/2 words:count OK #",
    );
    expect(missingLine(lines, other.replaceAll("/2", "/1"))).toBeDefined();
  });

  test("is held against nobody where one more run of the untouched tree does not have it", () => {
    const lines = countingLines(commonLines(["8 tests ok\nworker 1 ok\n", "8 tests ok\nworker 1 ok\n"]));
    keepCommon(lines, "8 tests ok\nworker 2 ok\n");
    expect([...lines.keys()]).toEqual(["8 tests ok"]);
  });

  test("names the program that a shell did not find", () => {
    expect(notFound("/bin/sh: 1: meson: not found")).toBe("meson");
    expect(notFound("> build\nsh: line 1: tsc: command not found\n")).toBe("tsc");
    expect(notFound("the key was not found")).toBeUndefined();
  });

  test("says whether there was nothing to test", () => {
    for (const none of [
      "Test project /b\nNo tests were found!!!\n",
      "\nRan 0 tests in 0.000s\n\nOK\n",
      "TAP version 13\n1..0\n# tests 0\n# pass 0\n",
      "No tests defined.\n",
      "No tests were found!!!\n100% tests passed, 0 tests failed out of 0\n",
    ])
      expect(ranNothing(none)).toBe(true);
    for (const some of [
      "Ran 2 tests in 0.1s\n\nOK\n",
      "# tests 3\n",
      "0 passing\n  12 passing\n",
      "done\n",
      "No tests were found!!!\n100% tests passed, 0 tests failed out of 5\n",
      "no tests ran in 0.01s\nAll 12 suites OK\n",
    ])
      expect(ranNothing(some)).toBe(false);
  });

  test("is kept from its end", () => {
    const output = createOutput();
    for (let index = 0; index < 40; index++) output.add(Buffer.alloc(65_536, index % 2 ? "a" : "b"), true);
    output.add(Buffer.from("end"), false);
    const { all, standard } = output.end();
    expect(all).toHaveLength(256 * 1024);
    expect(all.endsWith("aend")).toBe(true);
    expect(standard.length).toBeLessThanOrEqual(1024 * 1024);
    expect(standard.endsWith("a")).toBe(true);
  });
});

describe("rounds of a benchmark", () => {
  const rounds = (logRatio: number, wallLogRatio: number) =>
    [0, 0.001, -0.001].map((off) => ({ logRatio: logRatio + off, wallLogRatio: wallLogRatio + off }));

  test("make a win of a clear gain", () => {
    expect(concludeBench(rounds(0.3, 0.3), "time", timingPlans.normal)).toMatchObject({
      faster: true,
      doubts: [],
    });
  });

  test("are not believed where the number claims what the wall clock denies", () => {
    const denied = concludeBench(rounds(0.7, -0.5), "number", timingPlans.normal);
    expect(denied.faster).toBe(false);
    expect(denied.doubts.join(" ")).toContain("not believed");
    const fixedTime = concludeBench(rounds(0.7, 0), "number", timingPlans.normal);
    expect(fixedTime.faster).toBe(true);
    expect(fixedTime.doubts.join(" ")).toContain("not faster");
  });

  test("that scatter say the smallest difference that they could see", () => {
    const noisy = Array.from({ length: 10 }, (_, index) => ({
      logRatio: index % 2 ? 0.2 : -0.2,
      wallLogRatio: 0,
    }));
    const { faster, doubts } = concludeBench(noisy, "time", timingPlans.normal);
    expect(faster).toBe(false);
    expect(doubts.join(" ")).toMatch(/smallest difference that it could see here is \d+\.\d %/);
  });

  test("see less the more single runs scatter, and never less than the floor of the scatter", () => {
    expect(smallestVisible(0.1)).toBeGreaterThan(smallestVisible(0.02));
    expect(smallestVisible(0)).toBeGreaterThan(0.004);
  });
});

describe("mutants", () => {
  const sources = {
    c: "int f(int n) {\n  int sum = 0;\n  for (int i = 0; i < n; i++) sum += i;\n  if (sum > 3) return 7;\n  return sum - 1;\n}\n",
    python:
      "def f(n):\n    total = 0\n    for i in range(n):\n        if i not in (1, 2):\n            total = total + i\n    return total\n",
    javascript:
      "export const f = (n) => {\n  let sum = 0;\n  while (n > 0) { sum = sum + n; n--; }\n  return sum;\n};\n",
  } as const;

  test.each(["c", "python", "javascript"] as const)(
    "of %s change one thing each, in different ways",
    async (language) => {
      const made = await makeMutants(sources[language], language, "f", 6);
      expect(made?.mutants.length).toBeGreaterThanOrEqual(4);
      expect(new Set(made?.mutants.map(({ change }) => change)).size).toBeGreaterThanOrEqual(3);
      for (const { source } of made?.mutants ?? []) expect(source).not.toBe(sources[language]);
      expect(made?.absence).toMatch(/absent|__builtin_trap/);
    },
  );

  test("are none where the function is not there", async () => {
    expect(await makeMutants(sources.c, "c", "g", 6)).toBeUndefined();
  });
});

describe("a proof", () => {
  const mutant = (caught: boolean) => ({ change: "negates a condition", line: 1, caught });

  test("needs a mutant that is caught, absence that is noticed and lines that are executed", () => {
    expect(conclude([mutant(true), mutant(false)], true, undefined)).toMatchObject({
      verdict: "proven",
      caught: 1,
    });
    expect(conclude([mutant(false)], true, undefined).reason).toContain("None of 1 mutants");
    expect(conclude([mutant(true)], false, undefined).verdict).toBe("unproven");
    expect(conclude([mutant(true)], true, { executed: 0, lines: 3, by: "gcov" }).reason).toContain(
      "never execute",
    );
    expect(conclude([], undefined, undefined).verdict).toBe("unproven");
  });

  test("looks at the lines that are new", () => {
    expect(changedLines("a\nb\nc\n", "a\nx\ny\nc\n")).toEqual([2, 3]);
    expect(changedLines("a\n", "a\n")).toEqual([]);
  });

  test("reads counts from gcov, from V8 and from a trace", () => {
    const gcov =
      '{"files":[{"file":"src/sum.c","lines":[{"line_number":3,"count":2},{"line_number":4,"count":0}]}]}\n';
    expect([...gcovCounts(gcov, "src/sum.c")]).toEqual([
      [3, 2],
      [4, 0],
    ]);
    expect([...traceCounts("3 1\n4 0\n")]).toEqual([
      [3, 1],
      [4, 0],
    ]);
    const source = "function f() {\n  return 1;\n}\nf;\n";
    const ranges = [
      { startOffset: 0, endOffset: 31, count: 1 },
      { startOffset: 0, endOffset: 28, count: 0 },
    ];
    const report = JSON.stringify([{ path: "/t/a b.js", source, ranges }]);
    const lines = [1, 2, 3, 4];
    expect([...(scriptCounts(report, { path: "/t/a b.js", source, lines }) ?? [])]).toEqual([
      [1, 0],
      [2, 0],
      [4, 1],
    ]);
    expect(scriptCounts(report, { path: "/t/other.js", source, lines })).toBeUndefined();
  });
});

test("Globs match within parts of paths, and over them", () => {
  expect(globPattern("*.json").test("a.json")).toBe(true);
  expect(globPattern("*.json").test("b/a.json")).toBe(false);
  expect(globPattern("**/*.json").test("a.json")).toBe(true);
  expect(globPattern("**/*.json").test("b/c/a.json")).toBe(true);
  expect(globPattern("out/**").test("out/a/b")).toBe(true);
  expect(globPattern("a?c+").test("abc+")).toBe(true);
});
