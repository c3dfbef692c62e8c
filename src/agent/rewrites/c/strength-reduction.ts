/**
 * Powers cost a library call. A small constant exponent needs only products, a half needs a square root, and a power whose exponent
 * counts up with the loop needs one product an iteration.
 *
 *     r += pow(x, 3);                                        r += power_3(x);          // x * x * x
 *     for (i = 0; i < n; ++i) s += c[i] * pow(x, i);   →     double power = 1.0;
 *                                                            for (i = 0; i < n; ++i, power *= x) s += c[i] * power;
 *
 * Legal for every exponent that is a whole number; for halves where the base is not negative zero and not infinite. Products round more often than
 * pow does, so the last bits differ. gcc itself does this for the exponent 2 alone unless -ffast-math allows more.
 */
import type { Node } from "web-tree-sitter";
import { block, type Edit, freshName, helperEdit, insertAt, replaceNode } from "../../../code/edit.ts";
import { describeLoop, isPlain, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { invarianceOf } from "../../../code/storage.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  contains,
  field,
  find,
  operatorOf,
  withoutCasts,
} from "../../../code/tree.ts";
import { arithmeticOf, isFloating, type ValueType } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";
import { before, copyType, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const strengthReduction: Rewrite = {
  name: "strength-reduction",
  idea: "Computes powers by multiplication: small exponents as products, powers of the loop variable by one product an iteration.",
  reference:
    "F. E. Allen, J. Cocke, K. Kennedy, Reduction of Operator Strength, in Program Flow Analysis, 1981; D. E. Knuth, The Art of Computer Programming 2, 4.6.3",
  lessons: {
    faster:
      "A call of pow costs dozens of cycles and keeps the loop from being vectorised; a few products replace it.",
    slower:
      "The power was not the bottleneck, or the running product makes each iteration wait for the one before it.",
    wrong:
      "Repeated products rounded differently from pow by more than the tolerance, or the base was a special value.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) => [
      ...constantPowers(subject, definition),
      ...runningPowers(subject, definition),
    ]);
  },
};

const largestExponent = 16;

interface Power {
  readonly call: Node;
  readonly base: Node;
  readonly exponent: Node;
  /** In which precision the call computes. */
  readonly type: "double" | "float";
}

function powersIn(definition: Node): Power[] {
  return find(definition, "call_expression").flatMap((call) => {
    const name = calleeOf(call);
    const [base, exponent, ...more] = argumentsOf(call);
    if (!/^(::)?(std::)?powf?$/.test(name) || !base || !exponent || more.length > 0) return [];
    const type: ValueType | undefined = typeOf(call);
    const narrow = name.endsWith("powf") || (type?.base === "float" && name.includes("std::"));
    // std::pow of anything but float and double is left alone: long double, complex, classes.
    const arithmetic = arithmeticOf(typeOf(base));
    if (name.includes("std::") && (!arithmetic || arithmetic.bits === 80)) return [];
    return [{ call, base, exponent, type: narrow ? "float" : "double" }];
  });
}

/** `pow(x, 3)` and its like, all of a function at once. */
function constantPowers(subject: Subject, definition: Node): Opportunity[] {
  const edits: Edit[] = [];
  const helpers = new Map<string, string>();
  const exponents = new Set<number>();
  const taken = new Set<string>();
  for (const { call, base, exponent, type } of powersIn(definition)) {
    const value = numberOf(exponent);
    if (
      value === undefined ||
      !isWorthwhile(value) ||
      find(base, "call_expression").some((inner) => /pow/.test(calleeOf(inner)))
    )
      continue;
    const key = `${type} ${value}`;
    const label = String(Math.abs(value)).replace(".", "_");
    const name =
      helpers.get(key) ??
      freshName(
        subject.source,
        `${value < 0 ? "inverse_" : ""}power_${label}${type === "float" ? "f" : ""}`,
        taken,
      );
    if (!helpers.has(key)) {
      helpers.set(key, name);
      edits.push(helperEdit(subject.source, definition, powerFunction(subject, name, type, value)));
    }
    exponents.add(value);
    edits.push(replaceNode(call, `${name}(${base.text})`));
  }
  // The compiler squares by itself.
  if ([...exponents].every((value) => value === 2)) return [];
  const halves = [...exponents].some((value) => !Number.isInteger(value));
  return offer(subject, {
    parameters: { form: "products" },
    place: `powers with the constant exponent${exponents.size > 1 ? "s" : ""} ${[...exponents].toSorted((a, b) => a - b).join(", ")}`,
    preconditions: ["pow is called with a small constant exponent"],
    assumptions: [
      "Powers may differ from those of pow in the last bits.",
      ...(halves ? ["Bases of fractional powers are finite and not negative."] : []),
    ],
    edits,
  });
}

/** Whole numbers up to 16 and halves up to 4, either sign. */
function isWorthwhile(value: number): boolean {
  if (Number.isInteger(value)) return value !== 0 && value !== 1 && Math.abs(value) <= largestExponent;
  return Number.isInteger(value * 2) && Math.abs(value) <= 4;
}

function numberOf(exponent: Node): number | undefined {
  const node = withoutCasts(exponent);
  if (node.type === "unary_expression" && operatorOf(node) === "-") {
    const argument = field(node, "argument");
    const value = argument && numberOf(argument);
    return value === undefined ? undefined : -value;
  }
  if (node.type === "binary_expression" && operatorOf(node) === "/") {
    const [left, right] = [field(node, "left"), field(node, "right")];
    const floating = (left && isFloating(typeOf(left))) || (right && isFloating(typeOf(right)));
    const [a, b] = [left && numberOf(left), right && numberOf(right)];
    return floating && a !== undefined && b ? a / b : undefined;
  }
  if (node.type !== "number_literal" || !/^-?[\d.]+([eE]\d+)?[fFlLuU]*$/.test(node.text)) return undefined;
  return Number(node.text.replace(/[fFlLuU]+$/, ""));
}

/** `static inline double power_3(double x) { return x * x * x; }`, by repeated squaring. */
function powerFunction(subject: Subject, name: string, type: "double" | "float", value: number): string {
  const one = type === "float" ? "1.0f" : "1.0";
  const root = subject.language === "c++" ? "std::sqrt(x)" : type === "float" ? "sqrtf(x)" : "sqrt(x)";
  const whole = Math.floor(Math.abs(value));
  const lines: string[] = [];
  const factors: string[] = [];
  if (whole <= 3) factors.push(...Array<string>(whole).fill("x"));
  else {
    let square = "x";
    for (let rest = whole, step = 2; rest > 0; rest >>= 1, step *= 2) {
      if (rest % 2 === 1) factors.push(square);
      if (rest === 1) break;
      lines.push(`const ${type} x${step} = ${square} * ${square};`);
      square = `x${step}`;
    }
  }
  if (!Number.isInteger(value)) factors.push(root);
  const product = factors.join(" * ");
  lines.push(`return ${value > 0 ? product : `${one} / ${factors.length > 1 ? `(${product})` : product}`};`);
  return `static inline ${type} ${name}(${type} x)\n${block(subject.source, "", lines.join("\n"))}`;
}

/** `pow(x, i)` in a loop over i. */
function runningPowers(subject: Subject, definition: Node): Opportunity[] {
  return loopsIn(definition).flatMap((loop) => {
    if (!isPlain(loop)) return [];
    const powers = powersIn(loop.body).filter(
      (power) => followsCount(power.exponent, loop) && innermostCounting(power.call, loop),
    );
    const [first] = powers;
    if (!first || loop.count.comparison === "!=") return [];
    const same = powers.filter(
      (power) =>
        bare(power.base).text === bare(first.base).text &&
        power.exponent.text === first.exponent.text &&
        power.type === first.type,
    );
    const invariance = invarianceOf(first.base, loop.node);
    const update = field(loop.node, "update");
    if (!invariance || !update || !isFloating(typeOf(first.call) ?? undefined)) return [];
    const name = freshName(subject.source, "power");
    const spelled = copyType(subject, typeOf(first.call) as ValueType);
    const started = startingPower(first, loop);
    // Where the loop may not run at all, what it would load may not be there.
    const start =
      invariance.mayTrap && !/^1\.0f?$/.test(started)
        ? `${loop.count.start.text} ${loop.count.comparison} ${loop.count.bound.text} ? ${started} : 1`
        : started;
    return offer(subject, {
      parameters: { form: "running" },
      place: `the power of ${first.base.text} in ${describeLoop(loop)}`,
      preconditions: [
        "the exponent of pow counts up by one with the loop",
        "the base does not change in the loop",
      ],
      assumptions: [
        "Powers built by repeated products may differ from those of pow in the last bits.",
        ...invariance.assumptions,
      ],
      edits: [
        ...before(subject.source, loop.node, `${spelled} ${name} = ${start};`),
        ...same.map((power) => replaceNode(power.call, name)),
        insertAt(update.endIndex, `, ${name} *= ${factor(first.base)}`),
      ],
    });
  });
}

function factor(node: Node): string {
  return /^(identifier|number_literal|call_expression|subscript_expression|field_expression|parenthesized_expression)$/.test(
    node.type,
  )
    ? node.text
    : `(${node.text})`;
}

/** The exponent is the loop's variable, or the variable and a constant. */
function followsCount(exponent: Node, loop: Loop): boolean {
  const node = withoutCasts(exponent);
  if (node.text === loop.count?.variable) return true;
  if (node.type !== "binary_expression" || !/^[+-]$/.test(operatorOf(node))) return false;
  const [left, right] = [field(node, "left"), field(node, "right")];
  const signed = arithmeticOf(loop.count?.type)?.signed || operatorOf(node) === "+";
  return (
    !!left &&
    !!right &&
    withoutCasts(left).text === loop.count?.variable &&
    right.type === "number_literal" &&
    !!signed
  );
}

function innermostCounting(call: Node, loop: Loop): boolean {
  return !loop.children.some(
    (child) => child.count?.variable === loop.count?.variable && contains(child.node, call),
  );
}

function startingPower(power: Power, loop: Loop): string {
  const start = loop.count?.start.text ?? "";
  const node = withoutCasts(power.exponent);
  const offset =
    node.type === "binary_expression"
      ? Number(field(node, "right")?.text) * (operatorOf(node) === "-" ? -1 : 1)
      : 0;
  const first = /^\d+$/.test(start) ? Number(start) + offset : undefined;
  if (first === 0) return power.type === "float" ? "1.0f" : "1.0";
  if (first === 1) return power.base.text;
  if (first === undefined)
    return `${calleeOf(power.call)}(${power.base.text}, ${offset === 0 ? start : `(${start}) ${offset < 0 ? "-" : "+"} ${Math.abs(offset)}`})`;
  return `${calleeOf(power.call)}(${power.base.text}, ${first})`;
}
