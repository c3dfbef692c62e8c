import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { optimize } from "../../src/run/optimize.ts";
import type { OptimizeResult } from "../../src/run/result.ts";
import { whatIf } from "../../src/run/what-if.ts";
import { scriptedRun } from "./scripted-run.ts";

const folder = mkdtempSync(join(tmpdir(), "lessonbank-what-if-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const journal = join(folder, "run.jsonl");
let result: OptimizeResult;
beforeAll(async () => {
  result = await optimize(scriptedRun({ journal }).options).result;
});

const ask = (options: { policy?: string; rounds?: number }) =>
  whatIf({ journal, agents: scriptedRun().options.agents, ...options });

const ids = (attempts: OptimizeResult["attempts"]) => attempts.map(({ candidate }) => candidate).toSorted();

describe("what a run would have come to", () => {
  it("is what it came to where nothing else is asked", async () => {
    const same = await ask({});
    expect(same.recordEnds).toBeUndefined();
    expect(same.result.best?.candidate).toBe(result.best?.candidate);
    expect(ids(same.result.attempts)).toEqual(ids(result.attempts));
    for (const { recorded, asked } of same.shown) expect(asked).toEqual(recorded);
  });

  it("in fewer rounds is known, but for the confirmation of another winner", async () => {
    const shorter = await ask({ rounds: 2 });
    const early = result.attempts.filter(({ round }) => round < 2);
    expect(ids(shorter.result.attempts)).toEqual(ids(early));
    expect(shorter.shown.map(({ round }) => round)).toEqual([0, 1]);
    expect(shorter.recordEnds?.wanting ?? "").toMatch(/^$|the Outcome \(confirm\)/);
  });

  it("in more rounds is known as far as the record goes", async () => {
    const longer = await ask({ rounds: 9 });
    expect(ids(longer.result.attempts)).toEqual(ids(result.attempts));
    expect(longer.recordEnds?.round).toBe(Math.max(...result.attempts.map(({ round }) => round)) + 1);
    expect(longer.recordEnds?.wanting).toMatch(/^a reply of \w+'s model to what it is asked \(propose\)$/);
  });

  it("under another choice of lessons shows which they would have been, up to what nobody asked", async () => {
    const none = await ask({ policy: "none" });
    expect(none.policy).toEqual({ recorded: "curated", asked: "none" });
    expect(none.shown[0]).toEqual({ round: 0, recorded: [], asked: [] });
    expect(none.shown[1]?.recorded.length).toBeGreaterThan(0);
    expect(none.shown[1]?.asked).toEqual([]);
    expect(none.recordEnds).toEqual({ round: 1, wanting: expect.stringMatching(/model|Outcome/) });
    expect(ids(none.result.attempts)).toEqual(ids(result.attempts.filter(({ round }) => round === 0)));
  });

  it("under a policy that there is not is refused", async () => {
    await expect(ask({ policy: "best" })).rejects.toThrow(/no selection policy called "best"/);
  });
});
