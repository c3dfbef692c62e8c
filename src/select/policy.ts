/**
 * The selection policies by name.
 */
import { UsageError } from "../errors.ts";
import { nonePolicy, randomPolicy, relevanceOnlyPolicy, speedupOnlyPolicy } from "./controls.ts";
import { curatedPolicy } from "./curated.ts";
import { lessonlPolicy } from "./lessonl.ts";
import type { SelectionPolicy } from "./selection.ts";
import { thompsonPolicy } from "./thompson.ts";

export { usualReach } from "./selection.ts";
export type { GeneralCandidate, LessonCandidate, SelectionOptions, SelectionPolicy } from "./selection.ts";

const policies = [
  curatedPolicy,
  thompsonPolicy,
  lessonlPolicy,
  randomPolicy,
  nonePolicy,
  speedupOnlyPolicy,
  relevanceOnlyPolicy,
];

/** For a command line's help. */
export const policyNames: readonly string[] = policies.map((policy) => policy.name);

/** Throws a UsageError that lists the names where there is none of this name. */
export function policyByName(name: string): SelectionPolicy {
  const found = policies.find((policy) => policy.name === name);
  if (found) return found;
  throw new UsageError(`there is no selection policy called "${name}"`, {
    remedy: `choose one of ${policyNames.join(", ")}`,
  });
}
