/**
 * All rewrites of JavaScript and TypeScript, in the order in which a textbook would try them: first what changes how much work there is,
 * then what is computed more often than it need be, last how elements are kept and gone through.
 */
import type { Rewrite } from "../rewrite.ts";
import { aggregateOnce } from "./aggregate-once.ts";
import { dictionaryMap } from "./dictionary-map.ts";
import { divisorSquareRoot } from "./divisor-square-root.ts";
import { earlyExitSearch } from "./early-exit-search.ts";
import { forEachToLoop } from "./for-each-to-loop.ts";
import { growInPlace } from "./grow-in-place.ts";
import { hoistedCall } from "./hoisted-call.ts";
import { indexByKey } from "./index-by-key.ts";
import { indexedLoop } from "./indexed-loop.ts";
import { joinByKey } from "./join-by-key.ts";
import { keptRecursion } from "./kept-recursion.ts";
import { needlessCopy } from "./needless-copy.ts";
import { onePassChain } from "./one-pass-chain.ts";
import { positionMap } from "./position-map.ts";
import { pushThenReverse } from "./push-then-reverse.ts";
import { queueHeadIndex } from "./queue-head-index.ts";
import { reduceInPlace } from "./reduce-in-place.ts";
import { runningAggregate } from "./running-aggregate.ts";
import { searchByKey } from "./search-by-key.ts";
import { setMembership } from "./set-membership.ts";
import { sortOnce } from "./sort-once.ts";
import { sortedInsertion } from "./sorted-insertion.ts";
import { typedArray } from "./typed-array.ts";
import { uniqueBySet } from "./unique-by-set.ts";

export const javascriptRewrites: readonly Rewrite[] = [
  setMembership,
  uniqueBySet,
  positionMap,
  indexByKey,
  growInPlace,
  reduceInPlace,
  queueHeadIndex,
  pushThenReverse,
  sortOnce,
  keptRecursion,
  earlyExitSearch,
  hoistedCall,
  needlessCopy,
  dictionaryMap,
  typedArray,
  onePassChain,
  forEachToLoop,
  indexedLoop,
  joinByKey,
  searchByKey,
  aggregateOnce,
  divisorSquareRoot,
  runningAggregate,
  sortedInsertion,
];
