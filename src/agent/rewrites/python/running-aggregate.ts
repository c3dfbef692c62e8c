/**
 * The sum, minimum or maximum of the beginning, the end or a window of a list is computed from scratch at each pass of a loop: quadratic. A list of running
 * sums, or of running minima or maxima, made once, has each of them at hand.
 *
 *     for i in range(len(xs)):              →   xs_sums = [*accumulate(xs, initial=0)]
 *         if sum(xs[:i]) > limit:               for i in range(len(xs)):
 *             return i                              if xs_sums[i] > limit:
 *                                                       return i
 *
 * `max(xs[i + 1:])` is looked up in the running maxima from the end, and the sum of a window is the difference of two running sums. Legal where the list stays as it
 * is and the bounds are numbers of a loop that starts at 0 or later. A difference of floating-point sums may be off in its last digits, which is an assumption.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertBefore, removeStatement, replaceNode } from "../../../code/edit.ts";
import { contains, field, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { placeName } from "./asked-list.ts";
import { comesFrom, isLength } from "./inner-loop.ts";
import { isSteadyCollection } from "./keys.ts";
import { repeatedPlace } from "./repeated-place.ts";
import {
  comprehensions,
  endsLine,
  expressionIn,
  importing,
  isBinding,
  isBuiltin,
  isInTry,
  isNested,
  isPrivate,
  isReadOutside,
  loopsOf,
  plainCall,
  startsLine,
  statementsIn,
  usesOf,
  isFreeOrImported,
} from "./scope.ts";

export const runningAggregate: Rewrite = {
  name: "python-running-aggregate",
  idea: "Keeps running sums, minima or maxima of a list, instead of computing those of its beginning, its end or a window anew at each pass.",
  reference:
    "J. Bentley, Programming Pearls, Column 8: cumulative arrays; Python documentation, itertools.accumulate",
  lessons: {
    faster:
      "Each pass went through most of the list again for a sum, minimum or maximum that differs by one element.",
    slower: "The list is short, or its window so narrow that two look-ups cost as much.",
    wrong: "Sums of floating-point numbers differed in their last digits, or the list changed in the loop.",
  },
  changesGrowth: true,
  opportunities(subject) {
    if (!isBuiltin(subject, "sum", "min", "max", "range", "len")) return [];
    if (!isFreeOrImported(subject, "accumulate", "itertools")) return [];
    const slices = [
      ...find(subject.function, "call").flatMap(
        (call) => sliceOf(subject, call) ?? partOf(subject, call) ?? [],
      ),
      ...loopsOf(subject).flatMap((loop) => loopSum(subject, loop) ?? []),
    ];
    const tables = new Set(slices.map(tableOf));
    return [...tables].flatMap((table) =>
      looked(
        subject,
        slices.filter((slice) => tableOf(slice) === table),
      ),
    );
  },
};

interface Slice {
  readonly node: Node;
  readonly kind: "sum" | "min" | "max";
  readonly array: Node;
  /** Where it begins and ends; undefined where that is the list's own beginning or end. */
  readonly start: Bound | undefined;
  readonly stop: Bound | undefined;
  /** What is given for an empty one, as text. */
  readonly fallback: string | undefined;
  /** Of a loop that adds up: the 0 that its sum starts from, which the result takes the place of. */
  readonly zero?: Node;
}

/** `i + 1` */
interface Bound {
  readonly name: string;
  readonly added: number;
  /** The name of a width that is added, which may be anything from 0 on. */
  readonly width: string | undefined;
}

/** Slices that one list of running results serves. */
function tableOf({ array, kind, start, fallback }: Slice): string {
  return [
    array.text,
    kind,
    kind !== "sum" && start ? "end" : "beginning",
    kind === "sum" ? "" : (fallback ?? ""),
  ].join(" ");
}

/** `sum(xs[:i])`, `max(xs[i + 1:], default=0)`, `sum(xs[i:i + width])`. */
function sliceOf(subject: Subject, call: Node): Slice | undefined {
  const kind = field(call, "function")?.text;
  const list = field(call, "arguments");
  if ((kind !== "sum" && kind !== "min" && kind !== "max") || list?.type !== "argument_list")
    return undefined;
  const [given, option, ...more] = parts(list);
  const fallback =
    option?.type === "keyword_argument" && field(option, "name")?.text === "default" && kind !== "sum"
      ? field(option, "value")
      : undefined;
  if (isNested(call, subject.function) || more.length > 0 || (option && !fallback)) return undefined;
  if (fallback && !/^(?:integer|float|none|unary_operator)$/.test(fallback.type)) return undefined;
  const [array, slice] = given?.type === "subscript" ? parts(given) : [];
  if (!given || array?.type !== "identifier" || slice?.type !== "slice" || parts(given).length !== 2)
    return undefined;
  const [first, second, ...steps] = slice.text.split(":").map((text) => text.trim());
  if (first === undefined || second === undefined || steps.length > 0) return undefined;
  const [start, stop] = [first, second].map((text) =>
    text === "" || text === "0" ? undefined : boundOf(text),
  );
  if ((first !== "" && first !== "0" && !start) || (second !== "" && !stop) || (!start && !stop))
    return undefined;
  const found: Slice = { node: call, kind, array, start, stop, fallback: fallback?.text };
  return isInside(subject, found) ? found : undefined;
}

/** `sum(xs[j] for j in range(i))` */
function partOf(subject: Subject, call: Node): Slice | undefined {
  const kind = field(call, "function")?.text;
  const generator = field(call, "arguments");
  if (kind !== "sum" && kind !== "min" && kind !== "max") return undefined;
  if (generator?.type !== "generator_expression" || isNested(call, subject.function)) return undefined;
  const [element, clause, ...more] = parts(generator);
  return element && clause?.type === "for_in_clause" && more.length === 0
    ? rangeOf(subject, { node: call, kind, element, loop: clause })
    : undefined;
}

/** `total = 0` and then `for j in range(i): total += xs[j]` */
function loopSum(subject: Subject, loop: Node): Slice | undefined {
  const start = expressionIn(loop.previousNamedSibling ?? undefined);
  const [only, ...more] = statementsIn(field(loop, "body"));
  const adding = more.length === 0 ? expressionIn(only) : undefined;
  const [target, zero] = start?.type === "assignment" ? [field(start, "left"), field(start, "right")] : [];
  const [total, element] =
    adding?.type === "augmented_assignment" ? [field(adding, "left"), field(adding, "right")] : [];
  if (loop.type !== "for_statement" || field(loop, "alternative") || zero?.text !== "0" || !element)
    return undefined;
  if (
    target?.type !== "identifier" ||
    total?.text !== target.text ||
    field(adding ?? loop, "operator")?.text !== "+="
  )
    return undefined;
  const own = field(loop, "left");
  if (own?.type !== "identifier" || !isPrivate(subject, own.text) || isReadOutside(subject, loop, own.text))
    return undefined;
  if (!startsLine(subject, loop) || !endsLine(subject, loop) || find(loop, "comment").length > 0)
    return undefined;
  const slice = rangeOf(subject, { node: loop, kind: "sum", element, loop });
  return slice && { ...slice, zero };
}

/** The part of a list that `xs[j]` is in a loop over j, where all of it is there. */
function rangeOf(
  subject: Subject,
  { node, kind, element, loop }: { node: Node; kind: Slice["kind"]; element: Node; loop: Node },
): Slice | undefined {
  const [array, index, ...more] = element.type === "subscript" ? parts(element) : [];
  const iterable = field(loop, "right");
  const range = iterable && plainCall(iterable);
  const [one, two, ...others] = range?.values ?? [];
  if (
    array?.type !== "identifier" ||
    index?.text !== field(loop, "left")?.text ||
    index?.type !== "identifier"
  )
    return undefined;
  if (range?.name !== "range" || !one || more.length > 0 || others.length > 0) return undefined;
  const [first, last] = two ? [one.text, two] : ["0", one];
  const start = first === "0" ? undefined : boundOf(first);
  const stop = isLength(subject, last, array) ? undefined : boundOf(last.text);
  if ((first !== "0" && !start) || (!stop && !isLength(subject, last, array)) || (!start && !stop))
    return undefined;
  // Beyond the list's end the loop would raise an error.
  const there = [start, stop].every(
    (bound) =>
      !bound || (bound.width === undefined && bound.added <= 1 && comesFrom(subject, bound.name, array)),
  );
  const found: Slice = { node, kind, array, start, stop, fallback: undefined };
  return there && isInside(subject, found) ? found : undefined;
}

function boundOf(text: string): Bound | undefined {
  const [, name, added, width] = /^([A-Za-z_]\w*)(?:\s*\+\s*(?:(\d{1,9})|([A-Za-z_]\w*)))?$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, added: Number(added ?? 0), width };
}

/** Whether the bounds are numbers from 0 on, in their order, and an empty minimum is not asked for without a default. */
function isInside(subject: Subject, { node, kind, array, start, stop, fallback }: Slice): boolean {
  const bounds = [start, stop].flatMap((bound) => bound ?? []);
  if (!bounds.every(({ name }) => binderOf(subject, name, node))) return false;
  if (kind === "sum") {
    if (!bounds.every(({ name }) => comesFrom(subject, name))) return false;
    if (!start || !stop) return true;
    if (start.width !== undefined) return false;
    return start.name === stop.name
      ? stop.width !== undefined
        ? start.added === 0
        : stop.added >= start.added
      : stop.width === undefined &&
          stop.added >= start.added &&
          followsFrom(subject, node, stop.name, start.name);
  }
  const [only, ...others] = bounds;
  if (!only || others.length > 0 || only.width !== undefined || !comesFrom(subject, only.name, array))
    return false;
  // Up to i, from i: elements are there. Up to i + 1 that is so, and from i + 1 where the loop ends before the last.
  if (stop)
    return stop.added <= 1 && (fallback !== undefined || stop.added === 1 || startsLater(subject, stop.name));
  return (
    only.added === 0 ||
    (only.added === 1 && (fallback !== undefined || endsEarlier(subject, node, only.name)))
  );
}

/**
 * The loop or clause whose pass the node runs in and that gives the name its number there: around the node, with nothing in it that binds the name again.
 */
function binderOf(subject: Subject, name: string, node: Node): Node | undefined {
  for (let at = node, above = at.parent; above; at = above, above = at.parent) {
    if (above.id === subject.function.id) return undefined;
    const inside = at;
    const binders =
      above.type === "for_statement" && field(above, "body")?.id === at.id
        ? [above]
        : comprehensions.includes(above.type)
          ? above.namedChildren.filter(
              (each) =>
                each.type === "for_in_clause" &&
                (each.endIndex <= inside.startIndex || field(above, "body")?.id === inside.id),
            )
          : [];
    const binds = (each: Node) => {
      const left = field(each, "left");
      return left !== undefined && usesOf(left, name).length > 0;
    };
    const found = binders.filter(binds);
    const [only, ...others] = found;
    if (!only) continue;
    const again = usesOf(above, name).filter(
      (use) => isBinding(use) && !contains(field(only, "left") ?? only, use),
    );
    return others.length === 0 && again.length === 0 ? only : undefined;
  }
  return undefined;
}

/** Loops that bind a name, with what they go over; all bindings are such where `comesFrom` is true. */
function rangesOf(subject: Subject, name: string): string[] {
  return usesOf(subject.function, name)
    .filter(isBinding)
    .map((use) => {
      const loop = use.parent?.type === "pattern_list" ? use.parent.parent : use.parent;
      return (loop && field(loop, "right")?.text) ?? "";
    });
}

/** `for j in range(i, n)`, `for j in range(i + 1, n)`, inside the loop over i that the slice is in. */
function followsFrom(subject: Subject, node: Node, later: string, earlier: string): boolean {
  const [inner, outer] = [binderOf(subject, later, node), binderOf(subject, earlier, node)];
  const text = (inner && field(inner, "right")?.text) ?? "";
  return (
    inner !== undefined &&
    outer !== undefined &&
    binderOf(subject, earlier, inner)?.id === outer.id &&
    new RegExp(`^range\\(\\s*${earlier}\\s*(?:\\+\\s*\\d+\\s*)?,`).test(text)
  );
}

/** `for i in range(len(xs) - 1)`: behind each i there is an element. */
function endsEarlier(subject: Subject, node: Node, name: string): boolean {
  const binder = binderOf(subject, name, node);
  return /^range\(.*-\s*[1-9]\d*\s*\)$/s.test((binder && field(binder, "right")?.text) ?? "");
}

function startsLater(subject: Subject, name: string): boolean {
  return rangesOf(subject, name).every((text) => /^range\(\s*[1-9]\d*\s*,/.test(text));
}

function looked(subject: Subject, slices: readonly Slice[]): Opportunity[] {
  const [first] = slices;
  if (!first) return [];
  const { array, kind, start, fallback } = first;
  const place = repeatedPlace(subject, first.node, (region) => isSteadyCollection(subject, array, region));
  if (!place || !startsLine(subject, place) || isInTry(place, subject.function)) return [];
  const own = slices.filter(({ node, start: from, stop }) =>
    [from, stop].every((bound) => {
      const binder = bound && binderOf(subject, bound.name, node);
      return contains(place, node) && (!bound || (binder !== undefined && contains(place, binder)));
    }),
  );
  if (!own.includes(first)) return looked(subject, slices.slice(1));
  const fromEnd = kind !== "sum" && start !== undefined;
  const words = { sum: "sums", min: "minima", max: "maxima" }[kind];
  const table = freshName(subject.source, `${array.text}_${words}${fromEnd ? "_from" : ""}`);
  const empty = fallback === undefined ? "" : fallback;
  const fold = kind === "sum" ? "" : `, ${kind}`;
  const made =
    kind === "sum"
      ? `${table} = [*accumulate(${array.text}, initial=0)]`
      : fromEnd
        ? `${table} = [${empty && `${empty}, `}*accumulate(reversed(${array.text})${fold})][::-1]`
        : `${table} = [${empty && `${empty}, `}*accumulate(${array.text}${fold})]`;
  const differs = kind === "sum" && own.some((slice) => slice.start);
  return offer(subject, {
    parameters: {},
    place: `the ${words} of ${array.text} ${kind === "sum" ? "over its parts" : fromEnd ? "to its end" : "from its beginning"} in ${placeName(place)}`,
    preconditions: [
      "a part of a list is gone through at each pass of a loop for its sum, minimum or maximum",
      "the list stays the same meanwhile",
    ],
    assumptions: [
      `${array.text} is a list or a tuple, and nothing in the loop changes it, be it under another name or in what it calls.`,
      ...(kind === "sum"
        ? [
            differs
              ? `Its elements are finite numbers, whole ones or such that the last digits of their sums do not matter${own.some(hasWidth) ? ", and no width is negative" : ""}.`
              : "Its elements are numbers, and where they are floats, Python before 3.12 runs it or the last digits of their sums do not matter.",
          ]
        : ["All its elements can be compared, none is NaN, and those that are equal cannot be told apart."]),
    ],
    edits: [
      insertBefore(subject.source, place, made),
      ...own.flatMap((slice) => {
        const { node, zero } = slice;
        const text = lookUp(subject, table, slice);
        return zero
          ? [replaceNode(zero, text), removeStatement(subject.source, node)]
          : [replaceNode(node, text)];
      }),
      ...importing(subject, "from itertools import accumulate"),
    ],
  });
}

function hasWidth({ start, stop }: Slice): boolean {
  return (start ?? stop)?.width !== undefined || stop?.width !== undefined;
}

function lookUp(subject: Subject, table: string, slice: Slice): string {
  const { kind, array, start, stop, fallback } = slice;
  if (kind === "sum") {
    const end = stop ? `${table}[${limited(subject, stop, array)}]` : `${table}[-1]`;
    if (!start) return end;
    const text = `${end} - ${table}[${limited(subject, start, array)}]`;
    return slice.zero || standsAlone(slice.node) ? text : `(${text})`;
  }
  // Before the first running result stands what is given for none, where something is.
  const shift = stop && fallback === undefined ? -1 : 0;
  const bound = start ?? stop;
  return `${table}[${bound ? spell({ ...bound, added: bound.added + shift }) : ""}]`;
}

/** A slice may end beyond the list's end. */
function limited(subject: Subject, bound: Bound, array: Node): string {
  const sure = bound.width === undefined && bound.added <= 1 && comesFrom(subject, bound.name, array);
  return sure ? spell(bound) : `min(${spell(bound)}, len(${array.text}))`;
}

function spell({ name, added, width }: Bound): string {
  if (width !== undefined) return `${name} + ${width}`;
  return added === 0 ? name : added < 0 ? `${name} - ${-added}` : `${name} + ${added}`;
}

/** Whether a difference means the same there without parentheses. */
function standsAlone(node: Node): boolean {
  const { parent } = node;
  return (
    parent !== null &&
    (/^(?:argument_list|assignment|augmented_assignment|return_statement|parenthesized_expression|comparison_operator|list_comprehension)$/.test(
      parent.type,
    ) ||
      (parent.type === "binary_operator" &&
        field(parent, "left")?.id === node.id &&
        /^[-+]$/.test(field(parent, "operator")?.text ?? "")))
  );
}
