import { expect, test } from "vitest";
import type { Agent } from "../../src/agent/agent.ts";
import { createLlmAgent } from "../../src/agent/llm.ts";
import type { ChatModel, TokenPrice } from "../../src/model/chat-model.ts";
import { createScriptedModel } from "../../src/model/scripted-model.ts";
import { forecast } from "../../src/run/forecast.ts";
import { limitsOf } from "../../src/run/optimize.ts";
import type { CommandTask, Task } from "../../src/task/task.ts";
import { task as scripted } from "../strategy/scripted.ts";
import { plainAgent } from "./scripted-run.ts";

function modelAt(price: TokenPrice | undefined, name = "m"): ChatModel {
  return { ...createScriptedModel({ replies: [], name }), name, price };
}

function expected(
  models: readonly ChatModel[],
  limits = {},
  more: readonly Agent[] = [],
  repair = false,
  task: Task = scripted,
) {
  const agents = [
    ...models.map((model, index) => createLlmAgent({ name: `a${index}`, model, repair })),
    ...more,
  ];
  return forecast({ task, agents, models, limits: limitsOf(limits) });
}

test("calls are counted as LessonL makes them: two a model and round, and none for agents without one", () => {
  const price = { inputUsd: 1, outputUsd: 2 };
  expect(expected([modelAt(price), modelAt(price)], { rounds: 4 }, [plainAgent("p")]).modelCalls).toBe(16);
  expect(expected([modelAt(price)], { rounds: 4 }, [], true).modelCalls).toBe(16);
  expect(expected([modelAt(price)], { rounds: 4, modelCalls: 5 }).modelCalls).toBe(5);
  const command: CommandTask = {
    ...scripted,
    kind: "command",
    commands: { test: "make check", bench: "make bench" },
    metric: { kind: "time" },
    toolchain: "gcc 12",
  };
  expect(expected([modelAt(price)], { rounds: 4 }, [], false, command).modelCalls).toBe(12);
  expect(expected([], { rounds: 4 }, [plainAgent("p")])).toMatchObject({
    modelCalls: 0,
    inputTokens: 0,
    usd: 0,
  });
});

test("the price follows from tokens and each model's price, and is not made up where one is not known", () => {
  const known = expected([modelAt({ inputUsd: 1, outputUsd: 10 })], { rounds: 2 });
  expect(known.usd).toBeCloseTo((known.inputTokens + 10 * known.outputTokens) / 1e6, 12);
  expect(known.inputTokens).toBeGreaterThan(4 * 300);
  const unknown = expected([modelAt({ inputUsd: 1, outputUsd: 10 }), modelAt(undefined, "nobody's")]);
  expect(unknown).toMatchObject({ usd: undefined, unpriced: ["nobody's"] });
});
