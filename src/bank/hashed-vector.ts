/**
 * Feature hashing: terms of any number become a vector of fixed length, without a vocabulary.
 * Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009: a second hash gives each term a sign, so
 * that collisions cancel on average and inner products stay unbiased.
 */

/** Adds each term into the vector at its hashed place; repeated terms count by 1 + log(count). */
export function addHashedTerms(
  vector: Float32Array,
  terms: ReadonlyMap<string, number>,
  weight: number,
): void {
  const damped = [...terms].map(([term, times]) => [term, times > 1 ? 1 + Math.log(times) : times] as const);
  const norm = Math.hypot(...damped.map(([, value]) => value));
  if (norm === 0) return;
  for (const [term, value] of damped) {
    const hash = hash32(term);
    const index = hash % vector.length;
    const sign = hash32(`sign ${term}`) & 1 ? 1 : -1;
    vector[index] = (vector[index] ?? 0) + (sign * weight * value) / norm;
  }
}

/** Scales to length 1 in place; a vector of zeros, which resembles nothing, stays. */
export function toUnit(vector: Float32Array): Float32Array {
  let sum = 0;
  for (const value of vector) sum += value * value;
  const norm = Math.sqrt(sum);
  if (norm > 0)
    for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] ?? 0) / norm;
  return vector;
}

/** Counts up a term. */
export function count(terms: Map<string, number>, term: string, times = 1): void {
  terms.set(term, (terms.get(term) ?? 0) + times);
}

/** FNV-1a over UTF-16 units, with a final mix so that low bits are as good as high ones (MurmurHash3's finaliser). */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
