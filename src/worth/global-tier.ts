/**
 * What a bank knows beyond single tasks: its general lessons with the credit that its draws give them, and which are retired. A bank is read lesson by
 * lesson, and sources and diffs, which are most of it, are not kept.
 */
import { sha256 } from "../code/hash.ts";
import type { Change } from "../lesson/change.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { Showing } from "../lesson/showing.ts";
import { withCredit } from "./credit.ts";
import type { GeneralLesson } from "./general-lesson.ts";
import { generalise, type Generalised } from "./generalise.ts";
import { joinDraws } from "./joined-draws.ts";
import { isRetired, retiredGenerals } from "./upkeep.ts";
import type { EvidenceSource } from "./why.ts";

export interface GlobalTier extends EvidenceSource {
  /** Without their diffs, and with a hash in place of each source: `lessonsWith` reads some of them whole. */
  readonly lessons: readonly Lesson[];
  /** All of them, by id. */
  readonly general: readonly GeneralLesson[];
  readonly screened: Generalised["screened"];
  readonly isRetired: (general: GeneralLesson) => boolean;
}

/** What of a bank is read for it. */
export interface TierSource {
  entries(): AsyncIterable<{ readonly lesson: Lesson }>;
  showings(): Promise<readonly Showing[]>;
  history(): Promise<readonly Change[]>;
}

/** Computed from all lessons, wherever they were earned: whoever uses it on one machine gives more weight to what was earned there. */
export async function readGlobalTier(bank: TierSource): Promise<GlobalTier> {
  const lessons: Lesson[] = [];
  for await (const { lesson } of bank.entries()) lessons.push(withoutCode(lesson));
  const changes = await bank.history();
  const { general, screened } = generalise(lessons);
  const showings = joinDraws(general, await bank.showings());
  const retired = retiredGenerals(changes);
  return {
    lessons,
    showings,
    changes,
    general: withCredit(general, showings),
    screened,
    isRetired: (each) => isRetired(each, retired),
  };
}

/** What general lessons are computed from; sources are only compared with one another. */
function withoutCode(lesson: Lesson): Lesson {
  const { evidence } = lesson;
  return { ...lesson, evidence: { ...evidence, source: sha256(evidence.source), diff: "" } };
}

/** Those of a bank that have these ids, whole. */
export async function lessonsWith(
  ids: Iterable<string>,
  bank: Pick<TierSource, "entries">,
): Promise<Lesson[]> {
  const wanted = new Set(ids);
  const found: Lesson[] = [];
  for await (const { lesson } of bank.entries()) if (wanted.has(lesson.id)) found.push(lesson);
  return found;
}

export interface TierCounts {
  readonly general: number;
  /** May be shown on other tasks, retired ones apart. */
  readonly admitted: number;
  readonly contested: number;
  readonly retired: number;
  /** Lessons that take no part. */
  readonly screened: number;
  readonly showings: number;
  readonly changes: number;
  /** Lessons that came with a file. */
  readonly imported: number;
}

export function countTier(tier: GlobalTier): TierCounts {
  const { general, screened, showings, changes, lessons } = tier;
  return {
    general: general.length,
    admitted: general.filter((each) => each.admitted !== undefined && !tier.isRetired(each)).length,
    contested: general.filter(({ polarity }) => polarity === "contested").length,
    retired: general.filter(tier.isRetired).length,
    screened: screened.length,
    showings: showings.length,
    changes: changes.length,
    imported: lessons.filter(({ evidence }) => evidence.imported !== undefined).length,
  };
}
