/**
 * A number that has a divisor has one that is no larger than its square root: a search for the first need not look further.
 *
 *     for d in range(2, n):          →   for d in range(2, isqrt(n) + 1):
 *         if n % d == 0:                     if n % d == 0:
 *             return False                       return False
 *
 * Legal where the search starts at 2 and only tells whether there is a divisor, not which.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { contains, field, find, parts } from "../../../code/tree.ts";
import { distinct } from "../distinct.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { comesFrom } from "./inner-loop.ts";
import {
  importing,
  isBinding,
  isBuiltin,
  isNested,
  isPrivate,
  isReadOutside,
  loopsOf,
  plainCall,
  statementsIn,
  usesOf,
  isFreeOrImported,
} from "./scope.ts";

export const divisorBound: Rewrite = {
  name: "python-divisor-bound",
  idea: "Looks for a divisor up to the square root only, because the smallest one is no larger.",
  reference: "D. E. Knuth, The Art of Computer Programming, Vol. 2, §4.5.4, Algorithm A: division by trial",
  lessons: {
    faster: "Numbers beyond the square root were tried, though the smallest divisor is never among them.",
    slower: "Most numbers have so small a divisor that the search ended before the bound in any case.",
    wrong: "It mattered which divisor was found, or the search did not start at 2.",
  },
  changesGrowth: true,
  opportunities(subject) {
    if (!isBuiltin(subject, "range")) return [];
    if (!isFreeOrImported(subject, "isqrt", "math")) return [];
    return distinct([
      ...loopsOf(subject).flatMap((loop) => inLoop(subject, loop)),
      ...find(subject.function, "generator_expression", "list_comprehension").flatMap((node) =>
        inQuestion(subject, node),
      ),
    ]);
  },
};

/** `for d in range(2, n): if n % d == 0: …`, left at the first. */
function inLoop(subject: Subject, loop: Node): Opportunity[] {
  const divisor = field(loop, "left");
  const [branch, ...others] = statementsIn(field(loop, "body"));
  const [condition, consequence] = [field(branch ?? loop, "condition"), field(branch ?? loop, "consequence")];
  if (loop.type !== "for_statement" || divisor?.type !== "identifier" || !condition || !consequence)
    return [];
  if (branch?.type !== "if_statement" || field(branch, "alternative") || others.length > 0) return [];
  const last = statementsIn(consequence).at(-1);
  const leaves = last?.type === "return_statement" || last?.type === "break_statement";
  if (!leaves || usesOf(consequence, divisor.text).length > 0) return [];
  if (!isPrivate(subject, divisor.text) || isReadOutside(subject, loop, divisor.text)) return [];
  const number = dividedBy(condition, divisor.text, true);
  return number === undefined ? [] : bounded(subject, loop, field(loop, "right"), number);
}

/** `any(n % d == 0 for d in range(2, n))`, `all(n % d for d in range(2, n))`. */
function inQuestion(subject: Subject, node: Node): Opportunity[] {
  const call = node.parent?.type === "call" ? node.parent : node.parent?.parent;
  const asks = call?.type === "call" ? field(call, "function")?.text : undefined;
  const [test, clause, ...more] = parts(node);
  const divisor = clause && field(clause, "left");
  if ((asks !== "any" && asks !== "all") || !test || divisor?.type !== "identifier" || more.length > 0)
    return [];
  if (isNested(node, subject.function) || !isBuiltin(subject, asks)) return [];
  const number = dividedBy(test, divisor.text, asks === "any");
  return number === undefined ? [] : bounded(subject, node, field(clause ?? node, "right"), number);
}

/** The n of `n % d == 0` or `not n % d`; where not `divides`, of `n % d != 0`, `n % d > 0` or `n % d`. */
function dividedBy(test: Node, divisor: string, divides: boolean): string | undefined {
  if (test.type === "parenthesized_expression") {
    const inner = parts(test)[0];
    return inner && dividedBy(inner, divisor, divides);
  }
  if (test.type === "not_operator") {
    const inner = field(test, "argument");
    return inner && dividedBy(inner, divisor, !divides);
  }
  const [left, right] = [field(test, "left"), field(test, "right")];
  if (test.type === "binary_operator" && !divides)
    return field(test, "operator")?.text === "%" &&
      left?.type === "identifier" &&
      right?.text === divisor &&
      left.text !== divisor
      ? left.text
      : undefined;
  const [remainder, zero, ...more] = test.type === "comparison_operator" ? parts(test) : [];
  const operator = test.childrenForFieldName("operators")[0]?.text ?? "";
  if (!remainder || zero?.text !== "0" || more.length > 0) return undefined;
  return (divides ? ["=="] : ["!=", ">"]).includes(operator)
    ? dividedBy(remainder, divisor, false)
    : undefined;
}

function bounded(subject: Subject, loop: Node, iterable: Node | undefined, number: string): Opportunity[] {
  const range = iterable && plainCall(iterable);
  const [start, stop, ...more] = range?.values ?? [];
  if (range?.name !== "range" || start?.text !== "2" || !stop || more.length > 0) return [];
  const end = stop.text.replace(/\s+/g, "");
  const ends = [
    number,
    `${number}-1`,
    `${number}//2+1`,
    `(${number}//2)+1`,
    `int(${number}/2)+1`,
    `1+${number}//2`,
  ];
  if (!ends.includes(end) || !isPrivate(subject, number) || usesOf(loop, number).some(isBinding)) return [];
  const root = isNatural(subject, number, loop) ? number : `max(${number}, 0)`;
  return offer(subject, {
    parameters: {},
    place: `the divisors of ${number} up to ${end}`,
    preconditions: ["a divisor is looked for up to the number itself or half of it"],
    assumptions: end.includes("/2") ? [`${number} is a whole number.`] : [],
    edits: [replaceNode(stop, `isqrt(${root}) + 1`), ...importing(subject, "from math import isqrt")],
  });
}

/** Whether the number is none below 0 there: it comes from a loop, or what is smaller was turned away before. */
function isNatural(subject: Subject, number: string, loop: Node): boolean {
  if (comesFrom(subject, number)) return true;
  const written = usesOf(subject.function, number).filter(isBinding);
  for (let at: Node | null = loop; at && at.id !== subject.function.id; at = at.parent) {
    // Behind a guard before a loop that writes the number, later passes are not turned away.
    const loops: Node | undefined = /^(?:for|while)_statement$/.test(at.type) ? at : undefined;
    if (loops && written.some((use) => contains(loops, use))) return false;
    for (let before = at.previousNamedSibling; before; before = before.previousNamedSibling) {
      if (written.some((use) => contains(before, use))) return false;
      const condition = before.type === "if_statement" ? field(before, "condition")?.text : undefined;
      const consequence = field(before, "consequence");
      const leaves =
        consequence &&
        /^(?:return|raise|continue)_statement$/.test(statementsIn(consequence).at(-1)?.type ?? "");
      if (leaves && new RegExp(`^${number}\\s*(?:<=?\\s*[012]|<\\s*[1-4])$`).test(condition ?? ""))
        return true;
    }
  }
  return false;
}
