/**
 * A model that says what it is told to: for tests of agents, strategies and runs.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  ModelError,
  type ChatModel,
  type ChatReply,
  type ChatRequest,
  type TokenPrice,
} from "./chat-model.ts";
import { estimateUsage } from "./token-estimate.ts";

/** A text, a reply of which the rest is filled in, or a fault to throw. */
export type ScriptedReply = string | (Partial<ChatReply> & { readonly text: string }) | ModelError;

export interface ScriptedModelOptions {
  /** In the order in which they are given, or what is said to a request; `call` counts from 0. A list that has ended is a fault (`no-reply`). */
  readonly replies:
    | readonly ScriptedReply[]
    | ((request: ChatRequest, call: number) => ScriptedReply | Promise<ScriptedReply>);
  /** Default `scripted`. */
  readonly name?: string;
  /** Before every reply. Default 0. */
  readonly delayMs?: number;
  readonly contextTokens?: number;
  readonly price?: TokenPrice;
}

export interface ScriptedModel extends ChatModel {
  /** Every request so far, also those that were answered with a fault. */
  readonly requests: readonly ChatRequest[];
}

export function createScriptedModel(options: ScriptedModelOptions): ScriptedModel {
  const { replies, name = "scripted", delayMs = 0, contextTokens, price } = options;
  const requests: ChatRequest[] = [];

  async function next(request: ChatRequest, call: number): Promise<ScriptedReply> {
    if (typeof replies === "function") return replies(request, call);
    return replies[call] ?? new ModelError("no-reply", `${name} has ${replies.length} replies, and no more`);
  }

  return {
    name,
    contextTokens,
    price,
    requests,
    async complete(request, { signal } = {}) {
      signal?.throwIfAborted();
      const startedAt = performance.now();
      const call = requests.push(request) - 1;
      if (delayMs > 0) await sleep(delayMs, undefined, { signal }).catch(() => signal?.throwIfAborted());
      const reply = await next(request, call);
      signal?.throwIfAborted();
      if (reply instanceof ModelError) throw reply;
      const given = typeof reply === "string" ? { text: reply } : reply;
      return {
        ending: "stop",
        usage: estimateUsage(request.messages, given.text),
        durationMs: performance.now() - startedAt,
        ...given,
      };
    },
    async close() {},
  };
}
