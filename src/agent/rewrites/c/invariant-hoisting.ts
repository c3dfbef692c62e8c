/**
 * What has the same value in every iteration is computed once, before the loop.
 *
 *     for (i = 0; i < strlen(s); ++i)             const size_t length = strlen(s);
 *         out[i] = s[i] * sqrt(scale[0]);    →    const double invariant = sqrt(scale[0]);
 *                                                 for (i = 0; i < length; ++i) out[i] = s[i] * invariant;
 *
 * Compilers hoist plain arithmetic themselves. They cannot hoist what they must assume to change: loads that a store may overlap, calls
 * that may set errno, the length of a string that is written. Legal where nothing in the loop writes what the expression reads; an
 * expression that could trap moves only if the loop evaluates it at once, and then behind the loop's own condition.
 */
import type { Node } from "web-tree-sitter";
import { freshName, replaceNode } from "../../../code/edit.ts";
import { effectsOf, isPureCall } from "../../../code/effects.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { invarianceOf, storageOf } from "../../../code/storage.ts";
import {
  argumentsOf,
  calleeOf,
  castValue,
  contains,
  field,
  find,
  normalised,
  operatorOf,
  same,
} from "../../../code/tree.ts";
import { arithmeticOf, containerOf, elementType, type ValueType } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";
import { placementOf } from "./hoist.ts";
import { before, constantOf, offer, reopened } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const invariantHoisting: Rewrite = {
  name: "invariant-hoisting",
  idea: "Computes what does not change in a loop once before it: lengths, calls, loads that a store might overlap.",
  reference:
    "A. V. Aho, M. S. Lam, R. Sethi, J. D. Ullman, Compilers, 2nd ed., 9.1.7 and 9.5: Loop-invariant code motion",
  lessons: {
    faster:
      "The compiler had to evaluate it in every iteration, because a call or a store in the loop might have changed it.",
    slower: "The compiler had hoisted it already, or the value now occupies a register that the loop needed.",
    wrong:
      "What was hoisted does change in the loop: parameters overlap, or the loop changes the length of the string.",
  },
  opportunities(subject) {
    const single: Opportunity[] = [];
    for (const { loop, values } of hoistable(subject)) {
      single.push(...hoist(subject, loop, values));
      if (single.length === mostLoops) break;
    }
    return single.length > 1 ? [...everything(subject, single), ...single] : single;
  },
};

/** A function with more loops than this is offered its outermost ones. */
const mostLoops = 6;

/** An expression with the same value throughout a loop, at each place where it stands. */
interface Invariant {
  readonly places: Node[];
  readonly assumptions: readonly string[];
  /** Evaluate it only where the loop runs at all. */
  readonly guard: string | undefined;
}

interface Hoistable {
  readonly loop: Loop;
  readonly values: readonly Invariant[];
}

/** Outer loops first: what leaves an outer loop need not leave the inner one. */
function* hoistable(subject: Subject): Generator<Hoistable> {
  for (const definition of reachedFunctions(subject)) {
    const done: Node[] = [];
    for (const loop of loopsIn(definition)) {
      const values = invariantsOf(loop, done);
      done.push(...values.flatMap((value) => value.places));
      if (values.length > 0) yield { loop, values };
    }
  }
}

function invariantsOf(loop: Loop, done: readonly Node[]): Invariant[] {
  const found = new Map<string, Invariant>();
  const regions = ["condition", "update", "body"].flatMap((name) => field(loop.node, name) ?? []);
  for (const region of regions) {
    for (const node of maximal(region, loop.node)) {
      if (done.some((other) => contains(other, node) || contains(node, other))) continue;
      const known = found.get(normalised(node));
      if (known) known.places.push(node);
      else {
        const value = movable(node, loop);
        if (value) found.set(normalised(node), value);
      }
    }
  }
  return [...found.values()];
}

/** The largest expressions worth moving, none inside another. */
function maximal(node: Node, loop: Node): Node[] {
  if (node.type === "lambda_expression") return [];
  if (isExpression(node) && isWorthwhile(node) && keepsValue(node, loop)) return [node];
  return node.namedChildren.flatMap((child) => maximal(child, loop));
}

function keepsValue(node: Node, loop: Node): boolean {
  const invariance = invarianceOf(node, loop);
  if (!invariance) return keptLength(node, loop) !== undefined;
  return invariance.contested || find(node, "call_expression").some(isCostly);
}

/** A call that the compiler does not move: the mathematics library may set errno, a loop inside a function stays where it is. */
function isCostly(call: Node): boolean {
  if (castValue(call) || !isPureCall(call)) return false;
  const name = calleeOf(call).replace(/^(::)?std::/, "");
  return field(call, "function")?.type !== "field_expression" && !cheap.test(name);
}

const cheap =
  /^(f?abs|labs|llabs|f?min|f?max|clamp|fm(in|ax)f|fabsf|isnan|isinf|isfinite|signbit|real|imag|move|as_const|size|__builtin_.*)(<.*)?$/;

/** Whether the expression can stand before the loop, and on which conditions. */
function movable(node: Node, loop: Loop): Invariant | undefined {
  const length = keptLength(node, loop.node);
  const placement = placementOf(
    node,
    loop,
    invarianceOf(node, loop.node) ??
      (length === undefined ? undefined : { assumptions: [length], mayTrap: true, contested: true }),
  );
  if (!placement) return undefined;
  const type = typeOf(node);
  const isContainer = type !== undefined && containerOf(type) !== undefined;
  const guard = isContainer ? undefined : placement.guard;
  // Behind a guard it needs another value to choose.
  if (guard !== undefined && !(arithmeticOf(type) || (type && type.pointers > 0))) return undefined;
  return { places: [node], assumptions: placement.assumptions, guard };
}

/** `strlen(s)` in a loop that writes s: it stays the same unless a zero is written or overwritten. */
function keptLength(node: Node, loop: Node): string | undefined {
  if (node.type !== "call_expression" || !/^(std::)?strlen$/.test(calleeOf(node))) return undefined;
  const [text] = argumentsOf(node);
  const own = text && storageOf(text);
  const effects = effectsOf(loop);
  if (!text || !own || effects.opaque || !invarianceOf(text, loop)) return undefined;
  const kept = effects.accesses.every(
    (access) => !access.writes || access.kind !== "element" || zeroFree(access.node),
  );
  return kept ? `The loop does not change the length of ${text.text}.` : undefined;
}

/** Not an assignment of a literal zero. */
function zeroFree(target: Node): boolean {
  const assignment = target.parent;
  return (
    assignment?.type !== "assignment_expression" ||
    !/^('\\0'|0)$/.test(field(assignment, "right")?.text ?? "")
  );
}

function isExpression(node: Node): boolean {
  if (!/^(call|subscript|field|pointer|binary|conditional|cast)_expression$/.test(node.type)) return false;
  const { parent } = node;
  if (!parent) return false;
  if (/^(assignment_expression|update_expression)$/.test(parent.type)) {
    const target = field(parent, parent.type === "update_expression" ? "argument" : "left");
    if (target && same(target, node)) return false;
  }
  if (parent.type === "call_expression" && same(field(parent, "function") ?? parent, node)) return false;
  if (
    parent.type === "field_expression" ||
    (parent.type === "pointer_expression" && operatorOf(parent) === "&")
  )
    return false;
  return !/^(expression_statement|type_descriptor|template_argument_list|array_declarator|sizeof_expression|case_statement|field_designator)$/.test(
    parent.type,
  );
}

/** What a compiler could not hoist by itself. */
function isWorthwhile(node: Node): boolean {
  const type = typeOf(node);
  if (castValue(node) || (type && containerOf(type) && !isRow(node))) return false;
  if (type && containerOf(type)) return true;
  if (
    !type ||
    (elementType(type) && node.type !== "subscript_expression" && node.type !== "field_expression")
  )
    return false;
  if (node.type === "pointer_expression" && operatorOf(node) === "&") return false;
  const calls = find(node, "call_expression").some((call) => !castValue(call) && isPureCall(call));
  if (/^(binary|conditional)_expression$/.test(node.type) && isComparison(node)) return false;
  return calls || effectsOf(node).accesses.some((access) => access.kind === "element");
}

/** The loop's own test stays where it is; what it compares with may move. */
function isComparison(node: Node): boolean {
  return /^(<|>|<=|>=|==|!=|&&|\|\|)$/.test(operatorOf(node));
}

/** `grid[i]` of a vector of vectors: binding it once saves a load for every element. */
function isRow(node: Node): boolean {
  return node.type === "subscript_expression" && node.parent?.type === "subscript_expression";
}

function hoist(subject: Subject, loop: Loop, values: readonly Invariant[]): Opportunity[] {
  const taken = new Set<string>();
  const lines: string[] = [];
  const edits = values.flatMap((value) => {
    const [first] = value.places;
    if (!first) return [];
    const type = typeOf(first);
    if (subject.language === "c" && type && type.dimensions.length > 0) return [];
    const name = freshName(subject.source, nameFor(first, type), taken);
    if (type && containerOf(type)) lines.push(`auto &${name} = ${first.text};`);
    else if (value.guard === undefined) lines.push(constantOf(subject, type, name, first.text));
    else lines.push(constantOf(subject, type, name, `${value.guard} ? ${first.text} : 0`));
    return value.places.map((place) => replaceNode(place, name));
  });
  if (edits.length === 0) return [];
  return offer(subject, {
    parameters: {},
    place: `${values.map((value) => value.places[0]?.text.replace(/\s+/g, " ")).join(", ")} in ${describeLoop(loop)}`,
    preconditions: [
      "an expression in the loop has the same value in every iteration, and the compiler cannot know it",
    ],
    assumptions: [...new Set(values.flatMap((value) => value.assumptions))],
    edits: [...before(subject.source, loop.node, lines.join("\n")), ...edits],
  });
}

function nameFor(node: Node, type: ValueType | undefined): string {
  if (type && containerOf(type)) return "row";
  const callee = node.type === "call_expression" ? calleeOf(node) : "";
  const subject =
    find(node, "identifier").find((name) => !/^(std|strlen)$/.test(name.text))?.text ?? "invariant";
  if (/strlen$|\.(size|length)$/.test(callee)) return `${subject}_length`;
  if (node.type === "field_expression") return field(node, "field")?.text ?? "invariant";
  if (node.type === "subscript_expression" && type?.pointers === 0) return `${subject}_value`;
  return type && type.pointers > 0 ? "row" : "invariant";
}

/** All of it at once: each loop in turn, on the text that the last one left. */
function everything(subject: Subject, single: readonly Opportunity[]): Opportunity[] {
  const assumptions = new Set<string>();
  let text = subject.source;
  let at: Subject | undefined = subject;
  for (let step = 0; at && step < 8; step += 1) {
    const next = firstOf(at);
    if (!next) break;
    text = next.apply();
    for (const assumption of next.assumptions) assumptions.add(assumption);
    at = reopened(subject, text);
  }
  return [
    {
      parameters: { loops: "all" },
      place: "every loop",
      preconditions: single[0]?.preconditions ?? [],
      assumptions: [...assumptions],
      apply: () => text,
    },
  ];
}

function firstOf(subject: Subject): Opportunity | undefined {
  for (const { loop, values } of hoistable(subject)) {
    const [opportunity] = hoist(subject, loop, values);
    if (opportunity) return opportunity;
  }
  return undefined;
}
