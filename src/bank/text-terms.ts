/**
 * The terms of a text: its words, pairs of neighbours, and pieces of words, so that "vectorised" and "vectorization" meet.
 */
import { count } from "./hashed-vector.ts";

/** Beyond this a text says nothing new, and a hostile one only takes time. */
const longestText = 20_000;
const pieceLength = 4;

/** Words that say nothing about code. */
const stopWords = new Set(
  "a an and are as at be been being but by can could did do does for from had has have how if in into is it its may more most no not of on one only or our out over so some such than that the their them then there these they this those to too up was we were what when where which while who why will with would you".split(
    " ",
  ),
);

export interface TextTerms {
  readonly words: ReadonlyMap<string, number>;
  readonly pairs: ReadonlyMap<string, number>;
  readonly pieces: ReadonlyMap<string, number>;
}

export function textTerms(text: string): TextTerms {
  const all = splitWords(text.slice(0, longestText));
  const words = new Map<string, number>();
  const pairs = new Map<string, number>();
  const pieces = new Map<string, number>();
  let before: string | undefined;
  for (const word of all) {
    if (stopWords.has(word)) continue;
    count(words, `word ${word}`);
    if (before !== undefined) count(pairs, `pair ${before} ${word}`);
    before = word;
    const edged = `^${word}$`;
    for (let start = 0; start + pieceLength <= edged.length; start++) {
      count(pieces, `piece ${edged.slice(start, start + pieceLength)}`);
    }
  }
  return { words, pairs, pieces };
}

/** Lower case; camelCase, kebab-case and snake_case come apart; numbers keep their digits. */
function splitWords(text: string): string[] {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 0 && word.length <= 40);
}
