/**
 * What both banks do with draws of lessons: checking, filtering, order.
 */
import { UsageError } from "../errors.ts";
import { describeIssues } from "../lesson/schema.ts";
import { showingSchema, type Showing } from "../lesson/showing.ts";
import type { ShowingFilter } from "./bank.ts";

/** Checks and cleans every one, so that a batch is refused before any of it is written. Throws a UsageError that names the field. */
export function checkShowings(showings: readonly Showing[]): Showing[] {
  const checked = new Map<string, Showing>();
  for (const [index, showing] of showings.entries()) {
    const parsed = showingSchema.safeParse(showing);
    if (!parsed.success) throw new UsageError(`showing number ${index + 1}: ${describeIssues(parsed.error)}`);
    if (!checked.has(parsed.data.id)) checked.set(parsed.data.id, parsed.data);
  }
  return [...checked.values()];
}

export function matchesShowing(showing: Showing, filter: ShowingFilter = {}): boolean {
  return (
    (filter.run === undefined || showing.run === filter.run) &&
    (filter.task === undefined || showing.task === filter.task) &&
    (filter.notTask === undefined || showing.task !== filter.notTask)
  );
}

/** By time; `showings` are given in order of adding, which stays among those of one instant. */
export function byTime(showings: readonly Showing[]): Showing[] {
  return showings.toSorted((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
}
