/**
 * Knows bubble, exchange, selection and insertion sort by the form of their two loops. Part of library-sort.
 */
import type { Node } from "web-tree-sitter";
import {
  add,
  coefficient,
  constant,
  constantOf,
  dependsOn,
  multiply,
  type Polynomial,
  polynomial,
  subtract,
} from "../../../code/linear.ts";
import type { Loop } from "../../../code/loops.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  conditionOf,
  expressionOf,
  field,
  find,
  normalised,
  operatorOf,
  statementsOf,
  subscript,
} from "../../../code/tree.ts";
import type { ValueType } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";

export interface Sort {
  readonly kind: "bubble" | "exchange" | "selection" | "insertion";
  readonly array: Node;
  readonly element: ValueType;
  /** The compared field with its dot: `.weight`; empty for the element itself. */
  readonly key: string;
  readonly descending: boolean;
  /** Elements 0 … length - 1 are sorted. */
  readonly length: Polynomial;
}

/** Bubble sort compares j with j + 1, exchange sort i with every j after it. */
export function neighbours(outer: Loop, inner: Loop): Sort | undefined {
  const [branch, ...more] = inner.statements;
  const { count } = inner;
  if (
    !count ||
    count.step !== 1 ||
    more.length > 0 ||
    branch?.type !== "if_statement" ||
    field(branch, "alternative")
  )
    return undefined;
  const pair = comparison(conditionOf(branch));
  const consequence = field(branch, "consequence");
  if (
    !pair ||
    !consequence ||
    !swaps(statementsOf(consequence), pair.left.whole, pair.right.whole) ||
    !isFrame(outer, inner)
  )
    return undefined;
  const j = count.variable;
  const distance = constantOf(subtract(pair.right.index, pair.left.index));
  const offset = constantOf(subtract(pair.left.index, variable(j)));
  const start = polynomial(count.start);
  const bound = boundOf(outer, count.bound);
  if (!start || !bound) return undefined;
  const end = add(bound, constant(count.comparison === "<=" ? 1 : 0));
  const rest = { array: pair.left.array, element: pair.left.element, key: pair.left.key };
  if (distance !== undefined && Math.abs(distance) === 1 && offset !== undefined) {
    const lowest = add(start, constant(Math.min(offset, offset + distance)));
    const length = add(end, constant(Math.max(offset, offset + distance)));
    // `left > right` with left before right sorts upwards.
    const descending = pair.greater !== distance > 0;
    return lowest.size === 0 && runsOften(outer, length) && !(pair.loose && rest.key !== "")
      ? { kind: "bubble", ...rest, descending, length }
      : undefined;
  }
  const i = outer.count?.variable;
  if (i === undefined || outer.count?.step !== 1 || polynomial(outer.count.start)?.size !== 0)
    return undefined;
  const [first, second] = [isVariable(pair.left.index, i), isVariable(pair.right.index, i)];
  const ordered = (first && isVariable(pair.right.index, j)) || (second && isVariable(pair.left.index, j));
  if (
    !ordered ||
    constantOf(subtract(start, variable(i))) !== 1 ||
    dependsOn(end, i) ||
    !runsOften(outer, end)
  )
    return undefined;
  return { kind: "exchange", ...rest, descending: pair.greater !== first, length: end };
}

/** `best = i; for j > i: if (a[j] < a[best]) best = j; swap(a[i], a[best]);` */
export function selection(outer: Loop, inner: Loop): Sort | undefined {
  const [branch, ...more] = inner.statements;
  const { count } = inner;
  const i = outer.count?.variable;
  if (
    !count ||
    count.step !== 1 ||
    i === undefined ||
    outer.count?.step !== 1 ||
    more.length > 0 ||
    branch?.type !== "if_statement"
  )
    return undefined;
  const pair = comparison(conditionOf(branch));
  const consequence = field(branch, "consequence");
  const [step, ...others] = consequence ? statementsOf(consequence) : [];
  const assignment = step && expressionOf(step);
  const best = assignment && field(assignment, "left")?.text;
  if (
    !pair ||
    others.length > 0 ||
    field(branch, "alternative") ||
    best === undefined ||
    field(assignment!, "right")?.text !== count.variable
  )
    return undefined;
  const first = isVariable(pair.left.index, count.variable) && isVariable(pair.right.index, best);
  const second = isVariable(pair.right.index, count.variable) && isVariable(pair.left.index, best);
  const start = polynomial(count.start);
  const end = polynomial(count.bound);
  if (
    (!first && !second) ||
    pair.loose ||
    !start ||
    !end ||
    count.comparison !== "<" ||
    constantOf(subtract(start, variable(i))) !== 1
  )
    return undefined;
  const before = outer.statements.filter((each) => each.endIndex <= inner.node.startIndex);
  const after = outer.statements.filter((each) => each.startIndex >= inner.node.endIndex);
  const sets = before.length === 1 && before[0] && setsTo(before[0], best, i);
  const array = pair.left.array.text;
  const swap =
    after.length === 1 && after[0]?.type === "if_statement"
      ? statementsOf(field(after[0], "consequence") ?? after[0])
      : after;
  if (
    !sets ||
    !swaps(swap, `${array} [ ${i} ]`, `${array} [ ${best} ]`) ||
    polynomial(outer.count.start)?.size !== 0 ||
    !runsOften(outer, end)
  )
    return undefined;
  return {
    kind: "selection",
    array: pair.left.array,
    element: pair.left.element,
    key: pair.left.key,
    descending: pair.greater === first,
    length: end,
  };
}

/** `key = a[i]; j = i - 1; while (j >= 0 && a[j] > key) { a[j + 1] = a[j]; j--; } a[j + 1] = key;` */
export function insertion(outer: Loop, inner: Loop): Sort | undefined {
  const i = outer.count?.variable;
  const condition = conditionOf(inner.node) ?? field(inner.node, "condition");
  const test = condition && bare(condition);
  if (
    i === undefined ||
    outer.count?.step !== 1 ||
    outer.count.comparison !== "<" ||
    outer.count.start.text !== "1" ||
    !test ||
    operatorOf(test) !== "&&"
  )
    return undefined;
  const [guard, compare] = [field(test, "left"), field(test, "right")];
  const looked = compare && bare(compare);
  const [left, key] = [looked && field(looked, "left"), looked && field(looked, "right")];
  const element = left && elementOf(left);
  const operator = looked ? operatorOf(looked) : "";
  if (!guard || !element || element.key !== "" || key?.type !== "identifier" || !/^[<>]$/.test(operator))
    return undefined;
  const array = element.array.text;
  const j = find(bare(guard), "identifier")[0]?.text;
  if (j === undefined) return undefined;
  // Either j stands on the element that is compared (j >= 0) or behind it (j > 0).
  const behind = isVariable(add(element.index, constant(1)), j);
  const on = isVariable(element.index, j);
  const wantedGuard = behind ? [`${j} > 0`] : [`${j} >= 0`, `${j} > - 1`];
  if ((!on && !behind) || !wantedGuard.includes(normalised(bare(guard)))) return undefined;
  const to = behind ? j : `${j}+1`;
  const from = behind ? `${j}-1` : j;
  const steps = inner.statements.map(compact);
  const update = inner.kind === "for" ? field(inner.node, "update") : undefined;
  if (update) steps.push(`${normalised(update).replace(/\s/g, "")};`);
  const down = [`${j}--;`, `--${j};`, `${j}=${j}-1;`, `${j}-=1;`];
  if (
    steps.length !== 2 ||
    steps[0] !== `${array}[${to}]=${array}[${from}];` ||
    !down.includes(steps[1] ?? "")
  )
    return undefined;
  const after = outer.statements.filter((each) => each.startIndex >= inner.node.endIndex).map(compact);
  if (after.length !== 1 || after[0] !== `${array}[${to}]=${key.text};`) return undefined;
  const before = outer.statements.filter((each) => each.endIndex <= inner.node.startIndex);
  const initializer = inner.kind === "for" ? field(inner.node, "initializer") : undefined;
  const starts = [...before, ...(initializer ? [initializer] : [])];
  const place = behind ? i : `${i}-1`;
  const keyed = starts.some((each) => setsTo(each, key.text, `${array}[${i}]`));
  const placed = starts.some((each) => setsTo(each, j, place));
  const length = polynomial(outer.count.bound);
  if (starts.length !== 2 || !keyed || !placed || !length) return undefined;
  return {
    kind: "insertion",
    array: element.array,
    element: element.element,
    key: "",
    descending: operator === "<",
    length,
  };
}

interface Compared {
  readonly array: Node;
  readonly index: Polynomial;
  readonly key: string;
  readonly element: ValueType;
  /** The element as written, normal blanks. */
  readonly whole: string;
}

function comparison(
  condition: Node | undefined,
): { left: Compared; right: Compared; greater: boolean; loose: boolean } | undefined {
  const test = condition && bare(condition);
  const [left, right] = [test && field(test, "left"), test && field(test, "right")];
  const operator = test ? operatorOf(test) : "";
  const [a, b] = [left && elementOf(left), right && elementOf(right)];
  if (!a || !b || !/^[<>]=?$/.test(operator) || a.array.text !== b.array.text || a.key !== b.key)
    return undefined;
  return { left: a, right: b, greater: operator.startsWith(">"), loose: operator.endsWith("=") };
}

/** `a[e]` or `a[e].key`. */
function elementOf(node: Node): Compared | undefined {
  let at = bare(node);
  let key = "";
  while (at.type === "field_expression") {
    const argument = field(at, "argument");
    if (!argument || at.text.slice(argument.text.length).trimStart().startsWith("->")) return undefined;
    key = `.${field(at, "field")?.text ?? ""}${key}`;
    at = argument;
  }
  const taken = subscript(at);
  const [index] = taken?.indices ?? [];
  const value = index && polynomial(index);
  const element = typeOf(at);
  return taken?.array.type === "identifier" && value && element
    ? { array: taken.array, index: value, key, element, whole: normalised(at) }
    : undefined;
}

/** Whether the statements swap the two elements and at most set a flag besides. */
function swaps(statements: readonly Node[], a: string, b: string): boolean {
  const wanted = statements.filter((statement) => {
    const assignment = expressionOf(statement);
    const right = assignment?.type === "assignment_expression" ? field(assignment, "right") : undefined;
    return !(
      right &&
      /^(true|false|0|1)$/.test(right.text) &&
      field(assignment!, "left")?.type === "identifier"
    );
  });
  const [first, second, third, ...more] = wanted;
  const call = first && expressionOf(first);
  if (call?.type === "call_expression" && !second) {
    const given = argumentsOf(call).map((each) => normalised(each));
    return (
      /^(std::)?swap$/.test(calleeOf(call)) && given.length === 2 && given.includes(a) && given.includes(b)
    );
  }
  if (!first || !second || !third || more.length > 0) return false;
  const texts = [second, third].map((each) => normalised(each));
  const [declared] = first.type === "declaration" ? first.childrenForFieldName("declarator") : [];
  const assignment = expressionOf(first);
  const name = declared ? field(declared, "declarator")?.text : assignment && field(assignment, "left")?.text;
  const kept = declared ? field(declared, "value") : assignment && field(assignment, "right");
  const value = kept && normalised(kept);
  return [
    [a, b],
    [b, a],
  ].some(([x, y]) => value === x && texts[0] === `${x} = ${y} ;` && texts[1] === `${y} = ${name} ;`);
}

/** Besides the inner loop the outer body only sets a flag and leaves when nothing was swapped. */
function isFrame(outer: Loop, inner: Loop): boolean {
  return outer.statements.every((statement) => {
    if (statement.startIndex === inner.node.startIndex) return true;
    if (statement.type === "if_statement")
      return /^if \( (! )?\w+( == (0|false))? \) (\{ )?break ;( \})?$/.test(normalised(statement));
    return /^((bool|int|_Bool|char) )?\w+ = (0|1|true|false) ;$/.test(normalised(statement));
  });
}

/** The inner bound in the first iteration of the outer loop: that is the widest. */
function boundOf(outer: Loop, bound: Node): Polynomial | undefined {
  const value = polynomial(bound);
  const i = outer.count?.variable;
  if (!value || i === undefined || !dependsOn(value, i)) return value;
  const [step, start] = [coefficient(value, i), outer.count && polynomial(outer.count.start)];
  const moved = step && start && multiply(step, subtract(start, variable(i)));
  return moved && add(value, moved);
}

/** Whether the outer loop runs at least length - 1 times, or until nothing is swapped. */
function runsOften(outer: Loop, length: Polynomial): boolean {
  const { count } = outer;
  if (!count)
    return (
      outer.kind !== "range" &&
      /swap|flag|sorted|changed|done|again/i.test(field(outer.node, "condition")?.text ?? "")
    );
  if (count.step === -1) {
    const [start, last] = [polynomial(count.start), polynomial(count.bound)];
    const times = start && last && add(subtract(start, last), constant(count.comparison === ">=" ? 1 : 0));
    return !!times && (constantOf(subtract(times, length)) ?? -2) >= -1;
  }
  const [start, end] = [polynomial(count.start), polynomial(count.bound)];
  const times = start && end && add(subtract(end, start), constant(count.comparison === "<=" ? 1 : 0));
  return count.step === 1 && !!times && (constantOf(subtract(times, length)) ?? -2) >= -1;
}

function setsTo(statement: Node, name: string, value: string): boolean {
  if (statement.type === "declaration") {
    const declarators = statement.childrenForFieldName("declarator");
    return (
      declarators.length === 1 &&
      declarators.some(
        (each) => field(each, "declarator")?.text === name && compact(field(each, "value")) === value,
      )
    );
  }
  const assignment = statement.type === "assignment_expression" ? statement : expressionOf(statement);
  return (
    assignment?.type === "assignment_expression" &&
    operatorOf(assignment) === "=" &&
    field(assignment, "left")?.text === name &&
    compact(field(assignment, "right")) === value
  );
}

function compact(node: Node | undefined): string {
  return node ? normalised(node).replace(/\s/g, "") : "";
}

function variable(name: string): Polynomial {
  return new Map([[name, 1]]);
}

function isVariable(index: Polynomial, name: string): boolean {
  return subtract(index, variable(name)).size === 0;
}
