/**
 * A loop that multiplies by the same value n times takes n products. Squaring takes as many as n has bits, twice at the most.
 *
 *     for (int i = 0; i < e; i++)                if (0 < e) r = squared_power(r, b, e, m);
 *       r = r * b % m;                     →
 *
 * Whole numbers are exact: without a modulus modulo two to the word's length, with one if no product went beyond the word before. Products of
 * floating-point numbers would round otherwise: they are left alone.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, helperEdit } from "../../../code/edit.ts";
import { type Count, describeLoop, isInvariant, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { bare, contains, expressionOf, field, operatorOf, withoutCasts } from "../../../code/tree.ts";
import { arithmeticOf, type ValueType } from "../../../code/types.ts";
import { isPure, mentions } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { grouped, replaceByLines } from "./loop-text.ts";
import { hasOwnName } from "./own-name.ts";
import { copyType, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const powerBySquaring: Rewrite = {
  name: "power-by-squaring",
  idea: "Raises to a power by squaring rather than by multiplying again and again.",
  reference: "D. Knuth, The Art of Computer Programming, volume 2, section 4.6.3: Evaluation of Powers",
  lessons: {
    faster:
      "The loop took as many products as the exponent says; squaring takes as many as it has bits, or twice that.",
    slower: "The exponents are so small that a few products are quicker than squaring.",
    wrong: "A product went beyond the word before, or something was negative.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => squared(subject, definition, loop)),
    );
  },
};

function squared(subject: Subject, definition: Node, loop: Loop): Opportunity[] {
  const { count } = loop;
  const [statement, ...more] = loop.statements;
  if (!count?.declared || loop.kind !== "for" || count.step !== 1 || !/^<=?$/.test(count.comparison))
    return [];
  if (!statement || more.length > 0 || !/^\d+$/.test(count.start.text) || !isPure(count.bound)) return [];
  const product = productOf(statement);
  if (!product) return [];
  const { target, factor, modulus } = product;
  const type = typeOf(target);
  const arithmetic = arithmeticOf(type);
  const variable = variableOf(target);
  if (!type || arithmetic?.kind !== "integer" || !variable || variable.kind !== "local") return [];
  if (!hasOwnName(variable) || !isCountedAlike(count)) return [];
  const values = [factor, ...(modulus ? [modulus] : [])];
  const plainValues = values.every(
    (value) =>
      isPure(value) &&
      isInvariant(value, loop.node) &&
      mentions(count.variable, value).length === 0 &&
      mentions(target.text, value).length === 0 &&
      arithmeticOf(typeOf(value))?.kind === arithmetic.kind &&
      (arithmeticOf(typeOf(value))?.bits ?? 0) <= arithmetic.bits,
  );
  // A whole number narrower than a word is widened in between.
  if (!plainValues || arithmetic.bits < 32 || arithmetic.bits > 64) return [];
  // Products of a narrow variable that are made in a wider type are not cut off in between.
  const { source } = subject;
  const power = freshName(source, "squared_power");
  const cast = copyType(subject, type);
  const offset = (count.comparison === "<=" ? 1 : 0) - Number(count.start.text);
  const rest = offset === 0 ? "" : offset > 0 ? ` + ${offset}` : ` - ${-offset}`;
  const exponent = `(unsigned long long)${grouped(count.bound)}${rest}`;
  const call = `${power}(${[target.text, factor.text, exponent, ...(modulus ? [modulus.text] : [])].join(", ")})`;
  return offer(subject, {
    parameters: {},
    place: describeLoop(loop),
    preconditions: [`${target.text} is multiplied by the same value in every iteration`],
    assumptions: modulus
      ? ["No product goes beyond the word, and neither the factors nor the modulus are negative."]
      : [],
    edits: [
      helperEdit(source, definition, helper(source, power, { type, cast, modulus: modulus !== undefined })),
      replaceByLines(
        subject,
        loop.node,
        block(
          source,
          `if (${count.start.text} ${count.comparison} ${count.bound.text})`,
          `${target.text} = ${call};`,
        ),
      ),
    ],
  });
}

/** Whether a bound below zero ends the loop before it begins: an unsigned counter would take it for a large number. */
function isCountedAlike(count: Count): boolean {
  const [counter, bound] = [arithmeticOf(count.type), arithmeticOf(typeOf(count.bound))];
  if (counter?.kind !== "integer" || bound?.kind !== "integer") return false;
  return counter.signed || !bound.signed || count.bound.type === "number_literal";
}

interface Product {
  readonly target: Node;
  readonly factor: Node;
  readonly modulus: Node | undefined;
}

/** `r *= b`, `r = r * b`, `r = (r * b) % m`. */
function productOf(statement: Node): Product | undefined {
  const assignment = expressionOf(statement);
  const [target, right] = assignment ? [field(assignment, "left"), field(assignment, "right")] : [];
  if (assignment?.type !== "assignment_expression" || target?.type !== "identifier" || !right)
    return undefined;
  if (operatorOf(assignment) === "*=") return { target, factor: bare(right), modulus: undefined };
  if (operatorOf(assignment) !== "=") return undefined;
  let value = bare(right);
  let modulus: Node | undefined;
  if (operatorOf(value) === "%") {
    modulus = field(value, "right");
    const inner = field(value, "left");
    if (!modulus || !inner) return undefined;
    modulus = bare(modulus);
    value = bare(inner);
  }
  const [left, other] = [field(value, "left"), field(value, "right")];
  if (operatorOf(value) !== "*" || !left || !other) return undefined;
  // With a modulus, a product that was made in a wider type is made in one again.
  const plainly = modulus ? withoutCasts : bare;
  const [own, factor] = plainly(left).text === target.text ? [left, other] : [other, left];
  return plainly(own).text === target.text && !contains(factor, own)
    ? { target, factor: bare(factor), modulus }
    : undefined;
}

function helper(
  source: string,
  name: string,
  { type, cast, modulus }: { type: ValueType; cast: string; modulus: boolean },
): string {
  const arithmetic = arithmeticOf(type);
  const word = arithmetic?.bits === 64 ? "unsigned long long" : "unsigned";
  const wide = arithmetic?.bits === 64 ? "unsigned __int128" : "unsigned long long";
  const multiply = (left: string) =>
    modulus ? `${left} = (${word})((${wide})${left} * factor % (${word})modulus);` : `${left} *= factor;`;
  return block(
    source,
    `static ${cast} ${name}(${cast} value, ${cast} base, unsigned long long exponent${modulus ? `, ${cast} modulus` : ""})`,
    [
      `${word} result = (${word})value, factor = (${word})base;`,
      block(
        source,
        "for (; exponent > 0; exponent >>= 1)",
        `if (exponent & 1) ${multiply("result")}\n${multiply("factor")}`,
      ),
      `return (${cast})result;`,
    ].join("\n"),
  );
}
