/**
 * A sum, a minimum or a maximum of what stays the same is computed once before the loop, not again at each pass.
 *
 *     return [x / sum(xs) for x in xs]                    →   sum_xs = sum(xs)
 *                                                             return [x / sum_xs for x in xs]
 *
 *     [x for x in xs if x in [y.lower() for y in ys]]     →   lower_set = {y.lower() for y in ys}
 *                                                             [x for x in xs if x in lower_set]
 *
 * Legal where nothing that goes into it is written in the loop, and the result is computed with, compared or asked, but not kept. Of a collection that the loop
 * itself goes over there is a minimum whenever the loop comes to it; where it is empty, none is asked for. That the rest can be computed where the loop would not
 * come to it is an assumption.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertBefore, replaceNode } from "../../../code/edit.ts";
import { contains, field, find, normalised, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { placeName } from "./asked-list.ts";
import {
  changesIn,
  isFresh,
  isReadable,
  isSteadyCollection,
  mayHaveOtherName,
  namesIn,
  writesKey,
} from "./keys.ts";
import { repeatedPlace } from "./repeated-place.ts";
import {
  isBinding,
  isBuiltin,
  isNested,
  methodOn,
  plainCall,
  startsLine,
  unknownCalls,
  usesOf,
  stemOf,
} from "./scope.ts";

export const aggregateOnce: Rewrite = {
  name: "python-aggregate-once",
  idea: "Computes a sum, a minimum, a maximum or the set to ask once before the loop, instead of going through all elements for it at each pass.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Code Motion Out of Loops",
  lessons: {
    faster: "The same elements were gone through at each pass for the same result.",
    slower: "The loop hardly ever came to it, and now it is computed in any case.",
    wrong: "What it was computed from changed in the loop, or could not be gone through twice.",
  },
  changesGrowth: true,
  opportunities(subject) {
    const seen = new Set<string>();
    return find(subject.function, "call", "list_comprehension", "set_comprehension")
      .filter((node) => !isNested(node, subject.function))
      .flatMap((node) => computed(subject, node))
      .filter(({ place }) => !seen.has(place) && seen.add(place));
  },
};

/** What an aggregate is made from: the collection, and what is asked of each element. */
interface Source {
  readonly collection: Node;
  readonly free: readonly Node[];
  /** What is asked of each element. */
  readonly asked: readonly Node[];
  /** Whether some elements are left out. */
  readonly filtered: boolean;
}

function computed(subject: Subject, node: Node): Opportunity[] {
  const asks = isAsked(node);
  const from = asks ? madeFrom(subject, node) : aggregateOf(subject, node);
  if (!from || (!asks && !isComputedWith(subject, node))) return [];
  const place = repeatedPlace(subject, node, (region) => isSteady(subject, node, from, region));
  if (!place || !startsLine(subject, place)) return [];
  const text = normalised(node);
  const alike = find(place, node.type).filter(
    (each) =>
      normalised(each) === text &&
      !isNested(each, subject.function) &&
      (asks ? isAsked(each) : isComputedWith(subject, each)) &&
      !goesOver(place, each),
  );
  if (!alike.some(({ id }) => id === node.id)) return [];
  const words = asks
    ? [stemOf(from.collection), "set"]
    : [field(node, "function")?.text ?? "", stemOf(from.collection)];
  const name = freshName(subject.source, words.join("_").replace(/__+/g, "_"));
  const visited =
    !from.filtered &&
    alike.every((each) => iterablesAround(each, place).some((over) => goesThrough(over, from)));
  return offer(subject, {
    parameters: {},
    place: `${short(node)} in ${placeName(place)}`,
    preconditions: ["the same elements are gone through at each pass of a loop for the same result"],
    assumptions: [
      `${from.collection.text} is a collection, no iterator${mayHaveOtherName(subject, from.collection, place) || calls(subject, place, node) ? ", and nothing in the loop changes it or its elements, be it under another name or in what it calls" : ""}.`,
      ...(asks
        ? [
            `All that is in ${short(node)} or looked up there can be hashed, and equal ones have equal hashes.`,
          ]
        : []),
      `${short(node)} can be computed also where the loop would not come to it.`,
    ],
    edits: [
      insertBefore(subject.source, place, `${name} = ${asks ? asSet(node) : withDefault(node, visited)}`),
      ...alike.map((each) => replaceNode(each, name)),
    ],
  });
}

/** The collection behind `xs`, `self.xs`, `d.values()` or a comprehension over one of these that only reads. */
function sourceOf(subject: Subject, node: Node): Source | undefined {
  if (/^(?:generator_expression|(?:list|set)_comprehension)$/.test(node.type)) {
    const [body, clause, test, ...more] = parts(node);
    const [target, right] = clause ? [field(clause, "left"), field(clause, "right")] : [];
    if (!body || clause?.type !== "for_in_clause" || !target || !right || more.length > 0) return undefined;
    const condition = test?.type === "if_clause" ? parts(test)[0] : undefined;
    if ((test && !condition) || clause.children[0]?.type === "async") return undefined;
    const asked = [body, ...(condition ? [condition] : [])];
    if (!asked.every((each) => isTestable(subject, each))) return undefined;
    const inner = sourceOf(subject, right);
    const own = namesIn(target);
    return (
      inner && {
        collection: inner.collection,
        free: [...inner.free, ...asked.flatMap((each) => freeIn(each, own))],
        asked: [...inner.asked, ...asked],
        filtered: inner.filtered || condition !== undefined,
      }
    );
  }
  if (node.type === "identifier" || node.type === "attribute")
    return { collection: node, free: [], asked: [], filtered: false };
  const callee = node.type === "call" ? field(node, "function") : undefined;
  const object = callee?.type === "attribute" ? field(callee, "object") : undefined;
  if (object && /^\.(?:values|keys|items)\(\)$/.test(node.text.slice(object.text.length)))
    return sourceOf(subject, object);
  return undefined;
}

function isTestable(subject: Subject, node: Node): boolean {
  if (/^(?:comparison_operator|boolean_operator|not_operator)$/.test(node.type))
    return parts(node).every((part) => isTestable(subject, part));
  if (node.type === "binary_operator")
    return [field(node, "left"), field(node, "right")].every((part) => part && isTestable(subject, part));
  return /^(?:float|none)$/.test(node.type) || isReadable(subject, node);
}

function freeIn(node: Node, own: readonly string[]): Node[] {
  return find(node, "identifier").filter(
    (use) =>
      !own.includes(use.text) &&
      usesOf(node, use.text).length > 0 &&
      !(use.parent?.type === "call" && field(use.parent, "function")?.id === use.id),
  );
}

/** `sum(…)`, `min(…)`, `max(…)`, `len(set(…))`, `sorted(…)[i]`. */
function aggregateOf(subject: Subject, node: Node): Source | undefined {
  const call = plainCall(node);
  const list = field(node, "arguments");
  if (!call && list?.type === "generator_expression") {
    const name = field(node, "function")?.text ?? "";
    return /^(?:sum|min|max)$/.test(name) && isBuiltin(subject, name) ? sourceOf(subject, list) : undefined;
  }
  const [given, ...more] = call?.values ?? [];
  if (!call || !given || more.length > 0 || !isBuiltin(subject, call.name)) return undefined;
  if (/^(?:sum|min|max|sorted)$/.test(call.name)) return sourceOf(subject, given);
  const made = call.name === "len" ? plainCall(given) : undefined;
  const inner = made?.values[0];
  return made?.name === "set" && isBuiltin(subject, "set") && inner && made.values.length === 1
    ? sourceOf(subject, inner)
    : undefined;
}

/** A collection that is only made to be asked. */
function madeFrom(subject: Subject, node: Node): Source | undefined {
  if (node.type.endsWith("_comprehension")) return sourceOf(subject, node);
  const call = plainCall(node);
  const [given, ...more] = call?.values ?? [];
  if (call) {
    const makes = /^(?:list|tuple|set|frozenset|sorted)$/.test(call.name) && isBuiltin(subject, call.name);
    return makes && given && more.length === 0 ? sourceOf(subject, given) : undefined;
  }
  return node.text.endsWith(".values()") ? sourceOf(subject, node) : undefined;
}

function asSet(node: Node): string {
  if (node.type.endsWith("_comprehension")) return `{${node.text.slice(1, -1)}}`;
  const call = plainCall(node);
  return `set(${call ? call.values[0]?.text : node.text})`;
}

/** `min(xs)` of a collection that may be empty where it is not asked for. */
function withDefault(node: Node, visited: boolean): string {
  const list = field(node, "arguments");
  const name = field(node, "function")?.text;
  if (!visited || !list || (name !== "min" && name !== "max")) return node.text;
  const given = list.type === "generator_expression" ? list.text : (parts(list)[0]?.text ?? "");
  return `${name}(${given}, default=None)`;
}

/** Right of `in`. */
function isAsked(node: Node): boolean {
  const { parent } = node;
  const [operator, ...more] =
    parent?.type === "comparison_operator" ? parent.childrenForFieldName("operators") : [];
  return (
    parent !== null &&
    more.length === 0 &&
    /^(?:not\s+)?in$/.test(operator?.text ?? "") &&
    parts(parent)[1]?.id === node.id
  );
}

/** Whether its value goes into arithmetic or a comparison, and nobody keeps it. */
function isComputedWith(subject: Subject, node: Node): boolean {
  let at = node;
  while (at.parent?.type === "parenthesized_expression") at = at.parent;
  const { parent } = at;
  const sorted = plainCall(node)?.name === "sorted";
  if (!parent) return false;
  if (parent.type === "subscript")
    return sorted && field(parent, "value")?.id === at.id && isComputedWith(subject, parent);
  if (parent.type === "comparison_operator")
    return parent.childrenForFieldName("operators").every(({ text }) => /^(?:[<>]=?|[=!]=)$/.test(text));
  if (sorted && plainCall(node) && at.type === "call") return false;
  if (/^(?:binary_operator|unary_operator)$/.test(parent.type)) return true;
  if (parent.type === "augmented_assignment") return field(parent, "right")?.id === at.id;
  const callee =
    parent.type === "argument_list" && parent.parent ? field(parent.parent, "function")?.text : undefined;
  return (
    callee !== undefined &&
    parts(parent).length <= 2 &&
    /^(?:abs|round|float|int|str)$/.test(callee) &&
    isBuiltin(subject, callee)
  );
}

function isSteady(subject: Subject, node: Node, { collection, free, asked }: Source, region: Node): boolean {
  return (
    !goesOver(region, node) &&
    [collection, ...free].every((path) => isSteadyCollection(subject, path, region)) &&
    !asked.some((each) => writesKey(subject, each, region)) &&
    !changesIn(subject, region).some((each) => each.text.startsWith(`${collection.text}[`)) &&
    namesIn(node).every((name) => usesOf(region, name).every((use) => !isBinding(use) || isOwn(use, region)))
  );
}

/** A variable of a comprehension. */
function isOwn(use: Node, region: Node): boolean {
  for (let at = use.parent; at && at.id !== region.id; at = at.parent)
    if (at.type === "for_in_clause") return true;
  return false;
}

/** Whether the node stands in what the loop, or a comprehension in it, goes over at its start. */
function goesOver(place: Node, node: Node): boolean {
  const over = place.type === "for_statement" ? field(place, "right") : undefined;
  if (over && contains(over, node)) return true;
  if (place.type === "for_statement" || place.type === "while_statement") return false;
  const first = find(place, "for_in_clause").find((clause) => contains(clause, node));
  const right = first && field(first, "right");
  return right !== undefined && contains(right, node);
}

/** What the loops and clauses go over that run the node, up to the place. */
function iterablesAround(node: Node, place: Node): Node[] {
  const found: Node[] = [];
  for (let at = node; at.id !== place.id && at.parent; at = at.parent) {
    const { parent } = at;
    const clauses = parent.type.endsWith("_comprehension") || parent.type === "generator_expression";
    const earlier = clauses
      ? parent.namedChildren.filter(
          (each) =>
            each.type === "for_in_clause" &&
            (each.endIndex <= at.startIndex || field(parent, "body")?.id === at.id),
        )
      : parent.type === "for_statement" && field(parent, "body")?.id === at.id
        ? [parent]
        : [];
    found.push(...earlier.flatMap((each) => field(each, "right") ?? []));
  }
  return found;
}

/** `xs`, `enumerate(xs)`, `range(len(xs))`, `xs.items()`: at least one pass means at least one element. */
function goesThrough(over: Node, { collection }: Source): boolean {
  const text = over.text.replace(/\s+/g, "");
  return [
    collection.text,
    `enumerate(${collection.text})`,
    `range(len(${collection.text}))`,
    ...["items", "values", "keys"].map((method) => `${collection.text}.${method}()`),
  ].includes(text);
}

function calls(subject: Subject, place: Node, node: Node): boolean {
  return unknownCalls(place, subject).some((call) => {
    const callee = field(call, "function");
    const method = callee?.type === "attribute" ? field(callee, "attribute")?.text : undefined;
    const on = methodOn(call)?.object.text;
    const harmless = /^(?:append|add)$/.test(method ?? "") && on !== undefined && isFresh(subject, on);
    return (
      !harmless &&
      !/^(?:get|values|keys|items|lower|upper|strip)$/.test(method ?? "") &&
      !contains(node, call)
    );
  });
}

function short(node: Node): string {
  const text = node.text.replace(/\s+/g, " ");
  return text.length > 50 ? `${text.slice(0, 50)}…` : text;
}
