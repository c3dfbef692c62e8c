/**
 * The policy by what lessons are worth: of the task's own lessons as LessonL chooses; of other tasks' general lessons the few that are
 * expected to gain most on the code at hand, and warnings of what does not: one, and as many as gains leave room for. Few are shown, and none where none is expected to help: in SkillsBench two or three
 * did better than more, and a wrong one costs more than a missing one (RSCB-MC, arXiv 2604.27283).
 */
import { lessonlPolicy } from "./lessonl.ts";
import type { GeneralCandidate, SelectionPolicy } from "./selection.ts";

/** Expected gain in log-speedup below which a lesson is not worth its place. */
const leastPromise = 0.02;
/** Chance of helping below which a lesson on what does harm is worth a place. */
const mostPromising = 0.2;

export const curatedPolicy: SelectionPolicy = {
  name: "curated",
  reach: 500,
  select: (candidates, options) => lessonlPolicy.select(candidates, options),
  selectGeneral(candidates, { k }) {
    const gains = candidates
      .filter((candidate) => candidate.lesson.polarity !== "failure" && worthOf(candidate) >= leastPromise)
      .toSorted(byWorth(worthOf));
    const warnings = candidates
      .filter(
        ({ lesson: { polarity }, expected }) =>
          (polarity === "loss" || polarity === "failure") && expected.fasterProbability <= mostPromising,
      )
      .toSorted(byWorth(({ relevance }) => relevance));
    const warned = warnings.slice(0, Math.max(Math.floor(k / 4), k - gains.length));
    return [...gains.slice(0, k - warned.length), ...warned];
  },
};

/**
 * Log-speedup: what trying it is expected to gain here, corrected by what showing it was seen to cause. The correction is drawn towards nothing
 * while draws are few, so that a lesson is not set back for having been shown.
 */
function worthOf({ lesson, expected }: GeneralCandidate): number {
  return expected.promise + (lesson.credit?.logSpeedup.mean ?? 0);
}

/** Highest first, equal ones by id. */
export function byWorth(
  worth: (candidate: GeneralCandidate) => number,
): (left: GeneralCandidate, right: GeneralCandidate) => number {
  return (left, right) => worth(right) - worth(left) || (left.lesson.id < right.lesson.id ? -1 : 1);
}
