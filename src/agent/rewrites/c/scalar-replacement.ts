/**
 * Keeps an element that stays the same throughout a loop in a local variable: loaded before the loop, stored after it. The compiler must
 * load and store it in every iteration, because any other store might change it.
 *
 *     for (k …) c[i] += a[k];   →   double c_i = c[i];
 *                                   for (k …) c_i += a[k];
 *                                   c[i] = c_i;
 *
 * Legal where nothing else in the loop touches the element, and where it exists: it is touched whatever else happens, or is the one of an enclosing
 * loop's counter, which is assumed and said. Loops that may run no time keep a test around the load.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, replaceNode, textWith } from "../../../code/edit.ts";
import { distance, noOverlap } from "../../../code/dependences.ts";
import { type Access, effectsOf } from "../../../code/effects.ts";
import { describeLoop, isInvariant, type Loop, loopsIn } from "../../../code/loops.ts";
import { contains, field, find, normalised, operatorOf } from "../../../code/tree.ts";
import { arithmeticOf, spellType } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";
import { grouped, labelOf, replaceByLines, withoutOwnIndentation } from "./loop-text.ts";
import { offer, runsAlways } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { placeOf } from "../../../code/place.ts";

export const scalarReplacement: Rewrite = {
  name: "scalar-replacement",
  idea: "Keeps an element that a loop uses in every iteration in a register instead of memory.",
  reference:
    "D. Callahan, S. Carr, K. Kennedy, Improving Register Allocation for Subscripted Variables, PLDI 1990",
  lessons: {
    faster:
      "The element was loaded and stored in every iteration, each waiting for the one before; in a register it costs nothing, and the loop can be vectorised.",
    slower: "The compiler had already seen that nothing else touches the element, or the registers ran out.",
    wrong: "Another pointer led to the element.",
  },
  opportunities(subject) {
    return loopsIn(subject.function).flatMap((loop) => replacement(subject, loop));
  },
};

/** One element, with every use of it in the loop. */
interface Element {
  readonly name: string;
  readonly uses: readonly Access[];
  readonly written: boolean;
}

function replacement(subject: Subject, loop: Loop): Opportunity[] {
  const elements = elementsFor(loop).filter(
    ({ name }) => !loop.parent || !elementsFor(loop.parent).some((outer) => outer.name === name),
  );
  if (elements.length === 0) return [];
  const guard = guardFor(loop, elements);
  if (guard === undefined) return [];
  const assumed = elements.some((element) => !isTouched(element, loop));
  return offer(subject, {
    parameters: { elements: elements.length },
    place: describeLoop(loop),
    preconditions: [
      elements.some(({ written }) => written)
        ? "inner loop folds into an element in memory"
        : "inner loop uses an element that stays the same",
    ],
    assumptions: [
      noOverlap,
      ...(assumed ? ["Elements that are used under a condition exist whether or not it holds."] : []),
    ],
    edits: [replaceByLines(subject, loop.node, rewritten(subject, loop, elements, guard))],
  });
}

/** Elements that may live in a scalar throughout the loop. */
function elementsFor(loop: Loop): Element[] {
  if (
    loop.hasUnknownCalls ||
    loop.kind === "range" ||
    find(loop.node, "lambda_expression", "goto_statement", "labeled_statement").length > 0
  )
    return [];
  const regions = ["condition", "update", "body"].flatMap((name) => field(loop.node, name) ?? []);
  const accesses = regions.flatMap((region) => effectsOf(region).accesses);
  const groups = new Map<string, Access[]>();
  for (const access of accesses) {
    if (access.kind !== "element" || !isLvalue(access.node)) continue;
    const name = normalised(access.node);
    groups.set(name, [...(groups.get(name) ?? []), access]);
  }
  const storesAnything = accesses.some((access) => access.writes && access.kind !== "variable");
  const returns = find(loop.body, "return_statement", "throw_statement").length > 0;
  return [...groups].flatMap(([name, uses]) => {
    const [first] = uses;
    const written = uses.some((use) => use.writes);
    if (!first || !storesAnything || (written && returns) || !arithmeticOf(typeOf(first.node))) return [];
    if (!uses.every((use) => isPlainUse(use.node)) || !staysPut(first.node, loop)) return [];
    const others = accesses.filter(
      (access) => !uses.includes(access) && (access.kind !== "variable" || access.writes),
    );
    const clear = others.every((other) => {
      if (!written && !other.writes) return true;
      if (
        uses.some((use) => contains(use.node, other.node) || contains(other.node, use.node)) &&
        !other.writes
      )
        return other.base !== first.base;
      return other.kind === "variable" || distance(first, other, [], [loop.node]) === "never";
    });
    const element = { name, uses, written };
    return clear && (isTouched(element, loop) || isOfCounters(element, loop)) ? [element] : [];
  });
}

/** Whether the loop, if it runs at all, or a statement before it touches the element under no condition. */
function isTouched(element: Element, loop: Loop): boolean {
  return (
    touchedByCondition(element, loop) ||
    element.uses.some((use) => runsAlways(use.node, loop.body)) ||
    touchedBefore(element, loop)
  );
}

/** Whether each subscript is the counter of a loop around this one: such a loop goes through what there is. */
function isOfCounters({ uses }: Element, loop: Loop): boolean {
  const counters = new Set<string>();
  for (let around = loop.parent; around; around = around.parent)
    if (around.count) counters.add(around.count.variable);
  const { subscripts } = placeOf(uses[0]!.node);
  return subscripts.length > 0 && subscripts.every((subscript) => counters.has(subscript.text));
}

function touchedByCondition({ uses }: Element, loop: Loop): boolean {
  const condition = field(loop.node, "condition");
  return condition !== undefined && uses.some((use) => runsAlways(use.node, condition));
}

/** By one of the block's statements before the loop, after which the name still means the same element. */
function touchedBefore({ name, uses }: Element, loop: Loop): boolean {
  const place = placeOf(uses[0]!.node);
  for (let at = loop.node.previousNamedSibling; at; at = at.previousNamedSibling) {
    const statement = at;
    const { accesses, declared } = effectsOf(statement);
    // `&c[i]` names the element and does not touch it.
    const touches = accesses.some(
      ({ node }) => normalised(node) === name && isPlainUse(node) && runsAlways(node, statement),
    );
    if (touches) return true;
    const moved =
      declared.has(place.root) ||
      ![...place.evaluated, ...place.subscripts].every((part) => isInvariant(part, statement));
    if (moved) return false;
  }
  return false;
}

function isLvalue(node: Node): boolean {
  return (
    ["subscript_expression", "pointer_expression", "field_expression"].includes(node.type) &&
    !(node.type === "pointer_expression" && operatorOf(node) === "&")
  );
}

/** Whether a use is by value: neither its address nor a reference to it is taken. */
function isPlainUse(node: Node): boolean {
  let at = node.parent;
  while (at?.type === "parenthesized_expression") at = at.parent;
  if (at?.type === "pointer_expression" && operatorOf(at) === "&") return false;
  if (at?.type === "field_expression" || at?.type === "subscript_expression")
    return !contains(field(at, "argument") ?? at, node);
  return !(at?.type === "init_declarator" && field(at, "declarator")?.type === "reference_declarator");
}

/** Whether the element is the same one in every iteration. */
function staysPut(node: Node, loop: Loop): boolean {
  const place = placeOf(node);
  if (place.root === "" || effectsOf(loop.node).declared.has(place.root)) return false;
  return [...place.evaluated, ...place.subscripts].every((part) => isInvariant(part, loop.node));
}

/**
 * The test that the loop runs at all, empty where the elements are touched anyway: by the loop's condition or by a statement before it.
 * Undefined where neither can be said.
 */
function guardFor(loop: Loop, elements: readonly Element[]): string | undefined {
  const touched = (element: Element): boolean =>
    loop.kind === "do" || touchedByCondition(element, loop) || touchedBefore(element, loop);
  if (elements.every(touched)) return "";
  const { count } = loop;
  if (!count || loop.kind !== "for" || effectsOf(count.start).calls.length > 0) return undefined;
  // The condition's own elements are read before the test can be made, so it is spelled with the bound.
  return `${grouped(count.start)} ${count.comparison} ${grouped(count.bound)}`;
}

function rewritten(subject: Subject, loop: Loop, elements: readonly Element[], guard: string): string {
  const taken = new Set<string>();
  const [loads, stores, names]: [string[], string[], Map<string, string>] = [[], [], new Map()];
  for (const { name, uses, written } of elements) {
    const node = uses[0]!.node;
    const scalar = freshName(subject.source, `${labelOf(node)}_kept`, taken);
    const type = typeOf(node)!;
    names.set(name, scalar);
    loads.push(
      `${written ? "" : "const "}${spellType({ ...type, constant: false })} ${scalar} = ${node.text};`,
    );
    if (written) stores.push(`${node.text} = ${scalar};`);
  }
  const regions = ["condition", "update", "body"].flatMap((name) => field(loop.node, name) ?? []);
  const edits = elements
    .flatMap(({ name, uses }) =>
      uses
        .filter((use) => regions.some((region) => contains(region, use.node)))
        .map((use) => ({ ...replaceNode(use.node, names.get(name) ?? ""), node: use.node })),
    )
    .filter((edit, index, all) => all.findIndex((other) => other.start === edit.start) === index)
    .filter(
      (edit, _, all) =>
        !all.some((other) => other.node.id !== edit.node.id && contains(other.node, edit.node)),
    );
  const text = withoutOwnIndentation(subject, loop.node, textWith(loop.node, edits));
  const lines = [...loads, text, ...stores].join("\n");
  return guard === "" ? lines : block(subject.source, `if (${guard})`, lines);
}
