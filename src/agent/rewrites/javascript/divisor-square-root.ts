/**
 * A number that has a divisor has one that is no larger than its square root: a search for the first need not look further.
 *
 *     for (let d = 2; d < n; d++) {            →   for (let d = 2; d * d <= n; d++) {
 *       if (n % d === 0) return false;               if (n % d === 0) return false;
 *     }                                            }
 *
 * Legal where the search starts at 2 and only tells whether there is a divisor, not which.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { field, operatorOf, parts } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isMentioned, variableOf, writesOf } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { loopsIn, wordsFor } from "./repetition.ts";
import { plain, statementsOf } from "./tree.ts";

export const divisorSquareRoot: Rewrite = {
  name: "divisor-square-root",
  idea: "Looks for a divisor up to the square root only, because the smallest one is no larger.",
  reference: "D. E. Knuth, The Art of Computer Programming, Vol. 2, §4.5.4, Algorithm A: division by trial",
  lessons: {
    faster: "Numbers beyond the square root were tried, though the smallest divisor is never among them.",
    slower: "Most numbers have so small a divisor that the search ended before the bound in any case.",
    wrong: "It mattered which divisor was found, or the search did not start at 2.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return distinct(loopsIn(subject).flatMap((loop) => bounded(subject, loop)));
  },
};

function bounded(subject: Subject, loop: Node): Opportunity[] {
  if (loop.type !== "for_statement") return [];
  const [declaration, condition, update, body] = ["initializer", "condition", "increment", "body"].map(
    (name) => field(loop, name),
  );
  const [declarator, ...more] = declaration?.type === "lexical_declaration" ? parts(declaration) : [];
  const divisor = declarator && field(declarator, "name");
  if (divisor?.type !== "identifier" || more.length > 0 || !condition || !update || !body) return [];
  const { text: d } = divisor;
  if (
    field(declarator ?? loop, "value")?.text !== "2" ||
    ![`${d}++`, `++${d}`, `${d} += 1`].includes(update.text)
  )
    return [];
  if (!variableOf(subject, d) || writesOf(d, loop).length !== 1) return [];
  const [branch, ...others] = statementsOf(body);
  const number = branch && others.length === 0 ? dividedAndLeft(branch, d) : undefined;
  if (number === undefined || !variableOf(subject, number) || writesOf(number, loop).length > 0) return [];
  const test = condition.type === "expression_statement" ? parts(condition)[0] : condition;
  if (!test || !isLimit(test, d, number)) return [];
  return offer(subject, {
    parameters: {},
    place: `the divisors of ${number} in ${wordsFor(loop)}`,
    preconditions: ["a divisor is looked for up to the number itself or half of it"],
    assumptions: [`${number} is a number, neither infinite nor a BigInt.`],
    edits: [replaceNode(test, `${d} * ${d} <= ${number}`)],
  });
}

/** The n of `if (n % d === 0)` whose branch ends the loop without a look at d. */
function dividedAndLeft(branch: Node, divisor: string): string | undefined {
  const [condition, consequence] = [field(branch, "condition"), field(branch, "consequence")];
  if (branch.type !== "if_statement" || field(branch, "alternative") || !condition || !consequence)
    return undefined;
  const last = statementsOf(consequence).at(-1);
  const leaves =
    last?.type === "return_statement" || (last?.type === "break_statement" && !field(last, "label"));
  if (!leaves || isMentioned(divisor, consequence)) return undefined;
  const test = plain(condition);
  const [left, right] = [field(test, "left"), field(test, "right")];
  const compares =
    test.type === "binary_expression" && /^={2,3}$/.test(operatorOf(test)) && right?.text === "0";
  const negated =
    test.type === "unary_expression" && operatorOf(test) === "!" ? field(test, "argument") : undefined;
  const remainder = compares && left ? plain(left) : negated && plain(negated);
  if (!remainder || remainder.type !== "binary_expression" || operatorOf(remainder) !== "%") return undefined;
  const number = field(remainder, "left");
  return number?.type === "identifier" &&
    number.text !== divisor &&
    field(remainder, "right")?.text === divisor
    ? number.text
    : undefined;
}

/** `d < n`, `d <= n / 2` and the like: bounds beyond which no first divisor can be. */
function isLimit(test: Node, divisor: string, number: string): boolean {
  const text = test.text.replace(/\s+/g, "");
  return [
    `${divisor}<${number}`,
    `${divisor}<=${number}-1`,
    `${divisor}<${number}-1`,
    `${divisor}<=${number}/2`,
    `${divisor}<=Math.floor(${number}/2)`,
  ].includes(text);
}
