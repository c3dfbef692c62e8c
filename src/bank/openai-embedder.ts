/**
 * An embedder behind an endpoint that speaks OpenAI's `/v1/embeddings`: OpenAI, Ollama, vLLM, llama.cpp's server,
 * text-embeddings-inference.
 */
import { z } from "zod";
import type { LimitSettings } from "../model/limits.ts";
import { malformed, requestVectors } from "./embedding-request.ts";
import type { Embedder } from "./bank.ts";
import type { EmbeddingPrefixes } from "./purpose.ts";
import type { CodeWording } from "./code-description.ts";
import { checkVectors, createRemoteEmbedder } from "./remote-embedder.ts";

export interface OpenaiEmbedderOptions {
  /** For messages: `openai:MODEL@URL`. Holds no key. */
  readonly name: string;
  /** As the endpoint calls it. */
  readonly model: string;
  /** Without `/embeddings`. */
  readonly endpoint: string;
  readonly key?: string | undefined;
  /** What to do about a key that is absent or refused. */
  readonly keyRemedy: string;
  readonly limits?: LimitSettings | undefined;
  readonly prefixes?: Partial<EmbeddingPrefixes> | undefined;
  readonly wording?: CodeWording | undefined;
}

/** Part of a bank's embedder id: raise it whenever the way to the vectors changes. */
const version = 1;

const replySchema = z.object({
  data: z.array(z.object({ index: z.int().min(0).optional(), embedding: z.unknown() })),
});

/**
 * Opens the endpoint and asks once. The id names the model, not the address, which may change: whoever serves it, one name has to stand
 * for one model. Throws ModelErrors: a key that is refused, an unknown model, an endpoint that fails again and again, and vectors that are
 * none. The key is in none of them.
 */
export function createOpenaiEmbedder(options: OpenaiEmbedderOptions): Promise<Embedder> {
  const { name, model, endpoint, key, keyRemedy, limits, prefixes, wording } = options;
  const address = `${endpoint.replace(/\/embeddings$/, "")}/embeddings`;
  const headers = new Headers({
    "content-type": "application/json",
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  });
  return createRemoteEmbedder({
    id: `openai-${version}:${model}`,
    prefixes,
    wording,
    request: (texts) =>
      requestVectors({ name, key, keyRemedy, limits }, async (fetchJson) => {
        const reply = await fetchJson(address, { headers, body: JSON.stringify({ model, input: texts }) });
        return readReply(reply, texts.length);
      }),
  });
}

/** Servers say by `index` which text a vector belongs to, and need not keep the order. */
function readReply(reply: unknown, count: number): number[][] {
  const parsed = replySchema.safeParse(reply);
  if (!parsed.success) throw malformed("no embeddings as OpenAI's protocol has them");
  const ordered = parsed.data.data
    .map(({ index, embedding }, place) => ({ place: index ?? place, embedding }))
    .toSorted((left, right) => left.place - right.place);
  if (ordered.some(({ place }, index) => place !== index)) {
    throw malformed("embeddings that do not belong to the texts one to one");
  }
  return checkVectors(
    ordered.map(({ embedding }) => embedding),
    count,
  );
}
