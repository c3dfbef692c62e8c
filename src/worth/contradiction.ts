/**
 * Lessons that disagree: faster here, slower there. Often one feature of the code or the context tells the cases apart; then they are two
 * lessons, each with its condition. Where none does beyond chance, they stay together and are called contested.
 */
import { negated } from "./context-key.ts";
import { mostTelling, type Table } from "./fisher.ts";
import { bySmallest } from "./order.ts";
import { groupBy, signOf, taskOf, type Reading, type Sign } from "./reading.ts";

export interface Part {
  readonly condition: string;
  readonly readings: readonly Reading[];
}

/** Chance of a feature being found where none matters. */
const level = 0.05;
/** A condition says where a lesson holds for other tasks: one task on a side would be a name for that task. */
const leastTasks = 2;
/** A smaller share that says the opposite is an exception, and not a disagreement. */
const contestedShare = 0.25;

export function isContested({ gained, lost }: { readonly gained: number; readonly lost: number }): boolean {
  return Math.min(gained, lost) > 0 && Math.min(gained, lost) >= contestedShare * (gained + lost);
}

/**
 * The two parts, with and without the feature that best explains which tasks gained and which lost; undefined where no feature does. What is
 * counted are tasks, not lessons; a task that was tried both with and without a feature counts once on either side.
 */
export function splitByFeature(readings: readonly Reading[]): readonly [Part, Part] | undefined {
  const tasks = groupBy(readings, taskOf).map(([, own]) => ({ own, sign: signOf(own) }));
  const tables = new Map<string, { readonly phrase: string; readonly table: Table }>();
  for (const phrase of featuresInOrder(readings)) {
    const counts = { withFirst: 0, withSecond: 0, withoutFirst: 0, withoutSecond: 0 };
    let members = "";
    for (const { own, sign } of tasks) {
      const having = own.filter(({ phrases }) => phrases.has(phrase));
      const mixed = having.length > 0 && having.length < own.length;
      const signWith = mixed ? signOf(having) : sign;
      if (having.length > 0) count(counts, "with", signWith);
      if (having.length < own.length)
        count(counts, "without", mixed ? signOf(own.filter(({ phrases }) => !phrases.has(phrase))) : sign);
      members += mixed ? `m${signWith}` : having.length > 0 ? "1" : "0";
    }
    // Phrases that hold for the same tasks, or for just the others, are one test; the first by name stands for them.
    const opposite = members.replace(/[01]/g, (bit) => (bit === "1" ? "0" : "1"));
    const key = members.includes("m") ? phrase : members < opposite ? members : opposite;
    if (!tables.has(key)) tables.set(key, { phrase, table: counts });
  }
  // By the margins alone: what the tables say must not decide which of them are counted as tests.
  const usable = [...tables.values()].filter(({ table }) => hasTasks(table));
  const found = mostTelling(
    usable.map(({ table }) => table),
    level,
  );
  const best = found === undefined ? undefined : usable[found];
  if (!best || !sidesDiffer(best.table)) return undefined;
  const { phrase } = best;
  return [
    { condition: phrase, readings: readings.filter(({ phrases }) => phrases.has(phrase)) },
    { condition: negated(phrase), readings: readings.filter(({ phrases }) => !phrases.has(phrase)) },
  ];
}

type Counts = { -readonly [Key in keyof Table]: number };

function count(counts: Counts, side: "with" | "without", sign: Sign): void {
  if (sign === "gained") counts[`${side}First`]++;
  if (sign === "lost") counts[`${side}Second`]++;
}

/** Of phrases that explain the same, preconditions come first, then what the code shows, then the context. */
function featuresInOrder(readings: readonly Reading[]): string[] {
  const rank = new Map<string, number>();
  const raise = (phrase: string, to: number): void => {
    rank.set(phrase, Math.max(to, rank.get(phrase) ?? 0));
  };
  for (const { lesson, phrases } of readings) {
    for (const phrase of phrases) raise(phrase, 0);
    for (const phrase of lesson.features) raise(phrase, 1);
    for (const phrase of lesson.preconditions) raise(phrase, 2);
  }
  return [...rank]
    .toSorted(bySmallest(([phrase]) => phrase))
    .toSorted(([, left], [, right]) => right - left)
    .map(([phrase]) => phrase);
}

function hasTasks({ withFirst, withSecond, withoutFirst, withoutSecond }: Table): boolean {
  return withFirst + withSecond >= leastTasks && withoutFirst + withoutSecond >= leastTasks;
}

/** The sides say different things: one gains and the other loses, or one of them is no longer contested. */
function sidesDiffer({ withFirst, withSecond, withoutFirst, withoutSecond }: Table): boolean {
  return verdictOf(withFirst, withSecond) !== verdictOf(withoutFirst, withoutSecond);
}

function verdictOf(gained: number, lost: number): "contested" | "gained" | "lost" {
  return isContested({ gained, lost }) ? "contested" : gained > lost ? "gained" : "lost";
}
