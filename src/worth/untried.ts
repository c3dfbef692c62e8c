/**
 * The general lesson about what no lesson is about: what a transformation did, one with another, that nothing was known of. An agent that is told only what
 * was tried takes the well-known for the promising, and what would help most waits: a transformation that nobody knows from elsewhere is mostly one that
 * seldom applies, and those do most where they do (`name-effects.ts`).
 */
import { sha256 } from "../code/hash.ts";
import { betaEstimate } from "./beta.ts";
import type { HardContext } from "./context-key.ts";
import type { Credit, GeneralLesson } from "./general-lesson.ts";
import { describeGeneral } from "./general-text.ts";
import { leastNames, learnNameEffects } from "./name-effects.ts";
import { bySmallest } from "./order.ts";
import { estimate } from "./random-effects.ts";
import { groupBy, signOf, taskOf, type Reading } from "./reading.ts";

const leastTasks = 2;
/** Outcomes that the prior counts for, and its rate of success. As in `success-model.ts`. */
const priorOutcomes = 2;
const priorSuccess = 0.7;

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
  const hard: HardContext = { architecture, threads };
  const id = sha256(JSON.stringify(["untried", architecture, threads])).slice(0, 16);
  const shareWorked = (own: readonly Reading[]): number =>
    own.filter(({ trial }) => trial.gain).length / own.length;
  const worked = names.map(shareWorked).reduce((sum, share) => sum + share, 0);
  const signs = names.map(signOf);
  const credit = credits?.get(id);
  const general = {
    id,
    untried: true as const,
    transformations: [],
    preconditions: [],
    seen: [],
    languages: [...new Set(readings.map(({ lesson }) => lesson.context.language))].toSorted(),
    ...hard,
    polarity: mean > 0 ? ("gain" as const) : ("loss" as const),
    effect: estimate(mean, Math.hypot(error, deviation)),
    meanEffect: estimate(mean, error),
    correctness: betaEstimate(
      priorOutcomes * priorSuccess + worked,
      priorOutcomes * (1 - priorSuccess) + names.length - worked,
    ),
    tasks,
    measured: timed,
    gained: signs.filter((sign) => sign === "gained").length,
    lost: signs.filter((sign) => sign === "lost").length,
    failed: names.filter((own) => shareWorked(own) < 0.5).length,
    admitted: "replicated" as const,
    evidence: readings.map(({ lesson }) => lesson.id).toSorted(bySmallest((lesson) => lesson)),
    ...(credit && { credit }),
  };
  return { ...general, text: describeGeneral(general) };
}
