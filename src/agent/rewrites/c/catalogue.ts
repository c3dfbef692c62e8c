/**
 * All rewrites, grouped by what they work on; within a group in the order in which a textbook would try them.
 */
import { angleRecurrence } from "./angle-recurrence.ts";
import { localAccumulator } from "./local-accumulator.ts";
import { appendInPlace } from "./append-in-place.ts";
import { appendThenReverse } from "./append-then-reverse.ts";
import { arrayHoisting } from "./array-hoisting.ts";
import { bitCount } from "./bit-count.ts";
import { blockCompare } from "./block-compare.ts";
import { boundedLength } from "./bounded-length.ts";
import { boundarySplitting } from "./boundary-splitting.ts";
import { branchToSelect } from "./branch-to-select.ts";
import { byteStepTable } from "./byte-step-table.ts";
import { commonSubexpression } from "./common-subexpression.ts";
import { compareInPlace } from "./compare-in-place.ts";
import { dataPointer } from "./data-pointer.ts";
import { delayedRemainder } from "./delayed-remainder.ts";
import { divisionToReciprocal } from "./division-to-reciprocal.ts";
import { divisorBound } from "./divisor-bound.ts";
import { doubleEndedQueue } from "./double-ended-queue.ts";
import { orderedInsertion } from "./ordered-insertion.ts";
import { leaveWhenKnown } from "./leave-when-known.ts";
import { pairedDivisors } from "./paired-divisors.ts";
import { textWithoutStream } from "./text-without-stream.ts";
import { splitInPlace } from "./split-in-place.ts";
import { powerBySquaring } from "./power-by-squaring.ts";
import { editsInOnePass } from "./edits-in-one-pass.ts";
import { eraseInOnePass } from "./erase-in-one-pass.ts";
import { firstPlaceTable } from "./first-place-table.ts";
import { flatTable } from "./flat-table.ts";
import { hashedContainer } from "./hashed-container.ts";
import { hashedMembership } from "./hashed-membership.ts";
import { indexedSearch } from "./indexed-search.ts";
import { inlineHelper } from "./inline-helper.ts";
import { invariantHoisting } from "./invariant-hoisting.ts";
import { invariantLoopHoisting } from "./invariant-loop-hoisting.ts";
import { librarySort } from "./library-sort.ts";
import { localHistogram } from "./local-histogram.ts";
import { lookupTable } from "./lookup-table.ts";
import { loopFission } from "./loop-fission.ts";
import { loopFusion } from "./loop-fusion.ts";
import { loopInterchange } from "./loop-interchange.ts";
import { loopTiling } from "./loop-tiling.ts";
import { loopUnrolling } from "./loop-unrolling.ts";
import { loopUnswitching } from "./loop-unswitching.ts";
import { memoisedRecursion } from "./memoised-recursion.ts";
import { moduloToWrapAround } from "./modulo-to-wrap-around.ts";
import { moveNotCopy } from "./move-not-copy.ts";
import { multipleAccumulators } from "./multiple-accumulators.ts";
import { noAlias } from "./no-alias.ts";
import { referNotCopy } from "./refer-not-copy.ts";
import { relaxedFloatingPoint } from "./relaxed-floating-point.ts";
import { reserveBeforePush } from "./reserve-before-push.ts";
import { resumedScan } from "./resumed-scan.ts";
import { reusedBuffer } from "./reused-buffer.ts";
import type { Rewrite } from "../rewrite.ts";
import { rollingRows } from "./rolling-rows.ts";
import { runningSum } from "./running-sum.ts";
import { scalarReplacement } from "./scalar-replacement.ts";
import { singlePrecision } from "./single-precision.ts";
import { skipAhead } from "./skip-ahead.ts";
import { slicedTable } from "./sliced-table.ts";
import { softwarePrefetch } from "./software-prefetch.ts";
import { squaredComparison } from "./squared-comparison.ts";
import { strengthReduction } from "./strength-reduction.ts";
import { unrollAndJam } from "./unroll-and-jam.ts";

/** How loops walk through memory and what they keep in registers. */
export const loopRewrites: readonly Rewrite[] = [
  loopInterchange,
  multipleAccumulators,
  scalarReplacement,
  localAccumulator,
  noAlias,
  arrayHoisting,
  boundarySplitting,
  loopTiling,
  unrollAndJam,
  loopFusion,
  loopUnswitching,
  loopFission,
  loopUnrolling,
  relaxedFloatingPoint,
];

/** What is computed: cheaper operations, fewer of them, no branches. */
export const arithmeticRewrites: readonly Rewrite[] = [
  bitCount,
  strengthReduction,
  angleRecurrence,
  byteStepTable,
  slicedTable,
  lookupTable,
  divisorBound,
  delayedRemainder,
  branchToSelect,
  divisionToReciprocal,
  moduloToWrapAround,
  commonSubexpression,
  squaredComparison,
  invariantHoisting,
  localHistogram,
  inlineHelper,
  singlePrecision,
  softwarePrefetch,
];

/** Strings, containers and the algorithms behind them. */
export const libraryRewrites: readonly Rewrite[] = [
  runningSum,
  invariantLoopHoisting,
  hashedMembership,
  rollingRows,
  memoisedRecursion,
  skipAhead,
  blockCompare,
  appendThenReverse,
  appendInPlace,
  eraseInOnePass,
  librarySort,
  compareInPlace,
  referNotCopy,
  moveNotCopy,
  reusedBuffer,
  flatTable,
  reserveBeforePush,
  hashedContainer,
  dataPointer,
  editsInOnePass,
  resumedScan,
  firstPlaceTable,
  boundedLength,
  indexedSearch,
  doubleEndedQueue,
  orderedInsertion,
  leaveWhenKnown,
  pairedDivisors,
  textWithoutStream,
  splitInPlace,
  powerBySquaring,
];

/** Every rewrite there is. */
export const rewrites: readonly Rewrite[] = [...loopRewrites, ...arithmeticRewrites, ...libraryRewrites];
