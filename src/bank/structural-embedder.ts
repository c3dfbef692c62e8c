/**
 * The embedder that is always there: deterministic, without a download. Text is hashed words and pieces of words; code is its
 * syntax, with the author's names taken out. It knows no synonyms; for those there is `transformers-embedder.ts`.
 */
import { loadGrammars, parse } from "../code/parser.ts";
import type { Language } from "../code/language.ts";
import type { Embedder } from "./bank.ts";
import { addHashedTerms, toUnit } from "./hashed-vector.ts";
import { syntaxTerms } from "./syntax-terms.ts";
import { textTerms } from "./text-terms.ts";

/** Part of every bank made with it: raise it whenever a vector changes. */
const version = 1;
const dimensions = 512;
const longestCode = 256 * 1024;

/** How much each kind of term says about whether two pieces of code are of one kind. */
const codeWeights = { paths: 0.5, nesting: 0.7, operators: 0.7, accesses: 0.9, vocabulary: 0.6 } as const;
const textWeights = { words: 1, pairs: 0.4, pieces: 0.6 } as const;

export function createStructuralEmbedder(): Embedder {
  return {
    id: `structural-${version}`,
    dimensions,
    embedText: async (texts) => texts.map(embedText),
    async embedCode(sources) {
      await loadGrammars();
      return sources.map(({ text, language }) => embedCode(text, language));
    },
  };
}

function embedText(text: string): Float32Array {
  const vector = new Float32Array(dimensions);
  const terms = textTerms(text);
  for (const kind of ["words", "pairs", "pieces"] as const)
    addHashedTerms(vector, terms[kind], textWeights[kind]);
  return toUnit(vector);
}

function embedCode(source: string, language: Language): Float32Array {
  const vector = new Float32Array(dimensions);
  const tree = parse(source.slice(0, longestCode), language);
  try {
    const terms = syntaxTerms(tree);
    for (const kind of ["paths", "nesting", "operators", "accesses", "vocabulary"] as const) {
      addHashedTerms(vector, terms[kind], codeWeights[kind]);
    }
  } finally {
    tree.delete();
  }
  return toUnit(vector);
}
