/**
 * A register that is shifted and xored bit by bit (a cyclic redundancy check, a linear feedback shift register) moves by whole bytes with
 * the help of a table: what eight steps do to the register depends, beside the shift, on the byte that they push out alone.
 *
 *     crc ^= data[i];                                            static const uint32_t crc_steps[256] = { … };
 *     for (k = 0; k < 8; ++k)                               →    crc ^= data[i];
 *         crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;      crc = crc >> 8 ^ crc_steps[crc & 0xff];
 *
 * It is recognised by what it computes, not by how it is written: the loop is run on every single bit and on many words, and must be such a
 * shift of an unsigned variable, in either direction, whether the byte was xored in before the loop or bit by bit in it. Then it is exact. A
 * polynomial that is a variable gets its table before the outermost loop, made by the original steps.
 */
import type { Node } from "web-tree-sitter";
import {
  block,
  type Edit,
  freshName,
  helperEdit,
  insertBefore,
  outdented,
  replaceStatement,
} from "../../../code/edit.ts";
import { effectsOf } from "../../../code/effects.ts";
import { compile, namesMentioned, wrap, type Program } from "../../../code/interpret.ts";
import { type Loop, loopsIn, tripCount } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { contains, find } from "../../../code/tree.ts";
import { type Arithmetic, arithmeticOf } from "../../../code/types.ts";
import { type Variable, variableOf } from "../../../code/variables.ts";
import { copyType, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const byteStepTable: Rewrite = {
  name: "byte-step-table",
  idea: "Takes eight shift-and-xor steps of a register at once, with a table of what each byte that is shifted out does to the rest.",
  reference:
    "D. V. Sarwate, Computation of Cyclic Redundancy Checks via Table Look-Up, Communications of the ACM 31(8), 1988",
  lessons: {
    faster:
      "Eight dependent steps a byte became one look-up in a table of 256 words that stays in the first-level cache.",
    slower:
      "The data are so short that the table is not yet in the cache when they end, or making it costs more than the steps.",
    wrong: "The steps depend on something besides the register.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => {
        const step = registerStep(loop);
        return step ? rewrite(subject, definition, loop, step) : [];
      }),
    );
  },
};

interface RegisterStep {
  readonly register: Variable;
  readonly type: Arithmetic;
  /** The byte that is fed in bit by bit, where the loop does that. */
  readonly input: Variable | undefined;
  readonly direction: "right" | "left";
  /** How many bits the loop shifts. */
  readonly bits: number;
  /** The register's bits from here on are those that the steps look at. */
  readonly position: number;
  /** By index, where no variable is involved. */
  readonly table: readonly bigint[] | undefined;
  /** The polynomial and other variables that do not change. */
  readonly constants: readonly Variable[];
}

/** The loop as a step of a shift register, where it is one. */
function registerStep(loop: Loop): RegisterStep | undefined {
  const bits = tripCount(loop);
  const effects = effectsOf(loop.node);
  if (
    !bits ||
    bits < 4 ||
    bits > 8 ||
    !loop.count?.declared ||
    effects.opaque ||
    effects.calls.length > 0 ||
    loop.leavesEarly
  )
    return undefined;
  if (effects.accesses.some((access) => access.kind !== "variable")) return undefined;
  if (find(loop.node, "binary_expression", "assignment_expression").length > 40) return undefined;
  const outside = variablesFromOutside(loop, effects.declared);
  const program = outside && compile(loop.node, 64);
  if (!outside || !program) return undefined;
  const written = outside.filter((variable) =>
    effects.accesses.some((access) => access.writes && access.root === variable.name),
  );
  const lasting = written.filter((variable) => isUsedAfter(variable, loop.node));
  const [register, ...more] = lasting;
  if (!register || more.length > 0) return undefined;
  const type = arithmeticOf(register.type);
  if (type?.kind !== "integer" || type.signed || type.bits < bits) return undefined;
  const others = outside.filter((variable) => variable !== register);
  const inputs = written.filter((variable) => variable !== register);
  // One input beside the register: consumed bit by bit, or looked at by the loop's counter.
  const candidates = inputs.length > 0 ? inputs : [undefined, ...others];
  for (const input of inputs.length > 1 ? [] : candidates) {
    const constants = others.filter((variable) => variable !== input);
    for (const direction of ["right", "left"] as const) {
      for (const position of direction === "right" ? [0] : positions(type.bits, bits)) {
        const step = { register, type, input, direction, bits, position, constants };
        const table = tableOf(step, program);
        if (table) return { ...step, table: constants.length === 0 ? table : undefined };
      }
    }
  }
  return undefined;
}

function variablesFromOutside(loop: Loop, declared: ReadonlySet<string>): Variable[] | undefined {
  const variables: Variable[] = [];
  for (const name of namesMentioned(loop.node)) {
    if (declared.has(name)) continue;
    const identifier = find(loop.node, "identifier").find((node) => node.text === name);
    const variable = identifier && variableOf(identifier);
    if (
      !variable ||
      variable.kind === "global" ||
      variable.type.reference ||
      arithmeticOf(variable.type)?.kind !== "integer"
    )
      return undefined;
    variables.push(variable);
  }
  return variables.length <= 4 ? variables : undefined;
}

/** Whether anything outside the loop reads the variable once the loop has run. What is declared beside the loop and read before it alone is not. */
function isUsedAfter(variable: Variable, loop: Node): boolean {
  const again = find(variable.scope, "identifier").some(
    (name) => name.text === variable.name && name.startIndex >= loop.endIndex,
  );
  if (again) return true;
  // In a loop around, what was declared outside it may be read in its next iteration.
  for (let at = loop.parent; at && contains(variable.scope, at); at = at.parent) {
    if (/^(for|while|do)_/.test(at.type) && !contains(at, variable.node)) return true;
  }
  return false;
}

/** Where the tested bits may stand in the register: at its top, or at the top of a narrower register inside it. */
function positions(width: number, bits: number): number[] {
  return [...new Set([width, 32, 24, 16, 15, 8])]
    .filter((top) => top <= width && top >= bits)
    .map((top) => top - bits);
}

type Shape = Omit<RegisterStep, "table">;

/** The table, if the program is a linear shift of this shape: tried on every bit, and on words and polynomials all over. */
function tableOf(shape: Shape, program: Program): bigint[] | undefined {
  const random = generator();
  const size = 1 << shape.bits;
  const word = (): bigint => wrap(random(), shape.type);
  for (let round = 0; round < (shape.constants.length > 0 ? 3 : 1); round += 1) {
    const environment = new Map(
      shape.constants.map((constant) => [constant.name, wrap(random(), arithmeticOf(constant.type)!)]),
    );
    const run = (register: bigint, input: bigint): bigint | undefined => {
      const state = new Map(environment).set(shape.register.name, register);
      if (shape.input) state.set(shape.input.name, wrap(input, arithmeticOf(shape.input.type)!));
      return program(state) ? state.get(shape.register.name) : undefined;
    };
    const entry = (index: number): bigint | undefined => {
      const register = BigInt(index) << BigInt(shape.position);
      const after = run(register, 0n);
      return after === undefined ? undefined : after ^ shifted(register, shape);
    };
    // The table of a linear map is the sum of what its bits do.
    const columns = Array.from({ length: shape.bits }, (_, bit) => entry(1 << bit));
    if (columns.includes(undefined) || columns.every((column) => column === 0n)) return undefined;
    const table = Array.from({ length: size }, (_, index) =>
      columns.reduce<bigint>((sum, column, bit) => ((index >> bit) & 1 ? sum ^ (column ?? 0n) : sum), 0n),
    );
    const inputs = (): bigint => (shape.input ? random() & BigInt(size - 1) : 0n);
    const words = [
      ...Array.from({ length: shape.type.bits }, (_, bit): [bigint, bigint] => [1n << BigInt(bit), 0n]),
      ...Array.from({ length: 40 }, (): [bigint, bigint] => [word(), inputs()]),
    ];
    for (const [register, input] of words) {
      const index = ((register >> BigInt(shape.position)) ^ input) & BigInt(size - 1);
      if (run(register, input) !== (shifted(register, shape) ^ (table[Number(index)] ?? 0n)))
        return undefined;
    }
    if (shape.constants.length === 0) return table;
    if (round === 2) return table;
  }
  return undefined;
}

function shifted(register: bigint, { type, direction, bits }: Shape): bigint {
  return direction === "right" ? register >> BigInt(bits) : wrap(register << BigInt(bits), type);
}

/** Splitmix64, so that the same words are tried every time. */
function generator(): () => bigint {
  let state = 0x9e3779b97f4a7c15n;
  return () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = BigInt.asUintN(64, (state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
}

function rewrite(subject: Subject, definition: Node, loop: Loop, step: RegisterStep): Opportunity[] {
  const { register, type, input, direction, bits, position } = step;
  const table = freshName(subject.source, `${register.name}_steps`);
  const name = register.name;
  const size = 1 << bits;
  const mask = `0x${(size - 1).toString(16)}`;
  const moved = position === 0 ? name : `(${name} >> ${position})`;
  const mixed = input ? `(${moved} ^ ${input.name})` : moved;
  const top = position + bits === type.bits && position > 0 && !input;
  const index = top ? `${name} >> ${position}` : `${mixed} & ${mask}`;
  const shift = `(${name} ${direction === "right" ? ">>" : "<<"} ${bits})`;
  const line = `${name} = ${shift} ^ ${table}[${index}];`;
  const spelled = copyType(subject, register.type);
  const edits: Edit[] = [replaceStatement(subject.source, loop.node, line)];
  if (step.table)
    edits.push(
      helperEdit(subject.source, definition, literalTable(subject, table, spelled, type, step.table)),
    );
  else {
    const at = placeForTable(definition, loop, step);
    if (!at) return [];
    edits.push(insertBefore(subject.source, at, computedTable(subject, table, spelled, loop, step, size)));
  }
  return offer(subject, {
    parameters: { bits },
    place: `${bits} steps of ${name}`,
    preconditions: [
      "a loop of fixed length shifts and xors a register bit by bit",
      "what it does depends on the bits that are shifted out alone",
    ],
    assumptions: [],
    edits,
  });
}

function literalTable(
  subject: Subject,
  name: string,
  spelled: string,
  type: Arithmetic,
  table: readonly bigint[],
): string {
  const suffix = type.bits === 64 ? "ULL" : type.bits === 32 ? "u" : "";
  const words = table.map((word) => `0x${word.toString(16).padStart(type.bits / 4, "0")}${suffix}`);
  const perLine = type.bits >= 32 ? (type.bits === 64 ? 4 : 8) : 16;
  const lines = Array.from(
    { length: Math.ceil(words.length / perLine) },
    (_, line) => `${words.slice(line * perLine, (line + 1) * perLine).join(", ")},`,
  );
  return `${block(subject.source, `static const ${spelled} ${name}[${table.length}] =`, lines.join("\n"))};`;
}

/** The statement before the outermost loop around; the polynomial must have its value there. */
function placeForTable(
  definition: Node,
  loop: Loop,
  { register, constants }: RegisterStep,
): Node | undefined {
  let outermost: Loop | undefined = loop.parent;
  while (outermost?.parent) outermost = outermost.parent;
  if (!outermost || outermost.node.parent?.type !== "compound_statement") return undefined;
  const at = outermost.node;
  // A register that each iteration begins anew is that of a loop which makes such a table.
  if (contains(at, register.node)) return undefined;
  const fixed = constants.every((constant) => {
    if (
      constant.kind === "local" &&
      !(constant.node.startIndex < at.startIndex && contains(constant.scope, at))
    )
      return false;
    return !effectsOf(at).accesses.some((access) => access.writes && access.root === constant.name);
  });
  return fixed && find(definition, "goto_statement").length === 0 ? at : undefined;
}

/** Made by the original loop, on each byte alone. */
function computedTable(
  subject: Subject,
  table: string,
  spelled: string,
  loop: Loop,
  step: RegisterStep,
  size: number,
): string {
  const { register, input, direction, bits, position } = step;
  const index = freshName(subject.source, "index");
  const start = position === 0 ? index : `(${spelled})${index} << ${position}`;
  const lines = [
    `${spelled} ${register.name} = ${start};`,
    ...(input ? [`${copyType(subject, input.type)} ${input.name} = 0;`] : []),
    outdented(subject.source, loop.node),
    direction === "right"
      ? `${table}[${index}] = ${register.name};`
      : `${table}[${index}] = ${register.name} ^ ((${spelled})(${start}) << ${bits});`,
  ];
  return `${spelled} ${table}[${size}];\n${block(subject.source, `for (int ${index} = 0; ${index} < ${size}; ${index}++)`, lines.join("\n"))}`;
}
