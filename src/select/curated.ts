/**
 * The policy by what lessons are worth: of the task's own lessons as LessonL chooses; of other tasks' general lessons the few that matter most to know before
 * the next attempt. That is what is expected to gain most on the code at hand and, as much, what the agent would try early and had better not. One lesson on
 * several transformations tells of each, and what is told already adds nothing. Few are shown, and none where none matters: in SkillsBench two or three
 * did better than more, and a wrong one costs more than a missing one (RSCB-MC, arXiv 2604.27283).
 */
import { lessonlPolicy } from "./lessonl.ts";
import type { GeneralCandidate, SelectionPolicy } from "./selection.ts";

/** The gain in log-speedup that an agent expects of what it knows nothing about and would try first: that of a textbook's first rewrites. */
const unknownPromise = 0.25;
/** Worth below which a lesson is not worth its place. */
const leastWorth = 0.02;

export const curatedPolicy: SelectionPolicy = {
  name: "curated",
  reach: 500,
  select: (candidates, options) => lessonlPolicy.select(candidates, options),
  selectGeneral(candidates, { k, familiar = new Set() }) {
    const chosen = seatNews(candidates, k, familiar);
    const more = candidates.filter((each) => !chosen.includes(each));
    chosen.push(
      ...seatNews(more, k - chosen.length, new Set(chosen.flatMap(({ lesson }) => lesson.transformations))),
    );
    return chosen.toSorted(byWorth(promiseOf));
  },
};

/** Up to `k` candidates, each for what it tells beyond those before it and what is told already. */
function seatNews(
  candidates: readonly GeneralCandidate[],
  k: number,
  told: ReadonlySet<string>,
): GeneralCandidate[] {
  const chosen: GeneralCandidate[] = [];
  const covered = new Set(told);
  let left = candidates;
  while (chosen.length < k) {
    const adds = (candidate: GeneralCandidate): number => addsTo(covered, candidate);
    const [best] = left.toSorted(byWorth(adds));
    if (!best || adds(best) < leastWorth) break;
    chosen.push(best);
    left = left.filter((each) => each !== best);
    for (const name of best.lesson.transformations) covered.add(name);
  }
  return chosen;
}

/**
 * What a lesson adds to those on `covered` transformations: of each other one that it is about, how much it matters that the agent knows. Corrected by what showing
 * it was seen to cause; that is drawn towards nothing while draws are few, so that a lesson is not set back for having been shown.
 */
function addsTo(covered: ReadonlySet<string>, candidate: GeneralCandidate): number {
  const news = candidate.lesson.transformations.filter((name) => !covered.has(name));
  if (news.length === 0) return 0;
  const matters = news.reduce((sum, name) => sum + urgency(candidate, name), 0);
  return matters + (candidate.lesson.credit?.logSpeedup.mean ?? 0);
}

/** What would be tried soon: because it should be, or because the agent would without knowing. */
function urgency({ lesson, expectedOf, eagerness }: GeneralCandidate, name: string): number {
  const known = expectedOf(name);
  if (!known) return 0;
  // Of an agent that does not say what it would try, what was tried in vain is the best guess.
  const usual = lesson.polarity === "gain" ? 0 : 0.5;
  return Math.max(known.promise, unknownPromise * (eagerness?.(name) ?? usual));
}

function promiseOf({ lesson, expected }: GeneralCandidate): number {
  return expected.promise + (lesson.credit?.logSpeedup.mean ?? 0);
}

/** Highest first, equal ones by id. */
export function byWorth(
  worth: (candidate: GeneralCandidate) => number,
): (left: GeneralCandidate, right: GeneralCandidate) => number {
  return (left, right) => worth(right) - worth(left) || (left.lesson.id < right.lesson.id ? -1 : 1);
}
