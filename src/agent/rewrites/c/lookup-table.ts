/**
 * What a loop computes from a single byte can only have 256 values. They are worked out once and looked up.
 *
 *     for (i = 0; i < n; ++i)                                     float gamma_table[256];
 *         out[i] = pow(in[i] / 255.0, 2.2);             →         for (b = 0; b < 256; ++b) gamma_table[b] = pow((unsigned char)b / 255.0, 2.2);
 *                                                                 for (i = 0; i < n; ++i) out[i] = gamma_table[in[i]];
 *
 * It works on expressions (calls, tests like `c == 'a' || c == 'e' || …`) and on whole branches and switches that set or increase local variables
 * by the byte alone. Where everything is known at rewriting time, the table is a constant of the file; otherwise it is filled before the loop,
 * by the original code. Legal where the code has no effect but its value and cannot trap for any byte. Exact.
 */
import type { Node } from "web-tree-sitter";
import {
  block,
  type Edit,
  freshName,
  helperEdit,
  indentationAt,
  insertBefore,
  replaceNode,
  replaceStatement,
  textWith,
} from "../../../code/edit.ts";
import { effectsOf, isPureCall } from "../../../code/effects.ts";
import { compile, compileExpression } from "../../../code/interpret.ts";
import { type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { invarianceOf } from "../../../code/storage.ts";
import {
  bare,
  calleeOf,
  castValue,
  contains,
  elseOf,
  field,
  find,
  normalised,
  operatorOf,
  parts,
  same,
  walk,
} from "../../../code/tree.ts";
import { arithmeticOf, isFloating, type ValueType } from "../../../code/types.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { copyType, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const lookupTable: Rewrite = {
  name: "lookup-table",
  idea: "Looks up what is computed from a single byte in a table of its 256 values.",
  reference:
    "J. L. Bentley, Writing Efficient Programs, 1982: Store Precomputed Results; S. McConnell, Code Complete, 2nd ed., ch. 18: Table-Driven Methods",
  lessons: {
    faster:
      "A computation of many cycles, or branches that the data make hard to predict, became one load from a small table.",
    slower:
      "The computation was cheap enough to be vectorised, which look-ups cannot be, or the data are shorter than the table.",
    wrong: "The code computed something from more than the byte.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) => {
      const outer = loopsIn(definition).filter((loop) => loop.parent === undefined);
      const found = outer.flatMap((loop) => (makesTable(loop) ? [] : tabulated(loop)));
      return rewriteAll(subject, found);
    });
  },
};

/** What makes a computation worth a table; a comparison counts one, a call of the mathematics library twenty. */
const worthwhile = 8;

interface Tabulated {
  /** The expression, or the branch or switch. */
  readonly node: Node;
  /** The byte, at each place where the code has it. */
  readonly bytes: readonly Node[];
  readonly entries: number;
  readonly loop: Loop;
  /** For statements: the variables, and whether they are set or added to. */
  readonly targets: readonly { readonly node: Node; readonly type: ValueType; readonly added: boolean }[];
}

/** A loop of this rewrite's own making, which fills a table over all bytes. */
function makesTable(loop: Loop): boolean {
  return loop.count?.bound.text === "256" && loop.count.start.text === "0";
}

/** The largest pieces of the loop that depend on one byte, none inside another. */
function tabulated(loop: Loop): Tabulated[] {
  const search = (node: Node): Tabulated[] => {
    if (node.type === "lambda_expression") return [];
    // Conditions of C: their parentheses belong to the statement and are no expression that could be replaced.
    if (node.type === "parenthesized_expression" && node.parent?.type.endsWith("_statement")) return [];
    const found = isBranch(node) ? statementOf(node, loop) : expressionFrom(node, loop);
    return found ? [found] : node.namedChildren.flatMap(search);
  };
  return search(loop.body);
}

function isBranch(node: Node): boolean {
  return node.type === "if_statement" || node.type === "switch_statement";
}

function expressionFrom(node: Node, loop: Loop): Tabulated | undefined {
  if (
    !/^(binary|unary|call|conditional|cast|parenthesized)_expression$/.test(node.type) ||
    node.parent?.type === "expression_statement"
  )
    return undefined;
  const type = typeOf(node);
  if (
    !arithmeticOf(type) ||
    effectsOf(node).accesses.some((access) => access.writes) ||
    costOf(node) < worthwhile
  )
    return undefined;
  const bytes = bytesIn(node, loop);
  const [first] = bytes ?? [];
  if (!bytes || !first || same(bare(first), bare(node)) || !isSafe(node, bytes, loop)) return undefined;
  return { node, bytes, entries: entriesOf(first), loop, targets: [] };
}

/** `switch (c) { … }` and chains of `if (c == …)` that do nothing but set or increase local variables. */
function statementOf(node: Node, loop: Loop): Tabulated | undefined {
  if (
    costOf(node) < worthwhile ||
    find(
      node,
      "return_statement",
      "continue_statement",
      "goto_statement",
      "declaration",
      "for_statement",
      "while_statement",
      "do_statement",
    ).length > 0
  )
    return undefined;
  if (
    node.type === "if_statement" &&
    find(node, "break_statement").some(
      (jump) => !find(node, "switch_statement").some((inner) => contains(inner, jump)),
    )
  )
    return undefined;
  const effects = effectsOf(node);
  if (effects.opaque || effects.accesses.some((access) => access.writes && access.kind !== "variable"))
    return undefined;
  const written = [
    ...new Set(effects.accesses.filter((access) => access.writes).map((access) => access.root)),
  ];
  if (written.length === 0 || written.length > 2) return undefined;
  const targets = written.map((name) => targetOf(name, node));
  if (targets.includes(undefined)) return undefined;
  const bytes = bytesIn(node, loop, written);
  const [first] = bytes ?? [];
  if (!bytes || !first || written.includes(first.text) || !isSafe(node, bytes, loop)) return undefined;
  return { node, bytes, entries: entriesOf(first), loop, targets: targets as Tabulated["targets"] };
}

/** A variable that every path sets, or that paths only add to. */
function targetOf(name: string, statement: Node): Tabulated["targets"][number] | undefined {
  const uses = find(statement, "identifier").filter((identifier) => identifier.text === name);
  const [first] = uses;
  const variable = first && variableOf(first);
  if (
    !first ||
    !variable ||
    variable.kind === "global" ||
    variable.static ||
    variable.type.reference ||
    !arithmeticOf(variable.type)
  )
    return undefined;
  const changes = uses.map((use) => changeBy(use));
  if (changes.every((change) => change === "add"))
    return isFloating(variable.type) ? undefined : { node: first, type: variable.type, added: true };
  const set = changes.every((change) => change === "set") && alwaysSets(statement, name);
  return set ? { node: first, type: variable.type, added: false } : undefined;
}

function changeBy(use: Node): "add" | "set" | "read" {
  const { parent } = use;
  if (parent?.parent?.type !== "expression_statement") return "read";
  if (parent.type === "update_expression") return "add";
  if (parent.type !== "assignment_expression" || field(parent, "left")?.id !== use.id) return "read";
  const operator = operatorOf(parent);
  return operator === "=" ? "set" : operator === "+=" || operator === "-=" ? "add" : "read";
}

/** Whether every way through the statement assigns the variable. */
function alwaysSets(statement: Node, name: string): boolean {
  switch (statement.type) {
    case "expression_statement":
      return field(parts(statement)[0] ?? statement, "left")?.text === name;
    case "compound_statement":
      return parts(statement).some((each) => alwaysSets(each, name));
    case "if_statement": {
      const [yes, no] = [field(statement, "consequence"), elseOf(statement)];
      return !!yes && !!no && alwaysSets(yes, name) && alwaysSets(no, name);
    }
    case "switch_statement": {
      const cases = parts(field(statement, "body") ?? statement).filter(
        (each) => each.type === "case_statement",
      );
      const last = cases.at(-1);
      const complete = cases.some((each) => !field(each, "value")) && !!last;
      // A case without statements falls through to the next.
      return (
        complete &&
        cases.every((each) => {
          const label = field(each, "value");
          const own = parts(each).filter((part) => part.id !== label?.id);
          return (own.length === 0 && each.id !== last?.id) || own.some((part) => alwaysSets(part, name));
        })
      );
    }
    default:
      return false;
  }
}

/** Every place of the one byte that the code depends on; undefined where it depends on anything else that changes in the loop. */
function bytesIn(node: Node, loop: Loop, targets: readonly string[] = []): Node[] | undefined {
  const bytes: Node[] = [];
  const collect = (at: Node): boolean => {
    if (
      /^(comment|number_literal|char_literal|true|false|type_descriptor|primitive_type|break_statement|qualified_identifier)$/.test(
        at.type,
      )
    )
      return true;
    if (at.type === "identifier" && (targets.includes(at.text) || isCallee(at))) return true;
    if (isByte(at) && !invarianceOf(at, loop.node)) {
      bytes.push(at);
      return true;
    }
    if (/^(identifier|subscript_expression|field_expression|pointer_expression)$/.test(at.type)) {
      const steady = invarianceOf(at, loop.node);
      return steady !== undefined && !steady.mayTrap && !effectsOf(loop.node).declared.has(at.text);
    }
    return at.namedChildren.every(collect);
  };
  if (!node.namedChildren.every(collect) || bytes.length === 0) return undefined;
  const text = normalised(bytes[0]!);
  return bytes.every((byte) => normalised(byte) === text) ? bytes : undefined;
}

function isCallee(node: Node): boolean {
  return node.parent?.type === "call_expression" && field(node.parent, "function")?.id === node.id;
}

/** Of a type with 256 values, or cut down to 256 and fewer by a mask. */
function isByte(node: Node): boolean {
  if (
    !/^(identifier|subscript_expression|field_expression|pointer_expression|cast_expression|call_expression|parenthesized_expression|binary_expression)$/.test(
      node.type,
    )
  )
    return false;
  if (node.type === "call_expression" && !castValue(node)) return false;
  if (maskOf(node) !== undefined) return true;
  const type = arithmeticOf(typeOf(node));
  return (
    type?.kind === "integer" &&
    type.bits === 8 &&
    !/^_?[bB]ool$/.test(typeOf(node)?.base ?? "") &&
    effectsOf(node).accesses.every((access) => !access.writes)
  );
}

/** The largest value of `x & 0xff`. */
function maskOf(node: Node): number | undefined {
  const inner = bare(node);
  const right = field(inner, "right");
  if (
    inner.type !== "binary_expression" ||
    operatorOf(inner) !== "&" ||
    !right ||
    !/^(0[xX][0-9a-fA-F]+|\d+)[uU]?$/.test(right.text)
  )
    return undefined;
  const value = Number.parseInt(right.text, /^0[xX]/.test(right.text) ? 16 : 10);
  return value >= 3 && value <= 255 && Number.isInteger(Math.log2(value + 1)) ? value : undefined;
}

function entriesOf(byte: Node): number {
  return (maskOf(byte) ?? 255) + 1;
}

/** No call with effects, no trap for any byte: divisors and shifts do not depend on it, and no array is indexed by it. */
function isSafe(node: Node, bytes: readonly Node[], loop: Loop): boolean {
  const depends = (part: Node | undefined): boolean => !!part && bytes.some((byte) => contains(part, byte));
  const effects = effectsOf(node);
  if (effects.opaque || !effects.calls.every((call) => castValue(call) || isPureCall(call))) return false;
  if (effects.calls.some((call) => /strlen|strcmp|memcmp|\./.test(calleeOf(call)))) return false;
  for (const part of walk(node)) {
    const right = field(part, "right");
    const operator = operatorOf(part);
    if (
      /^[/%]=?$/.test(operator) &&
      !isFloating(typeOf(part)) &&
      !/^[1-9]\d*[uUlL]*$/.test(bare(right ?? part).text)
    )
      return false;
    if (/^(<<|>>)=?$/.test(operator) && depends(right)) return false;
    if (part.type === "subscript_expression" && !bytes.some((byte) => contains(byte, part)) && depends(part))
      return false;
  }
  return invarianceOf(node, node) !== undefined || loop.kind !== "do";
}

function costOf(node: Node): number {
  let cost = 0;
  for (const part of walk(node)) {
    if (part.type === "call_expression" && !castValue(part)) {
      const name = calleeOf(part).replace(/^std::/, "");
      cost += /^__builtin|^(min|max|abs)$/.test(name)
        ? 1
        : /^(is(alpha|digit|space|alnum|upper|lower|punct|xdigit|print|graph|cntrl)|toupper|tolower)$/.test(
              name,
            )
          ? 8
          : /^(fabs|floor|ceil|sqrt)f?$/.test(name)
            ? 4
            : 20;
    } else if (part.type === "binary_expression" || part.type === "assignment_expression") {
      cost += /^[/%]=?$/.test(operatorOf(part)) ? (isFloating(typeOf(part)) ? 4 : 2) : 1;
    } else if (part.type === "conditional_expression" || part.type === "if_statement") cost += 2;
    else if (part.type === "case_statement") cost += 1;
  }
  return cost;
}

function rewriteAll(subject: Subject, found: readonly Tabulated[]): Opportunity[] {
  const taken = new Set<string>();
  const tables = new Map<string, string>();
  const edits: Edit[] = [];
  const done: Tabulated[] = [];
  for (const piece of found) {
    const made =
      piece.targets.length > 0
        ? statementEdits(subject, piece, taken)
        : expressionEdits(subject, piece, taken, tables);
    if (!made) continue;
    edits.push(...made);
    done.push(piece);
  }
  if (edits.length === 0) return [];
  return offer(subject, {
    parameters: { entries: Math.max(...done.map((piece) => piece.entries)) },
    place: done
      .map(({ node, bytes }) =>
        node.text.length > 60 ? `what is computed from ${bytes[0]?.text}` : node.text.replace(/\s+/g, " "),
      )
      .join(", "),
    preconditions: ["a computation in the loop depends on a single byte"],
    assumptions: [],
    edits,
  });
}

function expressionEdits(
  subject: Subject,
  piece: Tabulated,
  taken: Set<string>,
  tables: Map<string, string>,
): Edit[] | undefined {
  const { node, bytes, entries, loop } = piece;
  const type = typeOf(node);
  const [byte] = bytes;
  if (!type || !byte) return undefined;
  const generic = textWith(
    node,
    bytes.map((each) => replaceNode(each, "@")),
  );
  const key = `${loop.node.startIndex} ${generic}`;
  const known = tables.get(key);
  const name = known ?? freshName(subject.source, `${labelOf(node)}_table`, taken);
  const use = replaceNode(node, `${name}[${indexBy(byte)}]`);
  if (known !== undefined) return [use];
  tables.set(key, name);
  const program = compileExpression(node);
  const values = program && constantTable(byte, entries, (environment) => program(environment));
  if (values) return [use, constantEdit(subject, loop, name, type, values)];
  const at = placeFor(loop);
  if (!at) return undefined;
  const counter = freshName(subject.source, "byte", taken);
  const value = textWith(
    node,
    bytes.map((each) => replaceNode(each, valueOf(subject, each, counter))),
  );
  return [
    use,
    insertBefore(
      subject.source,
      at,
      filled(subject, name, type, entries, counter, [`${name}[${counter}] = ${value};`]),
    ),
  ];
}

function statementEdits(subject: Subject, piece: Tabulated, taken: Set<string>): Edit[] | undefined {
  const { node, bytes, entries, loop, targets } = piece;
  const [byte] = bytes;
  if (!byte) return undefined;
  const program = compile(node);
  const names = targets.map((target) => freshName(subject.source, `${target.node.text}_table`, taken));
  const lines = targets.map(
    (target, index) => `${target.node.text} ${target.added ? "+=" : "="} ${names[index]}[${indexBy(byte)}];`,
  );
  const braced = lines.length > 1 && node.parent?.type !== "compound_statement";
  const edits = [
    replaceStatement(subject.source, node, braced ? `{ ${lines.join(" ")} }` : lines.join("\n")),
  ];
  const tables = targets.map(
    (target) =>
      program &&
      constantTable(byte, entries, (environment) => {
        for (const each of targets) environment.set(each.node.text, 0n);
        return program(environment) ? environment.get(target.node.text) : undefined;
      }),
  );
  if (tables.every((table) => table !== undefined)) {
    return [
      ...edits,
      ...targets.map((target, index) =>
        constantEdit(subject, loop, names[index]!, target.type, tables[index]!),
      ),
    ];
  }
  const at = placeFor(loop);
  if (!at) return undefined;
  const counter = freshName(subject.source, "byte", taken);
  const own = indentationAt(subject.source, node.startIndex);
  const withBytes = textWith(
    node,
    bytes.map((each) => replaceNode(each, valueOf(subject, each, counter))),
  ).replaceAll(`\n${own}`, "\n");
  const spelled = (type: ValueType): string => copyType(subject, type);
  const body = [
    ...targets.map((target) => `${spelled(target.type)} ${target.node.text} = 0;`),
    withBytes,
    ...targets.map((target, index) => `${names[index]}[${counter}] = ${target.node.text};`),
  ];
  const declared = targets
    .map((target, index) => `${spelled(target.type)} ${names[index]}[${entries}];`)
    .join("\n");
  return [
    ...edits,
    insertBefore(
      subject.source,
      at,
      `${declared}\n${block(subject.source, `for (int ${counter} = 0; ${counter} < ${entries}; ${counter}++)`, body.join("\n"))}`,
    ),
  ];
}

/** The values for all bytes, where they can be worked out here. */
function constantTable(
  byte: Node,
  entries: number,
  run: (environment: Map<string, bigint>) => bigint | undefined,
): bigint[] | undefined {
  const inner = bare(byte);
  // Only a plain variable has a name by which it can be given a value.
  if (inner.type !== "identifier") return undefined;
  const type = typeOf(inner);
  const plainChar = type?.base === "char";
  const evaluate = (value: number): bigint | undefined => run(new Map([[inner.text, BigInt(value)]]));
  const values = Array.from({ length: entries }, (_, index) => {
    const value = evaluate(arithmeticOf(type)?.signed && index > 127 ? index - 256 : index);
    // Whether a plain char is signed depends on the machine.
    return plainChar && index > 127 && evaluate(index) !== value ? undefined : value;
  });
  return values.every((value) => value !== undefined) ? (values as bigint[]) : undefined;
}

function constantEdit(
  subject: Subject,
  loop: Loop,
  name: string,
  type: ValueType,
  values: readonly bigint[],
): Edit {
  const small = values.every((value) => value >= 0n && value <= 255n);
  const spelled = small ? "unsigned char" : copyType(subject, type);
  const lines = Array.from(
    { length: Math.ceil(values.length / 16) },
    (_, line) => `${values.slice(line * 16, (line + 1) * 16).join(", ")},`,
  );
  let definition = loop.node;
  for (let at = loop.node.parent; at; at = at.parent) if (at.type === "function_definition") definition = at;
  return helperEdit(
    subject.source,
    definition,
    `${block(subject.source, `static const ${spelled} ${name}[${values.length}] =`, lines.join("\n"))};`,
  );
}

function filled(
  subject: Subject,
  name: string,
  type: ValueType,
  entries: number,
  counter: string,
  lines: readonly string[],
): string {
  const spelled = copyType(subject, { ...type, base: type.base === "bool" ? "unsigned char" : type.base });
  return `${spelled} ${name}[${entries}];\n${block(subject.source, `for (int ${counter} = 0; ${counter} < ${entries}; ${counter}++)`, lines.join("\n"))}`;
}

/** Before the outermost loop, whose block a table of the function's own can stand in. */
function placeFor(loop: Loop): Node | undefined {
  const block = loop.node.parent;
  return block?.type === "compound_statement" &&
    find(block, "goto_statement", "labeled_statement").length === 0
    ? loop.node
    : undefined;
}

/** Signed bytes count from the middle of the table. */
function indexBy(byte: Node): string {
  const type = arithmeticOf(typeOf(byte));
  if (maskOf(byte) !== undefined) return bare(byte).text;
  return type && !type.signed
    ? bare(byte).text
    : `(unsigned char)${/^(binary_expression|cast_expression)$/.test(byte.type) ? `(${byte.text})` : byte.text}`;
}

/** The counter as the byte that it stands for. */
function valueOf(subject: Subject, byte: Node, counter: string): string {
  if (maskOf(byte) !== undefined) return counter;
  const type = typeOf(byte);
  return `(${type ? copyType(subject, type) : "unsigned char"})${counter}`;
}

function labelOf(node: Node): string {
  const [call] = find(node, "call_expression").filter((each) => !castValue(each));
  const name = call ? calleeOf(call).split("::").at(-1) : undefined;
  return name !== undefined && /^\w+$/.test(name) ? name : "byte";
}
