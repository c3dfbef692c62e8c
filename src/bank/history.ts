/**
 * What a bank's changes come to. Lessons stay as they were earned; what is seen of them is the lessons with the changes that hold folded in,
 * in the order in which they were made. Pure, and shared by both banks.
 */
import { randomBytes } from "node:crypto";
import { UsageError } from "../errors.ts";
import type { Lesson } from "../lesson/lesson.ts";
import { changeSchema, type Change, type WhatChanged } from "../lesson/change.ts";
import { describeIssues } from "../lesson/schema.ts";

/** The part of a lesson that a person can put into other words. */
export type Words = Readonly<Pick<Lesson, "text" | "preconditions">>;

export interface History {
  /** Those that took effect, in order. One that had become impossible when its turn came is left out: its author was told. */
  readonly changes: readonly Change[];
  /** Whether a change took effect and has not been undone. */
  holds(change: string): boolean;
  isRemoved(lesson: string): boolean;
  /** As last edited; undefined where a lesson is in its own words. */
  wordsOf(lesson: string): Words | undefined;
  /** Lessons that are edited and not removed. */
  readonly edited: readonly string[];
}

/** Folds changes, given in the order in which they were made. */
export function foldChanges(made: readonly Change[]): History {
  const byId = new Map<string, Change>();
  const holding = new Set<string>();
  const ofLesson = new Map<string, Change[]>();
  /** How many removals of a lesson hold. */
  const removals = new Map<string, number>();
  /** Before its first edit; undefined where it had none. */
  const original = new Map<string, Words>();

  function wordsOf(lesson: string): Words | undefined {
    const last = ofLesson.get(lesson)?.findLast(({ id, what }) => what.kind === "edited" && holding.has(id));
    return last?.what.kind === "edited" ? last.what.after : undefined;
  }
  const isRemoved = (lesson: string): boolean => (removals.get(lesson) ?? 0) > 0;

  /** Undoing an undo brings back what that one had undone. */
  function set(change: Change, holds: boolean): void {
    const { id, what } = change;
    if (what.kind === "removed" && holding.has(id) !== holds)
      removals.set(what.lesson, (removals.get(what.lesson) ?? 0) + (holds ? 1 : -1));
    if (holds) holding.add(id);
    else holding.delete(id);
    const target = what.kind === "undone" ? byId.get(what.change) : undefined;
    if (target) set(target, !holds);
  }

  /** Another process may have been quicker by a moment. */
  function isPossible({ what }: Change): boolean {
    switch (what.kind) {
      case "edited": {
        const now = wordsOf(what.lesson) ?? original.get(what.lesson);
        return !isRemoved(what.lesson) && (now === undefined || sameWords(now, what.before));
      }
      case "removed":
        return !isRemoved(what.lesson);
      case "undone":
        return holding.has(what.change);
      case "retired":
        return true;
    }
  }

  for (const change of made) {
    if (byId.has(change.id) || !isPossible(change)) continue;
    byId.set(change.id, change);
    const { what } = change;
    if (what.kind === "edited" || what.kind === "removed") {
      const others = ofLesson.get(what.lesson);
      if (others) others.push(change);
      else ofLesson.set(what.lesson, [change]);
    }
    if (what.kind === "edited" && !original.has(what.lesson)) original.set(what.lesson, what.before);
    set(change, true);
  }
  return {
    changes: [...byId.values()],
    holds: (id) => holding.has(id),
    isRemoved,
    wordsOf,
    edited: [...ofLesson.keys()].filter((lesson) => !isRemoved(lesson) && wordsOf(lesson) !== undefined),
  };
}

/** The lesson as it is seen, or undefined where it was removed. */
export function asSeen(lesson: Lesson, history: History): Lesson | undefined {
  if (history.isRemoved(lesson.id)) return undefined;
  const words = history.wordsOf(lesson.id);
  return words ? { ...lesson, text: words.text, preconditions: [...words.preconditions] } : lesson;
}

/** A change with its id, checked and cleaned. Throws a UsageError that names the field. */
export function newChange(what: WhatChanged, by: string, at: Date): Change {
  const parsed = changeSchema.safeParse({
    id: randomBytes(8).toString("hex"),
    at: Number.isNaN(at.getTime()) ? "" : at.toISOString(),
    by,
    what,
  });
  if (!parsed.success) throw new UsageError(`change: ${describeIssues(parsed.error)}`);
  return parsed.data;
}

/** Throws a UsageError where a change is not possible. `lesson` is the lesson that it is about, as it was earned, where there is one. */
export function checkChange({ what }: Change, history: History, lesson: Lesson | undefined): void {
  if (what.kind === "retired") return;
  if (what.kind === "undone") {
    if (!history.changes.some(({ id }) => id === what.change)) {
      throw new UsageError(`there is no change ${what.change} in this bank`, {
        remedy: "the bank's history names its changes",
      });
    }
    if (!history.holds(what.change)) {
      throw new UsageError(`the change ${what.change} is undone already`, {
        remedy: "to have it back, undo what undid it",
      });
    }
    return;
  }
  const seen = lesson && asSeen(lesson, history);
  if (!seen) {
    throw new UsageError(`there is no lesson ${what.lesson} in this bank`, {
      remedy: lesson ? "it was removed: undo that first" : "list the lessons for their ids",
    });
  }
  if (what.kind === "edited" && !sameWords(seen, what.before)) throw changedMeanwhile(what.lesson);
}

/** For a change that was made possible by what no longer is. */
export function overtaken({ what }: Change): UsageError {
  if (what.kind === "edited") return changedMeanwhile(what.lesson);
  const subject = what.kind === "undone" ? `the change ${what.change}` : "the lesson";
  return new UsageError(`${subject} was changed by somebody else at the same moment`, {
    remedy: "look at it again",
  });
}

function changedMeanwhile(lesson: string): UsageError {
  return new UsageError(`the lesson ${lesson} has other words now than those that were to be edited`, {
    remedy: "read it again, and edit what it says now",
  });
}

function sameWords(left: Words, right: Words): boolean {
  return (
    left.text === right.text &&
    left.preconditions.length === right.preconditions.length &&
    left.preconditions.every((phrase, index) => phrase === right.preconditions[index])
  );
}
