/**
 * What a loop that looks through an array asks of each place: that something there equals something that is known before. Part of indexed-search.
 *
 *     if (i != j && ids[j] == wanted) …                 ids[j] is stored, wanted is wanted
 *     if (strcmp(names[j].text, word) != 0) continue;   the same, for texts
 *     if (a[i] + a[j] == sum) …                         a[j] is stored, sum - a[i] is wanted
 */
import type { Node } from "web-tree-sitter";
import { isPureCall } from "../../../code/effects.ts";
import { splitName } from "../../../code/find-function.ts";
import { type Reduction, recognise } from "../../../code/reductions.ts";
import { isInvariant, type Loop } from "../../../code/loops.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  conditionOf,
  elseOf,
  field,
  find,
  operatorOf,
  statementsOf,
} from "../../../code/tree.ts";
import { arithmeticOf, containerOf, plain, type ValueType } from "../../../code/types.ts";
import { isPure, mentions } from "../../../code/uses.ts";
import { typeOf } from "../../../code/variables.ts";

/** One equality. Where it holds, both sides as numbers of `bits` bits are equal, or both as texts. */
export interface KeyPart {
  readonly stored: Node;
  /** What is added to and taken from the wanted side because it stood beside the stored one; `+` and `-`. */
  readonly wanted: readonly { readonly sign: "+" | "-"; readonly node: Node }[];
  readonly kind: "number" | "floating" | "text";
  readonly bits: 32 | 64;
  /** Words of both lengths are compared: that their numbers are equal does not say that they are. */
  readonly mixed: boolean;
  /** Tests of the places stand before it: where none passes, the wanted side was not evaluated. */
  readonly guarded?: boolean;
}

/** The equalities without which an iteration of the loop does nothing; empty where there are none. */
export function keysOf(loop: Loop, variable: string): KeyPart[] {
  const [first, ...rest] = loop.statements;
  const condition = first?.type === "if_statement" ? conditionOf(first) : undefined;
  if (!first || !condition || elseOf(first)) return [];
  const skips = continues(first);
  if (!skips && rest.length > 0) return [];
  const tests = conjuncts(condition, skips ? "||" : "&&");
  if (!tests.every((test) => isPure(test) && find(test, "call_expression").every((call) => isPureCall(call))))
    return [];
  return tests.flatMap((test, position) => {
    const key = equality(test, skips, variable, loop);
    return key ? (behind(tests.slice(0, position), key, variable) ?? []) : [];
  });
}

/**
 * The index asks for the key ahead of the tests that stand before the equality. Undefined where they may be what makes it safe to do so: a test
 * of what does not change in the loop may guard the wanted side, one of an element the
 * stored side. Where only the place is tested, the wanted side is taken to be there: `i != j && a[j] == a[i]`.
 */
function behind(guards: readonly Node[], key: KeyPart, variable: string): KeyPart | undefined {
  const wanted = key.wanted.map(({ node }) => node);
  if (guards.length === 0) return key;
  if ([key.stored, ...wanted].some((node) => find(node, "/", "%").length > 0)) return undefined;
  const loads = (node: Node): boolean => isCharPointer(typeOf(node)) || readsMemory(node);
  const pointers = isCharPointer(typeOf(key.stored)) || /->|\*/.test(key.stored.text);
  const plainGuards = guards.every(
    (guard) =>
      mentions(variable, guard).length > 0 &&
      ["left", "right"].every((name) => /^(identifier|number_literal)$/.test(field(guard, name)?.type ?? "")),
  );
  if (pointers && !plainGuards) return undefined;
  if (!wanted.some((node) => loads(node))) return key;
  const ofPlaces = guards.every(
    (guard) => mentions(variable, guard).length > 0 && find(guard, "&&", "||").length === 0,
  );
  return ofPlaces ? { ...key, guarded: true } : undefined;
}

/** Whether evaluating it reads through a pointer or an index. */
function readsMemory(node: Node): boolean {
  return (
    find(node, "subscript_expression", "call_expression").length > 0 ||
    find(node, "pointer_expression").some((each) => operatorOf(each) === "*") ||
    find(node, "field_expression").some((each) => each.text.includes("->"))
  );
}

/** A loop that only counts the places at which its one key stands, all but one of them where `except` says so. */
export interface Counting {
  readonly key: KeyPart;
  readonly except: Node | undefined;
  readonly reduction: Reduction;
}

/** Undefined where it does more, or where equal numbers do not say that the keys are equal. */
export function countingOf(loop: Loop, variable: string): Counting | undefined {
  const [branch, ...more] = loop.statements;
  const condition = branch?.type === "if_statement" ? conditionOf(branch) : undefined;
  const consequence = branch && field(branch, "consequence");
  if (!condition || !consequence || more.length > 0 || elseOf(branch)) return undefined;
  const [step, ...steps] = statementsOf(consequence);
  const reduction = step && steps.length === 0 ? recognise(step) : undefined;
  const plainly =
    reduction?.kind === "sum" &&
    !reduction.floating &&
    arithmeticOf(reduction.type)?.kind === "integer" &&
    reduction.target.type === "identifier" &&
    (!reduction.term || /^(0[xX][\da-fA-F]+|\d+)[uUlL]*$/.test(reduction.term.text));
  const keys = keysOf(loop, variable);
  const [key] = keys;
  if (!plainly || !key || keys.length > 1 || key.kind !== "number" || key.mixed) return undefined;
  if (mentions(reduction.target.text, condition).length > 0) return undefined;
  const tests = conjuncts(condition, "&&");
  const others = tests.filter((test) => !equality(test, false, variable, loop));
  const [other, ...rest] = others;
  if (tests.length - others.length !== 1 || rest.length > 0) return undefined;
  if (!other) return { key, except: undefined, reduction };
  const [left, right] = [field(other, "left"), field(other, "right")];
  if (operatorOf(other) !== "!=" || !left || !right) return undefined;
  const except = left.text === variable ? right : right.text === variable ? left : undefined;
  return except?.type === "identifier" && isInvariant(except, loop.node)
    ? { key, except, reduction }
    : undefined;
}

/** `if (…) continue;` */
function continues(branch: Node): boolean {
  const consequence = field(branch, "consequence");
  const only = consequence?.type === "compound_statement" ? consequence.namedChildren : [consequence];
  return only.length === 1 && only[0]?.type === "continue_statement";
}

/** The operands of a chain of `&&` or `||`. */
function conjuncts(condition: Node, operator: "&&" | "||"): Node[] {
  const test = bare(condition);
  const [left, right] = [field(test, "left"), field(test, "right")];
  return test.type === "binary_expression" && operatorOf(test) === operator && left && right
    ? [...conjuncts(left, operator), ...conjuncts(right, operator)]
    : [test];
}

function equality(test: Node, negated: boolean, variable: string, loop: Loop): KeyPart | undefined {
  const argument = operatorOf(test) === "!" ? field(test, "argument") : undefined;
  if (argument?.type === "parenthesized_expression" && bare(argument).type !== "call_expression")
    return equality(bare(argument), !negated, variable, loop);
  const compared = textsCompared(test, negated) ?? sidesCompared(test, negated);
  if (!compared) return undefined;
  const { left, right, kind } = compared;
  const turned = mentions(variable, left).length === 0;
  const [side, other] = turned ? [right, left] : [left, right];
  if (mentions(variable, side).length === 0 || mentions(variable, other).length > 0) return undefined;
  const types = [keyType(left), keyType(right)];
  if (kind === "text") {
    const known = types.every((type) => isText(type));
    return known && isInvariant(other, loop.node)
      ? { stored: bare(side), wanted: [{ sign: "+", node: other }], kind, bits: 64, mixed: false }
      : undefined;
  }
  const [a, b] = types.map((type) => arithmeticOf(type));
  if (!a || !b) return undefined;
  if (a.kind === "floating" && b.kind === "floating") {
    const plainSide = a.bits <= 64 && b.bits <= 64 && isInvariant(other, loop.node);
    return plainSide
      ? { stored: bare(side), wanted: [{ sign: "+", node: other }], kind: "floating", bits: 64, mixed: false }
      : undefined;
  }
  // A byte has so few values that an index would list most places for each.
  if (a.kind !== "integer" || b.kind !== "integer" || (a.bits <= 8 && b.bits <= 8)) return undefined;
  const apart = isolated(side, [{ sign: "+", node: other }], variable);
  if (![apart.stored, ...apart.wanted.map(({ node }) => node)].every((node) => isInteger(node)))
    return undefined;
  if (!apart.wanted.every(({ node }) => isInvariant(node, loop.node))) return undefined;
  const all = leaves([left, right]);
  const wide = all.every((leaf) => arithmeticOf(keyType(leaf))?.bits === 64);
  // A literal of 64 bits makes a sum of shorter words a long one.
  const sums = [left, right, ...[left, right].flatMap((part) => find(part, "binary_expression"))];
  const narrow = [...all, ...sums].every((part) => (arithmeticOf(keyType(part))?.bits ?? 64) <= 32);
  return { ...apart, kind: "number", bits: wide ? 64 : 32, mixed: !wide && !narrow };
}

function isInteger(node: Node): boolean {
  return arithmeticOf(keyType(node))?.kind === "integer";
}

/** `a == b`; for `negated` `a != b`. */
function sidesCompared(test: Node, negated: boolean) {
  const [left, right] = [field(test, "left"), field(test, "right")];
  if (test.type !== "binary_expression" || operatorOf(test) !== (negated ? "!=" : "==") || !left || !right)
    return undefined;
  const text = [left, right].some((side) => isString(keyType(side)));
  return { left, right, kind: text ? ("text" as const) : ("number" as const) };
}

/** `strcmp(a, b) == 0`, `!strcmp(a, b)`; for `negated` `strcmp(a, b) != 0`, `strcmp(a, b)`. */
function textsCompared(test: Node, negated: boolean) {
  let call: Node | undefined;
  const operator = operatorOf(test);
  if (test.type === "binary_expression" && operator === (negated ? "!=" : "==")) {
    const [left, right] = [field(test, "left"), field(test, "right")];
    if (right?.text === "0" && left) call = bare(left);
    else if (left?.text === "0" && right) call = bare(right);
  } else if (!negated && test.type === "unary_expression" && operator === "!") {
    const argument = field(test, "argument");
    call = argument && bare(argument);
  } else if (negated) call = test;
  if (call?.type !== "call_expression" || !/^(std::)?strcmp$/.test(calleeOf(call))) return undefined;
  const [left, right] = argumentsOf(call);
  return left && right ? { left, right, kind: "text" as const } : undefined;
}

function isString(type: ValueType | undefined): boolean {
  return containerOf(type ?? plain(""))?.name.startsWith("string") ?? false;
}

function isText(type: ValueType | undefined): boolean {
  return isString(type) || isCharPointer(type);
}

function isCharPointer(type: ValueType | undefined): boolean {
  return type?.base === "char" && type.pointers === 1;
}

/** Leaves what does not depend on the variable on the other side: `a[i] + a[j] == s` is `a[j] == s - a[i]` modulo a power of two. */
function isolated(
  side: Node,
  wanted: KeyPart["wanted"],
  variable: string,
): Pick<KeyPart, "stored" | "wanted"> {
  const node = bare(side);
  const operator = operatorOf(node);
  const [left, right] = [field(node, "left"), field(node, "right")];
  if (node.type !== "binary_expression" || !/^[+-]$/.test(operator) || !left || !right)
    return { stored: node, wanted };
  const [onLeft, onRight] = [left, right].map((part) => mentions(variable, part).length > 0);
  if (onLeft && onRight) return { stored: node, wanted };
  if (onLeft)
    return isolated(left, [...wanted, { sign: operator === "+" ? "-" : "+", node: right }], variable);
  if (operator === "+") return isolated(right, [...wanted, { sign: "-", node: left }], variable);
  // `left - right == wanted` is `right == left - wanted`.
  const turned = wanted.map(({ sign, node: each }) => ({
    sign: sign === "+" ? ("-" as const) : ("+" as const),
    node: each,
  }));
  return isolated(right, [{ sign: "+", node: left }, ...turned], variable);
}

/** The operands of sums and products, down to what is loaded or called. */
function leaves(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => {
    const inner = bare(node);
    if (inner.type === "number_literal") return [];
    const sides = [field(inner, "left"), field(inner, "right")].filter((side) => side !== undefined);
    return inner.type === "binary_expression" && sides.length === 2 ? leaves(sides) : [inner];
  });
}

/** The type of an expression, that of one half of a pair too. */
function keyType(node: Node): ValueType | undefined {
  const known = typeOf(node);
  const [pair, half] = [field(bare(node), "argument"), field(bare(node), "field")?.text];
  if (known || !pair || bare(node).type !== "field_expression" || !/^(first|second)$/.test(half ?? ""))
    return known;
  const inner = /^(?:std::)?pair<(.*)>$/.exec(typeOf(pair)?.base ?? "")?.[1] ?? "";
  const halves = splitName(`f(${inner})`).types ?? [];
  const text = halves.length === 2 ? halves[half === "first" ? 0 : 1]?.trim() : undefined;
  return text !== undefined && /^[\w:]+$/.test(text) ? plain(text) : undefined;
}
