/** What a bank knows beyond single tasks: its general lessons with the credit that its draws give them, and which are retired. */
import type { Change } from "../lesson/change.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { Showing } from "../lesson/showing.ts";
import { withCredit } from "./credit.ts";
import type { GeneralLesson } from "./general-lesson.ts";
import { generalise, type Generalised } from "./generalise.ts";
import { isRetired, retiredGenerals } from "./upkeep.ts";
import type { EvidenceSource } from "./why.ts";

export interface GlobalTier extends EvidenceSource {
  /** All of them, by id. */
  readonly general: readonly GeneralLesson[];
  readonly screened: Generalised["screened"];
  readonly isRetired: (general: GeneralLesson) => boolean;
}

/** What of a bank is read for it. */
export interface TierSource {
  list(): Promise<readonly Lesson[]>;
  showings(): Promise<readonly Showing[]>;
  history(): Promise<readonly Change[]>;
}

/** Computed from all lessons, wherever they were earned: whoever uses it on one machine gives more weight to what was earned there. */
export async function readGlobalTier(bank: TierSource): Promise<GlobalTier> {
  const lessons = await bank.list();
  const showings = await bank.showings();
  const changes = await bank.history();
  const { general, screened } = generalise(lessons);
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
