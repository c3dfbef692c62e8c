/**
 * Says which known transformations lie between a reference and a candidate that somebody else wrote. Names are those of the
 * rewrites (`rewrites/c/catalogue.ts`), so that what a model tried and what a rewriter tried teach each other, and a few that no
 * rewrite has: threads, simd-intrinsics, memoisation, other-algorithm.
 *
 * It goes by what is in one version and not in the other, and is conservative: what it cannot tell has no name.
 */
import { codeFeatures } from "../code/features.ts";
import { isCompiled, type Language } from "../code/language.ts";
import { openSubject } from "../code/subject.ts";
import type { Transformation } from "../lesson/lesson.ts";
import { recognisePython } from "./recognise/python-signs.ts";
import { recogniseScript } from "./recognise/script-signs.ts";
import { signs } from "./recognise/signs.ts";
import { readVersion } from "./recognise/version.ts";

const longestPlace = 200;

/**
 * The transformations that can be told, each once, in the order of `signs`. Empty where either version lacks the function or has syntax
 * errors in it. `loadGrammars` must have been awaited.
 */
export function recogniseTransformations(
  reference: string,
  candidate: string,
  language: Language,
  functionName: string,
): Transformation[] {
  const [old, made] = [reference, candidate].map((text) => openSubject(text, language, functionName));
  if (!old || !made) return [];
  if (!isCompiled(language)) return (language === "python" ? recognisePython : recogniseScript)(old, made);
  const [before, after] = [readVersion(old), readVersion(made)];
  const seen = signs.flatMap((sign) => {
    const place = sign.place(before, after);
    return place === undefined ? [] : [{ sign, place }];
  });
  return seen
    .filter(({ sign }) => !seen.some((other) => sign.hiddenBy?.includes(other.sign.name)))
    .map(({ sign, place }) => ({ name: sign.name, parameters: {}, place: place.slice(0, longestPlace) }));
}

/** What was seen in the reference that the transformations work on, in the phrases of its features. */
export function preconditionsOf(
  transformations: readonly Transformation[],
  reference: string,
  language: Language,
  functionName: string,
): string[] {
  const concerned = new Set(
    transformations.flatMap(({ name }) => signs.find((sign) => sign.name === name)?.concerns ?? []),
  );
  return codeFeatures(reference, language, functionName).phrases.filter((phrase) => concerned.has(phrase));
}
