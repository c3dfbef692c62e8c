/**
 * How good is a ranking of lessons? nDCG (Järvelin and Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques", ACM TOIS 20, 2002), recall, and the
 * share of the best that is within reach. Rankings with ties are scored by their expectation over the orders that the ties allow, estimated by
 * drawing; a random choice is a ranking that is one single tie.
 */
import { generator } from "./sampling.ts";

export interface Ranked {
  /** How much it truly helps: 0 or more. */
  readonly gain: number;
  /** The higher, the earlier. */
  readonly score: number;
}

export interface Scores {
  readonly ndcg: number;
  readonly recall: number;
  /** The highest gain among those returned, over the highest there is. */
  readonly best: number;
}

export interface ScoreOptions {
  /** How many are returned. */
  readonly k: number;
  /** From this gain on, a lesson counts as helpful for recall. */
  readonly helpful: number;
  /** Orders drawn among ties. */
  readonly draws: number;
  readonly seed: number;
}

/** Undefined where nothing helps: then no ranking is better than another. */
export function scoreRanking(
  items: readonly Ranked[],
  { k, helpful, draws, seed }: ScoreOptions,
): Scores | undefined {
  const gains = items.map(({ gain }) => gain).toSorted((left, right) => right - left);
  const relevant = gains.filter((gain) => gain >= helpful).length;
  if (relevant === 0) return undefined;
  const ideal = discounted(gains.slice(0, k));
  const next = generator(seed);
  // Without ties among those that can be returned, all orders are one.
  const scores = items.map(({ score }) => score).toSorted((left, right) => right - left);
  const tied = scores.some((score, index) => index > 0 && index <= k && score === scores[index - 1]);
  const orders = tied ? draws : 1;
  const total = { ndcg: 0, recall: 0, best: 0 };
  for (let draw = 0; draw < orders; draw++) {
    const returned = items
      .map(({ gain, score }) => ({ gain, score, chance: next() }))
      .toSorted((left, right) => right.score - left.score || left.chance - right.chance)
      .slice(0, k)
      .map(({ gain }) => gain);
    total.ndcg += discounted(returned) / ideal;
    total.recall += returned.filter((gain) => gain >= helpful).length / Math.min(k, relevant);
    total.best += Math.max(0, ...returned) / gains[0]!;
  }
  return { ndcg: total.ndcg / orders, recall: total.recall / orders, best: total.best / orders };
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, index) => sum + gain / Math.log2(index + 2), 0);
}

export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Mean with a 95 % percentile bootstrap over the values. The same resamples for lists of one length, so differences are paired. */
export function bootstrapMean(values: readonly number[], resamples = 5000): MeanInterval {
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  if (values.length === 0) return { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
  const next = generator(20_021);
  const means = Array.from({ length: resamples }, () =>
    mean(values.map(() => values[Math.floor(next() * values.length)]!)),
  ).toSorted((left, right) => left - right);
  return {
    mean: mean(values),
    low: means[Math.floor(resamples * 0.025)]!,
    high: means[Math.ceil(resamples * 0.975) - 1]!,
  };
}

/**
 * How well each text answers a query by its words alone: BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
 * Beyond", 2009, with k1 = 1.2 and b = 0.75), which is also what full-text search in the bank ranks by.
 */
export function scoreWords(query: string, texts: readonly string[]): number[] {
  const documents = texts.map(countWords);
  const lengths = documents.map((words) => [...words.values()].reduce((sum, times) => sum + times, 0));
  const meanLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const scores = documents.map(() => 0);
  for (const word of countWords(query).keys()) {
    const having = documents.filter((words) => words.has(word)).length;
    const rarity = Math.log(1 + (documents.length - having + 0.5) / (having + 0.5));
    for (const [index, words] of documents.entries()) {
      const times = words.get(word) ?? 0;
      const length = 1.2 * (0.25 + (0.75 * lengths[index]!) / meanLength);
      scores[index]! += (rarity * times * 2.2) / (times + length);
    }
  }
  return scores;
}

function countWords(text: string): Map<string, number> {
  const words = new Map<string, number>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    words.set(word, (words.get(word) ?? 0) + 1);
  }
  return words;
}
