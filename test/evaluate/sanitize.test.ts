import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEvaluator, type Workbench } from "../../src/evaluate/sandboxed-evaluator.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { expectFaster, repeatWhereNoisy } from "../noisy-machine.ts";
import { makeTask, quickScale, slowScale } from "./scale-task.ts";

let evaluator: Workbench;
let task: FunctionTask;

beforeAll(async () => {
  evaluator = await createEvaluator();
  // No whole number of cache lines, so that an element beyond still lies on an accessible page.
  task = await makeTask({ source: slowScale, timed: { n: 150_001 } });
});
afterAll(() => evaluator.close());

/** Right and quick, with something wrong beside the work. */
function quickBut(first: string, top = ""): string {
  return `${top}\n${quickScale.replace("{", `{ ${first}`)}`;
}

describe("a candidate that is right and faster", () => {
  it("is measured where the sanitizers find nothing, without a word about them", async () => {
    const outcome = await expectFaster(() => evaluator.evaluate(task, quickScale));
    expect(outcome.reason ?? "").not.toMatch(/sanitizer/);
  });

  it("in C++ is put to the sanitizers too", async () => {
    const same = await makeTask({ source: slowScale, language: "c++", timed: { n: 150_001 } });
    const outcome = await evaluator.evaluate(same, quickBut("volatile int by = 40; by = 1 << by;"));
    expect(outcome.reason).toMatch(/^The sanitizers stop it: .*shift exponent/);
  });

  it.each([
    [
      "reads one element beyond an input",
      "static volatile double kept; if (n) kept = values[n];",
      "",
      /overflow/,
    ],
    ["reads before an input", "static volatile double kept; if (n) kept = values[-1];", "", /overflow/],
    [
      "writes beyond its own buffer",
      "volatile double *own = malloc(8 * 4); own[4] = n; free((void *)own);",
      "#include <stdlib.h>",
      /insufficient space|heap-buffer-overflow/,
    ],
    [
      "uses what it has freed",
      "volatile int *own = malloc(4); free((void *)own); own[0] = 1;",
      "#include <stdlib.h>",
      /use-after-free/,
    ],
    [
      "overflows a signed number",
      "volatile int most = 2147483647; most = most + 1;",
      "",
      /signed integer overflow/,
    ],
    ["shifts too far", "volatile int by = 40; volatile int one = 1; one = one << by;", "", /shift exponent/],
  ])("crashes where it %s", async (_, first, top, reason) => {
    const outcome = await evaluator.evaluate(task, quickBut(first, top));
    expect(outcome.status).toBe("crashed");
    expect(outcome.reason).toMatch(/^The sanitizers stop it: /);
    expect(outcome.reason).toMatch(reason);
    expect(outcome.reason).toMatch(/reference\.c:\d+/);
  });

  it.each([
    ["a variable", "int fresh[4]; volatile int *at = fresh; int bad = at[2] == (int)0xFEFEFEFE;"],
    ["a block", "volatile int *at = malloc(64); int bad = at[2] == (int)0xBEBEBEBE;"],
  ])("gives a wrong output where %s that nobody wrote decides it", async (_, first) => {
    const source = quickBut(first, "#include <stdlib.h>").replace("* factor;", "* factor + bad;");
    const outcome = await evaluator.evaluate(task, source);
    expect(outcome.status).toBe("wrong-output");
    expect(outcome.reason).toMatch(/reads what nobody wrote: out\[\d+\]/);
  });

  it("is not held to what the reference itself does not keep", async () => {
    const loose = await makeTask({
      source: slowScale.replace("{", "{ volatile int most = 2147483647; most = most + 1;"),
    });
    const outcome = await expectFaster(() =>
      evaluator.evaluate(loose, quickBut("volatile int most = 2147483647; most = most + 1;")),
    );
    expect(outcome.reason).toMatch(/reference itself is not clean/);
  });

  it("is run without the right to start programs, under the sanitizers too", async () => {
    const top = "#include <unistd.h>\nextern void __asan_init(void) __attribute__((weak));";
    const outcome = await evaluator.evaluate(task, quickBut("if (__asan_init && n) fork();", top));
    expect(outcome.status).not.toBe("measured");
    expect(outcome.reason).toMatch(/system call/);
  });
});

describe("a candidate that keeps the sanitizers away", () => {
  it.each([
    ["by not compiling with them", "", "#ifdef __SANITIZE_ADDRESS__\n#error not today\n#endif"],
    [
      "by waiting in their presence",
      "",
      // For a command that does not come before it is loaded.
      "#include <unistd.h>\nextern void __asan_init(void) __attribute__((weak));\n" +
        "__attribute__((constructor)) static void wait(void) { char byte; if (__asan_init && read(3, &byte, 1)) {} }",
    ],
  ])("%s is not called faster", async (_, first, top) => {
    const outcome = await evaluator.evaluate(task, quickBut(first, top));
    expect(outcome).toMatchObject({ status: "measured", faster: false });
    expect(outcome.reason).toMatch(/cannot be put to the sanitizers, so it is not called faster: /);
  });

  it("is not meant by inline assembly that needs registers which they take", async () => {
    const top = `static int greedy(int x) {
  int a, b, c, d, e, f;
  __asm__("mov %6, %0; mov %6, %1; mov %6, %2; mov %6, %3; mov %6, %4; mov %6, %5"
    : "=&r"(a), "=&r"(b), "=&r"(c), "=&r"(d), "=&r"(e), "=&r"(f) : "r"(x) : "rbp");
  return a + b + c + d + e + f - 6 * x;
}`;
    const source = quickBut("n += greedy(n);", top);
    await expectFaster(() => evaluator.evaluate(task, source));
  });
});

describe("in a search", () => {
  it("a candidate that is not faster is not put to the sanitizers, and one that is faster is", async () => {
    const slow = slowScale.replace("{", "{ static volatile double kept; if (n) kept = values[n];");
    expect((await evaluator.evaluate(task, slow, { effort: "screen" })).status).toBe("measured");
    const quick = quickBut("static volatile double kept; if (n) kept = values[n];");
    // It is found out where it would win.
    await repeatWhereNoisy(() => evaluator.evaluate(task, quick, { effort: "screen", verdicts: "fresh" }), {
      always: (outcome) =>
        outcome.status !== "crashed" && expect(outcome).toMatchObject({ status: "measured", faster: false }),
      once: ({ status }) => expect(status).toBe("crashed"),
    });
  });
});
