import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { createEvaluator, type Workbench } from "../../src/evaluate/sandboxed-evaluator.ts";
import { createVerdicts, verdictKey } from "../../src/evaluate/verdicts.ts";
import type { FunctionTask } from "../../src/task/task.ts";
import { makeTask, quickScale, slowScale } from "./scale-task.ts";
import { temporaryFolder } from "./temporary.ts";

const wrong: Outcome = { status: "wrong-output", reason: "out[0]: 1, but …", calls: 3, evaluationMs: 40 };
const key = verdictKey("one");

async function onlyFile(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  return join(folder, names.find((name) => name.endsWith(".json")) ?? "");
}

describe("verdicts", () => {
  it("are found again by another process, at the same effort or less", async () => {
    const folder = await temporaryFolder();
    await createVerdicts(folder).add([key], "normal", wrong);
    const again = createVerdicts(folder);
    expect(await again.find(key, "screen")).toMatchObject({ outcome: wrong });
    expect(await again.find(key, "normal")).toMatchObject({ outcome: wrong });
    expect(await again.find(key, "confirm")).toBeUndefined();
    expect(await again.find(verdictKey("other"), "screen")).toBeUndefined();
  });

  it.each([
    ["was cut short", (file: string) => truncate(file, 100)],
    ["is empty", (file: string) => truncate(file, 0)],
    [
      "was changed",
      async (file: string) =>
        writeFile(file, (await readFile(file, "utf8")).replace("wrong-output", "measured")),
    ],
  ])("in a file that %s do not count, and make way", async (_, spoil) => {
    const folder = await temporaryFolder();
    await createVerdicts(folder).add([key], "normal", wrong);
    await spoil(await onlyFile(folder));
    const again = createVerdicts(folder);
    expect(await again.find(key, "screen")).toBeUndefined();
    await again.add([key], "normal", wrong);
    expect(await createVerdicts(folder).find(key, "screen")).toMatchObject({ outcome: wrong });
  });

  it("that a busy machine may have brought about are for this process alone", async () => {
    const folder = await temporaryFolder();
    const late: Outcome = { status: "timed-out", reason: "…", limitMs: 1, calls: 1, evaluationMs: 1 };
    const verdicts = createVerdicts(folder);
    await verdicts.add([key], "normal", late);
    expect(await verdicts.find(key, "screen")).toMatchObject({ outcome: late });
    expect(await createVerdicts(folder).find(key, "screen")).toBeUndefined();
  });

  it("that cannot be written are no error", async () => {
    const folder = join(await temporaryFolder(), "file");
    await writeFile(folder, "");
    const verdicts = createVerdicts(folder);
    await verdicts.add([key], "normal", wrong);
    expect(await verdicts.find(key, "normal")).toMatchObject({ outcome: wrong });
  });
});

describe("an evaluator that may reuse verdicts", () => {
  let evaluator: Workbench;
  let task: FunctionTask;
  const reuse = { verdicts: "reuse" } as const;
  beforeAll(async () => {
    evaluator = await createEvaluator();
    task = await makeTask({ source: slowScale, timed: { n: 150_007 } });
  });
  afterAll(() => evaluator.close());

  it("judges the same text once, and says when", async () => {
    const first = await evaluator.evaluate(task, quickScale, reuse);
    expect(first.judgedAt).toBeUndefined();
    const { judgedAt, ...second } = await evaluator.evaluate(task, quickScale, reuse);
    expect(new Date(judgedAt ?? "").getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect({ ...second, evaluationMs: 0 }).toEqual({ ...first, evaluationMs: 0 });
  });

  it("does not compile what differs in comments and blanks alone", async () => {
    const stages: string[] = [];
    const source = `/* other words */${quickScale.replaceAll("\n", "\r\n  ")}`;
    const outcome = await evaluator.evaluate(task, source, {
      ...reuse,
      onStage: (stage) => stages.push(stage),
    });
    expect(outcome.judgedAt).toBeDefined();
    expect(stages).toEqual(["queued"]);
  });

  it("does not run what compiles to the same object", async () => {
    const stages: string[] = [];
    const source = quickScale.replaceAll("factor", "multiplier");
    const outcome = await evaluator.evaluate(task, source, {
      ...reuse,
      onStage: (stage) => stages.push(stage),
    });
    expect(outcome.judgedAt).toBeDefined();
    expect(stages).toEqual(["queued", "compile"]);
  });

  it("judges anew when asked to, for another task, and at more effort", async () => {
    const other = await makeTask({ source: slowScale, timed: { n: 150_008 } });
    // Which is judged sooner than one that has to be timed.
    const lacking = quickScale.replace("i < n", "i + 1 < n");
    await evaluator.evaluate(task, lacking, reuse);
    expect((await evaluator.evaluate(task, lacking, reuse)).judgedAt).toBeDefined();
    expect((await evaluator.evaluate(task, lacking)).judgedAt).toBeUndefined();
    expect((await evaluator.evaluate(other, lacking, reuse)).judgedAt).toBeUndefined();
    const confirmed = await evaluator.evaluate(task, lacking, { ...reuse, effort: "confirm" });
    expect(confirmed.judgedAt).toBeUndefined();
  });

  it("repeats a compiler's message only for the very same text", async () => {
    const broken = "void scale(int n) { return nothing; }";
    await evaluator.evaluate(task, broken, reuse);
    expect((await evaluator.evaluate(task, broken, reuse)).judgedAt).toBeDefined();
    const moved = await evaluator.evaluate(task, `\n\n${broken}`, reuse);
    expect(moved.judgedAt).toBeUndefined();
    expect(moved.reason).toMatch(/reference\.c:3/);
  });
});
