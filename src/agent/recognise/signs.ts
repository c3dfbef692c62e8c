/**
 * By what each transformation shows: the difference between two versions of a function that tells it. Where one says more about a
 * difference than another, it hides that one.
 */
import {
  accumulators,
  boundsOf,
  branches,
  carriesOn,
  containersOf,
  copies,
  foldsIntoElements,
  grows,
  interchanged,
  isLane,
  isRecursive,
  isTileLoop,
  isUnrolled,
  localArrays,
  loopsUnderBranches,
  movedOut,
  nestedVectors,
  newLoop,
  newTables,
  outermost,
  references,
  remainders,
  results,
  resumedLoops,
  sharedTargets,
  stepsBits,
  textGrows,
} from "./measures.ts";
import type { Version } from "./version.ts";

export interface Sign {
  readonly name: string;
  /** Features of the reference that it works on. */
  readonly concerns: readonly string[];
  /** Transformations that explain the same difference where they are seen. */
  readonly hiddenBy?: readonly string[];
  /** Where, in words; undefined where it does not show. */
  readonly place: (before: Version, after: Version) => string | undefined;
}

const somewhere = "the function";

const when = (holds: boolean, place = somewhere): string | undefined => (holds ? place : undefined);

/** More of it after than before. */
const more = (pattern: RegExp, place?: string) => (before: Version, after: Version) =>
  when(after.count(pattern) > before.count(pattern), place);

/** Calls that are new: none before. */
const newCall = (pattern: RegExp) => (before: Version, after: Version) =>
  when(before.calls(pattern) === 0 && after.calls(pattern) > 0);

const has = (version: Version, pattern: RegExp): boolean => pattern.test(version.text);

export const signs: readonly Sign[] = [
  {
    name: "threads",
    concerns: [
      "loops nested two deep",
      "loops nested three or more deep",
      "much arithmetic for each element",
    ],
    place: more(
      /# ?pragma omp (?:target |teams |distribute )*(?:parallel|task)|\bstd :: (?:thread|jthread|async)\b|\bpthread_create\b|\bexecution :: par/,
    ),
  },
  {
    name: "simd-intrinsics",
    concerns: [
      "inner loop walks through memory side by side",
      "bytes or characters",
      "single precision",
      "double precision",
    ],
    place: more(/\b_mm\d*_\w+|\bv(?:ld|st)\d\w*_[fsu]\d+|\bvector_size\b|\bexperimental :: simd\b/),
  },
  {
    name: "software-prefetch",
    concerns: ["inner loop reads through an index or at computed places"],
    place: more(/\b__builtin_prefetch\b|\b_mm_prefetch\b/),
  },
  {
    name: "bit-count",
    concerns: ["shifts and masks in a loop"],
    place: more(
      /\b__builtin_(?:popcount|ctz|clz|ffs|parity)l{0,2}\b|\bstd :: (?:popcount|countr_zero|countl_zero|bit_width)\b|\b_mm_popcnt_u\d+\b/,
    ),
  },
  {
    name: "sliced-table",
    concerns: ["shifts and masks in a loop", "bytes or characters"],
    place: (before, after) =>
      when(
        /\[ (?:4|8|16) \] \[ 256 \]/.test(after.text + after.surroundings) &&
          !/\[ (?:4|8|16) \] \[ 256 \]/.test(before.text + before.surroundings),
      ),
  },
  {
    name: "byte-step-table",
    concerns: ["shifts and masks in a loop", "bytes or characters", "loop with a small fixed count"],
    hiddenBy: ["sliced-table"],
    place: (before, after) =>
      when(
        newTables(before, after).length > 0 &&
          stepsBits(before) &&
          !(stepsBits(after) && after.depth >= before.depth),
      ),
  },
  {
    name: "lookup-table",
    concerns: [
      "bytes or characters",
      "branch in an inner loop",
      "chain of comparisons or switch in a loop",
      "call of another function in a loop",
    ],
    hiddenBy: ["byte-step-table", "sliced-table"],
    place: (before, after) => {
      const tables = newTables(before, after).filter((size) => size === 255 || size === 256);
      return when(tables.length > 0);
    },
  },
  {
    name: "memoised-recursion",
    concerns: ["recursion"],
    place: (before, after) =>
      when(isRecursive(before) && isRecursive(after) && results(after) > results(before)),
  },
  {
    name: "memoisation",
    concerns: ["call of another function in a loop"],
    hiddenBy: ["memoised-recursion", "hashed-membership"],
    place: (before, after) =>
      when(
        has(after, /\b(?:memo|cache)\w*\b/) &&
          !has(before, /\b(?:memo|cache)\w*\b/) &&
          containersOf(after, /map$/).length > containersOf(before, /map$/).length,
      ),
  },
  {
    name: "hashed-container",
    concerns: ["maps or sets"],
    place: (before, after) => {
      const trees = /^(map|set|multimap|multiset)$/;
      const hashed = /^unordered_/;
      return when(
        containersOf(after, trees).length < containersOf(before, trees).length &&
          containersOf(after, hashed).length > containersOf(before, hashed).length,
      );
    },
  },
  {
    name: "hashed-membership",
    concerns: ["search in a container in a loop", "loop that may end early", "loops nested two deep"],
    hiddenBy: ["hashed-container", "memoised-recursion"],
    place: (before, after) => {
      const sets = /^unordered_(set|map)$/;
      const searched = before.callsInLoops(/^(?:\.)?(?:find|count|contains)$/) > 0 || before.depth > 1;
      return when(searched && containersOf(after, sets).length > containersOf(before, sets).length);
    },
  },
  {
    name: "indexed-search",
    concerns: ["search in a container in a loop", "loop that may end early", "loops nested two deep"],
    hiddenBy: ["hashed-membership", "hashed-container", "memoised-recursion"],
    place: (before, after) => {
      const index = /\b(?:key_index\w*|hash_?(?:table|index)\w*|buckets?)\b/;
      return when(before.depth > 1 && !has(before, index) && has(after, index));
    },
  },
  {
    name: "double-ended-queue",
    concerns: ["vectors", "container grows in a loop"],
    place: (before, after) => {
      const ends = /^\.(?:pop_front|push_front)$|^pop$/;
      return when(
        before.callsInLoops(/^\.(?:erase|insert)$/) > after.callsInLoops(/^\.(?:erase|insert)$/) &&
          after.calls(ends) > before.calls(ends),
      );
    },
  },
  {
    name: "ordered-insertion",
    concerns: ["container grows in a loop", "vectors"],
    place: (before, after) => {
      const [sorts, places] = [/^(?:stable_)?sort$/, /^(?:lower|upper)_bound$/];
      const placed =
        before.callsInLoops(sorts) > after.callsInLoops(sorts) && after.calls(places) > before.calls(places);
      const once =
        before.callsInLoops(places) > after.callsInLoops(places) && after.calls(sorts) > before.calls(sorts);
      return when(placed || once);
    },
  },
  {
    name: "text-without-stream",
    concerns: ["text is put together in a loop", "strings"],
    place: (before, after) => {
      const stream = /\bo?stringstream\b/;
      return when(before.count(stream) > after.count(stream) && textGrows(after) > textGrows(before));
    },
  },
  {
    name: "split-in-place",
    concerns: ["strings"],
    hiddenBy: ["text-without-stream"],
    place: (before, after) => {
      const stream = /\bi?stringstream\b/;
      const searches = /^\.find(?:_first_(?:not_)?of)?$/;
      return when(
        before.count(stream) > after.count(stream) && after.calls(searches) > before.calls(searches),
      );
    },
  },
  {
    name: "power-by-squaring",
    concerns: ["product or bits folded in a loop", "remainder in a loop"],
    place: (before, after) => {
      const halves = /\b(\w+) (?:>>= 1|\/= 2)\b/;
      const squares = /\b(\w+) (?:= \(?.*\1 \* \1|\*= \1)\b|\b(\w+) \*= \2|\bfactor\b/;
      return when(after.count(halves) > before.count(halves) && after.count(squares) > before.count(squares));
    },
  },
  {
    name: "paired-divisors",
    concerns: ["remainder in a loop"],
    place: (before, after) => {
      const bounded = /\b(\w+) \* \1 <=? |\b(\w+) <= \w+ \/ \2\b|<=? (?:std :: )?sqrt \(/;
      const other = /= (\w+) \/ (\w+) ;|\+= \w+ \/ \w+/;
      return when(after.count(bounded) > before.count(bounded) && after.count(other) > before.count(other));
    },
  },
  {
    name: "leave-when-known",
    concerns: ["branch in an inner loop"],
    hiddenBy: ["hashed-membership", "indexed-search", "divisor-bound"],
    place: (before, after) => {
      const leaves = /\bbreak ;|\breturn (?:true|false|0|1) ;/;
      const flag = /\b\w+ = (?:true|false|0|1) ; break ;/;
      return when(
        after.count(leaves) > before.count(leaves) &&
          after.count(flag) > before.count(flag) &&
          before.loops.length === after.loops.length,
      );
    },
  },
  {
    name: "library-sort",
    concerns: ["elements are exchanged", "loops nested two deep"],
    place: (before, after) =>
      when(
        before.calls(/^(?:stable_)?sort$|^qsort$/) === 0 &&
          after.calls(/^(?:stable_)?sort$|^qsort$/) > 0 &&
          after.depth < before.depth,
      ),
  },
  {
    name: "skip-ahead",
    concerns: ["loop that may end early", "bytes or characters", "strings"],
    place: newCall(/^(?:memchr|memmem|strchr|strstr)$/),
  },
  {
    name: "block-compare",
    concerns: ["loop that may end early", "bytes or characters"],
    place: newCall(/^memcmp$/),
  },
  {
    name: "append-then-reverse",
    concerns: ["text is put together in a loop", "container grows in a loop"],
    place: newCall(/^reverse$/),
  },
  {
    name: "append-in-place",
    concerns: ["text is put together in a loop", "strings"],
    place: (before, after) => {
      const rebuilt = /\b(\w+) = \1 \+ /;
      return when(before.count(rebuilt) > after.count(rebuilt) && textGrows(after) > textGrows(before));
    },
  },
  {
    name: "erase-in-one-pass",
    concerns: ["search in a container in a loop", "vectors"],
    place: (before, after) => when(before.callsInLoops(/^\.erase$/) > after.callsInLoops(/^\.erase$/)),
  },
  {
    name: "reserve-before-push",
    concerns: ["container grows in a loop", "text is put together in a loop"],
    place: (before, after) =>
      when(
        after.calls(/^\.reserve$/) > before.calls(/^\.reserve$/) && (grows(before) || textGrows(before) > 0),
      ),
  },
  {
    name: "compare-in-place",
    concerns: ["strings", "search in a container in a loop"],
    place: (before, after) =>
      when(
        before.calls(/^\.substr$/) > after.calls(/^\.substr$/) &&
          after.calls(/^\.compare$|^memcmp$/) > before.calls(/^\.compare$|^memcmp$/),
      ),
  },
  {
    name: "move-not-copy",
    concerns: ["vectors", "strings", "elements are copied or set"],
    place: (before, after) =>
      when(
        after.count(/\bstd :: move \(/) > before.count(/\bstd :: move \(/) ||
          (after.calls(/^\.?swap$/) > before.calls(/^\.?swap$/) &&
            !before.phrases.has("elements are exchanged")),
      ),
  },
  {
    name: "refer-not-copy",
    concerns: ["loop over a container by elements", "strings", "vectors"],
    place: (before, after) => when(references(after) > references(before) && copies(after) < copies(before)),
  },
  {
    name: "reused-buffer",
    concerns: ["memory is allocated in a loop"],
    place: (before, after) =>
      when(
        before.phrases.has("memory is allocated in a loop") &&
          !after.phrases.has("memory is allocated in a loop") &&
          after.calls(/^\.(?:clear|assign|resize)$/) > before.calls(/^\.(?:clear|assign|resize)$/),
      ),
  },
  {
    name: "flat-table",
    concerns: ["vectors of vectors"],
    hiddenBy: ["rolling-rows"],
    place: (before, after) =>
      when(
        nestedVectors(before) > nestedVectors(after) &&
          containersOf(after, /^vector$/).length >= containersOf(before, /^vector$/).length &&
          after.operators(/^\*$/) > before.operators(/^\*$/),
      ),
  },
  {
    name: "rolling-rows",
    concerns: [
      "vectors of vectors",
      "neighbouring elements are combined",
      "each iteration needs the one before",
    ],
    place: (before, after) => {
      const alternating = /(?:% 2|& 1) \] \[/;
      const swapped =
        nestedVectors(before) > nestedVectors(after) && after.calls(/^\.?swap$/) > before.calls(/^\.?swap$/);
      return when(swapped || after.count(alternating) > before.count(alternating));
    },
  },
  {
    name: "data-pointer",
    concerns: ["vectors"],
    place: (before, after) => when(after.calls(/^\.data$/) > before.calls(/^\.data$/)),
  },
  {
    name: "no-alias",
    concerns: ["two pointers that may overlap", "arrays behind pointers"],
    place: more(/\b(?:__restrict__|__restrict|restrict)\b|# ?pragma GCC ivdep/, "its pointers"),
  },
  {
    name: "relaxed-floating-point",
    concerns: ["floating-point sum in a loop"],
    place: (before, after) => {
      const relaxed = /(?:fast-math|associative-math|Ofast|unsafe-math)/;
      return when(
        relaxed.test(after.text + after.surroundings) && !relaxed.test(before.text + before.surroundings),
      );
    },
  },
  {
    name: "inline-helper",
    concerns: ["call of another function in a loop"],
    place: more(/\b(?:always_inline|__forceinline)\b/, "its helpers"),
  },
  {
    name: "angle-recurrence",
    concerns: ["exponential, logarithm or trigonometry in a loop"],
    place: (before, after) => {
      const pattern = /^(?:sin|cos|exp)f?$/;
      return when(
        before.callsInLoops(pattern) > after.callsInLoops(pattern) &&
          after.calls(pattern) > after.callsInLoops(pattern),
      );
    },
  },
  {
    name: "squared-comparison",
    concerns: ["square root or power in a loop"],
    place: (before, after) => {
      const roots = /^(?:sqrtf?|hypotf?)$/;
      return when(
        before.depth > 0 && before.calls(roots) > after.calls(roots) && after.callsInLoops(roots) === 0,
      );
    },
  },
  {
    name: "strength-reduction",
    concerns: ["square root or power in a loop", "much arithmetic for each element"],
    place: (before, after) => when(before.calls(/^powf?$/) > after.calls(/^powf?$/)),
  },
  {
    name: "single-precision",
    concerns: ["single precision"],
    place: (before, after) => {
      const single =
        /\b\d+(?:\.\d*)?(?:e[-+]?\d+)?f\b|\b\d*\.\d+f\b|\b(?:sqrt|sin|cos|exp|pow|fabs|log|tanh|floor)f \(/;
      const double =
        /(?<![\w.])\d+\.\d*(?:e[-+]?\d+)?(?![\w.])|(?<!\w)\b(?:sqrt|sin|cos|exp|pow|fabs|log|tanh|floor) \(/;
      return when(after.count(single) > before.count(single) && after.count(double) < before.count(double));
    },
  },
  {
    name: "divisor-bound",
    concerns: ["remainder in a loop", "loop that may end early"],
    hiddenBy: ["paired-divisors"],
    place: (before, after) => {
      const bounded = /\b(\w+) \* \1 <=? |\b(\w+) <= \w+ \/ \2\b|<=? (?:std :: )?sqrt \(/;
      return when(before.operators(/^%=?$/) > 0 && after.count(bounded) > before.count(bounded));
    },
  },
  {
    name: "delayed-remainder",
    concerns: ["remainder in a loop"],
    place: (before, after) =>
      when(
        before.operators(/^%=?$/, "innermost") > after.operators(/^%=?$/, "innermost") &&
          remainders(after) >= remainders(before) &&
          after.depth >= before.depth,
      ),
  },
  {
    name: "modulo-to-wrap-around",
    concerns: ["remainder in a loop"],
    hiddenBy: ["delayed-remainder"],
    place: (before, after) => when(before.operators(/^%=?$/) > after.operators(/^%=?$/)),
  },
  {
    name: "division-to-reciprocal",
    concerns: ["floating-point division in a loop", "division by a value that stays the same"],
    place: (before, after) => {
      const reciprocal = /\b1(?:\.0*)?f? \/ /;
      return when(
        before.operators(/^\/=?$/) > after.operators(/^\/=?$/) &&
          after.count(reciprocal) > before.count(reciprocal),
      );
    },
  },
  {
    name: "loop-tiling",
    concerns: ["loops nested two deep", "loops nested three or more deep", "inner loop strides by a row"],
    place: (before, after) => newLoop(before, after, isTileLoop),
  },
  {
    name: "local-histogram",
    concerns: ["scattered updates of a table", "counting in a loop"],
    place: (before, after) =>
      when(before.phrases.has("scattered updates of a table") && localArrays(after) > localArrays(before)),
  },
  {
    name: "unroll-and-jam",
    concerns: ["loops nested two deep", "loops nested three or more deep"],
    hiddenBy: ["loop-tiling"],
    place: (before, after) =>
      newLoop(before, after, (loop) => isUnrolled(loop) && loop.children.some((child) => !isLane(child))),
  },
  {
    name: "multiple-accumulators",
    concerns: [
      "floating-point sum in a loop",
      "integer sum in a loop",
      "minimum or maximum in a loop",
      "sum of a product of two arrays",
      "product or bits folded in a loop",
    ],
    hiddenBy: ["unroll-and-jam"],
    place: (before, after) => {
      const [was, is] = [accumulators(before), accumulators(after)];
      return when(is >= 2 && is > was, "its inner loop");
    },
  },
  {
    name: "loop-unrolling",
    concerns: ["loop with a small fixed count", "little arithmetic for each element"],
    hiddenBy: [
      "multiple-accumulators",
      "unroll-and-jam",
      "sliced-table",
      "local-histogram",
      "loop-tiling",
      "simd-intrinsics",
    ],
    place: (before, after) =>
      newLoop(before, after, isUnrolled) ?? more(/# ?pragma (?:GCC |clang loop )?unroll/)(before, after),
  },
  {
    name: "loop-interchange",
    concerns: ["inner loop strides by a row", "loops nested two deep", "loops nested three or more deep"],
    hiddenBy: ["loop-tiling"],
    place: interchanged,
  },
  {
    name: "running-sum",
    concerns: [
      "work of earlier iterations is repeated",
      "inner bound depends on the outer loop",
      "floating-point sum in a loop",
      "integer sum in a loop",
      "neighbouring elements are combined",
    ],
    hiddenBy: ["block-compare", "hashed-membership", "library-sort"],
    place: (before, after) => {
      if (before.depth < 2 || before.reductions.length === 0) return undefined;
      const repeats =
        before.phrases.has("work of earlier iterations is repeated") ||
        before.phrases.has("inner bound depends on the outer loop");
      const carried = resumedLoops(after) > resumedLoops(before) && !after.loops.some(isUnrolled);
      return when(carried || (repeats && after.depth < before.depth && carriesOn(after)));
    },
  },
  {
    name: "invariant-loop-hoisting",
    concerns: ["loops nested two deep", "loops nested three or more deep"],
    hiddenBy: ["running-sum"],
    place: (before, after) =>
      when(after.depth < before.depth && before.loops.length > 1 && boundsOf(before) === boundsOf(after)),
  },
  {
    name: "loop-fusion",
    concerns: ["several loops one after the other"],
    hiddenBy: ["running-sum", "rolling-rows"],
    place: (before, after) =>
      when(
        outermost(before) > outermost(after) &&
          before.depth === after.depth &&
          before.definitions.length === after.definitions.length &&
          before.operators(/=$/) === after.operators(/=$/) &&
          before.callsInLoops(/./) === after.callsInLoops(/./),
      ),
  },
  {
    name: "loop-unswitching",
    concerns: ["branch in a loop that does not depend on it"],
    place: (before, after) => {
      const phrase = "branch in a loop that does not depend on it";
      return when(
        before.phrases.has(phrase) &&
          !after.phrases.has(phrase) &&
          loopsUnderBranches(after) > loopsUnderBranches(before),
      );
    },
  },
  {
    name: "scalar-replacement",
    concerns: [
      "inner loop folds into an element in memory",
      "inner loop uses an element that stays the same",
    ],
    hiddenBy: ["multiple-accumulators", "loop-interchange", "running-sum", "local-histogram", "loop-fusion"],
    place: (before, after) =>
      when(
        foldsIntoElements(before) > foldsIntoElements(after) &&
          after.reductions.length >= before.reductions.length,
      ),
  },
  {
    name: "local-accumulator",
    concerns: ["integer sum in a loop", "floating-point sum in a loop", "counting in a loop"],
    hiddenBy: ["scalar-replacement", "multiple-accumulators"],
    place: (before, after) =>
      when(
        sharedTargets(before) > sharedTargets(after) && after.reductions.length >= before.reductions.length,
      ),
  },
  {
    name: "array-hoisting",
    concerns: [
      "exponential, logarithm or trigonometry in a loop",
      "square root or power in a loop",
      "call of another function in a loop",
    ],
    hiddenBy: ["angle-recurrence", "lookup-table"],
    place: (before, after) =>
      when(
        movedOut(before, after) &&
          results(after) + localArrays(after) > results(before) + localArrays(before),
      ),
  },
  {
    name: "invariant-hoisting",
    concerns: [
      "length asked for in a loop's condition",
      "strlen or another text function in a loop",
      "call of another function in a loop",
    ],
    hiddenBy: [
      "append-then-reverse",
      "erase-in-one-pass",
      "hashed-membership",
      "array-hoisting",
      "angle-recurrence",
      "invariant-loop-hoisting",
      "running-sum",
      "reused-buffer",
    ],
    place: (before, after) => {
      const phrases = ["strlen or another text function in a loop", "length asked for in a loop's condition"];
      const gone = phrases.some((phrase) => before.phrases.has(phrase) && !after.phrases.has(phrase));
      const lengths = /^(?:strlen|\.size|\.length)$/;
      return when(movedOut(before, after) || (gone && after.calls(lengths) > after.callsInLoops(lengths)));
    },
  },
  {
    name: "common-subexpression",
    concerns: ["call of another function in a loop", "square root or power in a loop"],
    place: (before, after) =>
      when(
        [...before.called].some(([name, was]) => {
          const is = after.called.get(name);
          return (
            is !== undefined &&
            !name.startsWith(".") &&
            was.count - is.count > 0 &&
            was.repeated - is.repeated === was.count - is.count
          );
        }),
      ),
  },
  {
    name: "branch-to-select",
    concerns: ["branch in an inner loop"],
    hiddenBy: ["lookup-table", "loop-unswitching"],
    place: (before, after) => {
      const selects = /\?| [-+*|&]= (?:\( )?\w+(?: \[ [^\]]* \])? (?:[<>]=?|[!=]=) /;
      return when(
        branches(before) > branches(after) &&
          after.count(selects) > before.count(selects) &&
          before.loops.length === after.loops.length,
      );
    },
  },
  {
    name: "other-algorithm",
    concerns: ["loops nested two deep", "loops nested three or more deep", "recursion"],
    hiddenBy: [
      "invariant-loop-hoisting",
      "rolling-rows",
      "running-sum",
      "library-sort",
      "hashed-membership",
      "memoised-recursion",
      "skip-ahead",
      "block-compare",
      "bit-count",
      "byte-step-table",
      "lookup-table",
      "erase-in-one-pass",
      "append-then-reverse",
      "hashed-container",
      "memoisation",
      "simd-intrinsics",
      "invariant-hoisting",
    ],
    place: (before, after) => when(after.depth < before.depth && !after.phrases.has("recursion")),
  },
  {
    name: "resumed-scan",
    concerns: ["strlen or another text function in a loop", "text is put together in a loop"],
    place: more(/\+= \(?(?:std :: )?strlen \( [^;]*? \+ /),
  },
  {
    name: "bounded-length",
    concerns: ["strlen or another text function in a loop"],
    place: newCall(/^strnlen$/),
  },
];
