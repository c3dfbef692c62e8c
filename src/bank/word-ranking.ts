/**
 * Search by words beside search by vectors. Words are ranked by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25
 * and Beyond", 2009), and rankings are put together by reciprocal ranks (Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms
 * Condorcet and individual Rank Learning Methods", SIGIR 2009), which needs no scores that could be compared. Pure.
 */
import { textTerms } from "./text-terms.ts";

/** Each ranking's part that is looked at. */
export const rankingDepth = 100;
/** As in their papers. */
const saturation = 1.2;
const lengthWeight = 0.75;
const rankOffset = 60;

export interface WordedText {
  readonly id: string;
  readonly words: string;
}

/** Ids of the texts that hold one of the words at least, best first and equally good ones by id. */
export function rankByWords(query: string, texts: readonly WordedText[]): string[] {
  const asked = [...textTerms(query).words.keys()];
  const documents = texts.map(({ id, words }) => {
    const counts = textTerms(words).words;
    return { id, counts, length: [...counts.values()].reduce((sum, count) => sum + count, 0) };
  });
  const meanLength = documents.reduce((sum, { length }) => sum + length, 0) / documents.length;
  const rarity = new Map(
    asked.map((word) => {
      const holding = documents.filter(({ counts }) => counts.has(word)).length;
      return [word, Math.log(1 + (documents.length - holding + 0.5) / (holding + 0.5))] as const;
    }),
  );
  return documents
    .map(({ id, counts, length }) => {
      let score = 0;
      for (const [word, weight] of rarity) {
        const count = counts.get(word) ?? 0;
        const damping = saturation * (1 - lengthWeight + (lengthWeight * length) / meanLength);
        score += (weight * count * (saturation + 1)) / (count + damping);
      }
      return { id, score };
    })
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score || (left.id < right.id ? -1 : 1))
    .map(({ id }) => id);
}

/** The ids of several rankings in one: each counts for what its places in them are worth; equally good ones come by id. */
export function fuseRankings(rankings: readonly (readonly string[])[]): string[] {
  const scores = new Map<string, number>();
  for (const ranking of rankings)
    for (const [place, id] of ranking.slice(0, rankingDepth).entries())
      scores.set(id, (scores.get(id) ?? 0) + 1 / (rankOffset + 1 + place));
  return [...scores]
    .toSorted(([left, one], [right, other]) => other - one || (left < right ? -1 : 1))
    .map(([id]) => id);
}
