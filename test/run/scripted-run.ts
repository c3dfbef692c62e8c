/**
 * A run without compiler and network whose every kind of event happens: models that answer, fail, repeat themselves and mend, and a rewriter,
 * on the scripted task. Its agents decide by what they are shown, so that a different history leads to different candidates.
 */
import type { Agent, Proposal, Review } from "../../src/agent/agent.ts";
import { sha256 } from "../../src/code/hash.ts";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { ModelError, type ChatModel, type ChatReply, type ChatRequest } from "../../src/model/chat-model.ts";
import type { OptimizeOptions } from "../../src/run/optimize.ts";
import { scriptedEvaluator, sourceOfSpeed, task, type ScriptedEvaluator } from "../strategy/scripted.ts";

export interface CountingModel extends ChatModel {
  /** What it was asked, in order. */
  readonly asked: ChatRequest[];
}

/** Answers by what it is asked, after turns of the event loop whose number depends on it too. What does not compile teaches it nothing: it fails. */
export function countingModel(name = "scripted:one"): CountingModel {
  const asked: ChatRequest[] = [];
  return {
    name,
    asked,
    async complete(request): Promise<ChatReply> {
      asked.push(request);
      const digest = sha256(JSON.stringify(request));
      const number = Number.parseInt(digest.slice(0, 6), 16);
      for (let turns = number % 5; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      if (number % 11 === 0)
        throw new ModelError("unavailable", "the endpoint fails", { remedy: "try later" });
      return {
        text: `${1 + (number % 100) / 50}`,
        ending: "stop",
        usage: { inputTokens: 10, outputTokens: 1 + (number % 7), estimated: false },
        durationMs: number % 9,
      };
    },
    async close() {},
  };
}

/** Proposes a source whose speed is what its model says; every third does not compile and is mended once. */
export function askingAgent(name: string, model: ChatModel): Agent {
  const propose = async (
    purpose: "propose" | "repair",
    { ask, random }: Pick<Review, "ask" | "random">,
    content: string,
  ): Promise<Proposal> => {
    const seed = Math.floor(random() * 2 ** 31);
    const { text } = await ask(model, purpose, {
      messages: [{ role: "user", content }],
      sampling: { temperature: 0.2, topP: 0.95, seed },
    });
    const broken = purpose === "propose" && seed % 3 === 0;
    return {
      source: broken ? `nothing ${seed}` : sourceOfSpeed(Number(text), ` ${seed}`),
      transformations: [],
      assumptions: [],
      summary: `${name} says ${text}`,
    };
  };
  return {
    name,
    kind: "llm",
    speciality: "what its model says",
    propose: (request) =>
      propose(
        "propose",
        request,
        [
          `round ${request.round}: ${request.lessons.map(({ text, factor }) => `${text} ${factor}`).join()}`,
          ...request.general.map(({ lesson }) => lesson.text),
        ].join("\n"),
      ),
    repair: (review) => propose("repair", review, `mend ${review.candidate.source}`),
    async explain({ candidate, outcome, ask }) {
      const { text } = await ask(model, "lesson", {
        messages: [{ role: "user", content: `${candidate.source}: ${outcome.status}` }],
        sampling: { temperature: 0.2, topP: 0.95 },
      });
      return { text: `${name} learned ${text}.`, preconditions: ["a loop"] };
    },
  };
}

/** Needs no model; passes every fourth round. */
export function plainAgent(name: string): Agent {
  return {
    name,
    kind: "rewriter",
    speciality: "counting",
    async propose({ round, lessons, general, random }) {
      if (round % 4 === 3) return undefined;
      const speed = 1 + lessons.length / 10 + general.length / 20 + random() / 5;
      return {
        source: sourceOfSpeed(speed, ` ${name} ${round}`),
        transformations: [{ name: "count", parameters: { round }, place: "the loop" }],
        assumptions: ["Nothing overflows."],
        summary: `${name} in round ${round}`,
      };
    },
    async explain({ candidate, outcome }) {
      return { text: `${candidate.summary}: ${outcome.status}.`, preconditions: [] };
    },
  };
}

/** What does not compile says so; otherwise as the scripted evaluator, after turns of the event loop that depend on the source. */
export function steadyEvaluator(): ScriptedEvaluator {
  return scriptedEvaluator(async (outcome, source): Promise<Outcome> => {
    for (let turns = sha256(source).charCodeAt(0) % 4; turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
    return source.startsWith("nothing")
      ? { status: "not-compiled", reason: "1: expected a function", calls: 0, evaluationMs: 1 }
      : outcome;
  });
}

export interface ScriptedRun {
  readonly options: OptimizeOptions;
  readonly models: readonly CountingModel[];
  readonly evaluator: ScriptedEvaluator;
}

/** Fresh agents, models and evaluator: what a process has that has just begun. */
export function scriptedRun(overrides: Partial<OptimizeOptions> = {}): ScriptedRun {
  const models = [countingModel("scripted:one"), countingModel("scripted:two")];
  const evaluator = steadyEvaluator();
  const agents = [
    ...models.map((model, index) => askingAgent(index === 0 ? "one" : "two", model)),
    plainAgent("counter"),
  ];
  return {
    models,
    evaluator,
    options: { task, agents, evaluator, seed: 7, rounds: 4, evaluations: 40, patience: 9, ...overrides },
  };
}
