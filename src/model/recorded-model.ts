/**
 * A model that answers what it was asked before, with what was said then. Nothing is paid, and nothing but the time it took is made up.
 */
import { readFile } from "node:fs/promises";
import { UsageError } from "../errors.ts";
import { ModelError, type ChatModel, type ChatReply } from "./chat-model.ts";
import { parseExchanges, requestKey, type Exchange } from "./exchange.ts";

export interface RecordedModelOptions {
  readonly exchanges: Iterable<Exchange>;
  /** Default `recorded`. */
  readonly name?: string | undefined;
}

/**
 * A request that was made several times gets its replies in their order, each once; then, and where it was never made, it is a fault
 * (`no-reply`). Replies come at once, with the tokens and the time that they took when they were recorded.
 */
export function createRecordedModel({ exchanges, name = "recorded" }: RecordedModelOptions): ChatModel {
  const waiting = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const key = typeof exchange.request === "string" ? exchange.request : requestKey(exchange.request);
    waiting.set(key, [...(waiting.get(key) ?? []), exchange]);
  }
  const known = new Set(waiting.keys());

  return {
    name,
    price: { inputUsd: 0, outputUsd: 0 },
    async complete(request, { signal } = {}): Promise<ChatReply> {
      signal?.throwIfAborted();
      const key = requestKey(request);
      const exchange = waiting.get(key)?.shift();
      if (exchange === undefined) {
        const why = known.has(key)
          ? "was asked this more often than it was recorded"
          : "was never asked this";
        throw new ModelError("no-reply", `${name} ${why} (request ${key.slice(0, 12)})`, {
          remedy: "Record it again: prompts, sampling and lessons must be the same to the letter.",
        });
      }
      if ("reply" in exchange) return exchange.reply;
      const { name: fault, message, remedy, usage } = exchange.fault;
      throw new ModelError(fault, message, { remedy, usage });
    },
    async close() {},
  };
}

/** From a file of lines, as `recordExchanges` writes them. Throws a UsageError where it cannot be read. */
export async function openRecordedModel(path: string, name?: string): Promise<ChatModel> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path}: the recorded replies cannot be read`, { cause: error });
  }
  return createRecordedModel({ exchanges: parseExchanges(text), name });
}
