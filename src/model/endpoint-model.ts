/**
 * A model behind an endpoint that speaks OpenAI's chat completions: Hugging Face's router, OpenAI, Ollama, vLLM, llama.cpp's server.
 * Hugging Face's client makes the request and takes the stream apart; what can go wrong with it is dealt with here and in the files
 * beside this one.
 */
import { z } from "zod";
import {
  ModelError,
  type ChatModel,
  type ChatReply,
  type ChatRequest,
  type TokenPrice,
  type TokenUsage,
} from "./chat-model.ts";
import { cutReply, failureOfConnection } from "./connection-failure.ts";
import { openConnection, type Connection } from "./connection.ts";
import { FailedTry, toModelError, type Failure } from "./failed-try.ts";
import { failureOfAnswer, statusOfBody, type RequestFacts } from "./http-failure.ts";
import { completeLimits, type LimitSettings } from "./limits.ts";
import { hideKey, hideKeyInReply } from "./secret.ts";
import { withTimeLimit } from "./time-limit.ts";
import { estimateTokens, estimateUsage } from "./token-estimate.ts";
import { tryAgain } from "./try-again.ts";

export interface EndpointModelOptions {
  /** As `--team` takes it. */
  readonly name: string;
  /** As the endpoint calls it. */
  readonly model: string;
  /** Without `/chat/completions`. */
  readonly endpoint: string;
  readonly key?: string | undefined;
  /** What to do about a key that is absent or refused. */
  readonly keyRemedy: string;
  readonly limits?: LimitSettings | undefined;
  readonly contextTokens?: number | undefined;
  readonly price?: TokenPrice | undefined;
}

/** What is read of one event. Servers add fields of their own. */
const eventSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            // What a model thinks before it answers: DeepSeek's and vLLM's name for it, and Ollama's. Paid for, and no part of the reply.
            reasoning_content: z.string().nullish(),
            reasoning: z.string().nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z
    .object({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0) })
    .nullish()
    .catch(undefined),
});

/** A reply as far as it has come. */
interface Received {
  text: string;
  reasoning: string;
  finishReason?: string;
  usage?: TokenUsage;
}

/**
 * Opens no connection yet. `complete` throws ModelErrors as `docs/models.md` lists them; the key is in none of them, and they have no
 * cause, since what the client throws holds the request.
 */
export function createEndpointModel(options: EndpointModelOptions): ChatModel {
  const { name, model, endpoint, key, keyRemedy, contextTokens, price } = options;
  const limits = completeLimits(options.limits);
  /** Optional parameters that the endpoint turned out not to take. */
  const leftOut = new Set<string>();

  async function complete(
    request: ChatRequest,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ChatReply> {
    const endsAt = performance.now() + limits.totalMs;
    const fault = (): ModelError =>
      modelError({
        fault: "timed-out",
        what: `did not finish within ${limits.totalMs / 1000} s`,
        remedy: "Give it more time (totalMs), or fewer tokens to write (maxTokens).",
      });
    return withTimeLimit({ limitMs: limits.totalMs, fault, signal }, async (limited) => {
      /** From the last try: some servers say what is wrong only where nothing is streamed, as llama-cpp-python does of a prompt that is too long. */
      let wordless = false;
      const attempt = async (): Promise<ChatReply> => {
        try {
          return await tryParameters(request, limited, !wordless);
        } catch (error) {
          wordless = error instanceof FailedTry && error.failure.wordless === true;
          throw error;
        }
      };
      try {
        return await tryAgain(attempt, { limits, endsAt, signal: limited });
      } catch (error) {
        throw error instanceof FailedTry ? modelError(error.failure) : error;
      }
    });
  }

  /** A request that is refused for an optional parameter is sent again without it, and so are those after it. */
  async function tryParameters(
    request: ChatRequest,
    signal: AbortSignal,
    streamed: boolean,
  ): Promise<ChatReply> {
    for (;;) {
      try {
        return await tryOnce(request, signal, streamed);
      } catch (error) {
        if (!(error instanceof FailedTry) || error.failure.parameter === undefined) throw error;
        leftOut.add(error.failure.parameter);
      }
    }
  }

  async function tryOnce(request: ChatRequest, signal: AbortSignal, streamed: boolean): Promise<ChatReply> {
    const startedAt = performance.now();
    const { InferenceClient } = await import("@huggingface/inference");
    const optional = optionalParameters(request, leftOut);
    const facts = { sent: Object.keys(optional), keyRemedy };
    const connection = openConnection({ limits, request: facts, signal });
    const received: Received = { text: "", reasoning: "" };
    try {
      const client = new InferenceClient(key ?? "", {
        endpointUrl: `${endpoint}/chat/completions`,
        fetch: streamed ? connection.fetch : inOnePiece(connection.fetch),
        retry_on_error: false,
      });
      const messages = request.messages.map(({ role, content }) => ({ role, content }));
      for await (const event of client.chatCompletionStream({ model, messages, ...optional })) {
        take(event, received);
      }
      const failure = incomplete(received, connection);
      if (failure) throw new FailedTry(failure);
      return finish(request, received, performance.now() - startedAt);
    } catch (error) {
      const reason = connection.brokenOffBy() ?? error;
      const begun = received.text !== "" || received.reasoning !== "";
      const usage = begun ? usageOf(request, received) : undefined;
      if (reason instanceof ModelError) {
        throw new ModelError(reason.fault, reason.message, { remedy: reason.remedy, usage });
      }
      if (signal.aborted) throw reason;
      const failure = reason instanceof FailedTry ? reason.failure : await failureOf(reason, begun, facts);
      if (begun) throw modelError(failure, usage);
      throw new FailedTry(failure);
    } finally {
      connection.close();
    }
  }

  function finish(request: ChatRequest, received: Received, durationMs: number): ChatReply {
    return {
      text: hideKeyInReply(received.text, key),
      ending: received.finishReason === "length" ? "length" : "stop",
      usage: usageOf(request, received),
      durationMs,
    };
  }

  function modelError(failure: Failure, usage?: TokenUsage): ModelError {
    return toModelError(failure, name, (text) => hideKey(text, key), usage);
  }

  return {
    name,
    contextTokens,
    price,
    complete,
    // Every request closes its own connection.
    async close() {},
  };
}

/** Everything beside model and messages, as the protocol names it, without what the endpoint does not take. */
function optionalParameters({ sampling }: ChatRequest, leftOut: ReadonlySet<string>) {
  const { maxTokens } = sampling;
  const all: Record<string, unknown> = {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    frequency_penalty: sampling.frequencyPenalty,
    // OpenAI's newer models take the second name alone, most other servers the first.
    ...(leftOut.has("max_tokens") ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens }),
    seed: sampling.seed,
    stream_options: { include_usage: true },
  };
  return Object.fromEntries(
    Object.entries(all).filter(([name, value]) => value !== undefined && !leftOut.has(name)),
  );
}

/** The same request for a reply that is not streamed: the client has no way to ask for that and hand it on like a stream. */
function inOnePiece(fetch: Connection["fetch"]): Connection["fetch"] {
  return (url, init) => {
    const text = typeof init?.body === "string" ? init.body : "{}";
    const { stream_options: _, ...body } = JSON.parse(text) as Record<string, unknown>;
    return fetch(url, { ...init, body: JSON.stringify({ ...body, stream: false }) });
  };
}

/** Adds an event to what has come. Throws a FailedTry for one that is no part of a reply. */
function take(event: unknown, received: Received): void {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) throw new FailedTry(malformed("an event that is no part of a reply"));
  const { choices, usage } = parsed.data;
  const [choice] = choices ?? [];
  received.text += choice?.delta?.content ?? "";
  received.reasoning += choice?.delta?.reasoning_content ?? choice?.delta?.reasoning ?? "";
  if (typeof choice?.finish_reason === "string") received.finishReason = choice.finish_reason;
  if (usage) {
    received.usage = {
      inputTokens: usage.prompt_tokens,
      outputTokens: usage.completion_tokens,
      estimated: false,
    };
  }
}

/** Why a stream that ended in peace is no reply all the same. */
function incomplete(
  { text, reasoning, finishReason }: Received,
  connection: Connection,
): Failure | undefined {
  if (finishReason === "content_filter") {
    return { fault: "refused-request", what: "had its reply withheld by a filter of its endpoint" };
  }
  if (finishReason !== undefined) return undefined;
  const begun = text !== "" || reasoning !== "";
  if (connection.endedSilently()) {
    return begun
      ? cutReply()
      : {
          fault: "unavailable",
          what: "closed the connection without a reply",
          passing: true,
          wordless: true,
        };
  }
  return begun ? undefined : malformed("a stream without a reply");
}

function malformed(what: string): Failure {
  return {
    fault: "unreadable-reply",
    what: `sends ${what}`,
    remedy: "Check that its server speaks OpenAI's chat completions.",
  };
}

/** What the client or the connection throws. */
async function failureOf(error: unknown, begun: boolean, request: RequestFacts): Promise<Failure> {
  const { InferenceClientProviderApiError } = await import("@huggingface/inference");
  if (error instanceof InferenceClientProviderApiError) {
    const { body } = error.httpResponse;
    const answer = { status: statusOfBody(body) ?? 500, headers: new Headers(), body: JSON.stringify(body) };
    const failure = failureOfAnswer({ ...answer, place: "in its reply" }, request);
    return begun && failure.passing === true
      ? { ...failure, ...cutReply(), detail: failure.detail }
      : failure;
  }
  if (error instanceof SyntaxError) return malformed("an event that is not JSON");
  if (error instanceof Error) return failureOfConnection(error, begun);
  throw error;
}

function usageOf(request: ChatRequest, { text, reasoning, usage }: Received): TokenUsage {
  if (usage) return usage;
  const estimated = estimateUsage(request.messages, text);
  return { ...estimated, outputTokens: estimated.outputTokens + estimateTokens(reasoning) };
}
