/**
 * The general lesson about what no lesson is about: what a transformation did, one with another, that nothing was known of. An agent that is told only what
 * was tried takes the well-known for the promising, and what would help most waits: a transformation that nobody knows from elsewhere is mostly one that
 * seldom applies, and those do most where they do (`name-effects.ts`).
 */
import { sha256 } from "../code/hash.ts";
import type { Credit, GeneralLesson } from "./general-lesson.ts";
import { describeGeneral } from "./general-text.ts";
import { leastNames, learnNameEffects } from "./name-effects.ts";
import { bySmallest } from "./order.ts";
import { estimate } from "./random-effects.ts";
import { groupBy, signOf, taskOf, type Reading } from "./reading.ts";
import { estimateSuccess } from "./success-model.ts";

const leastTasks = 2;
/** Below this chance a transformation mostly failed. */
const leastSuccess = 0.5;

/** One for each hard context in which enough was tried. Pure, and without regard to the order of the readings. */
export function untriedLessons(
  readings: readonly Reading[],
  credits?: ReadonlyMap<string, Credit>,
): GeneralLesson[] {
  const alone = readings.filter(({ trial }) => trial.added.length === 1);
  return groupBy(alone, ({ hard: { architecture, threads } }) =>
    JSON.stringify([architecture, threads]),
  ).flatMap(([, own]) => untriedLesson(own, credits) ?? []);
}

function untriedLesson(
  readings: readonly Reading[],
  credits: ReadonlyMap<string, Credit> | undefined,
): GeneralLesson | undefined {
  const names = groupBy(readings, ({ trial }) => trial.added[0]?.name ?? "").map(([, own]) => own);
  const tasks = [...new Set(readings.map(taskOf))].toSorted();
  const [first] = readings;
  const { mean, error, deviation, names: timed } = learnNameEffects(readings.map(({ trial }) => trial)).all;
  if (!first || timed < leastNames || tasks.length < leastTasks) return undefined;
  const { architecture, threads } = first.hard;
  const id = sha256(JSON.stringify(["untried", architecture, threads])).slice(0, 16);
  const shareWorked = (own: readonly Reading[]): number =>
    own.filter(({ trial }) => trial.gain).length / own.length;
  const shares = names.map(shareWorked);
  const worked = shares.reduce((sum, share) => sum + share, 0);
  const signs = names.map(signOf);
  const credit = credits?.get(id);
  const general = {
    id,
    untried: true as const,
    transformations: [],
    preconditions: [],
    seen: [],
    languages: [...new Set(readings.map(({ lesson }) => lesson.context.language))].toSorted(),
    architecture,
    threads,
    polarity: mean > 0 ? ("gain" as const) : ("loss" as const),
    effect: estimate(mean, Math.hypot(error, deviation)),
    meanEffect: estimate(mean, error),
    correctness: estimateSuccess(worked, names.length),
    tasks,
    measured: timed,
    gained: signs.filter((sign) => sign === "gained").length,
    lost: signs.filter((sign) => sign === "lost").length,
    failed: shares.filter((share) => share < leastSuccess).length,
    admitted: "replicated" as const,
    evidence: readings.map(({ lesson }) => lesson.id).toSorted(bySmallest((lesson) => lesson)),
    ...(credit && { credit }),
  };
  return { ...general, text: describeGeneral(general) };
}
