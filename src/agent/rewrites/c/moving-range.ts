/**
 * The range of an inner loop as the outer loop counts up: whether it moves, which way, and what enters and leaves it. Part of running-sum.
 */
import type { Node } from "web-tree-sitter";
import { isWritten } from "../../../code/effects.ts";
import { coefficient, constantOf, polynomial, spell } from "../../../code/linear.ts";
import { type Count, isInvariant, type Loop } from "../../../code/loops.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  contains,
  expressionOf,
  field,
  find,
  normalised,
  operatorOf,
  subscript,
  withoutCasts,
} from "../../../code/tree.ts";
import { isPure, mentions, namesIn } from "../../../code/uses.ts";
import { variableOf } from "../../../code/variables.ts";

/** The variable that an outer loop counts up by one, whatever its condition. */
export function risingVariable(loop: Loop): string | undefined {
  if (loop.count) return loop.count.step === 1 ? loop.count.variable : undefined;
  const update = loop.kind === "for" ? field(loop.node, "update") : undefined;
  const variable =
    update?.type === "update_expression" && operatorOf(update) === "++"
      ? field(update, "argument")
      : undefined;
  return variable?.type === "identifier" && !isWritten(variable.text, loop.body) ? variable.text : undefined;
}

/** A bound that is a local of the outer body stands for what it was declared as. */
export function resolved(bound: Node, outer: Loop): Node | undefined {
  const node = withoutCasts(bound);
  const variable = node.type === "identifier" ? variableOf(node) : undefined;
  if (!variable || variable.node.startIndex < outer.body.startIndex) return node;
  const changes = find(outer.body, "assignment_expression", "update_expression").filter(
    (each) => bare(field(each, "left") ?? field(each, "argument") ?? each).text === node.text,
  );
  // `if (low < 0) low = 0;` clamps; anything else may move the bound back.
  const clamps = changes.every(
    (each) =>
      each.parent?.parent?.type === "if_statement" &&
      each.type === "assignment_expression" &&
      isInvariant(field(each, "right") ?? each, outer.node),
  );
  return variable.initial && clamps ? variable.initial : undefined;
}

/** Whether the value never gets smaller while i counts up, as far as its form tells. */
export function grows(expression: Node, i: string, loop: Node): boolean {
  const node = withoutCasts(expression);
  if (!namesIn(node).has(i)) return isPure(node) && isInvariant(node, loop);
  if (node.type === "identifier") return true;
  if (node.type === "binary_expression") {
    const [left, right] = [field(node, "left"), field(node, "right")];
    if (!left || !right || !grows(left, i, loop)) return false;
    if (operatorOf(node) === "+") return grows(right, i, loop);
    if (operatorOf(node) === "-") return !namesIn(right).has(i) && grows(right, i, loop);
    return operatorOf(node) === "*" && !namesIn(right).has(i) && /^\d+$/.test(bare(right).text);
  }
  if (node.type === "conditional_expression") {
    const [yes, no] = [field(node, "consequence"), field(node, "alternative")];
    return !!yes && !!no && grows(yes, i, loop) && grows(no, i, loop);
  }
  if (node.type === "call_expression" && /^(std::)?(min|max)(<\w+>)?$|^f?(min|max)$/i.test(calleeOf(node))) {
    return argumentsOf(node).every((each) => grows(each, i, loop));
  }
  return false;
}

/** 1 where the summands read at i + j, -1 where they read at i - j, 0 otherwise. */
export function shiftOf(statements: readonly Node[], i: string, j: string): number {
  const indices = statements.flatMap((statement) => {
    const assignment = expressionOf(statement);
    const right = assignment && field(assignment, "right");
    return right ? find(right, "subscript_expression").flatMap((each) => subscript(each)?.indices ?? []) : [];
  });
  const moving = indices.filter((index) => namesIn(index).has(i) || namesIn(index).has(j));
  const signs = moving.map((index) => {
    const value = polynomial(index);
    const [a, b] = [value && coefficient(value, i), value && coefficient(value, j)];
    const [x, y] = [a && constantOf(a), b && constantOf(b)];
    const spelled = value !== undefined && !spell(value).includes("[");
    return spelled && x === 1 && (y === 1 || y === -1) ? y : 0;
  });
  const [first] = signs;
  if (first === undefined || signs.some((sign) => sign !== first)) return 0;
  const inside = (name: Node): boolean => moving.some((index) => contains(index, name));
  const outside = statements.some((statement) => {
    const assignment = expressionOf(statement);
    const right = assignment && field(assignment, "right");
    return !right || [...mentions(i, right), ...mentions(j, right)].some((name) => !inside(name));
  });
  return outside ? 0 : first;
}

/** The first index of the window, and the condition on the next one. */
export function windowOf(count: Count, i: string, shift: number): { low: string; high: string } {
  const { start, bound, comparison } = count;
  const from = start.text === "0" ? "" : ` + (${start.text})`;
  if (shift === 1) return { low: `${i}${from}`, high: `${comparison} ${i} + (${bound.text})` };
  if (shift === -1) {
    const least = `${i} - (${bound.text})${comparison === "<" ? " + 1" : ""}`;
    return { low: least, high: start.text === "0" ? `<= ${i}` : `<= ${i} - (${start.text})` };
  }
  return { low: start.text, high: `${comparison} ${bound.text}` };
}

/** The summand with the window's index in the place of i + j. */
export function shifted(summand: Node, i: string, j: string, name: string): string {
  let { text } = summand;
  const indices = find(summand, "subscript_expression").flatMap((each) => subscript(each)?.indices ?? []);
  for (const index of indices.toReversed()) {
    const value = polynomial(index);
    if (!value || !namesIn(index).has(j)) continue;
    const rest = new Map([...value].filter(([key]) => key !== i && key !== j));
    const from = index.startIndex - summand.startIndex;
    const to = rest.size === 0 ? name : `${name} + ${spell(rest)}`;
    text = text.slice(0, from) + to + text.slice(from + index.text.length);
  }
  return text;
}

/** What a statement of the outer body before the inner loop sets the target to. */
export function startOf(target: Node, inner: Loop, outer: Loop): Node | undefined {
  const wanted = normalised(target);
  for (const statement of outer.statements) {
    if (statement.startIndex >= inner.node.startIndex) return undefined;
    const assignment = expressionOf(statement);
    if (
      assignment?.type === "assignment_expression" &&
      operatorOf(assignment) === "=" &&
      normalised(field(assignment, "left") ?? assignment) === wanted
    )
      return field(assignment, "right");
    if (statement.type !== "declaration") continue;
    const declarator = statement
      .childrenForFieldName("declarator")
      .find((each) => field(each, "value") && field(each, "declarator")?.text === wanted);
    if (declarator) return field(declarator, "value");
  }
  return undefined;
}

/** Whether anything after the inner loop reads its variable. */
export function usedAfter(inner: Loop, count: Count): boolean {
  const variable = variableOf(
    find(inner.node, "identifier").find((each) => each.text === count.variable) ?? inner.node,
  );
  if (!variable) return true;
  const outside = mentions(count.variable, variable.scope).filter(
    (each) => each.startIndex < inner.node.startIndex || each.endIndex > inner.node.endIndex,
  );
  // Its declaration, and headers of other loops that set it anew.
  return outside.some(
    (each) => each.startIndex !== variable.node.startIndex && !setsAnew(each) && !startsAt(each, inner),
  );
}

/** `j = 0;` before a while loop. */
function startsAt(use: Node, inner: Loop): boolean {
  const assignment = use.parent;
  return (
    assignment?.type === "assignment_expression" &&
    inner.count !== undefined &&
    field(assignment, "right")?.startIndex === inner.count.start.startIndex
  );
}

function setsAnew(use: Node): boolean {
  for (let at: Node | null = use; at; at = at.parent) {
    if (at.type === "for_statement") {
      const initializer = field(at, "initializer");
      return initializer?.type === "assignment_expression" && field(initializer, "left")?.text === use.text;
    }
  }
  return false;
}

/** The expression's text with one variable called otherwise. */
export function renamed(node: Node, from: string, to: string): string {
  return renamedAll(node, new Map([[from, to]]));
}

/** Text of a node with some of its variables called otherwise. */
export function renamedAll(node: Node, names: ReadonlyMap<string, string>): string {
  let { text } = node;
  for (const use of find(node, "identifier").toReversed()) {
    const to = names.get(use.text);
    const at = use.startIndex - node.startIndex;
    if (to !== undefined) text = text.slice(0, at) + to + text.slice(at + use.text.length);
  }
  return text;
}
