/**
 * A model whose every reply is written down, and the way a run asks it: for tests of the agent that is a model.
 */
import type { AskModel, CallPurpose } from "../../src/agent/agent.ts";
import { type ChatModel, ModelError, type ChatRequest } from "../../src/model/chat-model.ts";

export interface ScriptedModel extends ChatModel {
  /** For a request's `ask`. */
  readonly ask: AskModel;
  readonly asked: { readonly purpose: CallPurpose; readonly request: ChatRequest }[];
}

/** A reply, or how it fails. One that is cut ended with its tokens. */
type Reply = string | { readonly cut: string } | ModelError;

/** Gives the replies in turn, and has none after the last. Asking it other than through `ask` fails. */
export function scriptedModel(...replies: readonly Reply[]): ScriptedModel {
  const asked: ScriptedModel["asked"] = [];
  return {
    name: "scripted",
    asked,
    async ask(_model, purpose, request) {
      const reply = replies[asked.length] ?? new ModelError("no-reply", "There is no reply left.");
      asked.push({ purpose, request });
      if (reply instanceof ModelError) throw reply;
      const usage = { inputTokens: 1, outputTokens: 1, estimated: true };
      return typeof reply === "string"
        ? { text: reply, ending: "stop", usage, durationMs: 1 }
        : { text: reply.cut, ending: "length", usage, durationMs: 1 };
    },
    complete: () => Promise.reject(new Error("a model is asked through the run")),
    async close() {},
  };
}
