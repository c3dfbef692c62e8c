import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sanitizingLoader } from "../../src/evaluate/sanitizing-loader.ts";
import { createEvaluator, type Workbench } from "../../src/evaluate/sandboxed-evaluator.ts";
import { findCompiler, findProgram } from "../../src/evaluate/toolchain.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { expectFaster } from "../noisy-machine.ts";
import { makeTask, quickScale, slowScale } from "./scale-task.ts";

let evaluator: Workbench;
beforeAll(async () => {
  evaluator = await createEvaluator();
});
afterAll(() => evaluator.close());

describe.each([
  ["gcc", "c"],
  ["g++", "c++"],
  ["clang", "c"],
  ["clang++", "c++"],
] as const)("the compiler %s, where it is installed,", async (command, language) => {
  const installed = (await findProgram(command)) !== undefined;
  // Clang's packages leave its sanitizers out by default.
  const sanitizes =
    installed &&
    (await sanitizingLoader(await findCompiler(command)).then(
      () => true,
      () => false,
    ));
  const compiler = { command, flags: ["-O2", "-march=native"] };
  let task: FunctionTask;
  beforeAll(async () => {
    // No whole number of cache lines, so that an element beyond still lies on an accessible page.
    task = await makeTask({ source: slowScale, language, timed: { n: 150_001 }, more: { compiler } });
  });
  const headers = language === "c" ? "#include <math.h>" : "#include <algorithm>\n#include <vector>";

  // The other one is judged so in sanitize.test.ts.
  it.skipIf(!sanitizes || command === "gcc")(
    "judges a faster candidate, clean under its sanitizers",
    async () => {
      const outcome = await expectFaster(() => evaluator.evaluate(task, `${headers}\n${quickScale}`));
      expect(outcome.reason ?? "").not.toMatch(/sanitizer/);
    },
  );

  it.skipIf(!sanitizes || command === "gcc")(
    "refuses one that its sanitizers stop, with the line",
    async () => {
      const source = quickScale.replace("{", "{ static volatile double kept; if (n) kept = values[n];");
      const outcome = await evaluator.evaluate(task, source);
      expect(outcome.status).toBe("crashed");
      expect(outcome.reason).toMatch(/^The sanitizers stop it: .*overflow/);
    },
  );

  it.skipIf(!installed)("quotes its first error", async () => {
    const outcome = await evaluator.evaluate(task, "void scale(int n) { return nothing; }");
    expect(outcome.status).toBe("not-compiled");
    expect(outcome.reason).toMatch(/^reference\.c(?:pp)?:1:\d+: error: .*nothing/);
  });
});
