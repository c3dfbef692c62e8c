/**
 * Repeatable choices: a stream of numbers from a seed and labels, so that every agent in every round has a stream of its own
 * and the order in which they run does not matter.
 */
import { createHash } from "node:crypto";

/** A generator in [0, 1), the same for the same seed and labels. sfc32 (PractRand), seeded through SHA-256. */
export function randomStream(seed: number, ...labels: readonly (string | number)[]): () => number {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...labels]))
    .digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = digest.readInt32LE(12);
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}
