import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { planFileName, readPlan, writePlan, type Plan } from "../../src/codebase/plan.ts";

const plan: Plan = {
  version: 1,
  root: "/somewhere",
  commands: { test: "make check", bench: "./bench" },
  metric: { kind: "number", jsonPath: "results.0.mean", better: "higher" },
  limits: { rounds: 2, usd: 0.5 },
  functions: [{ argument: "a.c:f", share: 0.5, evaluations: 8 }],
  seed: 3,
  team: { members: [{ name: "rewriter", spec: "rewriter" }] },
};

test("a plan is read as it was written, and a damaged one is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lessonbank-plan-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  expect(await readPlan(folder)).toBeUndefined();
  expect(await readPlan(join(folder, "nowhere"))).toBeUndefined();
  await writePlan(folder, plan);
  expect(await readPlan(folder)).toEqual(plan);
  await writeFile(join(folder, planFileName), '{"version": 2}');
  await expect(readPlan(folder)).rejects.toThrow("plan.json is damaged");
});
