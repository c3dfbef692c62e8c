/**
 * Divisors come in pairs, one of them at most the square root. Whoever adds up or counts all divisors of a number need not try the others.
 *
 *     for (int d = 1; d < n; d++)            for (int d = 1; d <= n / d; d++) {
 *       if (n % d == 0) sum += d;              if (n % d == 0) {
 *                                       →        if (d < n) sum += d;
 *                                                if (n / d != d && n / d < n) { const int partner = n / d; sum += partner; }
 *                                              }
 *                                            }
 *
 * Legal for sums and counts in whole numbers, whose order does not matter, over divisors up to the number, the one before or half of it.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, outdented, replaceStatement } from "../../../code/edit.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { recognise } from "../../../code/reductions.ts";
import {
  bare,
  conditionOf,
  field,
  normalised,
  operatorOf,
  statementsOf,
  withoutCasts,
} from "../../../code/tree.ts";
import { arithmeticOf, isInteger } from "../../../code/types.ts";
import { isPure, mentions, namesIn } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { counterType, mayRename, renamed } from "./loop-text.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const pairedDivisors: Rewrite = {
  name: "paired-divisors",
  idea: "Finds divisors in pairs up to the square root rather than trying every number.",
  reference: "D. Knuth, The Art of Computer Programming, volume 2, section 4.5.4: Factoring into Primes",
  lessons: {
    faster: "Every number up to the last divisor was tried; the square root is far enough.",
    slower: "The numbers are so small that a second division costs more than the trials.",
    wrong: "The order of the divisors mattered.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => paired(subject, loop)),
    );
  },
};

function paired(subject: Subject, loop: Loop): Opportunity[] {
  const { count } = loop;
  const [branch, ...more] = loop.statements;
  if (!count?.declared || loop.kind !== "for" || count.step !== 1 || !/^[12]$/.test(count.start.text))
    return [];
  if (!branch || branch.type !== "if_statement" || more.length > 0 || field(branch, "alternative")) return [];
  const test = conditionOf(branch);
  const consequence = field(branch, "consequence");
  const division = test && dividend(test);
  if (!division || !consequence || loop.leavesEarly || loop.hasContinue) return [];
  const { number, divisor } = division;
  const type = counterType(subject, count);
  if (
    divisor !== count.variable ||
    number.type !== "identifier" ||
    !isInteger(typeOf(number)) ||
    type === undefined
  )
    return [];
  // Zero less one is no bound where there are no negative numbers.
  const unsigned = arithmeticOf(typeOf(number))?.signed === false && count.bound.text.includes("-");
  if (unsigned || !reaches(count.bound, number.text)) return [];
  const steps = statementsOf(consequence);
  const sums = steps.map((step) => recognise(step));
  const folded = sums.every(
    (sum) =>
      sum?.kind === "sum" &&
      !sum.floating &&
      isInteger(sum.type) &&
      sum.target.type === "identifier" &&
      // The number itself would change while its divisors are tried.
      !sum.inMemory &&
      !mayBeOne(number, sum.target) &&
      sum.target.text !== number.text &&
      sum.target.text !== divisor &&
      (!sum.term ||
        (isInteger(typeOf(sum.term)) &&
          isPure(sum.term) &&
          !sums.some((each) => each && namesIn(sum.term!).has(each.name)))),
  );
  if (!folded || steps.length === 0 || !steps.every((step) => mayRename(step, divisor))) return [];
  const { source } = subject;
  const partner = freshName(source, "partner");
  // Compared in its own type: where the counter's is narrower, it may hold no more than the bound.
  const quotient = `${number.text} / ${divisor}`;
  const within = (name: string) => `${name} ${count.comparison} ${count.bound.text}`;
  const own = [
    ...(count.start.text === "1" ? [] : [`${divisor} >= ${count.start.text}`]),
    within(divisor),
  ].join(" && ");
  const lines = [
    block(source, `if (${own})`, steps.map((step) => outdented(source, step)).join("\n")),
    block(
      source,
      `if (${quotient} != ${divisor} && ${within(quotient)})`,
      [
        ...(steps.some((step) => mentions(divisor, step).length > 0)
          ? [`const ${type} ${partner} = ${quotient};`]
          : []),
        ...steps.map((step) => renamed(subject, step, new Map([[divisor, partner]]))),
      ].join("\n"),
    ),
  ].join("\n");
  return offer(subject, {
    parameters: {},
    place: describeLoop(loop),
    preconditions: [`all divisors of ${number.text} are added up or counted`],
    assumptions: [],
    edits: [
      replaceStatement(
        source,
        loop.node,
        block(
          source,
          `for (${type} ${divisor} = 1; ${divisor} <= ${number.text} / ${divisor}; ${divisor}++)`,
          block(source, `if (${test.text})`, lines),
        ),
      ),
    ],
  });
}

/** Whether the name of the number may stand for the very place that the sum is kept in. */
function mayBeOne(number: Node, sum: Node): boolean {
  const [own, other] = [variableOf(number), variableOf(sum)];
  if (!own?.type.reference) return false;
  return own.kind !== "parameter" || other?.kind !== "local";
}

/** `n % d == 0` or `!(n % d)`. */
function dividend(test: Node): { number: Node; divisor: string } | undefined {
  const argument = operatorOf(test) === "!" ? field(test, "argument") : undefined;
  const [left, right] = [field(test, "left"), field(test, "right")];
  const equal =
    test.type === "binary_expression" && operatorOf(test) === "==" && right?.text === "0" ? left : argument;
  const remainder = equal && bare(equal);
  if (!remainder || operatorOf(remainder) !== "%") return undefined;
  const [number, divisor] = [field(remainder, "left"), field(remainder, "right")];
  return number && divisor ? { number: bare(number), divisor: divisor.text } : undefined;
}

/** The bound is the number itself, one less or half of it: for a number that is not positive, the loop runs no time. */
function reaches(bound: Node, number: string): boolean {
  const text = normalised(withoutCasts(bound));
  return [number, `${number} - 1`, `${number} / 2`].includes(text);
}
