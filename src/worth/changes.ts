/**
 * Which changes of a bank hold: each in turn can be undone by a later one, and that by another.
 */
import type { Change } from "../lesson/change.ts";

/** Those that no later change that holds has undone. In the order in which they took effect, as a bank's history gives them. Pure. */
export function changesInForce(changes: readonly Change[]): Change[] {
  const undone = new Set<string>();
  const holding: Change[] = [];
  for (const change of changes.toReversed()) {
    if (undone.has(change.id)) continue;
    holding.push(change);
    if (change.what.kind === "undone") undone.add(change.what.change);
  }
  return holding.toReversed();
}
