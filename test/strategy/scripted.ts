/**
 * A task, agents and an evaluator whose every answer is written down: for tests of strategies and runs.
 */
import type { Agent, AskModel, Proposal, ProposalRequest } from "../../src/agent/agent.ts";
import type { EvaluateOptions, Evaluator } from "../../src/evaluate/evaluator.ts";
import type { Outcome } from "../../src/evaluate/outcome.ts";
import { taskHash } from "../../src/task/task-hash.ts";
import type { FunctionTask } from "../../src/task/task.ts";

const source = "int twice(int n) { int s = 0; for (int i = 0; i < 2; i++) s += n; return s; }\n";

const untitled: Omit<FunctionTask, "hash"> = {
  kind: "function",
  name: "twice",
  description: "Doubles a number.",
  language: "c",
  directory: "/nowhere",
  source: { file: "twice.c", text: source },
  function: "twice",
  signature: {
    callee: "twice",
    declarations: "",
    parameters: [
      {
        name: "n",
        type: { kind: "scalar", scalar: "i32" },
        passing: "value",
        constant: true,
        spelling: "int",
      },
    ],
    returns: { type: { kind: "scalar", scalar: "i32" }, spelling: "int" },
  },
  compiler: { command: "gcc", standard: "gnu17", flags: ["-O3"] },
  sizes: { timed: {}, checked: [], minimum: {}, maximum: {}, require: [] },
  inputs: { n: { integers: [0, 9] } },
  tolerance: { relative: 0, absolute: 0 },
  threads: 1,
};

export const task: FunctionTask = { ...untitled, hash: taskHash(untitled) };

/** For agents that need none. */
export const noModel: AskModel = () => Promise.reject(new Error("there is no model here"));

/** A candidate's text that the scripted evaluator finds `ratio` times as fast, ± 2 %. */
export function sourceOfSpeed(ratio: number, variant = ""): string {
  return `int twice(int n) { return 2 * n; } /* speed ${ratio}${variant} */\n`;
}

export function measured(ratio: number): Outcome {
  return {
    status: "measured",
    speedup: { ratio, low: ratio * 0.98, high: ratio * 1.02, confidence: 0.99 },
    faster: ratio * 0.98 > 1,
    referenceMs: 10,
    candidateMs: 10 / ratio,
    calls: 24,
    evaluationMs: 1,
  };
}

export interface ScriptedEvaluator extends Evaluator {
  readonly judged: { source: string; options: EvaluateOptions }[];
}

/** Reads the speed out of the text; anything else gives a wrong output. `adjust` may change what a call finds. */
export function scriptedEvaluator(
  adjust: (outcome: Outcome, source: string, options: EvaluateOptions) => Outcome | Promise<Outcome> = (
    outcome,
  ) => outcome,
): ScriptedEvaluator {
  const judged: { source: string; options: EvaluateOptions }[] = [];
  return {
    judged,
    async evaluate(_task, text, options = {}) {
      judged.push({ source: text, options });
      options.onStage?.("compile");
      const speed = /speed ([\d.]+)/.exec(text)?.[1];
      const outcome: Outcome =
        speed === undefined
          ? {
              status: "wrong-output",
              reason: "return: 3, but the reference gives 4",
              calls: 1,
              evaluationMs: 1,
            }
          : measured(Number(speed));
      return adjust(outcome, text, options);
    },
    async close() {},
  };
}

/** Proposes what `script` says, and keeps what it was asked. */
export function scriptedAgent(
  name: string,
  script: (request: ProposalRequest) => string | undefined,
): Agent & { readonly requests: ProposalRequest[] } {
  const requests: ProposalRequest[] = [];
  return {
    name,
    kind: "recorded",
    speciality: "what its script says",
    requests,
    async propose(request): Promise<Proposal | undefined> {
      requests.push(request);
      const text = script(request);
      if (text === undefined) return undefined;
      return {
        source: text,
        transformations: [{ name: "scripted", parameters: { agent: name }, place: "the loop over i" }],
        assumptions: [],
        summary: `${name} in round ${request.round}`,
      };
    },
    async explain({ candidate, outcome }) {
      return { text: `${candidate.summary}: ${outcome.status}.`, preconditions: ["a loop of two turns"] };
    },
  };
}
