/**
 * From lessons to general lessons.
 *
 * Lessons that added the same transformations, in a context of the same kind, are one general lesson: that merges duplicates, and nothing is
 * rewritten. Its effect is pooled in two steps (`random-effects.ts`): the lessons of a task give the task's value, the tasks give the
 * effect, so thirty lessons of one task are one task. Its correctness is a Beta posterior to which each task gives one outcome. Where tasks
 * disagree in sign, `contradiction.ts` looks for what tells them apart.
 *
 * Beside them stands one on what no lesson is about: `untried.ts`.
 *
 * Pure, and without regard to the order of the lessons.
 */
import { sha256 } from "../code/hash.ts";
import type { Lesson, LessonContext } from "../lesson/lesson.ts";
import {
  contextVariance,
  learnContextVariances,
  priorContextVariances,
  type ContextVariances,
  type HardContext,
} from "./context-key.ts";
import { isContested, splitByFeature } from "./contradiction.ts";
import type { Credit, Estimate, GeneralLesson, Polarity } from "./general-lesson.ts";
import { describeGeneral } from "./general-text.ts";
import { bySmallest } from "./order.ts";
import {
  betweenVariance,
  estimate,
  meanEstimate,
  nextEstimate,
  pool,
  type Measurement,
  type PriorVariance,
} from "./random-effects.ts";
import { gainsLessThan, groupBy, readLessons, signOf, taskOf, type Reading } from "./reading.ts";
import { createScreen } from "./screen.ts";
import { estimateSuccess } from "./success-model.ts";
import { untriedLessons } from "./untried.ts";

export interface GeneraliseOptions {
  /** Where the general lessons would be used: evidence from other contexts counts less, and widens the intervals. Without it all count alike. */
  readonly here?: LessonContext | undefined;
  /** What a changed context adds; by default learned from the lessons. */
  readonly contextVariances?: ContextVariances | undefined;
  /** What `estimateCredit` found, by general lesson. */
  readonly credits?: ReadonlyMap<string, Credit> | undefined;
}

export interface Generalised {
  /** All of them, by id: those that are `admitted` may be shown on other tasks. */
  readonly general: readonly GeneralLesson[];
  /** Lessons that took no part, and why: see `screenLesson`. */
  readonly screened: readonly { readonly lesson: string; readonly reason: string }[];
}

/** How far the places and repetitions of one task lie apart, and the effects in different tasks, where little is known. As in `speed-model.ts`. */
const withinTask: PriorVariance = { variance: 0.1 ** 2, degrees: 4 };
const betweenTasks: PriorVariance = { variance: 0.3 ** 2, degrees: 4 };
/** What is known of a transformation that was never timed. */
const unknownDeviation = 0.5;
/** Below this chance it is a failure. */
const leastSuccess = 0.5;
/** Tasks that must show the same for it to be replicated. */
const leastTasks = 2;
/** Tasks that must show no gain for that to be replicated: what is not there is harder to show. */
const leastTasksWithout = 3;
/** Log-speedup that each of them must stay below at 99 %: where measurements scatter, a gain that was not seen may be there. */
const noGain = 0.1;
/** Share of tasks whose lessons name a phrase that is said to be seen where it was tried. */
const nearlyAll = 0.8;

/** Learns the general lessons from all lessons; see the module's comment. Pure. */
export function generalise(lessons: readonly Lesson[], options: GeneraliseOptions = {}): Generalised {
  const screen = createScreen();
  const reasons = lessons.map((lesson) => ({ lesson, reason: screen(lesson) }));
  const readings = readLessons(
    reasons.flatMap(({ lesson, reason }) => (reason === undefined ? [lesson] : [])),
  );
  const groups = groupBy(readings, ({ transformations, hard }) =>
    JSON.stringify([transformations, hardKey(hard)]),
  );
  const learn = learnMeasuring(readings, options);
  const parts = groups.flatMap(([, own]) => partsOf(own));
  const measured = parts.map(({ readings: own }) => groupBy(own, taskOf).map(([, task]) => learn(task)));
  const prior = learnBetweenTasks(
    measured.map((tasks) => tasks.flatMap(({ measurement }) => measurement ?? [])),
  );
  const general = parts.map((part, index) => describe(part, measured[index] ?? [], prior, options.credits));
  return {
    general: [...general, ...untriedLessons(readings, options.credits)].toSorted(bySmallest(({ id }) => id)),
    screened: reasons
      .flatMap(({ lesson, reason }) => (reason === undefined ? [] : [{ lesson: lesson.id, reason }]))
      .toSorted(bySmallest(({ lesson }) => lesson)),
  };
}

/** Where lessons disagreed and a feature explains it: the part with it, or that without. */
interface GroupPart {
  readonly id: string;
  readonly whole?: string;
  readonly preconditions: readonly string[];
  readonly readings: readonly Reading[];
}

interface MeasuredTask {
  readonly name: string;
  readonly readings: readonly Reading[];
  readonly sign: ReturnType<typeof signOf>;
  /** Whether its measurements leave no room for a gain. */
  readonly idle: boolean;
  /** Share of its lessons that worked. */
  readonly worked: number;
  /** Absent where none was timed. */
  readonly measurement?: Measurement;
}

function hardKey({ architecture, threads, compiler }: HardContext): readonly unknown[] {
  return [architecture, threads, compiler ?? null];
}

/** Sixteen hexadecimal digits, as lessons have. */
function idOf(reading: Reading, preconditions: readonly string[]): string {
  const made = [reading.transformations, preconditions, hardKey(reading.hard)];
  return sha256(JSON.stringify(made)).slice(0, 16);
}

function partsOf(readings: readonly Reading[]): GroupPart[] {
  const [first] = readings;
  if (!first) return [];
  const whole = { id: idOf(first, []), preconditions: [], readings };
  const signs = groupBy(readings, taskOf).map(([, own]) => signOf(own));
  if (!signs.includes("gained") || !signs.includes("lost")) return [whole];
  const split = splitByFeature(readings);
  if (!split) return [whole];
  return split.map(({ condition, readings: own }) => ({
    id: idOf(first, [condition]),
    whole: whole.id,
    preconditions: [condition],
    readings: own,
  }));
}

/** How the lessons of one task become one measurement, in view of where it will be used. */
function learnMeasuring(
  readings: readonly Reading[],
  { here, contextVariances }: GeneraliseOptions,
): (task: readonly Reading[]) => MeasuredTask {
  const variances = here ? (contextVariances ?? variancesOf(readings)) : priorContextVariances;
  const shared = new Map<string, number>();
  const sharedOf = (context: LessonContext): number => {
    if (!here) return 0;
    const key = JSON.stringify(context);
    const known = shared.get(key) ?? Math.sqrt(contextVariance(context, here, variances));
    shared.set(key, known);
    return known;
  };
  return (task) => {
    const gains = task.flatMap(({ trial, lesson }) =>
      trial.gain
        ? [
            {
              value: trial.gain.logSpeedup,
              variance: trial.gain.error ** 2,
              shared: sharedOf(lesson.context),
            },
          ]
        : [],
    );
    const [name] = task.map(taskOf);
    const worked = gains.length / task.length;
    const common = {
      name: name ?? "",
      readings: task,
      sign: signOf(task),
      idle: gainsLessThan(task, noGain),
      worked,
    };
    if (gains.length === 0) return common;
    const { mean, error, shared: together } = pool(gains, withinTask);
    return { ...common, measurement: { value: mean, variance: error ** 2, shared: together } };
  };
}

function variancesOf(readings: readonly Reading[]): ContextVariances {
  return learnContextVariances(
    readings.flatMap(({ trial, lesson, transformations }) =>
      trial.gain
        ? [
            {
              subject: JSON.stringify([lesson.evidence.task, transformations]),
              context: lesson.context,
              value: trial.gain.logSpeedup,
              variance: trial.gain.error ** 2 + withinTask.variance,
            },
          ]
        : [],
    ),
  );
}

/** How far effects differ between tasks, from all transformations together: what a single one falls back to. */
function learnBetweenTasks(groups: readonly (readonly Measurement[])[]): PriorVariance {
  let sum = betweenTasks.degrees * betweenTasks.variance;
  let degrees = betweenTasks.degrees;
  for (const group of groups) {
    if (group.length < 2) continue;
    sum += (group.length - 1) * betweenVariance([group]);
    degrees += group.length - 1;
  }
  return { variance: sum / degrees, degrees: betweenTasks.degrees };
}

function describe(
  { id, whole, preconditions, readings }: GroupPart,
  tasks: readonly MeasuredTask[],
  prior: PriorVariance,
  credits: ReadonlyMap<string, Credit> | undefined,
): GeneralLesson {
  const [first] = readings;
  if (!first) throw new RangeError("a general lesson from nothing");
  const measurements = tasks.flatMap(({ measurement }) => measurement ?? []);
  const pooled = measurements.length > 0 ? pool(measurements, prior) : undefined;
  const effect = pooled ? nextEstimate(pooled) : estimate(0, unknownDeviation);
  const worked = tasks.reduce((sum, task) => sum + task.worked, 0);
  const correctness = estimateSuccess(worked, tasks.length);
  const counts = {
    measured: measurements.length,
    gained: tasks.filter(({ sign }) => sign === "gained").length,
    lost: tasks.filter(({ sign }) => sign === "lost").length,
    failed: tasks.filter((task) => task.worked < leastSuccess).length,
  };
  const polarity = polarityOf(effect, correctness, counts);
  const meanEffect = pooled ? meanEstimate(pooled) : effect;
  const without = tasks.filter(({ idle }) => idle).length;
  const useless = without >= leastTasksWithout && without > counts.measured / 2;
  const admitted = admission(polarity, counts, useless, readings);
  const credit = credits?.get(id);
  const general = {
    id,
    ...(whole !== undefined && { part: whole }),
    transformations: first.transformations,
    preconditions,
    seen: seenIn(tasks),
    languages: [...new Set(readings.map(({ lesson }) => lesson.context.language))].toSorted(),
    ...first.hard,
    polarity,
    effect,
    meanEffect,
    correctness,
    tasks: tasks.map(({ name }) => name),
    ...counts,
    ...(admitted && { admitted }),
    evidence: readings.map(({ lesson }) => lesson.id),
    ...(credit && { credit }),
  };
  return { ...general, text: describeGeneral(general) };
}

interface Counts {
  readonly measured: number;
  readonly gained: number;
  readonly lost: number;
  readonly failed: number;
}

function polarityOf(effect: Estimate, correctness: Estimate, counts: Counts): Polarity {
  if (correctness.mean < leastSuccess) return "failure";
  if (isContested(counts)) return "contested";
  return counts.gained > counts.lost && effect.mean > 0 ? "gain" : "loss";
}

function admission(
  polarity: Polarity,
  { gained, lost, failed }: Counts,
  useless: boolean,
  readings: readonly Reading[],
): GeneralLesson["admitted"] {
  const replicated = {
    gain: gained >= leastTasks || useless,
    loss: lost >= leastTasks || useless,
    failure: failed >= leastTasks,
    contested: gained >= leastTasks || lost >= leastTasks || useless,
  };
  if (replicated[polarity]) return "replicated";
  return polarity !== "failure" && isReproduced(readings) ? "reproduced" : undefined;
}

/**
 * Whether the transformation alone, on code as it was, did the same beyond noise in two candidates or runs. Which two does not matter, so it
 * is enough that one sign was seen twice on one task.
 */
function isReproduced(readings: readonly Reading[]): boolean {
  const alone = readings.filter(
    ({ lesson, transformations }) => transformations.length === 1 && !lesson.evidence.basis,
  );
  return groupBy(alone, taskOf).some(([, task]) =>
    (["gained", "lost"] as const).some((sign) => {
      const same = task.filter((reading) => signOf([reading]) === sign);
      const tries = new Set(same.map(({ lesson: { evidence } }) => `${evidence.run}\0${evidence.candidate}`));
      return tries.size > 1;
    }),
  );
}

/** Preconditions that nearly all tasks name, the most frequent first. */
function seenIn(tasks: readonly MeasuredTask[]): string[] {
  const counts = new Map<string, number>();
  for (const { readings } of tasks) {
    for (const phrase of new Set(readings.flatMap(({ lesson }) => lesson.preconditions)))
      counts.set(phrase, (counts.get(phrase) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count >= nearlyAll * tasks.length)
    .toSorted(bySmallest(([phrase]) => phrase))
    .toSorted(([, left], [, right]) => right - left)
    .map(([phrase]) => phrase);
}
