/**
 * Which changes of a bank hold: each in turn can be undone by a later one, and that by another.
 */
import type { Change } from "../lesson/change.ts";
import { bySmallest } from "./order.ts";

/** Oldest first; those of one moment by id. */
export function changesInOrder(changes: readonly Change[]): Change[] {
  return changes.toSorted(bySmallest(({ at, id }) => `${at} ${id}`));
}

/** Those that no later change that holds has undone, oldest first. Pure; the order of the input does not matter. */
export function changesInForce(changes: readonly Change[]): Change[] {
  const undone = new Set<string>();
  const holding: Change[] = [];
  for (const change of changesInOrder(changes).toReversed()) {
    if (undone.has(change.id)) continue;
    holding.push(change);
    if (change.what.kind === "undone") undone.add(change.what.change);
  }
  return holding.toReversed();
}
