/**
 * The embedder that is always there: deterministic, without a download. Text is hashed words and pieces of words; code is its
 * syntax, with the author's names taken out. It knows no synonyms; for those there is `transformers-embedder.ts`.
 */
import { featureCount } from "../code/features.ts";
import { sha256 } from "../code/hash.ts";
import { loadGrammarsOf, parse } from "../code/parser.ts";
import type { Language } from "../code/language.ts";
import type { Embedder } from "./bank.ts";
import { featureTerms } from "./feature-terms.ts";
import { addHashedTerms, toUnit } from "./hashed-vector.ts";
import { syntaxTerms } from "./syntax-terms.ts";
import { textTerms } from "./text-terms.ts";

/** Part of every bank made with it: raise it whenever a vector changes. */
const version = 1;
const dimensions = 512;
const longestCode = 256 * 1024;

/** How much each kind of term says about whether two pieces of code are of one kind. */
const codeWeights = {
  features: 1.5,
  operators: 1,
  accesses: 0.8,
  nesting: 0.5,
  calls: 0.5,
  paths: 0.3,
} as const;
const textWeights = { words: 1, pairs: 0.4, pieces: 0.6 } as const;

/** Every lesson of a run is earned on the same reference, and a bank is made of the lessons of many: two kilobytes each. */
const remembered = 1024;

export function createStructuralEmbedder(): Embedder {
  const known = new Map<string, Float32Array>();

  function embedOnce(source: string, language: Language): Float32Array {
    const key = sha256(`${language}\n${source}`);
    const vector = known.get(key) ?? embedCode(source, language);
    known.delete(key);
    known.set(key, vector);
    for (const oldest of known.keys()) {
      if (known.size <= remembered) break;
      known.delete(oldest);
    }
    return vector.slice();
  }

  return {
    // A feature more or less changes the vectors of all code.
    id: `structural-${version}.${featureCount}`,
    dimensions,
    embedText: async (texts) => texts.map(embedText),
    async embedCode(sources) {
      await loadGrammarsOf([...new Set(sources.map(({ language }) => language))]);
      return sources.map(({ text, language }) => embedOnce(text, language));
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
  const text = source.slice(0, longestCode);
  const tree = parse(text, language);
  try {
    const terms = { ...syntaxTerms(tree), features: featureTerms(text, language, tree) };
    for (const kind of ["features", "paths", "nesting", "operators", "accesses", "calls"] as const) {
      addHashedTerms(vector, terms[kind], codeWeights[kind]);
    }
  } finally {
    tree.delete();
  }
  return toUnit(vector);
}
