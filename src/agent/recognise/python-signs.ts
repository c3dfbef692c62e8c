/**
 * Which rewrites of Python lie between two versions of a function. A rewrite is named where it could have been applied to the first, could
 * not be to the second, and what it leaves behind occurs more often there.
 */
import type { Subject } from "../../code/subject.ts";
import { normalised } from "../../code/tree.ts";
import type { Transformation } from "../../lesson/lesson.ts";
import type { Rewrite } from "../rewrites/rewrite.ts";
import { pythonRewrites } from "../rewrites/python/catalogue.ts";

/** What each leaves behind, among tokens with single blanks. */
const traces: Readonly<Record<string, RegExp>> = {
  "python-membership-set": /\b(?:set|frozenset) \(|\{ [^:{}]+ (?:,|for) /g,
  "python-deque-queue": /\bdeque \(|\. popleft \(/g,
  "python-cached-recursion": /\b(?:lru_cache|cache|memo\w*)\b/g,
  "python-string-join": /\. join \(/g,
  "python-dictionary-default": /\. (?:get|setdefault) \(|\b(?:Counter|defaultdict) \(/g,
  "python-comprehension": /\[ [^[\]]* for /g,
  "python-built-in-sum": /\bsum \(/g,
  "python-compiled-pattern": /\bre \. compile \(/g,
  "python-index-by-key": /\. setdefault \(|\b(?:Counter|defaultdict) \(|\{ [^{}]*: [^{}]* for |= \{ \}/g,
  "python-aggregate-once": /\b\w+ = (?:sum|min|max|len|sorted|set) \(|= \{ [^{}:]* for /g,
  "python-running-aggregate": /\baccumulate \(|\b(\w+) = (?:\1 [-+] |(?:max|min) \( \1 ,)|\b\w+ [-+]= /g,
  "python-divisor-bound": /\bi?sqrt \(|\*\* 0\.5|\b(\w+) \* \1 <=? /g,
  "python-sorted-insertion": /\b(?:insort|insort_right|heappush|bisect|bisect_right) \(/g,
  "python-position-dictionary": /\benumerate \(/g,
  "python-flat-list":
    /\bfrom_iterable \(|\bchain \(|\bfor (\w+) in [^[\]]* for \w+ in \1\b|\. extend \(| \+= /g,
  "python-partial-order": /\b(?:min|max|nsmallest|nlargest) \(/g,
  "python-direct-iteration": /\b(?:enumerate|zip) \(|\bfor \w+ in \w+ :/g,
};

/** Empty where none can be told. */
export function recognisePython(before: Subject, after: Subject): Transformation[] {
  return recogniseByTraces(before, after, pythonRewrites, traces);
}

/**
 * The rewrites that could have been applied before and cannot be after, where what they leave behind, as `left` says by their names, occurs more often.
 */
export function recogniseByTraces(
  before: Subject,
  after: Subject,
  rewrites: readonly Rewrite[],
  left: Readonly<Record<string, RegExp>>,
): Transformation[] {
  const [old, made] = [before, after].map((subject) => normalised(subject.root));
  return rewrites.flatMap((rewrite) => {
    const { name } = rewrite;
    const trace = left[name];
    if (!trace || count(made ?? "", trace) <= count(old ?? "", trace)) return [];
    const [first] = rewrite.opportunities(before);
    return first && rewrite.opportunities(after).length === 0
      ? [{ name, parameters: {}, place: first.place }]
      : [];
  });
}

function count(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}
