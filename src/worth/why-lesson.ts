/** The evidence behind one lesson, and what it takes part in: for whoever doubts it. The counterpart of `why.ts`. */
import type { Lesson } from "../lesson/lesson.ts";
import { changesInForce } from "./changes.ts";
import type { GeneralLesson } from "./general-lesson.ts";
import type { GlobalTier } from "./global-tier.ts";
import { evidenceBehind, type ChangeBehind, type ShowingCounts } from "./why.ts";

/** A general lesson that a lesson counts in. */
export interface CountedIn {
  readonly general: GeneralLesson;
  readonly retired: boolean;
  readonly showings: ShowingCounts;
}

export interface WhyLesson {
  /** As it is seen, or, where it was removed, as it was earned. */
  readonly lesson: Lesson;
  readonly removed: boolean;
  /** What it said when it was earned, where it was edited since. */
  readonly earnedAs?: Pick<Lesson, "text" | "preconditions">;
  /** The lesson that it was built on, where this bank has it. */
  readonly basis?: Lesson;
  readonly countsIn: readonly CountedIn[];
  /** Why it takes no part in general lessons, where its words forbid it. */
  readonly screened?: string;
  /** Of it, and what undid them, oldest first. */
  readonly changes: readonly ChangeBehind[];
}

/** Gathers all that bears on a lesson; `earned` is it as it was earned. Pure. */
export function whyLesson(earned: Lesson, tier: GlobalTier): WhyLesson {
  const seen = tier.lessons.find(({ id }) => id === earned.id);
  const edited =
    seen !== undefined &&
    (seen.text !== earned.text || seen.preconditions.join("\n") !== earned.preconditions.join("\n"));
  const basis = tier.lessons.find(({ id }) => id === earned.evidence.basis?.lesson);
  const screened = tier.screened.find(({ lesson }) => lesson === earned.id)?.reason;
  return {
    lesson: seen ?? earned,
    removed: seen === undefined,
    ...(edited && { earnedAs: { text: earned.text, preconditions: earned.preconditions } }),
    ...(basis && { basis }),
    countsIn: tier.general
      .filter(({ evidence }) => evidence.includes(earned.id))
      .map((general) => ({
        general,
        retired: tier.isRetired(general),
        showings: evidenceBehind(general, tier).showings,
      })),
    ...(screened !== undefined && { screened }),
    changes: changesOf(earned.id, tier),
  };
}

function changesOf(lesson: string, { changes }: GlobalTier): ChangeBehind[] {
  const holding = new Set(changesInForce(changes).map(({ id }) => id));
  const concerned = new Set([lesson]);
  return changes.flatMap((change) => {
    const { what } = change;
    const subject =
      what.kind === "undone" ? what.change : what.kind === "retired" ? what.general : what.lesson;
    if (!concerned.has(subject)) return [];
    // What undoes it concerns it too.
    concerned.add(change.id);
    return [{ change, holds: holding.has(change.id) }];
  });
}
