import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Agent } from "../../src/agent/agent.ts";
import { optimize } from "../../src/run/optimize.ts";
import { readJournal } from "../../src/run/read-journal.ts";
import { recordedAgents } from "../../src/run/recorded-agents.ts";
import { replay } from "../../src/run/replay.ts";
import { noModel, scriptedEvaluator, task } from "../strategy/scripted.ts";

const folder = mkdtempSync(join(tmpdir(), "lessonbank-recorded-agents-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Proposes programs that run at these speeds, one a round, as a rewriter of some version would. */
function rewriter(speeds: readonly number[]): Agent {
  return {
    name: "scripted rewriter",
    kind: "rewriter",
    speciality: "numbers",
    async propose({ round }) {
      const speed = speeds[round];
      if (speed === undefined) return undefined;
      const step = (value: number) => ({ name: "number", parameters: { value }, place: "the whole" });
      return {
        source: `speed ${speed}`,
        transformations: [step(1), step(speed)],
        assumptions: [],
        summary: `${speed}`,
        promise: speed,
      };
    },
    async rebuild(_task, [step]) {
      return {
        source: `speed ${Number(step?.parameters["value"])}`,
        transformations: step ? [step] : [],
        assumptions: [],
        summary: "simpler",
      };
    },
    explain: async ({ outcome }) => ({ text: `It was ${outcome.status}.`, preconditions: ["a number"] }),
  };
}

test("a run of a rewriter is replayed by a version whose rewriter would try something else", async () => {
  const journal = join(folder, "run.jsonl");
  const { journal: _, ...result } = await optimize({
    task,
    agents: [rewriter([2, 3])],
    evaluator: scriptedEvaluator(),
    evaluations: 5,
    journal,
  }).result;
  expect(result.attempts.length).toBeGreaterThan(2);
  expect(await replay({ journal, agents: [rewriter([7])] }).result).toEqual(result);
});

test("what a run tried on its winner is proposed in no round", async () => {
  const { lines } = readJournal(join(folder, "run.jsonl"));
  const simpler = lines.findLast((line) => line.type === "candidate-proposed");
  const [agent] = recordedAgents([rewriter([])], lines);
  const request = { task, lessons: [], experience: [], general: [], tried: new Set<string>() };
  const rest = { context: {} as never, random: Math.random, ask: noModel };
  const proposals = await Promise.all(
    [0, 1, 2, 3].map((round) => agent!.propose({ ...request, ...rest, round })),
  );
  expect(proposals.map((each) => each?.source)).toEqual(["speed 2", "speed 3", undefined, undefined]);
  expect(simpler?.candidate.summary).toBe("simpler");
  expect(await agent!.rebuild?.(task, simpler!.candidate.transformations)).toMatchObject({
    summary: "simpler",
  });
});
