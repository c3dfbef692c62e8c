/**
 * What embedders behind an endpoint have in common: batches, texts that are too long, vectors that are none, code in words.
 */
import { ModelError } from "../model/chat-model.ts";
import type { Embedder } from "./bank.ts";
import { codeWordings, describeCode, descriptionVersion, type CodeWording } from "./code-description.ts";
import { malformed } from "./embedding-request.ts";
import { toUnit } from "./hashed-vector.ts";
import { noPrefixes, prefixesInId, type EmbeddingPrefixes, type EmbeddingPurpose } from "./purpose.ts";

export interface RemoteEmbedderOptions {
  /** Names kind, version and model. */
  readonly id: string;
  /** One vector a text, in order, of any length. Throws a ModelError. */
  readonly request: (texts: readonly string[]) => Promise<readonly (readonly number[])[]>;
  /** What goes before a text, for models that were trained so. Default: nothing. */
  readonly prefixes?: Partial<EmbeddingPrefixes> | undefined;
  /** How code is put into words. Default `features`. */
  readonly wording?: CodeWording | undefined;
}

const batchSize = 32;
/** Some 2,000 tokens. Models that take less say so, or cut by themselves. */
const longestText = 8000;
/** A model that has no room for so little has none at all. */
const shortestText = 250;
const mostDimensions = 65_536;

/**
 * Asks once, to learn the dimensions. Vectors are scaled to length 1. A text that the endpoint refuses as too long is cut in half until it
 * fits, each text by itself, so that its vector does not depend on its neighbours. Throws a ModelError.
 */
export async function createRemoteEmbedder({
  id,
  request,
  prefixes: given,
  wording = codeWordings[0],
}: RemoteEmbedderOptions): Promise<Embedder> {
  const prefixes = { ...noPrefixes, ...given };

  async function embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += batchSize) {
      const batch = texts.slice(start, start + batchSize).map((text) => text.slice(0, longestText));
      for (const vector of await embedBatch(batch)) vectors.push(toUnit(Float32Array.from(vector)));
    }
    return vectors;
  }

  async function embedBatch(batch: readonly string[]): Promise<readonly (readonly number[])[]> {
    try {
      return await request(batch);
    } catch (error) {
      if (!(error instanceof ModelError) || error.fault !== "context-overflow") throw error;
      const [only = ""] = batch;
      if (batch.length === 1) {
        if (only.length <= shortestText) throw error;
        return embedBatch([only.slice(0, Math.ceil(only.length / 2))]);
      }
      const alone: (readonly number[])[] = [];
      for (const text of batch) alone.push(...(await embedBatch([text])));
      return alone;
    }
  }

  const dimensions = (await embed(["How many dimensions?"]))[0]?.length ?? 0;
  const checked = async (texts: readonly string[]): Promise<Float32Array[]> => {
    const vectors = await embed(texts);
    const odd = vectors.find((vector) => vector.length !== dimensions);
    if (odd) {
      throw new ModelError(
        "unreadable-reply",
        `${id} sent a vector of ${odd.length} numbers after one of ${dimensions}`,
        { remedy: "Its server has changed its model under way: ask for another model, or another server." },
      );
    }
    return vectors;
  };
  return {
    id: `${id}:${wording}-${descriptionVersion}${prefixesInId(prefixes)}`,
    dimensions,
    embedText: (texts, purpose: EmbeddingPurpose = "document") =>
      checked(texts.map((text) => prefixes[purpose] + text)),
    embedCode: async (sources) =>
      checked((await describeCode(sources, wording)).map((text) => prefixes.document + text)),
  };
}

/** The vectors of `count` texts. Throws a FailedTry that says what is wrong with them. */
export function checkVectors(value: unknown, count: number): number[][] {
  if (!Array.isArray(value)) throw malformed("no list of vectors");
  if (value.length !== count) throw malformed(`${value.length} vectors for ${count} texts`);
  return value.map(checkVector);
}

function checkVector(value: unknown): number[] {
  if (!Array.isArray(value) || value.length === 0) throw malformed("something that is no vector");
  if (Array.isArray(value[0])) {
    throw malformed("a vector for each token, not for each text", "Take a model that embeds sentences.");
  }
  if (value.length > mostDimensions) throw malformed(`a vector of ${value.length} numbers`);
  // JSON has no infinity, but `1e999` is read as one; and a vector must be so in single precision.
  if (!value.every((number) => typeof number === "number" && Number.isFinite(Math.fround(number)))) {
    throw malformed("a vector that does not consist of finite numbers");
  }
  return value as number[];
}
