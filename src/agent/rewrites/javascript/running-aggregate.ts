/**
 * The sum, or the largest or smallest element, of the beginning, the end or a window of an array is computed from scratch at each pass of a loop: quadratic. An array of
 * running results, made once, has each of them at hand.
 *
 *     xs.map((x, i) =>                                      const xsTotals = [0];
 *       xs.slice(0, i + 1).reduce((a, b) => a + b, 0))  →   for (const b of xs) xsTotals.push(xsTotals[xsTotals.length - 1] + b);
 *                                                           xs.map((x, i) => xsTotals[i + 1])
 *
 * `Math.max(...xs.slice(i))` is looked up in the running maxima from the end, and the sum of a window is the difference of two running sums. Legal where the array
 * stays as it is and the bounds are numbers of a loop over it. A difference of floating-point sums may be off in its last digits, which is an assumption.
 */
import type { Node } from "web-tree-sitter";
import { freshName, removeStatement, replaceNode, textWith } from "../../../code/edit.ts";
import { argumentsOf, contains, field, find, operatorOf, parts } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { countsUp, isPlace } from "./counting.ts";
import { steadyReads } from "./element-reads.ts";
import { type InnerSum, innerSumAt } from "./inner-sum.ts";
import { writesKey } from "./keys.ts";
import { arrayAssumptions, arrayShown } from "./kinds.ts";
import { isMentioned, mentions, namesIn } from "./names.ts";
import { before, distinct, offer } from "./offer.ts";
import { hoistingPlace, loopsIn, short } from "./repetition.ts";
import { isPure, steadyContents } from "./steady.ts";
import { integerOf, methodCall, plain, plainParameters, resultOf, runsApart } from "./tree.ts";

export const runningAggregate: Rewrite = {
  name: "running-aggregate",
  idea: "Keeps running sums, maxima or minima of an array, instead of computing those of its beginning, its end or a window anew at each pass.",
  reference: "J. Bentley, Programming Pearls, Column 8: cumulative arrays",
  lessons: {
    faster:
      "Each pass copied most of the array and went through it again for a result that differs by one element.",
    slower: "The array is short, or its window so narrow that the copy costs little.",
    wrong: "Sums of floating-point numbers differed in their last digits, or the array changed in the loop.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return distinct([
      ...find(subject.function, "call_expression").flatMap((call) => {
        const slice = sliceAt(subject, call);
        return slice ? looked(subject, slice) : [];
      }),
      ...addedUp(subject),
    ]);
  },
};

/** What is assumed where sums are subtracted from each other. */
const differing =
  "What is added are whole numbers, or the last digits of their sums do not matter, and all sums are finite";

interface Slice {
  readonly node: Node;
  readonly array: Node;
  /** `i`, `i + 1`, `i + width`; undefined where it is the array's own beginning or end. */
  readonly start: string | undefined;
  readonly stop: string | undefined;
  /** A callback of reduce with what it starts from, or the name of a function of Math. */
  readonly fold: { readonly callback: Node; readonly initial: string } | "max" | "min";
  /** Whether sums are subtracted from each other. */
  readonly differs: boolean;
  readonly hasWidth: boolean;
}

/** `xs.slice(0, i).reduce(…, 0)`, `Math.max(...xs.slice(i))` */
function sliceAt(subject: Subject, node: Node): Slice | undefined {
  const extreme = /^Math\.(max|min)$/.exec(field(node, "function")?.text ?? "")?.[1];
  const given = argumentsOf(node);
  const spread =
    extreme !== undefined && given.length === 1 && given[0]?.type === "spread_element"
      ? parts(given[0])[0]
      : undefined;
  const reduce = methodCall(node);
  const slice = methodCall(plain(spread ?? (reduce?.method === "reduce" ? reduce.object : node)));
  const array = slice?.object;
  const [first, second, ...more] = slice?.arguments ?? [];
  if (slice?.method !== "slice" || array?.type !== "identifier" || !first || more.length > 0)
    return undefined;
  const start = first.text === "0" ? undefined : first;
  if (!start && !second) return undefined;
  const [from, to] = [start, second].map((bound) => bound && boundOf(subject, bound, array));
  if ((start && !from) || (second && !to)) return undefined;
  const common = { node, array, start: from?.text, stop: to?.text, hasWidth: to?.width === true };
  if (spread) {
    // Of a part between two bounds no running result tells.
    if (start && second) return undefined;
    return { ...common, fold: extreme === "max" ? "max" : "min", differs: false, hasWidth: false };
  }
  const [callback, initial, ...others] = reduce?.arguments ?? [];
  if (callback?.type !== "arrow_function" || runsApart(callback) || !initial || others.length > 0)
    return undefined;
  const differs = start !== undefined;
  if (
    !isFold(callback, differs) ||
    (differs ? initial.text !== "0" : !/^(?:number|string)$/.test(initial.type))
  )
    return undefined;
  if (from && to && !(from.name === to.name && (to.width ? from.added === 0 : to.added >= from.added)))
    return undefined;
  return { ...common, fold: { callback, initial: initial.text }, differs };
}

interface Bound {
  readonly name: string;
  readonly added: number;
  readonly width: boolean;
  /** As an index into the running results. */
  readonly text: string;
}

function boundOf(subject: Subject, node: Node, array: Node): Bound | undefined {
  const limited = `Math.min(${node.text}, ${array.text}.length)`;
  const [left, right] = [field(node, "left"), field(node, "right")];
  const sum =
    node.type === "binary_expression" && operatorOf(node) === "+" && left?.type === "identifier"
      ? left
      : undefined;
  const name = node.type === "identifier" ? node.text : sum?.text;
  if (name === undefined) return undefined;
  const added = sum ? integerOf(right) : 0;
  const width = sum !== undefined && right?.type === "identifier";
  if (!width && (added === undefined || added < 0)) return undefined;
  const placed = isPlace(subject, name, array, node);
  if (!placed && !countsUp(name, node)) return undefined;
  const sure = placed && !width && (added ?? 0) <= 1;
  return { name, added: added ?? 0, width, text: sure ? node.text : limited };
}

/** Whether the callback folds two values by itself alone; a sum, where sums are subtracted. */
function isFold(callback: Node, sum: boolean): boolean {
  const [kept, element, ...more] = plainParameters(callback) ?? [];
  const result = resultOf(callback);
  if (kept?.type !== "identifier" || element?.type !== "identifier" || !result || more.length > 0)
    return false;
  if (![...namesIn(result)].every((name) => [kept.text, element.text, "Math"].includes(name))) return false;
  const value = plain(result);
  const [left, right] = [field(value, "left"), field(value, "right")];
  const adds =
    value.type === "binary_expression" &&
    operatorOf(value) === "+" &&
    left?.text === kept.text &&
    right !== undefined &&
    !isMentioned(kept.text, right);
  const calls = /^Math\.\w+$/.test(field(value, "function")?.text ?? "");
  return isPure(result) && (sum ? adds : calls || value.type === "binary_expression");
}

function looked(subject: Subject, slice: Slice): Opportunity[] {
  const { node, array, start, stop, fold, differs } = slice;
  if (arrayShown(subject, array) === "no") return [];
  const folds = typeof fold === "object" ? fold.callback : undefined;
  const hoisted = hoistingPlace(subject, node, (region) => {
    if (folds && writesKey(subject, folds, region)) return undefined;
    const reads = folds ? steadyReads(subject, folds, region) : [];
    const own = steadyContents(subject, array.text, region);
    return own && reads ? [...own, ...reads] : undefined;
  });
  if (!hoisted || !contains(hoisted.place.region, node)) return [];
  const { source } = subject;
  const words = typeof fold === "object" ? "Totals" : fold === "max" ? "Maxima" : "Minima";
  const taken = new Set<string>();
  const table = freshName(
    source,
    `${array.text}${words}${typeof fold !== "object" && start !== undefined ? "From" : ""}`,
    taken,
  );
  const text =
    typeof fold !== "object"
      ? `${table}[${start ?? stop}]`
      : differs
        ? `(${table}[${stop ?? `${array.text}.length`}] - ${table}[${start}])`
        : `${table}[${stop}]`;
  return offer(subject, {
    parameters: {},
    place: `${short(node.text)} in ${hoisted.words}`,
    preconditions: [
      "a part of an array is copied and gone through at each pass of a loop",
      "the array stays the same meanwhile",
    ],
    assumptions: [
      ...arrayAssumptions(subject, array),
      ...hoisted.assumptions,
      ...(typeof fold === "object" ? [`No element of ${array.text} is missing.`] : []),
      `${short(node.text)} throws nothing when it is computed for all of ${array.text} before the loop.`,
      ...(differs ? [`${differing}${slice.hasWidth ? ", and no width is negative" : ""}.`] : []),
    ],
    edits: [
      ...before(hoisted.place, made(subject, table, slice, taken)),
      replaceNode(node, subject.language === "typescript" ? text.replaceAll(/(\[[^[\]]*\])/g, "$1!") : text),
    ],
  });
}

/** Loops that add up parts of an array: those of one array in one outer loop share the running sums. */
function addedUp(subject: Subject): Opportunity[] {
  const found = loopsIn(subject).flatMap((loop) => {
    const inner = innerSumAt(subject, loop);
    if (!inner || arrayShown(subject, inner.array) === "no") return [];
    const hoisted = hoistingPlace(subject, loop, (region) =>
      steadyContents(subject, inner.array.text, region),
    );
    return hoisted && contains(hoisted.place.region, loop) ? [{ inner, hoisted }] : [];
  });
  const groups = new Map<string, typeof found>();
  for (const each of found) {
    const key = `${each.inner.array.text} ${each.hoisted.place.region.startIndex}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first
      ? added(
          subject,
          group.map(({ inner }) => inner),
          first.inner.array,
          first.hoisted,
        )
      : [];
  });
}

/** Loops that add up become the values that their sums start with. */
function added(
  subject: Subject,
  inners: readonly InnerSum[],
  array: Node,
  hoisted: NonNullable<ReturnType<typeof hoistingPlace>>,
): Opportunity[] {
  const { source } = subject;
  const taken = new Set<string>();
  const table = freshName(source, `${array.text}Totals`, taken);
  const [total, item] = ["total", "item"].map((word) => freshName(source, word, taken));
  const mark = subject.language === "typescript" ? "!" : "";
  const differs = inners.some(({ start }) => start !== undefined);
  const width = inners.some(({ hasWidth }) => hasWidth) ? ", and no width is negative" : "";
  return offer(subject, {
    parameters: {},
    place: `the sums ${inners.map(({ sum }) => sum).join(", ")} in ${hoisted.words}`,
    preconditions: [
      "a part of an array is added up at each pass of a loop",
      "the array stays the same meanwhile",
    ],
    assumptions: [
      ...arrayAssumptions(subject, array),
      ...hoisted.assumptions,
      ...(differs ? [`${differing}${width}.`] : [`Adding up all of ${array.text} throws nothing.`]),
    ],
    edits: [
      ...before(
        hoisted.place,
        `let ${total} = 0;
const ${table} = [${total}];
for (const ${item} of ${array.text}) ${table}.push((${total} += ${item}));`,
      ),
      ...inners.flatMap(({ loop, zero, start, stop }) => {
        const end = `${table}[${stop ?? `${array.text}.length`}]${mark}`;
        return [
          replaceNode(zero, start === undefined ? end : `${end} - ${table}[${start}]${mark}`),
          removeStatement(source, loop),
        ];
      }),
    ],
  });
}

/** Lines that make the array of running results. */
function made(subject: Subject, table: string, { array, start, fold }: Slice, taken: Set<string>): string {
  const typed = subject.language === "typescript";
  const total = freshName(subject.source, "total", taken);
  if (typeof fold !== "object") {
    const least = fold === "max" ? "-Infinity" : "Infinity";
    if (start === undefined) {
      const item = freshName(subject.source, "item", taken);
      return `let ${total} = ${least};
const ${table} = [${total}];
for (const ${item} of ${array.text}) ${table}.push((${total} = Math.${fold}(${total}, ${item})));`;
    }
    const at = freshName(subject.source, "at", taken);
    return `const ${table} = new Array${typed ? "<number>" : ""}(${array.text}.length + 1).fill(${least});
for (let ${at} = ${array.text}.length - 1; ${at} >= 0; ${at}--) ${table}[${at}] = Math.${fold}(${table}[${at} + 1]${typed ? "!" : ""}, ${array.text}[${at}]${typed ? "!" : ""});`;
  }
  const { callback, initial } = fold;
  const [kept, element] = plainParameters(callback) ?? [];
  const result = resultOf(callback);
  if (!kept || !element || !result) return "";
  const item = freshName(
    subject.source,
    `${element.text}_item`.replace(/_(\w)/, (_, letter: string) => letter.toUpperCase()),
    taken,
  );
  const body = textWith(
    result,
    [[kept.text, total] as const, [element.text, item] as const].flatMap(([name, other]) =>
      mentions(name, result).map((use) => replaceNode(use, other)),
    ),
  );
  return `let ${total} = ${initial};
const ${table} = [${total}];
for (const ${item} of ${array.text}) ${table}.push((${total} = ${body}));`;
}
