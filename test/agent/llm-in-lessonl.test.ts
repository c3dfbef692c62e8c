/**
 * The agent that is a model in the strategy that it was made for: two rounds, a repair turn, lessons that come back.
 */
import { beforeAll, expect, test } from "vitest";
import { createLlmAgent } from "../../src/agent/llm.ts";
import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { loadGrammars } from "../../src/code/parser.ts";
import { describeContext } from "../../src/lesson/context.ts";
import { roundsReached } from "../../src/run/budget.ts";
import { policyByName } from "../../src/select/policy.ts";
import { lessonl } from "../../src/strategy/lessonl.ts";
import { nothingSpent, type StrategyEvent } from "../../src/strategy/strategy.ts";
import { scriptedEvaluator, task } from "../strategy/scripted.ts";
import { scriptedModel } from "./scripted-model.ts";

beforeAll(loadGrammars);

const reply = (body: string) => `\`\`\`c\nint twice(int n) { ${body} }\n\`\`\``;

async function runWith(...replies: string[]) {
  const model = scriptedModel(...replies);
  const events: StrategyEvent[] = [];
  const bank = createMemoryBank({ embedder: createStructuralEmbedder() });
  const result = await lessonl().run({
    run: "run-1",
    task,
    agents: [createLlmAgent({ name: "model", model, repair: true })],
    evaluator: scriptedEvaluator((outcome, source) =>
      source.includes("undeclared")
        ? {
            status: "not-compiled",
            reason: "error: 'undeclared' was not declared",
            calls: 0,
            evaluationMs: 1,
          }
        : outcome,
    ),
    bank,
    policy: policyByName("lessonl"),
    seed: 1,
    context: describeContext(task),
    ask: () => model.ask,
    clock: () => ({ elapsedMs: 1, at: new Date(0) }),
    spend: () => nothingSpent,
    stop: roundsReached(2),
    evaluations: 100,
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
  });
  return { model, events, result, lessons: await bank.list() };
}

const replies = [
  reply("return n + n; /* speed 1.5 */"),
  "The loop is gone, since two turns of it are one addition.",
  reply("return undeclared; /* speed 2 */"),
  "A variable was used that nothing declares.",
  reply("return n << 1; /* speed 2 */"),
  "A shift doubles the number in one instruction.",
];

test("asks for code, mends what does not compile, and is shown what it learned", async () => {
  const { model, result, lessons } = await runWith(...replies);
  expect(model.asked.map(({ purpose }) => purpose)).toEqual([
    "propose",
    "lesson",
    "propose",
    "lesson",
    "repair",
    "lesson",
  ]);
  expect(model.asked[2]?.request.messages[0]?.content).toContain(
    `1. [faster: 1.50 times the speed] "The loop is gone, since two turns of it are one addition."`,
  );
  expect(lessons.map((lesson) => lesson.text).sort()).toEqual([replies[5], replies[3], replies[1]]);
  expect(result.winner?.candidate.source).toContain("n << 1");
});

test("asks the same once more in the same order, word for word", async () => {
  const [first, second] = [await runWith(...replies), await runWith(...replies)];
  expect(second.model.asked).toEqual(first.model.asked);
});

test("a repeated text costs the turn, and is not paid for twice", async () => {
  const { model, events } = await runWith(replies[0]!, replies[1]!, replies[0]!);
  expect(model.asked.map(({ purpose }) => purpose)).toEqual(["propose", "lesson", "propose"]);
  expect(events).toContainEqual({ type: "agent-passed", agent: "model", round: 1 });
});

test("a reply without code costs the turn, and the run goes on", async () => {
  const { model, events, result } = await runWith("No idea.", replies[0]!, replies[1]!);
  expect(model.asked.map(({ purpose }) => purpose)).toEqual(["propose", "propose", "lesson"]);
  expect(events).toContainEqual({
    type: "agent-failed",
    agent: "model",
    round: 0,
    reason: "The reply holds no code.",
  });
  expect(result.attempts).toHaveLength(1);
});

test("a lesson that cannot be had loses no measurement", async () => {
  const { result, lessons, events } = await runWith(replies[0]!);
  expect(result.attempts).toHaveLength(1);
  expect(lessons).toEqual([]);
  expect(events.some((event) => event.type === "agent-failed")).toBe(true);
});
