/**
 * A remainder by a value that is known at run time alone is an integer division, one of the slowest instructions. Where the operand is
 * known to be just beyond the divisor at most, a comparison does the same; where it follows the loop's variable, a counter that wraps does.
 *
 *     next = (i + 1) % n;                        →    next = i + 1 >= n ? i + 1 - n : i + 1;
 *     for (i = 0; i < m; ++i) s += w[i % n];     →    for (i = 0, wrapped = 0; i < m; ++i, wrapped = wrapped + 1 == n ? 0 : wrapped + 1) s += w[wrapped];
 *
 * Three forms. `compare`: the operand is provably in 0 … 2n-1. `fast-path`: it may be anything, so the remainder stays for the operands outside 0 … n-1, and a
 * comparison spares the others the division. `counter`: the operand is the loop's variable. All are exact.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, insertAt, replaceNode } from "../../../code/edit.ts";
import { effectsOf } from "../../../code/effects.ts";
import { add, type Polynomial, polynomial, subtract } from "../../../code/linear.ts";
import { describeLoop, isPlain, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { invarianceOf } from "../../../code/storage.ts";
import { bare, contains, field, find, operatorOf, withoutCasts } from "../../../code/tree.ts";
import { arithmeticOf, isInteger } from "../../../code/types.ts";
import { typeOf, type Variable, variableOf } from "../../../code/variables.ts";
import { before, copyType, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const moduloToWrapAround: Rewrite = {
  name: "modulo-to-wrap-around",
  idea: "Replaces a remainder by a comparison or a counter that wraps, so that the loop divides no integers.",
  reference:
    "H. S. Warren, Hacker's Delight, 2nd ed., ch. 9 and 10; Agner Fog, Optimizing Software in C++, 14.5",
  lessons: {
    faster:
      "An integer division takes 10 to 40 cycles and was on the path of every iteration; a comparison and a subtraction take two.",
    slower:
      "The divisor was a constant, for which the compiler multiplies already, or the comparison was hard to predict.",
    wrong: "The operand was negative or beyond twice the divisor.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) => {
      const remainders = remaindersIn(definition);
      return [
        ...comparisons(subject, definition, remainders, "compare"),
        ...counters(subject, definition, remainders),
        ...comparisons(subject, definition, remainders, "fast-path"),
      ];
    });
  },
};

interface Remainder {
  readonly node: Node;
  readonly operand: Node;
  readonly divisor: Node;
}

function remaindersIn(definition: Node): Remainder[] {
  return find(definition, "binary_expression").flatMap((node) => {
    const [operand, divisor] = [field(node, "left"), field(node, "right")];
    if (operatorOf(node) !== "%" || !operand || !divisor || !isPure(node)) return [];
    if (
      !isInteger(typeOf(operand)) ||
      !isInteger(typeOf(divisor)) ||
      isPowerOfTwo(divisor) ||
      isFallback(node)
    )
      return [];
    return [{ node, operand, divisor }];
  });
}

/** The division that an earlier pass has left behind its own comparison. */
function isFallback(node: Node): boolean {
  let at = node;
  while (at.parent?.type === "parenthesized_expression" || at.parent?.type === "cast_expression")
    at = at.parent;
  return (
    at.parent?.type === "conditional_expression" &&
    find(at.parent, "binary_expression").some((test) => /^[<>]=?$/.test(operatorOf(test)))
  );
}

function isPure(node: Node): boolean {
  const effects = effectsOf(node);
  return !effects.opaque && effects.calls.length === 0 && effects.accesses.every((access) => !access.writes);
}

/** For unsigned operands a mask, which the compiler knows. */
function isPowerOfTwo(divisor: Node): boolean {
  const value = literal(divisor);
  return value !== undefined && (value <= 0 || Number.isInteger(Math.log2(value)));
}

function literal(node: Node): number | undefined {
  const text = withoutCasts(node).text;
  return /^\d+[uUlL]*$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

/** All remainders of a function that allow this form, at once. */
function comparisons(
  subject: Subject,
  definition: Node,
  remainders: readonly Remainder[],
  form: "compare" | "fast-path",
): Opportunity[] {
  const edits: Edit[] = [];
  const places: string[] = [];
  for (const { node, operand, divisor } of remainders) {
    const inLoop = loopsIn(definition).some((loop) => contains(loop.node, node));
    if (!inLoop || edits.some((edit) => edit.start <= node.startIndex && node.endIndex <= edit.end)) continue;
    if (!hasSameWidth(operand, divisor)) continue;
    const bounded = isBelowTwice(operand, divisor);
    if (bounded !== (form === "compare")) continue;
    const [sum, limit] = [unwrapped(operand), atom(divisor)];
    if (form === "compare")
      edits.push(replaceNode(node, wrapped(node, `${sum} >= ${limit} ? ${sum} - ${limit} : ${sum}`)));
    else {
      if (!isNear(operand, divisor, definition)) continue;
      const test =
        isUnsigned(operand) || isUnsigned(divisor) ? `${sum} < ${limit}` : `${sum} >= 0 && ${sum} < ${limit}`;
      edits.push(replaceNode(node, wrapped(node, `${test} ? ${sum} : ${node.text}`)));
    }
    places.push(node.text.replace(/\s+/g, " "));
  }
  if (edits.length === 0) return [];
  return offer(subject, {
    parameters: { form },
    place: `${places.slice(0, 4).join(", ")}${places.length > 4 ? " and more" : ""}`,
    preconditions: [
      form === "compare"
        ? "the operand of the remainder stays below twice the divisor"
        : "the operand of the remainder is a sum that rarely leaves the range of the divisor",
    ],
    assumptions: [],
    edits,
  });
}

/** Parentheses around a conditional expression, unless the remainder has its own. */
function wrapped(node: Node, text: string): string {
  const { parent } = node;
  const whole =
    parent?.type === "assignment_expression" ||
    parent?.type === "init_declarator" ||
    parent?.type === "return_statement";
  const bracketed =
    whole ||
    parent?.type === "parenthesized_expression" ||
    parent?.type === "subscript_argument_list" ||
    (parent?.type === "subscript_expression" && parent.childForFieldName("index")?.id === node.id);
  return bracketed ? text : `(${text})`;
}

function unwrapped(node: Node): string {
  const inner = bare(node);
  return /^(identifier|subscript_expression|field_expression|number_literal)$/.test(inner.type) ||
    (inner.type === "binary_expression" && /^[+-]$/.test(operatorOf(inner)))
    ? inner.text
    : `(${inner.text})`;
}

function atom(node: Node): string {
  return /^(identifier|subscript_expression|field_expression|number_literal|parenthesized_expression|call_expression)$/.test(
    node.type,
  )
    ? node.text
    : `(${node.text})`;
}

/** The two convert to one type without a change of value: both signed, or both unsigned of one width, or a literal with either. */
function hasSameWidth(operand: Node, divisor: Node): boolean {
  const [a, b] = [arithmeticOf(typeOf(operand)), arithmeticOf(typeOf(divisor))];
  if (!a || !b) return false;
  if (literal(divisor) !== undefined) return true;
  return a.signed === b.signed || (a.bits < b.bits && !a.signed);
}

function isUnsigned(node: Node): boolean {
  const type = arithmeticOf(typeOf(node));
  return type !== undefined && !type.signed && type.bits >= 32;
}

/** Whether 0 ≤ operand < 2·divisor for certain. Bounds are multiples of the divisor plus a constant; the divisor is at least 1. */
function isBelowTwice(operand: Node, divisor: Node): boolean {
  const range = rangeOf(operand, divisor, 0);
  if (!range) return false;
  const [low, high] = [range.low, range.high];
  const value = literal(divisor);
  if (value !== undefined) return low[0] * value + low[1] >= 0 && high[0] * value + high[1] < 2 * value;
  const nonNegative = low[1] >= 0 ? low[0] >= 0 : low[0] >= -low[1];
  const below =
    high[0] < 2 ? high[0] + high[1] < 2 && high[1] <= Math.max(0, 1 - high[0]) : high[0] === 2 && high[1] < 0;
  return nonNegative && below;
}

/** Multiples of the divisor, and a constant. */
type Bound = readonly [number, number];

interface Range {
  readonly low: Bound;
  readonly high: Bound;
}

function rangeOf(expression: Node, divisor: Node, depth: number): Range | undefined {
  const node = withoutCasts(expression);
  if (depth > 6) return undefined;
  if (node.text === withoutCasts(divisor).text) return { low: [1, 0], high: [1, 0] };
  const value = literal(node);
  if (value !== undefined) return { low: [0, value], high: [0, value] };
  const type = arithmeticOf(typeOf(node));
  const limit = literal(divisor);
  if (type?.kind === "integer" && type.bits === 8 && !type.signed && limit !== undefined)
    return { low: [0, 0], high: [0, 255] };
  if (node.type === "identifier") return rangeOfVariable(node, divisor, depth);
  if (node.type === "binary_expression") {
    const [left, right] = [field(node, "left"), field(node, "right")];
    if (!left || !right) return undefined;
    const operator = operatorOf(node);
    if (operator === "%" && withoutCasts(right).text === withoutCasts(divisor).text) {
      const signed = arithmeticOf(typeOf(left))?.signed && arithmeticOf(typeOf(right))?.signed;
      return { low: signed ? [-1, 1] : [0, 0], high: [1, -1] };
    }
    const [a, b] = [rangeOf(left, divisor, depth + 1), rangeOf(right, divisor, depth + 1)];
    if (!a || !b) return undefined;
    if (operator === "+") return { low: plus(a.low, b.low), high: plus(a.high, b.high) };
    if (operator === "-") return { low: plus(a.low, negative(b.high)), high: plus(a.high, negative(b.low)) };
  }
  return undefined;
}

const plus = (a: Bound, b: Bound): Bound => [a[0] + b[0], a[1] + b[1]];
const negative = (a: Bound): Bound => [-a[0], -a[1]];

/** The variable of a loop that ends at the divisor, or one that is only ever set to remainders by it. */
function rangeOfVariable(identifier: Node, divisor: Node, depth: number): Range | undefined {
  const variable = variableOf(identifier);
  if (!variable || variable.kind === "global" || variable.type.reference) return undefined;
  const loop = loopsIn(definitionAround(identifier)).findLast(
    (each) => each.count?.variable === variable.name && contains(each.body, identifier),
  );
  if (loop) {
    if (!isPlain(loop) || loop.count.comparison !== "<") return undefined;
    const start = literal(loop.count.start);
    if (start === undefined || withoutCasts(loop.count.bound).text !== withoutCasts(divisor).text)
      return undefined;
    return { low: [0, start], high: [1, -1] };
  }
  return depth < 3 && isRemainderAlways(variable, divisor, variable.scope)
    ? { low: [0, 0], high: [1, -1] }
    : undefined;
}

function definitionAround(node: Node): Node {
  for (let at: Node | null = node; at; at = at.parent) if (at.type === "function_definition") return at;
  return node.tree.rootNode;
}

/** `x = … % n` at every assignment, from a start in range. */
function isRemainderAlways(variable: Variable, divisor: Node, scope: Node): boolean {
  const limit = literal(divisor);
  const inRange = (value: Node): boolean => {
    const node = withoutCasts(value);
    const number = literal(node);
    if (number !== undefined) return number === 0 || (limit !== undefined && number < limit);
    if (node.type === "conditional_expression") return isWrap(node, variable, divisor);
    if (node.type !== "binary_expression" || operatorOf(node) !== "%") return false;
    const [left, right] = [field(node, "left"), field(node, "right")];
    if (!left || !right || withoutCasts(right).text !== withoutCasts(divisor).text) return false;
    // An unsigned operand, or sums of what is not negative.
    return isUnsigned(left) || isUnsigned(node) || isSumOfPositives(left, variable);
  };
  if (!variable.initial || !inRange(variable.initial)) return false;
  if (!isFixed(divisor, scope)) return false;
  for (const access of effectsOf(scope).accesses) {
    if (
      !access.writes ||
      access.root !== variable.name ||
      variableOf(access.node)?.node.id !== variable.node.id
    )
      continue;
    if (contains(variable.declaration, access.node)) continue;
    const assignment = access.node.parent;
    const right =
      assignment?.type === "assignment_expression" && operatorOf(assignment) === "="
        ? field(assignment, "right")
        : undefined;
    if (!right || !inRange(right)) return false;
  }
  return !effectsOf(scope).escaping.has(variable.name);
}

/** What this rewrite itself has made of `(x + 1) % n`. */
function isWrap(node: Node, variable: Variable, divisor: Node): boolean {
  const condition = field(node, "condition");
  return (
    !!condition &&
    new RegExp(`\\b${variable.name}\\b`).test(condition.text) &&
    condition.text.includes(withoutCasts(divisor).text) &&
    /[<>]=?/.test(condition.text)
  );
}

function isSumOfPositives(expression: Node, variable: Variable): boolean {
  const node = withoutCasts(expression);
  if (literal(node) !== undefined || node.text === variable.name) return true;
  const type = arithmeticOf(typeOf(node));
  if (type?.kind === "integer" && !type.signed) return true;
  if (node.type !== "binary_expression" || operatorOf(node) !== "+") return false;
  const [left, right] = [field(node, "left"), field(node, "right")];
  return !!left && !!right && isSumOfPositives(left, variable) && isSumOfPositives(right, variable);
}

function isFixed(divisor: Node, scope: Node): boolean {
  return (
    literal(divisor) !== undefined ||
    invarianceOf(divisor, scope) !== undefined ||
    !effectsOf(scope).accesses.some(
      (access) => access.writes && access.root === divisor.text && !contains(access.node, divisor),
    )
  );
}

/** Sums with factor one of variables that count or that are sums themselves: in range most of the time. */
function isNear(operand: Node, divisor: Node, definition: Node): boolean {
  const form = polynomial(operand);
  if (!form || form.size > 4 || form.size === 0) return false;
  const counted = new Set(loopsIn(definition).flatMap((loop) => loop.count?.variable ?? []));
  let follows = false;
  for (const [key, factor] of form) {
    if (key === "" || key === withoutCasts(divisor).text) continue;
    if (factor !== 1 && factor !== -1) return false;
    if (key.includes("*") || key.startsWith("[")) return false;
    follows ||= counted.has(key) || isOwnTarget(operand, key);
  }
  return follows && isRangeOfDivisor(operand, divisor, definition);
}

/** `position = (position + step) % n`. */
function isOwnTarget(operand: Node, name: string): boolean {
  for (let at = operand.parent; at; at = at.parent) {
    if (at.type === "assignment_expression") return field(at, "left")?.text === name;
    if (at.type.endsWith("_statement")) return false;
  }
  return false;
}

/** A counter that runs up to the divisor stays near it; one that runs far beyond it does not. */
function isRangeOfDivisor(operand: Node, divisor: Node, definition: Node): boolean {
  const names = new Set(find(operand, "identifier").map((name) => name.text));
  const loops = loopsIn(definition).filter(
    (loop) => loop.count && names.has(loop.count.variable) && contains(loop.node, operand),
  );
  return loops.every(
    (loop) =>
      withoutCasts(loop.count!.bound).text === withoutCasts(divisor).text ||
      (literal(loop.count!.bound) ?? 99) <= 16,
  );
}

/** `i % n` in a loop over i: a counter of its own that wraps. Also `i / n` beside it. */
function counters(subject: Subject, definition: Node, remainders: readonly Remainder[]): Opportunity[] {
  return loopsIn(definition).flatMap((loop) => {
    if (!isPlain(loop)) return [];
    const { variable } = loop.count;
    const own = remainders.filter(
      ({ node, operand, divisor }) =>
        contains(loop.body, node) &&
        offsetOf(operand, loop) !== undefined &&
        isSteady(divisor, loop) &&
        !isBelowTwice(operand, divisor) &&
        !shadowed(node, loop),
    );
    const [first] = own;
    const update = field(loop.node, "update");
    if (!first || !update) return [];
    const same = own.filter((each) => each.node.text === first.node.text);
    const type = typeOf(first.node);
    if (!type || !startsPositive(loop, first.operand)) return [];
    const name = freshName(subject.source, `${variable}_wrapped`);
    const start = startOf(loop, first);
    const limit = atom(first.divisor);
    const invariance = invarianceOf(first.divisor, loop.node);
    return offer(subject, {
      parameters: { form: "counter" },
      place: `${first.node.text.replace(/\s+/g, " ")} in ${describeLoop(loop)}`,
      preconditions: ["the operand of the remainder counts up by one with the loop"],
      assumptions: invariance?.assumptions ?? [],
      edits: [
        ...before(subject.source, loop.node, `${copyType(subject, type)} ${name} = ${start};`),
        ...same.map((each) => replaceNode(each.node, name)),
        insertAt(update.endIndex, `, ${name} = ${name} + 1 == ${limit} ? 0 : ${name} + 1`),
      ],
    });
  });
}

/** What the operand is beyond the loop's variable; undefined where it does not follow the variable one to one. */
function offsetOf(operand: Node, loop: Loop): Polynomial | undefined {
  const variable = loop.count?.variable ?? "";
  const form = polynomial(operand);
  if (form?.get(variable) !== 1) return undefined;
  const offset = subtract(form, new Map([[variable, 1]]));
  const names = find(operand, "identifier").filter((name) => name.text !== variable);
  if (!names.every((name) => invarianceOf(name, loop.node) !== undefined)) return undefined;
  return [...offset.keys()].every((key) => !key.startsWith("[") && !key.split("*").includes(variable))
    ? offset
    : undefined;
}

function isSteady(divisor: Node, loop: Loop): boolean {
  const invariance = invarianceOf(divisor, loop.node);
  return invariance !== undefined && !invariance.mayTrap && hasNoCalls(divisor);
}

function hasNoCalls(node: Node): boolean {
  return find(node, "call_expression").length === 0;
}

function shadowed(node: Node, loop: Loop): boolean {
  return loop.children.some(
    (child) => child.count?.variable === loop.count?.variable && contains(child.node, node),
  );
}

/** Signed operands start at zero or above: then no remainder is negative. */
function startsPositive(loop: Loop, operand: Node): boolean {
  if (isUnsigned(operand)) return true;
  const offset = offsetOf(operand, loop);
  const start = loop.count && polynomial(loop.count.start);
  if (!offset || !start) return false;
  const total = add(offset, start);
  return [...total].every(([key, value]) => value >= 0 && (key === "" || isNonNegative(key, operand)));
}

function isNonNegative(name: string, near: Node): boolean {
  const identifier = find(near, "identifier").find((each) => each.text === name);
  const variable = identifier && variableOf(identifier);
  return !!variable && arithmeticOf(variable.type)?.signed === false;
}

/** The first operand's remainder. Zero stays zero; anything else is not divided where the loop does not run. */
function startOf(loop: Loop, { operand, divisor }: Remainder): string {
  const { count } = loop;
  if (!count) return "0";
  const start = polynomial(count.start);
  const offset = offsetOf(operand, loop);
  if (start && offset && add(start, offset).size === 0) return "0";
  const first = operand.text.replace(new RegExp(`\\b${count.variable}\\b`, "g"), atom(count.start));
  return `${count.start.text} ${count.comparison} ${count.bound.text} ? ${bare(operand) === operand ? `(${first})` : first} % ${atom(divisor)} : 0`;
}
