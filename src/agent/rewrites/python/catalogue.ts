/**
 * The rewrites of Python, grouped by what they work on; within a group in the order in which a textbook would try them.
 */
import type { Rewrite } from "../rewrite.ts";
import { aggregateOnce } from "./aggregate-once.ts";
import { appendThenReverse } from "./append-then-reverse.ts";
import { builtInSum } from "./built-in-sum.ts";
import { cachedRecursion } from "./cached-recursion.ts";
import { compiledPattern } from "./compiled-pattern.ts";
import { comprehension } from "./comprehension.ts";
import { countedOnce } from "./counted-once.ts";
import { dequeQueue } from "./deque-queue.ts";
import { dictionaryDefault } from "./dictionary-default.ts";
import { directIteration } from "./direct-iteration.ts";
import { divisorBound } from "./divisor-bound.ts";
import { flatList } from "./flat-list.ts";
import { generatorArgument } from "./generator-argument.ts";
import { indexByKey } from "./index-by-key.ts";
import { hoistedCall } from "./hoisted-call.ts";
import { listInPlace } from "./list-in-place.ts";
import { localBinding } from "./local-binding.ts";
import { membershipSet } from "./membership-set.ts";
import { needlessCopy } from "./needless-copy.ts";
import { partialOrder } from "./partial-order.ts";
import { positionDictionary } from "./position-dictionary.ts";
import { powerProduct } from "./power-product.ts";
import { runningAggregate } from "./running-aggregate.ts";
import { sortedInsertion } from "./sorted-insertion.ts";
import { stringJoin } from "./string-join.ts";
import { unlockedQueue } from "./unlocked-queue.ts";

/** Other containers and algorithms: what changes how the work grows. */
export const pythonContainerRewrites: readonly Rewrite[] = [
  membershipSet,
  countedOnce,
  appendThenReverse,
  dequeQueue,
  unlockedQueue,
  listInPlace,
  cachedRecursion,
  hoistedCall,
  stringJoin,
  dictionaryDefault,
  needlessCopy,
  indexByKey,
  aggregateOnce,
  runningAggregate,
  divisorBound,
  sortedInsertion,
  positionDictionary,
  flatList,
  partialOrder,
];

/** The same work with fewer steps of the interpreter. */
export const pythonLoopRewrites: readonly Rewrite[] = [
  comprehension,
  builtInSum,
  compiledPattern,
  directIteration,
  generatorArgument,
  localBinding,
  powerProduct,
];

export const pythonRewrites: readonly Rewrite[] = [...pythonContainerRewrites, ...pythonLoopRewrites];
