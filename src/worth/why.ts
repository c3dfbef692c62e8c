/**
 * The evidence behind a general lesson, down to the diff and the interval of each lesson: for whoever doubts it.
 */
import type { OutcomeStatus, Speedup } from "../evaluate/outcome.ts";
import type { Change } from "../lesson/change.ts";
import type { Lesson, LessonContext } from "../lesson/lesson.ts";
import type { Showing } from "../lesson/showing.ts";
import { readTrials } from "./trials.ts";
import { changesInForce } from "./changes.ts";
import type { GeneralLesson, ReversedPair } from "./general-lesson.ts";
import { bySmallest } from "./order.ts";
import { reversed } from "./reversed.ts";
import { isRetired, retiredGenerals } from "./upkeep.ts";

export interface LessonBehind {
  readonly id: string;
  readonly text: string;
  readonly createdAt: string;
  readonly task: string;
  readonly run: string;
  readonly agent: string;
  readonly round: number;
  readonly candidate: string;
  readonly status: OutcomeStatus;
  /** Over the reference, where measured. */
  readonly speedup?: Speedup;
  /** Log-speedup of what it added over the code that it was built on, where measured. */
  readonly gain?: { readonly logSpeedup: number; readonly error: number };
  /** Where it was built on other code: that lesson, and how fast it was. */
  readonly basis?: { readonly lesson: string; readonly speed: number };
  readonly context: LessonContext;
  /** From the reference. */
  readonly diff: string;
  /** Where it came with a file: somebody else's word. */
  readonly imported?: Lesson["evidence"]["imported"];
}

/** Proposals in which a lesson was drawn. */
export interface ShowingCounts {
  readonly shown: number;
  readonly withheld: number;
  /** Of those that showed it. */
  readonly cited: number;
  readonly applied: number;
  /** Of those that showed it, the ones that had no choice; they say nothing about its worth. */
  readonly certain: number;
  readonly runs: number;
}

export interface ChangeBehind {
  readonly change: Change;
  /** False where it was undone. */
  readonly holds: boolean;
}

export interface Why {
  readonly general: GeneralLesson;
  readonly retired: boolean;
  /** By task, and in order of creation. */
  readonly lessons: readonly LessonBehind[];
  /** Ids of lessons that it was made from and that were not given. */
  readonly missing: readonly string[];
  readonly showings: ShowingCounts;
  /** Of it or of its lessons, and what undid them, oldest first. */
  readonly changes: readonly ChangeBehind[];
  /** Where it warns of a regression. */
  readonly reversed?: ReversedPair;
}

export interface EvidenceSource {
  readonly lessons: readonly Lesson[];
  readonly showings: readonly Showing[];
  readonly changes: readonly Change[];
}

/** Gathers all that a general lesson rests on. Pure. */
export function evidenceBehind(general: GeneralLesson, source: EvidenceSource): Why {
  const byId = new Map(source.lessons.map((lesson) => [lesson.id, lesson]));
  const pair = reversed(general, source.lessons);
  return {
    general,
    retired: isRetired(general, retiredGenerals(source.changes)),
    lessons: general.evidence
      .flatMap((id) => byId.get(id) ?? [])
      .toSorted(bySmallest(({ evidence, createdAt, id }) => `${evidence.task}\0${createdAt} ${id}`))
      .map(lessonBehind),
    missing: general.evidence.filter((id) => !byId.has(id)),
    showings: countShowings(general.id, source.showings),
    changes: changesOf(general, source.changes),
    ...(pair && { reversed: pair }),
  };
}

function lessonBehind(lesson: Lesson): LessonBehind {
  const { id, text, createdAt, context, evidence } = lesson;
  const { task, run, agent, round, candidate, status, speedup, basis, diff, imported } = evidence;
  const gain = readTrials([{ lesson, similarity: 1 }], undefined)[0]?.gain;
  return {
    id,
    text,
    createdAt,
    task,
    run,
    agent,
    round,
    candidate,
    status,
    ...(speedup && { speedup }),
    ...(gain && { gain }),
    ...(basis && { basis: { lesson: basis.lesson, speed: basis.speed } }),
    context,
    diff,
    ...(imported && { imported }),
  };
}

function countShowings(id: string, showings: readonly Showing[]): ShowingCounts {
  const own = showings.flatMap(({ run, drawn }) =>
    drawn.filter(({ lesson }) => lesson === id).map((draw) => ({ run, ...draw })),
  );
  const shown = own.filter((draw) => draw.shown);
  return {
    shown: shown.length,
    withheld: own.length - shown.length,
    cited: shown.filter(({ cited }) => cited).length,
    applied: shown.filter(({ applied }) => applied).length,
    certain: shown.filter(({ probability }) => probability === 1).length,
    runs: new Set(own.map(({ run }) => run)).size,
  };
}

function changesOf({ id, part, evidence }: GeneralLesson, changes: readonly Change[]): ChangeBehind[] {
  const concerned = new Set<string>([id, ...evidence, ...(part === undefined ? [] : [part])]);
  const holding = new Set(changesInForce(changes).map((change) => change.id));
  const found: ChangeBehind[] = [];
  for (const change of changes) {
    const { what } = change;
    const target =
      what.kind === "undone" ? what.change : what.kind === "retired" ? what.general : what.lesson;
    if (!concerned.has(target)) continue;
    // What undoes it concerns it too.
    concerned.add(change.id);
    found.push({ change, holds: holding.has(change.id) });
  }
  return found;
}
