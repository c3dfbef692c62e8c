/**
 * A number that is not prime has a divisor that is at most its square root. A loop that looks for the first divisor may stop there.
 *
 *     for (int d = 2; d < n; d++)           →   for (int d = 2; d < n && d <= n / d; d++)
 *       if (n % d == 0) return false;
 *
 * Legal where the loop starts at 2 or 3 and does nothing but leave at a divisor, whichever divisor it is.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { describeLoop, isInvariant, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  bare,
  conditionOf,
  enclosing,
  expressionOf,
  field,
  find,
  operatorOf,
  statementsOf,
} from "../../../code/tree.ts";
import { isInteger } from "../../../code/types.ts";
import { mentions } from "../../../code/uses.ts";
import { typeOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const divisorBound: Rewrite = {
  name: "divisor-bound",
  idea: "Stops the search for a divisor at the square root, since the smallest divisor of a composite number is not larger.",
  reference: "D. Knuth, The Art of Computer Programming, volume 2, section 4.5.4: Factoring into Primes",
  lessons: {
    faster: "The search went on to the number itself; it is decided at the square root.",
    slower: "Most numbers have a small divisor, so the search ended early anyway.",
    wrong: "The divisor itself mattered, or the number was smaller than the first divisor tried.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => bounded(subject, loop)),
    );
  },
};

function bounded(subject: Subject, loop: Loop): Opportunity[] {
  const { count } = loop;
  const condition = field(loop.node, "condition");
  const [branch, ...more] = loop.statements;
  if (
    !count ||
    loop.kind !== "for" ||
    !condition ||
    !count.declared ||
    more.length > 0 ||
    branch?.type !== "if_statement"
  )
    return [];
  const all = count.step === 1 && count.start.text === "2";
  const odd = count.step === 2 && count.start.text === "3";
  const test = conditionOf(branch);
  const remainder =
    test && operatorOf(test) === "==" && field(test, "right")?.text === "0" ? field(test, "left") : undefined;
  const division = remainder && bare(remainder);
  const number = division && operatorOf(division) === "%" ? field(division, "left") : undefined;
  const divisor = division && field(division, "right");
  const consequence = field(branch, "consequence");
  if (
    !(all || odd) ||
    !number ||
    !consequence ||
    divisor?.text !== count.variable ||
    field(branch, "alternative")
  )
    return [];
  if (
    number.type !== "identifier" ||
    !isInteger(typeOf(number)) ||
    !isInvariant(number, loop.node) ||
    !reachesRoot(count.bound, number.text, count.comparison)
  )
    return [];
  // Of twice a prime the only odd divisor lies beyond the root.
  if (odd && !asksWhetherEven(loop.node, number.text)) return [];
  if (!onlyLeaves(statementsOf(consequence), count.variable)) return [];
  const d = count.variable;
  return offer(subject, {
    parameters: {},
    place: describeLoop(loop),
    preconditions: ["a loop looks for any divisor up to the number itself"],
    assumptions: [],
    edits: [replaceNode(condition, `${condition.text} && ${d} <= ${number.text} / ${d}`)],
  });
}

/** `d < n`, `d <= n / 2`, `d <= n - 1`: all go at least up to the root. With `d <= n` the number divides itself. */
function reachesRoot(bound: Node, number: string, comparison: string): boolean {
  const text = bound.text.replace(/\s/g, "");
  if (comparison === "<") return text === number;
  return comparison === "<=" && (text === `${number}/2` || text === `${number}-1`);
}

/** Whether the function asks before the loop whether the number is even. */
function asksWhetherEven(loop: Node, number: string): boolean {
  const scope = enclosing(loop, ["function_definition"]);
  const tests = scope ? find(scope, "if_statement").filter((test) => test.endIndex <= loop.startIndex) : [];
  return tests.some((test) => {
    const asked = conditionOf(test)?.text.replace(/[\s()]/g, "") ?? "";
    return (
      asked.includes(`${number}%2==0`) || asked.includes(`!${number}%2`) || asked.includes(`${number}&1==0`)
    );
  });
}

/** Returns a literal, or sets a flag to a literal and breaks. */
function onlyLeaves(statements: readonly Node[], divisor: string): boolean {
  const last = statements.at(-1);
  const before = statements.slice(0, -1);
  const sets = before.every((statement) => {
    const assignment = expressionOf(statement);
    return (
      assignment?.type === "assignment_expression" &&
      operatorOf(assignment) === "=" &&
      isLiteral(field(assignment, "right"))
    );
  });
  if (!sets || statements.some((statement) => mentions(divisor, statement).length > 0)) return false;
  if (last?.type === "break_statement") return before.length > 0;
  // Without break a flag may be set again and again: it stays the same.
  if (last?.type === "expression_statement") {
    const assignment = expressionOf(last);
    return (
      before.length === 0 &&
      assignment?.type === "assignment_expression" &&
      operatorOf(assignment) === "=" &&
      isLiteral(field(assignment, "right"))
    );
  }
  return (
    last?.type === "return_statement" && find(last, "call_expression", "assignment_expression").length === 0
  );
}

function isLiteral(node: Node | undefined): boolean {
  return node !== undefined && /^(0|1|true|false)$/.test(node.text);
}
