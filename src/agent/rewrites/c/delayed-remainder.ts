/**
 * Sums that are kept below a modulus need the remainder only before they overflow, not after every addition.
 *
 *     for (i = 0; i < n; ++i) {                       for (start = 0; start < n;) {
 *         a = (a + data[i]) % 65521;                      end = n - start > 5552 ? start + 5552 : n;
 *         b = (b + a) % 65521;                 →          for (i = start; i < end; ++i) { a += data[i]; b += a; }
 *     }                                                   a %= 65521; b %= 65521; start = end;
 *                                                     }
 *
 * Legal for unsigned sums: what is added has a bound by its type, so that the number of additions that cannot overflow is known. Exact, if the sums
 * start below the modulus.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, replaceStatement } from "../../../code/edit.ts";
import { effectsOf } from "../../../code/effects.ts";
import { describeLoop, isPlain, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { bare, expressionOf, field, find, operatorOf, withoutCasts } from "../../../code/tree.ts";
import { arithmeticOf } from "../../../code/types.ts";
import { typeOf, type Variable, variableOf } from "../../../code/variables.ts";
import { copyType, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const delayedRemainder: Rewrite = {
  name: "delayed-remainder",
  idea: "Adds up as many values as fit before it takes the remainder, instead of taking one after every addition.",
  reference:
    "P. Deutsch, J.-L. Gailly, RFC 1950: ZLIB Compressed Data Format, 8.2 and 9; M. Adler, zlib, adler32.c (NMAX)",
  lessons: {
    faster:
      "A remainder after every addition was on the path of each iteration; now thousands of plain additions, which can be vectorised, share one.",
    slower: "The data are shorter than a block, or the compiler had made the remainder cheap.",
    wrong: "A sum did not start below the modulus.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => {
        const sums = sumsOf(loop);
        return sums ? rewrite(subject, loop, sums) : [];
      }),
    );
  },
};

interface ModularSum {
  readonly variable: Variable;
  readonly added: Node;
  readonly modulus: bigint;
  readonly modulusText: string;
  readonly bits: number;
}

/** Every statement of the body is `x = (x + …) % m`, and what is added is another of the sums or has a bound. */
function sumsOf(loop: Loop): { sums: ModularSum[]; steps: number } | undefined {
  if (
    !isPlain(loop) ||
    loop.count.comparison !== "<" ||
    !loop.count.declared ||
    loop.leavesEarly ||
    loop.hasContinue ||
    loop.statements.length === 0 ||
    loop.children.length > 0
  )
    return undefined;
  const sums = loop.statements.map((statement) => modularSum(statement));
  if (sums.includes(undefined)) return undefined;
  const known = sums.filter((sum) => sum !== undefined);
  if (new Set(known.map((sum) => sum.variable.name)).size !== known.length) return undefined;
  for (const steps of [1 << 16, 1 << 14, 5552, 4096, 2048, 1024, 256, 64, 16]) {
    if (fits(known, BigInt(steps))) return { sums: known, steps };
  }
  return undefined;
}

function modularSum(statement: Node): ModularSum | undefined {
  const expression = expressionOf(statement);
  const [target, right] = [expression && field(expression, "left"), expression && field(expression, "right")];
  if (
    !expression ||
    expression.type !== "assignment_expression" ||
    operatorOf(expression) !== "=" ||
    target?.type !== "identifier" ||
    !right
  )
    return undefined;
  const remainder = withoutCasts(right);
  const [dividend, divisor] = [field(remainder, "left"), field(remainder, "right")];
  if (remainder.type !== "binary_expression" || operatorOf(remainder) !== "%" || !dividend || !divisor)
    return undefined;
  const text = constantText(divisor);
  const sum = bare(dividend);
  const [left, added] = [field(sum, "left"), field(sum, "right")];
  const variable = variableOf(target);
  const type = variable && arithmeticOf(variable.type);
  if (text === undefined || sum.type !== "binary_expression" || operatorOf(sum) !== "+" || !left || !added)
    return undefined;
  if (
    !variable ||
    variable.kind === "global" ||
    variable.type.reference ||
    type?.kind !== "integer" ||
    type.signed ||
    type.bits < 32
  )
    return undefined;
  const [own, other] =
    bare(left).text === target.text
      ? [left, added]
      : bare(added).text === target.text
        ? [added, left]
        : [undefined, undefined];
  if (!own || !other || find(other, "identifier").some((name) => name.text === target.text) || !isPure(other))
    return undefined;
  if ((arithmeticOf(typeOf(sum))?.bits ?? 99) > type.bits) return undefined;
  return { variable, added: other, modulus: BigInt(text), modulusText: divisor.text, bits: type.bits };
}

/** A literal, or a macro of the file that is one. */
function constantText(divisor: Node): string | undefined {
  const node = withoutCasts(divisor);
  const macro = find(node.tree.rootNode, "preproc_def").find(
    (each) => field(each, "name")?.text === node.text,
  );
  const text = (macro ? (field(macro, "value")?.text ?? "") : node.text)
    .trim()
    .replace(/^\((.*)\)$/, "$1")
    .replace(/[uUlL]+$/, "");
  return /^[1-9]\d*$/.test(text) ? text : undefined;
}

function isPure(node: Node): boolean {
  const effects = effectsOf(node);
  return !effects.opaque && effects.accesses.every((access) => !access.writes);
}

/** Whether no sum overflows in so many iterations. */
function fits(sums: readonly ModularSum[], steps: bigint): boolean {
  const limits = new Map(sums.map((sum) => [sum.variable.name, sum.modulus - 1n]));
  // A sum that feeds another is bounded by what it has become at the end of the block.
  for (const sum of sums) {
    const largest = largestOf(sum.added, limits);
    if (largest === undefined) return false;
    const total = sum.modulus - 1n + steps * largest;
    if (total >= 1n << BigInt(sum.bits)) return false;
    limits.set(sum.variable.name, total);
  }
  // One that is read before it is updated in the same iteration was bounded too low.
  return sums.every((sum, index) =>
    find(sum.added, "identifier").every(
      (name) => sums.findIndex((other) => other.variable.name === name.text) < index,
    ),
  );
}

/** The largest value of an unsigned expression, by the types of its parts. */
function largestOf(expression: Node, limits: ReadonlyMap<string, bigint>): bigint | undefined {
  const node = bare(expression);
  const known = node.type === "identifier" ? limits.get(node.text) : undefined;
  if (known !== undefined) return known;
  const type = arithmeticOf(typeOf(node));
  const byType = type?.kind === "integer" && !type.signed ? (1n << BigInt(type.bits)) - 1n : undefined;
  if (node.type === "number_literal" && /^\d+[uUlL]*$/.test(node.text))
    return BigInt(node.text.replace(/[uUlL]+$/, ""));
  if (node.type === "binary_expression") {
    const [left, right] = [field(node, "left"), field(node, "right")];
    const [a, b] = [left && largestOf(left, limits), right && largestOf(right, limits)];
    const exact =
      a === undefined || b === undefined
        ? undefined
        : operatorOf(node) === "+"
          ? a + b
          : operatorOf(node) === "*"
            ? a * b
            : undefined;
    const width = BigInt(Math.max(type?.bits ?? 32, 32));
    // What would wrap is bounded by its type.
    return exact !== undefined && exact < 1n << (width - (type?.signed ? 1n : 0n)) ? exact : byType;
  }
  if (node.type === "cast_expression" || node.type === "call_expression") {
    const inner = withoutCasts(node);
    const value = inner.id === node.id ? undefined : largestOf(inner, limits);
    return value !== undefined && (byType === undefined || value <= byType) ? value : byType;
  }
  return byType;
}

function rewrite(
  subject: Subject,
  loop: Loop,
  { sums, steps }: { sums: readonly ModularSum[]; steps: number },
): Opportunity[] {
  const { count } = loop;
  const type = count && arithmeticOf(count.type);
  if (!count?.type || type?.kind !== "integer") return [];
  const taken = new Set<string>();
  const [start, end] = [
    freshName(subject.source, "block_start", taken),
    freshName(subject.source, "block_end", taken),
  ];
  const spelled = copyType(subject, count.type);
  const bound = /^[\w.()]+$/.test(count.bound.text) ? count.bound.text : `(${count.bound.text})`;
  const inner = block(
    subject.source,
    `for (${spelled} ${count.variable} = ${start}; ${count.variable} < ${end}; ${count.variable}++)`,
    sums.map((sum) => `${sum.variable.name} += ${sum.added.text};`).join("\n"),
  );
  const text = block(
    subject.source,
    `for (${spelled} ${start} = ${count.start.text}; ${start} < ${bound};)`,
    [
      `const ${spelled} ${end} = ${bound} - ${start} > ${steps} ? ${start} + ${steps} : ${bound};`,
      inner,
      ...sums.map((sum) => `${sum.variable.name} %= ${sum.modulusText};`),
      `${start} = ${end};`,
    ].join("\n"),
  );
  return offer(subject, {
    parameters: { steps },
    place: `${sums.map((sum) => sum.variable.name).join(" and ")} in ${describeLoop(loop)}`,
    preconditions: [
      "unsigned sums take a remainder after every addition",
      "what is added has a bound by its type",
    ],
    assumptions: sums
      .filter((sum) => !startsBelow(sum))
      .map((sum) => `${sum.variable.name} starts below ${sum.modulusText}.`),
    edits: [replaceStatement(subject.source, loop.node, text)],
  });
}

function startsBelow({ variable, modulus }: ModularSum): boolean {
  const text = variable.initial && bare(variable.initial).text.replace(/[uUlL]+$/, "");
  return text !== undefined && /^\d+$/.test(text) && BigInt(text) < modulus;
}
