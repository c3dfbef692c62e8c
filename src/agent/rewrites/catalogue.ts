/**
 * All rewrites, grouped by what they work on; within a group in the order in which a textbook would try them.
 */
import { appendInPlace } from "./append-in-place.ts";
import { compareInPlace } from "./compare-in-place.ts";
import { hashedContainer } from "./hashed-container.ts";
import { hashedMembership } from "./hashed-membership.ts";
import { referNotCopy } from "./refer-not-copy.ts";
import { reserveBeforePush } from "./reserve-before-push.ts";
import type { Rewrite } from "./rewrite.ts";
import { strengthReduction } from "./strength-reduction.ts";

/** Strings, containers and the algorithms behind them. */
export const libraryRewrites: readonly Rewrite[] = [
  hashedMembership,
  appendInPlace,
  compareInPlace,
  referNotCopy,
  reserveBeforePush,
  hashedContainer,
];

/** What is computed: cheaper operations, fewer of them, no branches. */
export const arithmeticRewrites: readonly Rewrite[] = [strengthReduction];

/** Every rewrite there is. */
export const rewrites: readonly Rewrite[] = [...libraryRewrites, ...arithmeticRewrites];
