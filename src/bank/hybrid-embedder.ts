/**
 * Two embedders as one: their vectors side by side, each scaled by the square root of its weight, so that the cosine of two of them is the
 * weighted mean of both cosines. One sees the code's structure, the other knows synonyms.
 */
import { UsageError } from "../errors.ts";
import type { Embedder } from "./bank.ts";

export interface HybridEmbedderOptions {
  readonly first: Embedder;
  readonly second: Embedder;
  /** Of the second, above 0 and below 1; the first has the rest. */
  readonly weight: number;
}

/**
 * Vectors have length 1 where both have; a text of which one embedder makes nothing has a shorter one, and resembles less. Throws a
 * UsageError for a weight that leaves one of the two out.
 */
export function createHybridEmbedder({ first, second, weight }: HybridEmbedderOptions): Embedder {
  if (!(weight > 0 && weight < 1)) {
    throw new UsageError(`a hybrid embedder needs a weight above 0 and below 1, not ${weight}`, {
      remedy: "it is the share of the second embedder: 0.5 for both alike",
    });
  }
  const scales = [Math.sqrt(1 - weight), Math.sqrt(weight)] as const;

  async function join(parts: readonly [Promise<Float32Array[]>, Promise<Float32Array[]>]) {
    const [left, right] = await Promise.all(parts);
    return left.map((vector, index) => {
      const joined = new Float32Array(first.dimensions + second.dimensions);
      joined.set(scaled(vector, scales[0]));
      joined.set(scaled(right[index] ?? new Float32Array(), scales[1]), first.dimensions);
      return joined;
    });
  }

  return {
    id: `hybrid-1:${weight}:${first.id}+${second.id}`,
    dimensions: first.dimensions + second.dimensions,
    embedText: (texts, purpose) => join([first.embedText(texts, purpose), second.embedText(texts, purpose)]),
    embedCode: (sources) => join([first.embedCode(sources), second.embedCode(sources)]),
  };
}

function scaled(vector: Float32Array, scale: number): Float32Array {
  return vector.map((value) => value * scale);
}
