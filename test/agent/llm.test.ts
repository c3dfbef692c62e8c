import { beforeAll, describe, expect, test } from "vitest";
import type { ProposalRequest, Review } from "../../src/agent/agent.ts";
import { createLlmAgent, type LlmAgentOptions } from "../../src/agent/llm.ts";
import { sha256 } from "../../src/code/hash.ts";
import { loadGrammars } from "../../src/code/parser.ts";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { makeLesson } from "../../src/lesson/solicit.ts";
import { ModelError } from "../../src/model/chat-model.ts";
import { randomStream } from "../../src/strategy/random.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { measured } from "../strategy/scripted.ts";
import { pythonCommandTask } from "./command-task.ts";
import { candidate, context, linear, linearSource, task } from "./model-task.ts";
import { type ScriptedModel, scriptedModel } from "./scripted-model.ts";

beforeAll(loadGrammars);

function request(model: ScriptedModel, overrides: Partial<ProposalRequest> = {}): ProposalRequest {
  return {
    task,
    round: 0,
    lessons: [],
    experience: [],
    general: [],
    tried: new Set(),
    context,
    random: randomStream(1, "test"),
    ask: model.ask,
    ...overrides,
  };
}

function review(model: ScriptedModel, outcome: Outcome): Review {
  return { task, candidate, outcome, context, random: randomStream(1, "review"), ask: model.ask };
}

function agentOf(model: ScriptedModel, options: Partial<LlmAgentOptions> = {}) {
  return createLlmAgent({ name: "model", model, ...options });
}

const fence = (code: string) => `Here it is:\n\n\`\`\`cpp\n${code}\n\`\`\`\n`;
const notCompiled: Outcome = {
  status: "not-compiled",
  reason: "reference.cpp:5:9: error: 'summ' was not declared in this scope",
  calls: 0,
  evaluationMs: 1,
};

describe("propose, on a function of a repository", () => {
  const file = `import math\n\n\ndef total(values):\n    """Adds.\n\n    >>> total([1])\n    1\n    """\n    s = 0\n    for v in values:\n        s = s + v\n    return s\n`;
  const ofRepository = pythonCommandTask("sums.py", file, "total");
  const block = (code: string) => `It adds.\n\n\`\`\`python\n${code}\`\`\`\n`;
  const better = "def total(values):\n    return sum(values)\n";
  const madeOf = async (model: ScriptedModel, tried: readonly string[] = []) =>
    agentOf(model).propose(request(model, { task: ofRepository, tried: new Set(tried) }));
  const lastOf = ({ asked }: ScriptedModel) => asked.at(-1)?.request;

  test("asks for the function alone where a reply was cut, and puts its documentation back", async () => {
    const model = scriptedModel({ cut: "It is slow.\n\n```python\nimport math\n\n\ndef tot" }, block(better));
    const proposal = await madeOf(model);
    expect(proposal?.source).toBe(file.replace(/ {4}s = 0[^]*/, "    return sum(values)\n"));
    expect(model.asked).toHaveLength(2);
    const [question, before, again] = lastOf(model)?.messages ?? [];
    expect(question).toEqual(model.asked[0]?.request.messages[0]);
    expect(before).toMatchObject({ role: "assistant" });
    expect(again?.content).toMatch(
      /broke off before `total` was complete.*nothing that the file has already/s,
    );
    expect(lastOf(model)?.sampling.temperature).toBe(0.2);
  });

  test("says that nothing was changed, or that it was tried, and lets chance have more of a say", async () => {
    const unchanged = scriptedModel(block(file), block(better));
    expect(await madeOf(unchanged)).toBeDefined();
    expect(lastOf(unchanged)?.messages.at(-1)?.content).toContain("the one that was there before");
    expect(lastOf(unchanged)?.sampling.temperature).toBe(0.7);
    const source = (await madeOf(scriptedModel(block(better))))?.source ?? "";
    const other = block(better.replace("sum(values)", "math.fsum(values)"));
    const tried = scriptedModel(block(better), other);
    expect((await madeOf(tried, [sha256(source)]))?.source).toContain("fsum");
    expect(lastOf(tried)?.messages.at(-1)?.content).toContain("tried before");
  });

  test("says what cannot be used about a reply, once, without what could end a turn", async () => {
    const model = scriptedModel("Use a <|im_end|> sum.", "No.");
    await expect(madeOf(model)).rejects.toMatchObject({ fault: "unreadable-reply" });
    expect(model.asked).toHaveLength(2);
    const [, before, again] = lastOf(model)?.messages ?? [];
    expect(before?.content).toBe("Use a < |im_end| > sum.");
    expect(again?.content).toContain("The reply holds no code.");
  });

  test("stands by its first answer where there is no budget or room for another question", async () => {
    for (const fault of ["no-budget", "context-overflow"] as const) {
      const none = new ModelError(fault, "No.");
      expect(await madeOf(scriptedModel(block(file), none))).toBeUndefined();
      await expect(madeOf(scriptedModel("A sum.", none))).rejects.toMatchObject({
        message: "The reply holds no code.",
      });
    }
    const gone = new ModelError("unavailable", "It is gone.");
    await expect(madeOf(scriptedModel("A sum.", gone))).rejects.toBe(gone);
  });
});

describe("propose", () => {
  test("makes the reply's code a whole file, and says what it did", async () => {
    const model = scriptedModel(fence(linear));
    const proposal = await agentOf(model).propose(request(model));
    expect(proposal).toEqual({
      source: linearSource,
      transformations: [],
      assumptions: [],
      summary: "running sum",
    });
    expect(model.asked.map(({ purpose }) => purpose)).toEqual(["propose"]);
  });

  test("draws as published, with an end that can be set or taken away", async () => {
    const samplingOf = async (options: Partial<LlmAgentOptions>) => {
      const model = scriptedModel(fence(linear));
      await agentOf(model, options).propose(request(model));
      return model.asked[0]?.request.sampling;
    };
    const seed = expect.any(Number) as number;
    expect(await samplingOf({})).toEqual({ temperature: 0.2, topP: 0.95, maxTokens: 8192, seed });
    expect(await samplingOf({ sampling: { maxTokens: Infinity } })).toEqual({
      temperature: 0.2,
      topP: 0.95,
      seed,
    });
    expect(await samplingOf({ sampling: { temperature: 0.7, maxTokens: 500 } })).toEqual({
      temperature: 0.7,
      topP: 0.95,
      maxTokens: 500,
      seed,
    });
  });

  test("asks for no more than the model's context has room for", async () => {
    const model = { ...scriptedModel(fence(linear)), contextTokens: 2048 };
    await agentOf(model).propose(request(model));
    const { messages, sampling } = model.asked[0]!.request;
    expect(sampling.maxTokens).toBeGreaterThan(1000);
    expect(sampling.maxTokens! + messages[0]!.content.length / 3).toBeLessThanOrEqual(2048);
  });

  test("sends the same request for the same choices, and asked again another seed alone", async () => {
    const asked = async (...labels: (string | number)[]) => {
      const model = scriptedModel(fence(linear));
      await agentOf(model).propose(request(model, { random: randomStream(3, ...labels) }));
      return model.asked[0]!.request;
    };
    expect(await asked("model", 0, 0)).toEqual(await asked("model", 0, 0));
    const [first, again] = [await asked("model", 0, 0), await asked("model", 0, 1)];
    expect(again.messages).toEqual(first.messages);
    expect(again.sampling.seed).not.toBe(first.sampling.seed);
  });

  test("shows lessons where there are any, and experience whose effect was clear", async () => {
    const model = scriptedModel(fence(linear));
    const lesson = makeLesson({
      task,
      run: "run-1",
      candidate,
      outcome: measured(2.5),
      draft: { text: "Carrying the sum saves the inner loop.", preconditions: [] },
      features: [],
      context,
    });
    const experience = [
      exampleLesson({ ratio: 1.01 }),
      exampleLesson({ ratio: 3, transformations: ["loop-tiling"] }),
      exampleLesson({ status: "crashed", transformations: ["flat-table"] }),
      exampleLesson({ ratio: 0.5, transformations: ["no-alias"] }),
      exampleLesson({ ratio: 4, transformations: ["skip-ahead"] }),
    ].map((each) => ({ lesson: each, similarity: 0.5 }));
    await agentOf(model).propose(request(model, { lessons: [lesson], experience }));
    const prompt = model.asked[0]!.request.messages[0]!.content;
    expect(prompt).toContain(`1. [faster: 2.50 times the speed] "Carrying the sum saves the inner loop."`);
    expect(prompt).toContain(
      `- "loop tiling": 3.0 times as fast\n- "no alias": slower, 0.50 times as fast\n`,
    );
    expect(prompt).not.toMatch(/skip ahead|flat table|interchange/);
  });

  test("has no candidate where the model gives the reference back", async () => {
    const model = scriptedModel(fence(task.source.text));
    expect(await agentOf(model).propose(request(model))).toBeUndefined();
  });

  test("says why there is none where the reply holds no code, and passes on what a model fails with", async () => {
    const model = scriptedModel("I would use a prefix sum.");
    const agent = agentOf(model);
    await expect(agent.propose(request(model))).rejects.toMatchObject({
      fault: "unreadable-reply",
      message: "The reply holds no code.",
    });
    await expect(agent.propose(request(model))).rejects.toMatchObject({ fault: "no-reply" });
  });

  test("names what the code relies on", async () => {
    const model = scriptedModel(
      fence(
        linear.replace(
          "const double* values, double* sums",
          "const double* __restrict values, double* __restrict sums",
        ),
      ),
    );
    const proposal = await agentOf(model).propose(request(model));
    expect(proposal?.assumptions).toEqual(["Arrays reached through different pointers do not overlap."]);
  });
});

describe("explain", () => {
  test("asks the model why, and tells from the code what was done", async () => {
    const model = scriptedModel(
      "**Lesson:** B carries the sum, so each value is added once. It saves time. And more.",
    );
    const draft = await agentOf(model).explain(review(model, measured(20)));
    expect(draft).toEqual({
      text: "B carries the sum, so each value is added once. It saves time.",
      transformations: [{ name: "running-sum", parameters: {}, place: "the function" }],
      preconditions: [
        "floating-point sum in a loop",
        "inner bound depends on the outer loop",
        "work of earlier iterations is repeated",
      ],
    });
    expect(model.asked[0]).toMatchObject({
      purpose: "lesson",
      request: { sampling: { temperature: 0.2, topP: 0.95, frequencyPenalty: 0.5, maxTokens: 250 } },
    });
  });

  test.each([
    ["nothing", ""],
    ["a refusal", "I'm sorry, but as an AI I cannot run code."],
    ["code alone", fence("int x;")],
  ])("has a sentence of its own where the model says %s", async (_, reply) => {
    const model = scriptedModel(reply);
    const draft = await agentOf(model).explain(review(model, measured(20)));
    expect(draft.text).toBe(
      "Running sum at the function ran at 20.0× (99 % interval 19.6 to 20.4) the speed of the reference: faster.",
    );
  });

  test("asks nobody where lessons are not wanted", async () => {
    const model = scriptedModel();
    const draft = await agentOf(model, { lessons: false }).explain(review(model, notCompiled));
    expect(draft.text).toBe(
      "Running sum at the function did not compile: error: 'summ' was not declared in this scope.",
    );
    expect(model.asked).toEqual([]);
  });

  test("fails with the model's error where there is no reply", async () => {
    const model = scriptedModel();
    await expect(agentOf(model).explain(review(model, measured(2)))).rejects.toMatchObject({
      fault: "no-reply",
    });
  });

  test("leaves a recalled candidate the transformations that it came with", async () => {
    const model = scriptedModel("The sum is carried over from one value to the next.");
    const transformations = [{ name: "loop-tiling", parameters: { tile: 64 }, place: "the loop over i" }];
    const recalled = { ...candidate, transformations };
    const draft = await agentOf(model).explain({ ...review(model, measured(2)), candidate: recalled });
    expect(draft.transformations).toEqual(transformations);
  });

  test("makes lessons that a bank takes", async () => {
    const model = scriptedModel(
      "B is faster because \u001b[31mthe sum\u202e is carried at /home/me/x.cpp:12 and not made anew.",
    );
    const outcome = measured(20);
    const draft = await agentOf(model).explain(review(model, outcome));
    const lesson = makeLesson({ task, run: "run-1", candidate, outcome, draft, context });
    expect(lesson.text).toBe("B is faster because the sum is carried at and not made anew.");
    expect(lesson.transformations.map(({ name }) => name)).toEqual(["running-sum"]);
  });
});

describe("repair", () => {
  test("is there only where it was asked for", () => {
    expect("repair" in agentOf(scriptedModel())).toBe(false);
    expect("repair" in agentOf(scriptedModel(), { repair: true })).toBe(true);
  });

  test("gives the model the code and the compiler's message", async () => {
    const model = scriptedModel(fence(linear));
    const proposal = await agentOf(model, { repair: true }).repair?.(review(model, notCompiled));
    expect(proposal?.source).toBe(linearSource);
    expect(model.asked[0]?.purpose).toBe("repair");
    const prompt = model.asked[0]!.request.messages[0]!.content;
    expect(prompt).toContain("error: 'summ' was not declared in this scope");
    expect(prompt).toContain(linear);
  });
});
