/**
 * A checksum that goes through its table byte by byte waits for each look-up before it can begin the next. With a table for each of the next four or
 * eight positions the look-ups of as many bytes are independent.
 *
 *     for (i = 0; i < n; ++i)                                          slices[k][b]: what byte b does k positions further on, made from the table
 *         crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xff];         →    for (; n - i >= 8; i += 8) {
 *                                                                          const uint32_t first = crc ^ (data[i] | … | data[i + 3] << 24);
 *                                                                          crc = slices[7][first & 0xff] ^ … ^ slices[0][data[i + 7]];
 *                                                                      }
 *                                                                      for (; i < n; ++i) … as before
 *
 * Legal where the table is that of a shift register, so that what two bytes do together is the xor of what each does alone. This is checked where the file
 * holds the table's values, and assumed where the program makes them. Exact.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, nested, outdented, replaceStatement } from "../../../code/edit.ts";
import { effectsOf } from "../../../code/effects.ts";
import { compileExpression } from "../../../code/interpret.ts";
import { describeLoop, isPlain, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  bare,
  expressionOf,
  field,
  find,
  operatorOf,
  parts,
  subscript,
  withoutCasts,
} from "../../../code/tree.ts";
import { arithmeticOf, elementType } from "../../../code/types.ts";
import { typeOf, type Variable, variableOf } from "../../../code/variables.ts";
import { copyType, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const slicedTable: Rewrite = {
  name: "sliced-table",
  idea: "Looks up four or eight bytes of a checksum at once, in tables that are made from the one for a single byte.",
  reference:
    "M. E. Kounavis, F. L. Berry, A Systematic Approach to Building High Performance Software-Based CRC Generators, ISCC 2005",
  lessons: {
    faster: "Each byte's look-up had to wait for the one before; the look-ups of eight bytes now overlap.",
    slower: "The data are short, so that making the tables costs more than they save.",
    wrong:
      "The table is not that of a shift register: what two bytes do together is not the xor of what each does alone.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => {
        const step = tableStep(loop);
        return step ? [8, 4].flatMap((bytes) => rewrite(subject, loop, step, bytes)) : [];
      }),
    );
  },
};

interface TableStep {
  readonly register: Variable;
  readonly bits: number;
  /** The table's name. */
  readonly table: Node;
  /** `data` of `data[i]`. */
  readonly data: Node;
  /** Whether the file holds the table's values, and they are linear. */
  readonly proven: boolean;
}

/** `crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xff]`, in one statement or with `crc ^= data[i]` before it. */
function tableStep(loop: Loop): TableStep | undefined {
  if (
    !isPlain(loop) ||
    loop.count.comparison !== "<" ||
    loop.statements.length > 2 ||
    loop.leavesEarly ||
    loop.hasContinue
  )
    return undefined;
  const last = loop.statements.at(-1);
  const assignment = last && expressionOf(last);
  const target = assignment && field(assignment, "left");
  const right = assignment && field(assignment, "right");
  if (
    assignment?.type !== "assignment_expression" ||
    operatorOf(assignment) !== "=" ||
    target?.type !== "identifier" ||
    !right
  )
    return undefined;
  const register = variableOf(target);
  const type = register && arithmeticOf(register.type);
  if (
    !register ||
    register.kind === "global" ||
    register.type.reference ||
    type?.kind !== "integer" ||
    type.signed ||
    type.bits < 32
  )
    return undefined;
  const terms = xorTerms(right);
  const shift = terms.find(
    (term) =>
      operatorOf(term) === ">>" &&
      field(term, "left")?.text === target.text &&
      field(term, "right")?.text === "8",
  );
  const look = terms.map((term) => subscript(term)).find((each) => each !== undefined);
  const [index] = look?.indices ?? [];
  if (terms.length !== 2 || !shift || !look || !index || look.array.type !== "identifier") return undefined;
  const mixed = xorTerms(withoutMask(index));
  const first = loop.statements.length === 2 ? byteMixedIn(loop.statements[0]!, target.text) : undefined;
  const own = mixed.find((term) => withoutCasts(term).text === target.text);
  const byte = first ?? mixed.find((term) => term !== own);
  if (!own || !byte || mixed.length !== (first ? 1 : 2) || (loop.statements.length === 2 && !first))
    return undefined;
  const source = subscript(withoutCasts(byte));
  const element = source && typeOf(withoutCasts(byte));
  const bytes = arithmeticOf(element);
  if (!source || source.array.type !== "identifier" || source.indices[0]?.text !== loop.count.variable)
    return undefined;
  // Signed bytes are widened with their sign, which only a mask on the index takes off again.
  if (bytes?.kind !== "integer" || bytes.bits !== 8 || bytes.signed) return undefined;
  const table = variableOf(look.array);
  const words = table && arithmeticOf(elementType(table.type));
  if (
    !table ||
    words?.bits !== type.bits ||
    words.signed ||
    effectsOf(loop.node).accesses.some((access) => access.writes && access.root === table.name)
  )
    return undefined;
  const values = table.initial ? valuesOf(table.initial) : undefined;
  if (values && !isLinear(values)) return undefined;
  return { register, bits: type.bits, table: look.array, data: source.array, proven: values !== undefined };
}

function xorTerms(expression: Node): Node[] {
  const node = withoutCasts(expression);
  if (node.type !== "binary_expression" || operatorOf(node) !== "^") return [node];
  const [left, right] = [field(node, "left"), field(node, "right")];
  return left && right ? [...xorTerms(left), ...xorTerms(right)] : [node];
}

/** x of `x & 0xff` and of `(uint8_t)x`. */
function withoutMask(index: Node): Node {
  const node = bare(index);
  if (node.type === "cast_expression" || node.type === "call_expression") {
    const type = arithmeticOf(typeOf(node));
    if (type?.bits === 8 && !type.signed) return withoutCasts(node);
  }
  if (node.type !== "binary_expression" || operatorOf(node) !== "&") return index;
  const [left, right] = [field(node, "left"), field(node, "right")];
  return (isByteMask(right) ? left : isByteMask(left) ? right : undefined) ?? index;
}

function isByteMask(mask: Node | undefined): boolean {
  return /^(0[xX][fF][fF]|255)[uUlL]*$/.test(mask?.text ?? "");
}

/** x of `crc ^= x;`. */
function byteMixedIn(statement: Node, register: string): Node | undefined {
  const expression = expressionOf(statement);
  if (expression?.type !== "assignment_expression" || field(expression, "left")?.text !== register)
    return undefined;
  const right = field(expression, "right");
  if (!right) return undefined;
  if (operatorOf(expression) === "^=") return right;
  const terms = operatorOf(expression) === "=" ? xorTerms(right) : [];
  return terms.length === 2 ? terms.find((term) => term.text !== register) : undefined;
}

/** The 256 values of an initializer list of literals. */
function valuesOf(initializer: Node): bigint[] | undefined {
  if (initializer.type !== "initializer_list") return undefined;
  const items = parts(initializer);
  if (items.length !== 256) return undefined;
  const values = items.map((item) => compileExpression(item)?.(new Map()));
  return values.every((value) => value !== undefined)
    ? (values as bigint[]).map((value) => BigInt.asUintN(64, value))
    : undefined;
}

function isLinear(values: readonly bigint[]): boolean {
  return values.every((value, index) => {
    let sum = 0n;
    for (let bit = 0; bit < 8; bit += 1) if ((index >> bit) & 1) sum ^= values[1 << bit] ?? 0n;
    return sum === value;
  });
}

function rewrite(subject: Subject, loop: Loop, step: TableStep, bytes: number): Opportunity[] {
  const { count } = loop;
  const { register, bits, table, data } = step;
  const inRegister = bits / 8;
  if (
    !count?.type ||
    inRegister > bytes ||
    find(loop.node, "identifier").some((name) => /slices/.test(name.text))
  )
    return [];
  const taken = new Set<string>();
  const slices = freshName(subject.source, `${table.text}_slices`, taken);
  const [byte, first] = [freshName(subject.source, "byte", taken), freshName(subject.source, "first", taken)];
  const word = copyType(subject, register.type);
  const i = count.variable;
  const at = (offset: number): string => `${data.text}[${offset === 0 ? i : `${i} + ${offset}`}]`;
  const fill = [
    `${slices}[0][${byte}] = ${table.text}[${byte}];`,
    block(
      subject.source,
      `for (int slice = 1; slice < ${bytes}; slice++)`,
      `${slices}[slice][${byte}] = (${slices}[slice - 1][${byte}] >> 8) ^ ${table.text}[${slices}[slice - 1][${byte}] & 0xff];`,
    ),
  ].join("\n");
  const loaded = Array.from({ length: inRegister }, (_, offset) =>
    offset === 0 ? `(${word})${at(0)}` : `(${word})${at(offset)} << ${8 * offset}`,
  );
  const looked = Array.from({ length: bytes }, (_, offset) => {
    const slice = `${slices}[${bytes - 1 - offset}]`;
    if (offset >= inRegister) return `${slice}[${at(offset)}]`;
    return offset === inRegister - 1
      ? `${slice}[${first} >> ${8 * offset}]`
      : `${slice}[${offset === 0 ? first : `(${first} >> ${8 * offset})`} & 0xff]`;
  });
  const bound = /^[\w.()]+$/.test(count.bound.text) ? count.bound.text : `(${count.bound.text})`;
  const wide = block(
    subject.source,
    `for (; ${i} < ${bound} && ${bound} - ${i} >= ${bytes}; ${i} += ${bytes})`,
    [
      `const ${word} ${first} = ${register.name} ^ (${loaded.join(" | ")});`,
      `${register.name} = ${looked.join(` ^\n${nested(subject.source, "")}    `)};`,
    ].join("\n"),
  );
  const header = loop.node.text.slice(0, loop.body.startIndex - loop.node.startIndex);
  const initializer = field(loop.node, "initializer");
  const start =
    initializer?.type === "declaration"
      ? initializer.text.replace(/;?$/, ";")
      : `${initializer?.text ?? ""};`;
  const opening = header.indexOf("(") + 1;
  const rest = `for (${header
    .slice(opening)
    .replace(initializer?.text ?? "", "")
    .replace(/^\s*;?/, ";")}${outdented(subject.source, loop.node).slice(header.length)}`;
  const text = [
    `${word} ${slices}[${bytes}][256];`,
    block(subject.source, `for (int ${byte} = 0; ${byte} < 256; ${byte}++)`, fill),
    start,
    wide,
    rest,
  ].join("\n");
  return offer(subject, {
    parameters: { bytes },
    place: `${register.name} through ${table.text} in ${describeLoop(loop)}`,
    preconditions: ["a loop shifts a register by a byte and xors in the entry of a table for each byte"],
    assumptions: step.proven
      ? []
      : [
          `${table.text} is the table of a shift register: the entry for two bits is the xor of their entries.`,
        ],
    edits: [replaceStatement(subject.source, loop.node, block(subject.source, "", text))],
  });
}
