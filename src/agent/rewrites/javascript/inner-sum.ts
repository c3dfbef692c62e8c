/**
 * Loops that add up a part of an array from scratch: `let sum = 0; for (let j = 0; j <= i; j++) sum += xs[j];`.
 */
import type { Node } from "web-tree-sitter";
import { field, operatorOf, parts } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { countsUp, isLength, isPlace } from "./counting.ts";
import { elementOf, expressionOf, integerOf, singleDeclaration, statementsOf } from "./tree.ts";

export interface InnerSum {
  readonly loop: Node;
  /** The 0 that the sum starts from, which the result takes the place of. */
  readonly zero: Node;
  readonly array: Node;
  readonly sum: string;
  /** Where the part begins and ends; undefined where that is the array's own beginning or end. */
  readonly start: string | undefined;
  readonly stop: string | undefined;
  readonly hasWidth: boolean;
}

/** What the loop adds up; undefined where it does anything else, or where it runs is not known. */
export function innerSumAt(subject: Subject, loop: Node): InnerSum | undefined {
  const [declaration, condition, update, body] = ["initializer", "condition", "increment", "body"].map(
    (name) => field(loop, name),
  );
  if (loop.type !== "for_statement" || !declaration || !condition || !update || !body) return undefined;
  const counter = singleDeclaration(declaration);
  const before = singleDeclaration(loop.previousNamedSibling ?? undefined);
  if (!counter?.value || counter.keyword === "var" || before?.keyword !== "let" || before.value?.text !== "0")
    return undefined;
  const { text: j } = counter.name;
  const { text: sum } = before.name;
  const [only, ...more] = statementsOf(body);
  const adding = more.length === 0 ? expressionOf(only) : undefined;
  const added = adding && field(adding, "right");
  const element = added && elementOf(added);
  if (
    adding?.type !== "augmented_assignment_expression" ||
    operatorOf(adding) !== "+=" ||
    field(adding, "left")?.text !== sum
  )
    return undefined;
  if (
    element?.index.text !== j ||
    element.object.type !== "identifier" ||
    [j, sum].includes(element.object.text)
  )
    return undefined;
  if (![`${j}++`, `++${j}`, `${j} += 1`].includes(update.text)) return undefined;
  const { object: array } = element;
  const test = condition.type === "expression_statement" ? parts(condition)[0] : condition;
  const limit = test && field(test, "left")?.text === j ? field(test, "right") : undefined;
  const operator = test ? operatorOf(test) : "";
  if (!test || !limit || (operator !== "<" && operator !== "<=")) return undefined;
  const start = counter.value.text === "0" ? undefined : boundOf(subject, counter.value, array);
  const whole = operator === "<" && isLength(subject, limit, array);
  const stop = whole ? undefined : boundOf(subject, limit, array);
  if ((counter.value.text !== "0" && !start) || (!whole && !stop) || (!start && !stop)) return undefined;
  const further = operator === "<=" ? 1 : 0;
  const shared = { loop, zero: before.value, array, sum };
  if (start && (start.width !== undefined || (!stop && !(start.placed && start.added <= 1))))
    return undefined;
  if (!stop) return { ...shared, start: start?.text, stop: undefined, hasWidth: false };
  if (stop.width !== undefined && (operator !== "<" || start?.name !== stop.name || start.added > 0))
    return undefined;
  // Beyond the array's end the loop adds what is missing; so far it must not go, unless both give NaN.
  const end = stop.added + further;
  if (
    start
      ? start.name !== stop.name || (stop.width === undefined && end < start.added)
      : !(stop.placed && end <= 1)
  )
    return undefined;
  const text = stop.width !== undefined ? stop.text : end === 0 ? stop.name : `${stop.name} + ${end}`;
  return { ...shared, start: start?.text, stop: text, hasWidth: stop.width !== undefined };
}

interface Bound {
  readonly name: string;
  readonly added: number;
  readonly width: string | undefined;
  readonly text: string;
  /** Whether the name is the number of an element. */
  readonly placed: boolean;
}

/** `i`, `i + 1`, `i + width` of a number that a loop counts from 0 on. */
function boundOf(subject: Subject, node: Node, array: Node): Bound | undefined {
  const [left, right] = [field(node, "left"), field(node, "right")];
  const sum =
    node.type === "binary_expression" && operatorOf(node) === "+" && left?.type === "identifier"
      ? left
      : undefined;
  const name = node.type === "identifier" ? node.text : sum?.text;
  if (name === undefined) return undefined;
  const width = sum && right?.type === "identifier" ? right.text : undefined;
  const added = sum && width === undefined ? integerOf(right) : 0;
  const placed = isPlace(subject, name, array, node);
  if (added === undefined || added < 0 || (!placed && !countsUp(name, node))) return undefined;
  return { name, added, width, text: node.text, placed };
}
