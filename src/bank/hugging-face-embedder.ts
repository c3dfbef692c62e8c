/**
 * An embedder behind Hugging Face's inference API: feature extraction by a sentence model on the hub, through Hugging Face's own client.
 */
import type { LimitSettings } from "../model/limits.ts";
import type { CodeWording } from "./code-description.ts";
import { malformed, requestVectors } from "./embedding-request.ts";
import type { Embedder } from "./bank.ts";
import type { EmbeddingPrefixes } from "./purpose.ts";
import { checkVectors, createRemoteEmbedder } from "./remote-embedder.ts";
import { FailedTry } from "../model/failed-try.ts";

export interface HuggingFaceEmbedderOptions {
  /** As on the hub: `sentence-transformers/all-MiniLM-L6-v2`. */
  readonly model: string;
  readonly key?: string | undefined;
  /** What to do about a key that is absent or refused. */
  readonly keyRemedy: string;
  /** Where models are found, as `ORG/MODEL/pipeline/feature-extraction`. Default: Hugging Face's router. */
  readonly endpoint?: string | undefined;
  readonly limits?: LimitSettings | undefined;
  readonly prefixes?: Partial<EmbeddingPrefixes> | undefined;
  readonly wording?: CodeWording | undefined;
}

/** Part of a bank's embedder id: raise it whenever the way to the vectors changes. */
const version = 1;
const router = "https://router.huggingface.co/hf-inference/models";

/**
 * Opens the model and asks once. Texts are cut at the model's limit by the server. Throws ModelErrors as `createOpenaiEmbedder` does, and for a
 * model that gives a vector for each token.
 */
export function createHuggingFaceEmbedder(options: HuggingFaceEmbedderOptions): Promise<Embedder> {
  const { model, key, keyRemedy, endpoint = router, limits, prefixes, wording } = options;
  return createRemoteEmbedder({
    id: `hf-${version}:${model}`,
    prefixes,
    wording,
    request: (texts) =>
      requestVectors({ name: `hf:${model}`, key, keyRemedy, limits }, async (fetchJson) => {
        const { featureExtraction, InferenceClientError } = await import("@huggingface/inference");
        try {
          const vectors = await featureExtraction(
            {
              accessToken: key ?? "",
              endpointUrl: `${endpoint}/${model}/pipeline/feature-extraction`,
              inputs: [...texts],
              normalize: true,
              truncate: true,
            },
            {
              retry_on_error: false,
              fetch: async (url, init) => {
                const body = typeof init?.body === "string" ? init.body : "";
                const headers = new Headers(init?.headers);
                return Response.json(
                  await fetchJson(url instanceof Request ? url.url : url, { headers, body }),
                );
              },
            },
          );
          return checkVectors(vectors, texts.length);
        } catch (error) {
          if (error instanceof FailedTry || !(error instanceof InferenceClientError)) throw error;
          throw malformed("no vectors");
        }
      }),
  });
}
