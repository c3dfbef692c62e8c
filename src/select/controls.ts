/**
 * The policies that a clever one has to beat, at the same number of lessons: none, random ones, and each half of LessonL alone
 * (its published ablations "high-speedup only" and "relevance only").
 */
import { byDescending, effectiveSpeedup, type SelectionPolicy } from "./selection.ts";

/** Shows nothing: what do lessons add at all? */
export const nonePolicy: SelectionPolicy = { name: "none", select: () => [] };

/** k lessons drawn without replacement (Fisher and Yates): does the choice matter? */
export const randomPolicy: SelectionPolicy = {
  name: "random-k",
  // Those far away as well: a choice among the nearest would be half a choice by nearness.
  reach: 5000,
  select(candidates, { k, random }) {
    const pool = candidates.toSorted(byDescending(() => 0)).map(({ lesson }) => lesson);
    const chosen = [];
    while (chosen.length < k && pool.length > 0) {
      chosen.push(...pool.splice(Math.floor(random() * pool.length), 1));
    }
    return chosen;
  },
};

/** The k highest effective speedups. */
export const speedupOnlyPolicy: SelectionPolicy = {
  name: "speedup-only",
  select: (candidates, { k }) =>
    candidates
      .toSorted(byDescending(effectiveSpeedup))
      .slice(0, k)
      .map(({ lesson }) => lesson),
};

/** The k most relevant. */
export const relevanceOnlyPolicy: SelectionPolicy = {
  name: "relevance-only",
  select: (candidates, { k }) =>
    candidates
      .toSorted(byDescending(({ relevance }) => relevance))
      .slice(0, k)
      .map(({ lesson }) => lesson),
};
