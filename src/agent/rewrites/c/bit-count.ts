/**
 * Loops that look at a word bit by bit have an instruction of their own.
 *
 *     while (x) { count += x & 1; x >>= 1; }               →   count += __builtin_popcount(x); x = 0;
 *     while (x) { x &= x - 1; count++; }                    →   the same
 *     for (b = 0; b < 32; ++b) if (x >> b & 1) count++;     →   count += __builtin_popcount(x);
 *     while (x) { length++; x >>= 1; }                      →   length += x ? 32 - __builtin_clz(x) : 0; x = 0;
 *     while (!(x & 1)) { zeros++; x >>= 1; }                →   zeros += __builtin_ctz(x); x >>= __builtin_ctz(x);
 *
 * `^=` in the place of `+=` is the parity. Exact for every word for which the loop ends. Compilers of today know the second form alone.
 */
import type { Node } from "web-tree-sitter";
import { replaceStatement } from "../../../code/edit.ts";
import { effectsOf } from "../../../code/effects.ts";
import { type Loop, loopsIn, tripCount } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { invarianceOf } from "../../../code/storage.ts";
import {
  bare,
  elseOf,
  conditionOf,
  expressionOf,
  field,
  find,
  normalised,
  operatorOf,
  statementsOf,
  withoutCasts,
} from "../../../code/tree.ts";
import { type Arithmetic, arithmeticOf } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const bitCount: Rewrite = {
  name: "bit-count",
  idea: "Counts, finds or xors the bits of a word with one instruction instead of a loop over its bits.",
  reference:
    "H. S. Warren, Hacker's Delight, 2nd ed., ch. 5: Counting Bits; B. W. Kernighan, D. M. Ritchie, The C Programming Language, 2.9",
  lessons: {
    faster:
      "A loop over the bits of a word became one instruction, and the loop around it can now be vectorised.",
    slower: "Words have few bits set, or the compiler had found the idiom itself.",
    wrong: "The loop did something besides counting, or its word was signed and negative.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => {
        const idiom = overCounter(loop) ?? untilZero(loop) ?? untilOdd(loop);
        return idiom ? rewrite(subject, loop, idiom) : [];
      }),
    );
  },
};

interface Idiom {
  readonly kind: "population count" | "parity" | "bit length" | "trailing zeros";
  readonly text: string;
}

/** One statement of the loop, as what it does to the word or the counter. */
type Step =
  | { readonly kind: "shift" }
  | { readonly kind: "clear-lowest" }
  /** Adds the word's lowest bit to the target, or xors it in. */
  | { readonly kind: "add-bit" | "xor-bit"; readonly target: Node }
  | { readonly kind: "increment"; readonly target: Node };

/** `while (x)` and `for (; x; x >>= 1)`. */
function untilZero(loop: Loop): Idiom | undefined {
  if (loop.kind !== "while" && loop.kind !== "for") return undefined;
  const condition = conditionOf(loop.node);
  const word = condition && testedWord(condition);
  if (!word || !isLocal(word)) return undefined;
  const type = wordType(word.node);
  const steps = stepsOf(loop, word.node);
  if (!type || !steps || steps.length !== 2) return undefined;
  // With `x > 0` a negative word ends the loop at once; with `x != 0` it would never end.
  const guard = word.positive && type.signed ? `${word.node.text} > 0 ? ` : undefined;
  const prologue = initializerOf(loop);
  if (prologue === undefined) return undefined;
  const name = word.node.text;
  const value = (call: string): string => (guard ? `${guard}${call} : 0` : call);
  const after = guard ? `if (${name} > 0) ${name} = 0;` : `${name} = 0;`;
  const [first, second] = steps;
  const counts = (kind: Step["kind"], other: Step["kind"]): Node | undefined => {
    const one = steps.find((step) => step.kind === kind);
    return one && "target" in one && steps.some((step) => step.kind === other) ? one.target : undefined;
  };
  const added = counts("add-bit", "shift");
  const kernighan = counts("increment", "clear-lowest");
  // The bit has to be looked at before it is shifted out.
  const inOrder = first?.kind !== "shift" || loop.kind === "for" || second?.kind === "increment";
  if ((added && inOrder) || kernighan) {
    return {
      kind: "population count",
      text: `${prologue}${(added ?? kernighan)!.text} += ${value(population(type, name))};\n${after}`,
    };
  }
  const xored = counts("xor-bit", "shift");
  if (xored && inOrder) {
    return {
      kind: "parity",
      text: `${prologue}${xored.text} ^= ${value(population(type, name, "parity"))};\n${after}`,
    };
  }
  const length = counts("increment", "shift");
  if (length && !word.positive) {
    return {
      kind: "bit length",
      text: `${prologue}${length.text} += ${name} ? ${bitLength(type, name)} : 0;\n${name} = 0;`,
    };
  }
  return undefined;
}

/** `while (!(x & 1)) { zeros++; x >>= 1; }`: for a word of zero it would never end. */
function untilOdd(loop: Loop): Idiom | undefined {
  const condition = conditionOf(loop.node);
  if (loop.kind !== "while" || !condition) return undefined;
  const test = bare(condition);
  const argument = field(test, "argument");
  const left = field(test, "left");
  const lowest =
    test.type === "unary_expression" && operatorOf(test) === "!" && argument
      ? lowestBit(argument)
      : test.type === "binary_expression" &&
          operatorOf(test) === "==" &&
          field(test, "right")?.text === "0" &&
          left
        ? lowestBit(left)
        : undefined;
  const type = lowest && wordType(lowest);
  if (!lowest || !type || !isLocal({ node: lowest })) return undefined;
  const steps = stepsOf(loop, lowest);
  const increment = steps?.find((step) => step.kind === "increment");
  if (
    steps?.length !== 2 ||
    !increment ||
    !("target" in increment) ||
    !steps.some((step) => step.kind === "shift")
  )
    return undefined;
  const zeros = `__builtin_ctz${type.bits === 64 ? "ll" : ""}(${lowest.text})`;
  return {
    kind: "trailing zeros",
    text: `${increment.target.text} += ${zeros};\n${lowest.text} >>= ${zeros};`,
  };
}

/** `for (b = 0; b < 32; ++b) count += x >> b & 1`, with `if` or not, and with a mask in place of the shift. */
function overCounter(loop: Loop): Idiom | undefined {
  const { count } = loop;
  const bits = tripCount(loop) ?? sizeInBits(loop);
  if (!count || bits === undefined || count.step !== 1 || count.start.text !== "0" || !count.declared)
    return undefined;
  const [only, ...more] = loop.statements;
  if (!only || more.length > 0) return undefined;
  const step = countingStep(only, (expression) => {
    const word = bitAt(expression, count.variable);
    return word && invarianceOf(word, loop.node) ? word : undefined;
  });
  const type = step && wordType(step.word);
  if (!step || !type || effectsOf(step.word).calls.length > 0) return undefined;
  const width = wordBits(step.word);
  // Bits beyond the word's own are copies of its sign, or there are none; beyond the promoted width the shift is undefined.
  if (bits > type.bits || (bits > width && type.signed)) return undefined;
  const name = bits < width ? `(${step.word.text} & ${mask(bits)})` : step.word.text;
  const call = population(type, name, step.operator === "^=" ? "parity" : "popcount", step.word);
  return {
    kind: step.operator === "^=" ? "parity" : "population count",
    text: `${step.target.text} ${step.operator} ${call};`,
  };
}

function mask(bits: number): string {
  return `0x${((1n << BigInt(bits)) - 1n).toString(16)}${bits > 32 ? "ULL" : "u"}`;
}

/** `b < sizeof(x) * 8` and `b < 8 * sizeof x`. */
function sizeInBits(loop: Loop): number | undefined {
  const bound = loop.count?.bound;
  const product = bound && withoutCasts(bound);
  if (product?.type !== "binary_expression" || operatorOf(product) !== "*") return undefined;
  const sides = [field(product, "left"), field(product, "right")].map((side) => side && withoutCasts(side));
  const size = sides.find((side) => side?.type === "sizeof_expression");
  if (!size || !sides.some((side) => side?.text === "8" || side?.text === "CHAR_BIT")) return undefined;
  const value = field(size, "value");
  const inner = value ? typeOf(value) : undefined;
  const named = size.text.replace(/^sizeof\s*\(?/, "").replace(/\)$/, "");
  return arithmeticOf(
    inner ?? { base: named.trim(), pointers: 0, constant: false, reference: false, dimensions: [] },
  )?.bits;
}

/** The tested word of `x`, `x != 0`, `x > 0`. */
function testedWord(condition: Node): { node: Node; positive: boolean } | undefined {
  const node = bare(condition);
  if (node.type === "identifier") return { node, positive: false };
  const [left, right] = [field(node, "left"), field(node, "right")];
  if (node.type !== "binary_expression" || !left || !right || !/^0[uUlL]*$/.test(right.text))
    return undefined;
  const operator = operatorOf(node);
  const word = bare(left);
  if (word.type !== "identifier" || (operator !== "!=" && operator !== ">")) return undefined;
  return { node: word, positive: operator === ">" };
}

/** A variable of the function's own, so that nothing else sees the bits go. */
function isLocal({ node }: { node: Node }): boolean {
  const type = typeOf(node);
  return (
    node.type === "identifier" &&
    type !== undefined &&
    type.pointers === 0 &&
    !type.reference &&
    arithmeticOf(type)?.kind === "integer"
  );
}

/** What the loop's statements and its update do; undefined where one of them is none of the known steps. */
function stepsOf(loop: Loop, word: Node): Step[] | undefined {
  const update = field(loop.node, "update");
  const expressions: (Node | undefined)[] = loop.statements.map(
    (statement) => expressionOf(statement) ?? statement,
  );
  if (loop.kind === "for" && update) expressions.push(update);
  const steps = expressions.map((expression) => expression && stepOf(expression, word));
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

function stepOf(node: Node, word: Node): Step | undefined {
  const name = word.text;
  const target = field(node, node.type === "update_expression" ? "argument" : "left");
  if (node.type === "update_expression" && target && operatorOf(node) === "++" && target.text !== name) {
    return isCounter(target, name) ? { kind: "increment", target } : undefined;
  }
  if (node.type === "assignment_expression" && target) {
    const right = field(node, "right");
    if (!right) return undefined;
    const [operator, value] = [operatorOf(node), withoutCasts(right)];
    if (target.text === name) {
      if (operator === ">>=" && value.text === "1") return { kind: "shift" };
      if (operator === "/=" && value.text === "2" && arithmeticOf(typeOf(word))?.signed === false)
        return { kind: "shift" };
      if (
        operator === "=" &&
        new RegExp(`^${name} (>> 1|/ 2)$`).test(normalised(value)) &&
        (!normalised(value).includes("/") || arithmeticOf(typeOf(word))?.signed === false)
      )
        return { kind: "shift" };
      const cleared = normalised(value).replace(/[()]/g, "").replace(/\s+/g, " ").trim();
      if (operator === "&=" && new RegExp(`^${name} - 1[uUlL]*$`).test(cleared))
        return { kind: "clear-lowest" };
      if (
        operator === "=" &&
        new RegExp(`^(${name} & ${name} - 1|${name} - 1 & ${name})[uUlL]*$`).test(cleared)
      )
        return { kind: "clear-lowest" };
      return undefined;
    }
    if (!isCounter(target, name)) return undefined;
    if (operator === "+=" && value.text === "1") return { kind: "increment", target };
  }
  const step = countingStep(node, (expression) => (lowestBit(expression)?.text === name ? word : undefined));
  if (!step || !isCounter(step.target, name)) return undefined;
  return { kind: step.operator === "+=" ? "add-bit" : "xor-bit", target: step.target };
}

/** A plain arithmetic place that is not made of the word. */
function isCounter(target: Node, word: string): boolean {
  const node = bare(target);
  const plain = node.type === "identifier" || !find(node, "update_expression", "call_expression").length;
  return (
    plain &&
    arithmeticOf(typeOf(node))?.kind === "integer" &&
    !find(node, "identifier").some((name) => name.text === word)
  );
}

/** `count += BIT`, `count = count + BIT`, `parity ^= BIT`, `if (BIT) count++`, where the callback knows the bit. */
function countingStep(
  statement: Node,
  wordOf: (expression: Node) => Node | undefined,
): { target: Node; word: Node; operator: "+=" | "^=" } | undefined {
  if (statement.type === "if_statement") {
    const condition = conditionOf(statement);
    const consequence = field(statement, "consequence");
    if (!condition || !consequence || elseOf(statement)) return undefined;
    const [only, ...more] = statementsOf(consequence);
    const expression = only && more.length === 0 ? expressionOf(only) : undefined;
    const word = wordOf(withoutZeroTest(condition));
    const target = expression && incremented(expression);
    return word && target ? { target, word, operator: "+=" } : undefined;
  }
  const node = expressionOf(statement) ?? statement;
  if (node.type !== "assignment_expression") return undefined;
  const [target, right] = [field(node, "left"), field(node, "right")];
  const operator = operatorOf(node);
  if (!target || !right) return undefined;
  if (operator === "+=" || operator === "^=") {
    const inner = bare(right);
    // `c += (x & 1) ? 1 : 0`, `c += ((x >> b) & 1) != 0`.
    const choice =
      inner.type === "conditional_expression" &&
      field(inner, "consequence")?.text === "1" &&
      field(inner, "alternative")?.text === "0";
    const condition = choice ? field(inner, "condition") : undefined;
    const word = wordOf(condition ? withoutZeroTest(condition) : withoutZeroTest(inner));
    return word ? { target, word, operator } : undefined;
  }
  const sum = bare(right);
  if (operator !== "=" || sum.type !== "binary_expression" || operatorOf(sum) !== "+") return undefined;
  const [left, added] = [field(sum, "left"), field(sum, "right")];
  const word = added && wordOf(withoutZeroTest(added));
  return left && word && left.text === target.text ? { target, word, operator: "+=" } : undefined;
}

function withoutZeroTest(condition: Node): Node {
  const node = bare(condition);
  const [left, right] = [field(node, "left"), field(node, "right")];
  if (node.type !== "binary_expression" || !left || !right) return node;
  if (operatorOf(node) === "!=" && /^0[uUlL]*$/.test(right.text)) return bare(left);
  return operatorOf(node) === "==" && /^1[uUlL]*$/.test(right.text) && /^[&%]$/.test(operatorOf(bare(left)))
    ? bare(left)
    : node;
}

function incremented(expression: Node): Node | undefined {
  const target = field(expression, expression.type === "update_expression" ? "argument" : "left");
  if (expression.type === "update_expression") return operatorOf(expression) === "++" ? target : undefined;
  const one =
    expression.type === "assignment_expression" &&
    operatorOf(expression) === "+=" &&
    field(expression, "right")?.text === "1";
  return one ? target : undefined;
}

/** x of `x & 1`, and of `x % 2` where x is unsigned. */
function lowestBit(expression: Node): Node | undefined {
  const node = withoutCasts(expression);
  const [left, right] = [field(node, "left"), field(node, "right")];
  if (node.type !== "binary_expression" || !left || !right) return undefined;
  const word = withoutCasts(left);
  if (operatorOf(node) === "&" && /^(0x0*)?1[uUlL]*$/.test(right.text)) return word;
  if (operatorOf(node) === "%" && /^2[uUlL]*$/.test(right.text))
    return arithmeticOf(typeOf(word))?.signed === false ? word : undefined;
  return undefined;
}

/** x of `(x >> b) & 1`, and of `x & (1u << b)`. */
function bitAt(expression: Node, counter: string): Node | undefined {
  const node = withoutCasts(expression);
  const shifted = lowestBit(node);
  if (
    shifted?.type === "binary_expression" &&
    operatorOf(shifted) === ">>" &&
    field(shifted, "right")?.text === counter
  ) {
    const word = field(shifted, "left");
    return word && withoutCasts(word);
  }
  const [left, right] = [field(node, "left"), field(node, "right")];
  const shift = right && withoutCasts(right);
  if (
    node.type !== "binary_expression" ||
    operatorOf(node) !== "&" ||
    !left ||
    shift?.type !== "binary_expression"
  )
    return undefined;
  const one = field(shift, "left");
  if (
    operatorOf(shift) !== "<<" ||
    field(shift, "right")?.text !== counter ||
    !one ||
    !/^1[uUlL]*$/.test(withoutCasts(one).text)
  )
    return undefined;
  const [single, word] = [arithmeticOf(typeOf(one)), withoutCasts(left)];
  return (single?.bits ?? 0) >= wordBits(word) ? word : undefined;
}

function wordBits(word: Node): number {
  return arithmeticOf(typeOf(word))?.bits ?? 64;
}

/** As it is when it has been promoted: what is narrower than int becomes one. */
function wordType(word: Node): Arithmetic | undefined {
  const type = arithmeticOf(typeOf(word));
  if (type?.kind !== "integer") return undefined;
  return type.bits < 32 ? { ...type, bits: 32 } : type;
}

/** `__builtin_popcount(x)`, of a signed narrow word through its unsigned type. */
function population(
  type: Arithmetic,
  text: string,
  what: "popcount" | "parity" = "popcount",
  word?: Node,
): string {
  const own = word && arithmeticOf(typeOf(word));
  const cast =
    own?.signed && own.bits < 32 && !text.startsWith("(")
      ? `(unsigned ${own.bits === 8 ? "char" : "short"})`
      : "";
  return `__builtin_${what}${type.bits === 64 ? "ll" : ""}(${cast}${text})`;
}

function bitLength(type: Arithmetic, name: string): string {
  return type.bits === 64 ? `64 - __builtin_clzll(${name})` : `32 - __builtin_clz(${name})`;
}

/** The for loop's initializer as a statement of its own; undefined where it declares something. */
function initializerOf(loop: Loop): string | undefined {
  const initializer = field(loop.node, "initializer");
  if (!initializer) return "";
  return initializer.type === "assignment_expression" ? `${initializer.text};\n` : undefined;
}

function rewrite(subject: Subject, loop: Loop, { kind, text }: Idiom): Opportunity[] {
  const inBlock = loop.node.parent?.type === "compound_statement";
  const lines = text.includes("\n") && !inBlock ? `{ ${text.replaceAll("\n", " ")} }` : text;
  return offer(subject, {
    parameters: {},
    place: `the ${kind} by a ${loop.kind} loop`,
    preconditions: [`a loop over the bits of a word computes its ${kind}`],
    assumptions: [],
    edits: [replaceStatement(subject.source, loop.node, lines)],
  });
}
