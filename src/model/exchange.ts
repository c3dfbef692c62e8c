/**
 * What was asked of a model and what came of it, as one line of JSON: for replaying a run, and for tests that must not pay.
 */
import { z } from "zod";
import { sha256 } from "../code/hash.ts";
import { UsageError } from "../errors.ts";
import { ModelError, modelFaults, type ChatModel, type ChatReply, type ChatRequest } from "./chat-model.ts";

const usageSchema = z.strictObject({
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  estimated: z.boolean(),
});

const requestSchema = z.strictObject({
  messages: z.array(z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string() })),
  sampling: z.strictObject({
    temperature: z.number(),
    topP: z.number(),
    frequencyPenalty: z.number().optional(),
    maxTokens: z.int().optional(),
    seed: z.int().optional(),
  }),
});

const exchangeSchema = z.union([
  z.strictObject({
    request: z.union([z.string().regex(/^[0-9a-f]{64}$/), requestSchema]),
    reply: z.strictObject({
      text: z.string(),
      ending: z.enum(["stop", "length"]),
      usage: usageSchema,
      durationMs: z.number().min(0),
    }),
  }),
  z.strictObject({
    request: z.union([z.string().regex(/^[0-9a-f]{64}$/), requestSchema]),
    fault: z.strictObject({
      name: z.enum(modelFaults),
      message: z.string(),
      remedy: z.string().optional(),
      usage: usageSchema.optional(),
    }),
  }),
]);

/** A request, or its key, with its reply or its fault. */
export type Exchange = z.infer<typeof exchangeSchema>;

/** By which a request is known again: its messages and its sampling, whatever the order of their keys. */
export function requestKey({ messages, sampling }: ChatRequest | z.infer<typeof requestSchema>): string {
  const settings = Object.entries(sampling)
    .filter(([, value]) => value !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  return sha256(JSON.stringify([messages.map(({ role, content }) => [role, content]), settings]));
}

export function formatExchange(request: ChatRequest, outcome: ChatReply | ModelError): string {
  const key = requestKey(request);
  if (!(outcome instanceof ModelError)) {
    const { text, ending, usage, durationMs } = outcome;
    return JSON.stringify({ request: key, reply: { text, ending, usage, durationMs } } satisfies Exchange);
  }
  const { fault: name, message, remedy, usage } = outcome;
  return JSON.stringify({ request: key, fault: { name, message, remedy, usage } });
}

/** Empty lines are passed over. Throws a UsageError that names the line. */
export function parseExchanges(text: string): Exchange[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new UsageError(`line ${index + 1} of the recorded replies is not JSON`, { cause: error });
    }
    const parsed = exchangeSchema.safeParse(value);
    if (parsed.success) return [parsed.data];
    throw new UsageError(`line ${index + 1} of the recorded replies is none`, {
      remedy: 'A line is { "request": KEY or REQUEST, "reply": … } or { "request": …, "fault": … }.',
      cause: parsed.error,
    });
  });
}

/** A model that hands every exchange on as a line, for a file that `recorded:PATH` reads. Aborted calls are none. */
export function recordExchanges(model: ChatModel, write: (line: string) => void | Promise<void>): ChatModel {
  return {
    name: model.name,
    contextTokens: model.contextTokens,
    price: model.price,
    async complete(request, options) {
      let reply: ChatReply;
      try {
        reply = await model.complete(request, options);
      } catch (error) {
        if (error instanceof ModelError) await write(formatExchange(request, error));
        throw error;
      }
      await write(formatExchange(request, reply));
      return reply;
    },
    close: () => model.close(),
  };
}
