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

/**
 * The one that the evidence supports: on tasks that it was not tuned on, with their families left out of the bank, it comes near the best in fewer
 * evaluations than any other policy (`bench:lessons`, bench/RESULTS.md).
 */
export const defaultPolicy = curatedPolicy.name;

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
