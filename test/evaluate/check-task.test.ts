import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkTask, type TaskFinding } from "../../src/evaluate/check-task.ts";
import { measureReference } from "../../src/evaluate/measure-reference.ts";
import { createEvaluator, type Workbench } from "../../src/evaluate/sandboxed-evaluator.ts";
import { TaskError } from "../../src/errors.ts";
import { makeTask, slowScale, type TaskTexts } from "./scale-task.ts";

let evaluator: Workbench;
beforeAll(async () => {
  evaluator = await createEvaluator();
});
afterAll(() => evaluator.close());

const head = "void scale(int n, const double *values, double divisor, double *out)";

async function errorsOf(texts: TaskTexts): Promise<TaskFinding[]> {
  const { findings, ok } = await checkTask(await makeTask(texts), evaluator);
  const errors = findings.filter(({ status }) => status === "error");
  expect(ok).toBe(errors.length === 0);
  return errors;
}

describe("checkTask", () => {
  it("has nothing against a sound task, and tries everything", async () => {
    const { findings, ok, referenceMs } = await checkTask(await makeTask({ source: slowScale }), evaluator);
    expect(ok).toBe(true);
    expect(findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
      "compiles ok",
      "outputs ok",
      "deterministic ok",
      "writes-outputs ok",
      "sanitizers ok",
      "duration ok",
    ]);
    expect(referenceMs).toBeGreaterThan(0);
  });

  it("quotes the compiler where the reference does not compile", async () => {
    const [error] = await errorsOf({ source: `${head} { out[0] = nothing; }` });
    expect(error).toMatchObject({ check: "compiles" });
    expect(error?.message).toMatch(/the reference does not compile: reference\.c:1:\d+: error: .*nothing/);
  });

  it("finds a read of a single element too many", async () => {
    const errors = await errorsOf({
      // Within the last cache line, so that only the sanitizer sees it.
      source: `${head} { double last = 0; for (int i = 0; i <= n; i++) { if (i < n) out[i] = values[i] / divisor; else last += values[i]; } if (last == 4e300) out[0] = 0; }`,
      timed: { n: 100_003 },
    });
    const finding = errors.find(({ check }) => check === "sanitizers");
    expect(finding?.message).toMatch(/^with n=\d+: heap-buffer-overflow/);
    expect(finding?.message).toMatch(/scale, reference\.c:1/);
  });

  it("finds an overflow that the language does not define", async () => {
    const errors = await errorsOf({
      source: `${head} { int big = 2147483000 + n; for (int i = 0; i < n; i++) out[i] = values[i] + big; }`,
      timed: { n: 400_000 },
      checked: [{ n: 700 }],
    });
    expect(errors.map(({ check }) => check)).toEqual(["sanitizers"]);
    expect(errors[0]?.message).toMatch(/signed integer overflow/);
  });

  it("warns where every call gets the same arguments", async () => {
    const same = await makeTask({
      source: `${head} { for (int i = 0; i < n; i++) out[i] = values[i] / divisor; }`,
      timed: { n: 400_000 },
      inputs: {
        n: { value: "n" },
        values: { length: "n", constant: 2 },
        divisor: { value: 3 },
        out: { length: "n", output: true },
      },
    });
    const { findings } = await checkTask(same, evaluator);
    expect(findings.find(({ check }) => check === "outputs")).toMatchObject({
      status: "warning",
      message: expect.stringMatching(/every timed call gets the same arguments/),
    });
  });

  it("finds what is not written", async () => {
    const errors = await errorsOf({
      source: `${head} { for (int i = 0; i + 1 < n; i++) out[i] = values[i] / divisor; }`,
    });
    expect(errors.map(({ check }) => check)).toEqual(["writes-outputs"]);
    expect(errors[0]?.message).toMatch(/out\[99\] is not written \(n=100\)/);
  });

  it("finds answers that differ from run to run", async () => {
    const errors = await errorsOf({
      source: `#include <time.h>\n${head} { struct timespec now; clock_gettime(CLOCK_MONOTONIC, &now); for (int i = 0; i < n; i++) out[i] = values[i] + now.tv_nsec; }`,
    });
    expect(errors[0]).toMatchObject({ check: "deterministic" });
    expect(errors[0]?.message).toMatch(/does not give the same answer twice: out\[0\]/);
  });

  it("finds answers that depend on earlier calls", async () => {
    const errors = await errorsOf({
      source: `static int calls;\n${head} { calls++; for (int i = 0; i < n; i++) out[i] = values[i] + calls; }`,
    });
    expect(errors[0]).toMatchObject({ check: "deterministic" });
    expect(errors[0]?.message).toMatch(/does not give the same answer twice: out\[0\]/);
    expect(errors[0]?.remedy).toMatch(/nothing kept from call to call/);
  });

  it("finds a call that is too short to time", async () => {
    const errors = await errorsOf({
      source: `${head} { if (n) out[0] = values[0] + divisor; }`,
      timed: { n: 1 },
      more: { sizes: { timed: { n: 1 }, maximum: { n: 1 } } },
    });
    expect(errors.map(({ check }) => check)).toEqual(["duration"]);
  });

  it("finds that nothing is compared at the timed sizes", async () => {
    const errors = await errorsOf({
      source: `${head} { volatile double sum = 0; for (int i = 0; i < n; i++) sum += values[i]; }`,
      inputs: {
        n: { value: "n" },
        values: { length: "n", uniform: [0, 1] },
        divisor: { value: 1 },
        out: { length: 0, output: true },
      },
    });
    expect(errors.map(({ check }) => check)).toEqual(["outputs"]);
  });
});

describe("a reference at fault", () => {
  it("is the task's error, named with its file, when a candidate is judged", async () => {
    const task = await makeTask({ source: `${head} { out[0] = n / (n - 100); out[n + 5000] = 1; }` });
    const judging = evaluator.evaluate(task, slowScale);
    await expect(judging).rejects.toBeInstanceOf(TaskError);
    await expect(evaluator.evaluate(task, slowScale)).rejects.toThrow(
      /reference\.c: the reference is at fault: Killed by SIG/,
    );
  });
});

describe("measureReference", () => {
  it("gives the time of one call, which grows with the sizes", async () => {
    const task = await makeTask({ source: slowScale });
    const small = await measureReference(evaluator, task, { n: 1000 });
    const large = await measureReference(evaluator, task, { n: 300_000 });
    if (!("ms" in small) || !("ms" in large)) throw new Error("not measured");
    expect(large.ms).toBeGreaterThan(small.ms);
  });

  it("gives up at its limit, and says so", async () => {
    const task = await makeTask({ source: `${head} { for (volatile int on = 1; on;) {} }` });
    const result = await measureReference(evaluator, task, { n: 5 }, { limitMs: 300 });
    expect(result).toMatchObject({
      failure: expect.stringMatching(/Stopped after 300 ms in a call with n=5/),
    });
  });
});
