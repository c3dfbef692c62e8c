/**
 * Gives the first and last iterations loops of their own where the body asks for them: the many iterations between then run without the
 * question, and can be vectorised.
 *
 *     for (x = 0; x < w; x++)                     for (x = 0; x < 1 && x < w; x++) …
 *       if (x == 0 || x == w - 1) b[x] = a[x];   →  for (x = 1; x < w - 1; x++) b[x] = a[x-1] + a[x+1];
 *       else b[x] = a[x-1] + a[x+1];              for (x = …; x < w; x++) …
 *
 * Always legal: the iterations are the same, in the same order.
 */
import type { Node } from "web-tree-sitter";
import { block, type Edit, replaceNode, textWith } from "../../../code/edit.ts";
import {
  add,
  coefficient,
  constant,
  constantOf,
  multiply,
  type Polynomial,
  polynomial,
  subtract,
} from "../../../code/linear.ts";
import {
  type Count,
  describeLoop,
  isConfined,
  isPlain,
  type Loop,
  loopsIn,
  perfectChild,
  tripCount,
} from "../../../code/loops.ts";
import { bare, elseOf, field, find, operatorOf } from "../../../code/tree.ts";
import { arithmeticOf } from "../../../code/types.ts";
import { bodyOf, counterType, grouped, replaceByLines, withoutOwnIndentation } from "./loop-text.ts";
import { edited, offer, reopened } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

type Counted = Loop & { readonly count: Count };

export const boundarySplitting: Rewrite = {
  name: "boundary-splitting",
  idea: "Gives the iterations at the edge loops of their own, so that the many between them need not ask whether they are at the edge.",
  reference:
    "M. Wolfe, High Performance Compilers for Parallel Computing, 1996, section 9.5 (index set splitting); S. Muchnick, 1997, section 17.4 (loop peeling)",
  lessons: {
    faster:
      "The test for the edge kept the loop from being vectorised and was paid in every iteration; between the edges it is gone.",
    slower:
      "The test was predicted perfectly and the loop limited by memory, or the loops are too short for three of them.",
    wrong: "The iterations at the edge were told apart wrongly, for example because an index wrapped around.",
  },
  opportunities(subject) {
    return loopsIn(subject.function).flatMap((loop) => [
      ...splitting(subject, [loop]),
      ...bothLevels(subject, loop),
    ]);
  },
};

/** Most iterations that are split off at either end. */
const widest = 4;

/** What a body asks about the ends: how many iterations at each have to go for every answer to be known. */
interface Ends {
  readonly first: number;
  readonly last: number;
}

function splitting(subject: Subject, loops: readonly Loop[]): Opportunity[] {
  const [loop] = loops;
  const split = loop && splitLines(subject, loop);
  if (!split) return [];
  return offer(subject, {
    parameters: { loops: loop.count?.variable ?? "", first: split.ends.first, last: split.ends.last },
    place: describeLoop(loop),
    preconditions: ["loop asks in each iteration whether it is at the edge"],
    assumptions: [],
    edits: [replaceByLines(subject, loop.node, split.lines)],
  });
}

/** Both loops of a nest over a plane at once: either alone leaves the other's question in the innermost loop. */
function bothLevels(subject: Subject, outer: Loop): Opportunity[] {
  const inner = perfectChild(outer);
  const split = inner && outer.count && splitLines(subject, outer) && splitLines(subject, inner);
  if (!inner || !split) return [];
  // The outer loop first: its middle part then holds a copy of the inner loop that asks about itself alone.
  const once = edited(subject, [
    replaceByLines(subject, outer.node, splitLines(subject, outer)?.lines ?? ""),
  ]);
  const again = once === undefined ? undefined : reopened(subject, once);
  const middle = again && middleOf(again, outer, inner);
  const lines = again && middle && splitLines(again, middle);
  const twice = again && lines && edited(again, [replaceByLines(again, middle.node, lines.lines)]);
  if (!twice) return [];
  return offer(subject, {
    parameters: { loops: `${outer.count?.variable} ${inner.count?.variable}` },
    place: describeLoop(inner),
    preconditions: [
      "loop asks in each iteration whether it is at the edge",
      "loops nested with nothing between",
    ],
    assumptions: [],
    edits: [{ start: 0, end: subject.source.length, text: twice }],
  });
}

/** The loop between the edges, inside the middle one of the outer loops. */
function middleOf(again: Subject, outer: Loop, inner: Loop): Loop | undefined {
  return loopsIn(again.function)
    .filter(
      (loop) =>
        loop.node.startIndex >= outer.node.startIndex && loop.count?.variable === outer.count?.variable,
    )
    .map((loop) => perfectChild(loop))
    .find(
      (child, index, all) =>
        child?.count?.variable === inner.count?.variable && index === (all.length > 2 ? 1 : 0),
    );
}

/** The loops that take the loop's place, and how many iterations go to either end. */
function splitLines(subject: Subject, loop: Loop): { lines: string; ends: Ends } | undefined {
  if (
    !isPlain(loop) ||
    loop.count.comparison !== "<" ||
    loop.leavesEarly ||
    !isConfined(loop, subject.function)
  )
    return undefined;
  if (
    tripCount(loop) !== undefined ||
    find(loop.body, "labeled_statement", "lambda_expression", "preproc_if", "preproc_ifdef").length > 0
  )
    return undefined;
  if (isAtEdge(loop)) return undefined;
  const type = counterType(subject, loop.count);
  const arithmetic = arithmeticOf(loop.count.type);
  const range = rangeOf(loop);
  const ends = range && endsOf(loop, range);
  if (type === undefined || arithmetic?.kind !== "integer" || !ends || ends.first + ends.last === 0)
    return undefined;
  // An unsigned bound less one may wrap around.
  if (ends.last > 0 && !arithmetic.signed) return undefined;
  const { variable } = loop.count;
  const bound = grouped(loop.count.bound);
  const declaration = `${loop.count.declared ? `${type} ` : ""}${variable}`;
  const update = field(loop.node, "update")?.text ?? `${variable}++`;
  const start = ends.first === 0 ? loop.count.start.text : sumOf(loop.count.start, ends.first);
  const end = ends.last === 0 ? bound : `${bound} - ${ends.last}`;
  const whole = bodyOf(subject, loop);
  const middle = withoutOwnIndentation(
    subject,
    loop.body,
    simplified(loop.body, new Decider(loop, range, ends)),
  );
  const lines = [
    ...(ends.first > 0
      ? [
          block(
            subject.source,
            `for (${declaration} = ${loop.count.start.text}; ${variable} < ${bound} && ${variable} < ${start}; ${update})`,
            whole,
          ),
        ]
      : []),
    `for (${declaration} = ${start}; ${variable} < ${end}; ${update}) ${middle.startsWith("{") ? middle : block(subject.source, "", middle)}`,
    ...(ends.last > 0
      ? [
          block(
            subject.source,
            `for (${declaration} = ${end} > ${start} ? ${end} : ${start}; ${variable} < ${bound}; ${update})`,
            whole,
          ),
        ]
      : []),
  ];
  return { lines: lines.join("\n"), ends };
}

function sumOf(start: Node, more: number): string {
  const value = polynomial(start);
  const number = value && constantOf(value);
  return number === undefined ? `${grouped(start)} + ${more}` : String(number + more);
}

/** Whether the loop, or one around it, is short: one of those that this rewrite wrote for the ends. */
function isAtEdge(loop: Loop): boolean {
  for (let at: Loop | undefined = loop; at; at = at.parent) {
    const [initializer, condition] = [field(at.node, "initializer"), field(at.node, "condition")];
    if (initializer && find(initializer, "conditional_expression").length > 0) return true;
    if (condition && at.kind === "for" && operatorOf(bare(condition)) === "&&") return true;
  }
  return false;
}

/** First and last value of the variable. */
interface Range {
  readonly first: Polynomial;
  readonly last: Polynomial;
}

function rangeOf(loop: Counted): Range | undefined {
  const [first, bound] = [polynomial(loop.count.start), polynomial(loop.count.bound)];
  return first && bound && { first, last: add(bound, constant(-1)) };
}

/** `variable operator value`, whichever way round it was written. */
interface Question {
  readonly operator: string;
  readonly value: Polynomial;
}

const mirrored: Readonly<Record<string, string>> = {
  "<": ">",
  ">": "<",
  "<=": ">=",
  ">=": "<=",
  "==": "==",
  "!=": "!=",
};

function questionOf(node: Node, variable: string): Question | undefined {
  if (node.type !== "binary_expression") return undefined;
  const operator = operatorOf(node);
  const [left, right] = [field(node, "left"), field(node, "right")];
  const [a, b] = [left && polynomial(left), right && polynomial(right)];
  if (!mirrored[operator] || !a || !b) return undefined;
  const difference = subtract(a, b);
  const slope = coefficient(difference, variable);
  const factor = slope && constantOf(slope);
  if (factor !== 1 && factor !== -1) return undefined;
  const rest = subtract(difference, new Map([[variable, factor]]));
  const value = factor === 1 ? multiply(rest, constant(-1)) : rest;
  return value && { operator: factor === 1 ? operator : (mirrored[operator] ?? operator), value };
}

/** How many iterations have to be split off for every question about the ends to have one answer between. */
function endsOf(loop: Counted, range: Range): Ends {
  let [first, last] = [0, 0];
  for (const node of find(loop.body, "binary_expression")) {
    const question = questionOf(node, loop.count.variable);
    if (!question) continue;
    const fromFirst = constantOf(subtract(question.value, range.first));
    const fromLast = constantOf(subtract(range.last, question.value));
    const strict = question.operator === "<" || question.operator === ">=";
    if (fromFirst !== undefined && fromFirst >= 0) {
      const count = fromFirst + (strict ? 0 : 1);
      if (count <= widest) first = Math.max(first, count);
    } else if (fromLast !== undefined && fromLast >= 0) {
      const count = fromLast + (question.operator === ">" || question.operator === "<=" ? 0 : 1);
      if (count <= widest) last = Math.max(last, count);
    }
  }
  return { first, last };
}

/** Knows the answers that hold in all iterations between the ends. */
class Decider {
  readonly #variable: string;
  readonly #low: Polynomial;
  readonly #high: Polynomial;

  constructor(loop: Counted, range: Range, ends: Ends) {
    this.#variable = loop.count.variable;
    this.#low = add(range.first, constant(ends.first));
    this.#high = add(range.last, constant(-ends.last));
  }

  /** Whether the condition holds in all of them, in none of them, or undefined. */
  decide(condition: Node): boolean | undefined {
    const node = bare(condition);
    if (node.type === "unary_expression" && operatorOf(node) === "!") {
      const argument = field(node, "argument");
      const inner = argument && this.decide(argument);
      return inner === undefined ? undefined : !inner;
    }
    const operator = operatorOf(node);
    if (node.type === "binary_expression" && (operator === "||" || operator === "&&")) {
      const sides = [field(node, "left"), field(node, "right")].map((side) => side && this.decide(side));
      const settling = operator === "||";
      if (sides.includes(settling))
        return sides[0] === settling || sides[1] === settling ? settling : undefined;
      return sides.every((side) => side === !settling) ? !settling : undefined;
    }
    const question = questionOf(node, this.#variable);
    return question && this.#answer(question);
  }

  #answer({ operator, value }: Question): boolean | undefined {
    const aboveLow = constantOf(subtract(value, this.#low));
    const belowHigh = constantOf(subtract(this.#high, value));
    // Values below all, or above all, of the variable's.
    const before = aboveLow !== undefined && aboveLow < 0;
    const after = belowHigh !== undefined && belowHigh < 0;
    const atLow = aboveLow === 0;
    const atHigh = belowHigh === 0;
    switch (operator) {
      case "==":
        return before || after ? false : undefined;
      case "!=":
        return before || after ? true : undefined;
      case "<":
        return after ? true : before || atLow ? false : undefined;
      case "<=":
        return after || atHigh ? true : before ? false : undefined;
      case ">":
        return before ? true : after || atHigh ? false : undefined;
      case ">=":
        return before || atLow ? true : after ? false : undefined;
      default:
        return undefined;
    }
  }
}

/** The body's text with everything decided that can be. */
function simplified(node: Node, decider: Decider): string {
  return textWith(node, simplifications(node, decider));
}

function simplifications(node: Node, decider: Decider): Edit[] {
  const edits: Edit[] = [];
  for (const candidate of find(node, "if_statement", "conditional_expression", "binary_expression")) {
    if (edits.some((edit) => edit.start <= candidate.startIndex && candidate.endIndex <= edit.end)) continue;
    const text = decided(candidate, decider);
    if (text !== undefined) edits.push(replaceNode(candidate, text));
  }
  return edits;
}

/** What takes the place of a branch or condition that is known; undefined where it stays. */
function decided(node: Node, decider: Decider): string | undefined {
  if (node.type === "if_statement") {
    const condition = field(node, "condition");
    const answer = condition && decider.decide(condition);
    if (
      answer === undefined ||
      find(condition ?? node, "assignment_expression", "update_expression", "call_expression", "declaration")
        .length > 0
    )
      return undefined;
    const chosen = answer ? field(node, "consequence") : elseOf(node);
    return chosen ? simplified(chosen, decider) : "{}";
  }
  if (node.type === "conditional_expression") {
    const condition = field(node, "condition");
    const answer = condition && decider.decide(condition);
    if (answer === undefined) return undefined;
    const chosen = field(node, answer ? "consequence" : "alternative");
    return chosen && `(${simplified(chosen, decider)})`;
  }
  const operator = operatorOf(node);
  const [left, right] = [field(node, "left"), field(node, "right")];
  if (!left || !right) return undefined;
  const answer = decider.decide(node);
  if (
    answer !== undefined &&
    find(node, "assignment_expression", "update_expression", "call_expression").length === 0
  )
    return answer ? "1" : "0";
  if (operator !== "&&" && operator !== "||") return undefined;
  // The side that decides nothing goes.
  const neutral = operator === "&&";
  if (decider.decide(left) === neutral) return simplified(right, decider);
  if (decider.decide(right) === neutral) return simplified(left, decider);
  return undefined;
}
