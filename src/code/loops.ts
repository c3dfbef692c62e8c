/**
 * Loops as a rewrite wants them: what counts, from where, to where, by how much, and what the body does to all that.
 */
import type { Node } from "web-tree-sitter";
import { effectsOf, isElementWritten, isPureCall, isWritten, mentions } from "./effects.ts";
import { constantOf, polynomial } from "./linear.ts";
import { remember } from "./remember.ts";
import { bare, contains, field, find, operatorOf, parts, same, statementsOf } from "./tree.ts";
import { isInteger, type ValueType } from "./types.ts";
import { typeOf, variableOf } from "./variables.ts";

/** How a counted loop counts: `for (variable = start; variable comparison bound; variable += step)`. */
export interface Count {
  readonly variable: string;
  readonly type: ValueType | undefined;
  /** Whether the loop's own header declares the variable, so that nothing after it can see it. */
  readonly declared: boolean;
  readonly start: Node;
  readonly comparison: "<" | "<=" | ">" | ">=" | "!=";
  readonly bound: Node;
  /** Positive or negative where it is a literal; the expression's text otherwise. */
  readonly step: number | string;
}

export interface Loop {
  readonly node: Node;
  readonly kind: "for" | "while" | "do" | "range";
  readonly body: Node;
  /** The body's statements, without comments. */
  readonly statements: readonly Node[];
  /** 0 for a loop that is in no other. */
  readonly depth: number;
  readonly parent: Loop | undefined;
  /** Loops directly inside. */
  readonly children: readonly Loop[];
  /**
   * Present for counted loops: one integer or pointer variable, changed by the header (for `while`: by the body's last statement) alone, bound not
   * changed in the body. How often it runs is then known when it starts, unless it is left early.
   */
  readonly count: Count | undefined;
  /** Whether the loop may be left or cut short from inside: break, return, goto, throw. */
  readonly leavesEarly: boolean;
  readonly hasContinue: boolean;
  /** Whether it calls anything but known pure functions and container methods. */
  readonly hasUnknownCalls: boolean;
}

interface MutableLoop extends Omit<Loop, "children"> {
  children: Loop[];
}

/** All loops under the node, outer ones before inner ones, in source order. */
export function loopsIn(node: Node): readonly Loop[] {
  return remember(node, "loops", () => {
    const loops: MutableLoop[] = [];
    for (const found of find(node, "for_statement", "while_statement", "do_statement", "for_range_loop")) {
      if (found.hasError) continue;
      const body = field(found, "body");
      if (!body) continue;
      const parent = loops.findLast((loop) => contains(loop.body, found));
      const loop: MutableLoop = {
        node: found,
        kind: kinds[found.type] ?? "for",
        body,
        statements: statementsOf(body),
        depth: parent ? parent.depth + 1 : 0,
        parent,
        children: [],
        count: countOf(found, body),
        leavesEarly: leavesEarly(body),
        hasContinue: jumpsOf(body, "continue_statement", continueTakers).length > 0,
        hasUnknownCalls: effectsOf(found).opaque,
      };
      parent?.children.push(loop);
      loops.push(loop);
    }
    return loops;
  });
}

const kinds: Readonly<Record<string, Loop["kind"]>> = {
  for_statement: "for",
  while_statement: "while",
  do_statement: "do",
  for_range_loop: "range",
};

/** Loops without loops inside. */
export function innermostLoops(node: Node): Loop[] {
  return loopsIn(node).filter((loop) => loop.children.length === 0);
}

/** The loop's only statement where that is a loop: `for … for …` with nothing between. */
export function perfectChild(loop: Loop): Loop | undefined {
  const [only] = loop.children;
  return loop.statements.length === 1 &&
    loop.children.length === 1 &&
    only &&
    loop.statements[0] &&
    same(only.node, loop.statements[0])
    ? only
    : undefined;
}

/** "the loop over k inside the loop over j", for places and lessons; no line numbers. */
export function describeLoop(loop: Loop): string {
  const own = loop.count
    ? `the loop over ${loop.count.variable}`
    : loop.kind === "range"
      ? `the loop over ${field(loop.node, "right")?.text ?? "a range"}`
      : `the ${loop.kind} loop`;
  return loop.parent?.count ? `${own} inside the loop over ${loop.parent.count.variable}` : own;
}

/** Whether an expression has the same value in every iteration of the loop. Reads of arrays count as invariant where no element of that array is written. */
export function isInvariant(expression: Node, loop: Node): boolean {
  const inner = effectsOf(expression);
  if (inner.opaque || inner.accesses.some((access) => access.writes)) return false;
  if (!inner.calls.every((call) => isPureCall(call))) return false;
  const around = effectsOf(loop);
  return inner.accesses.every((access) => {
    if (around.declared.has(access.root)) return false;
    if (access.root !== "" && isWritten(access.root, loop)) return false;
    if (access.kind === "variable") return !(around.opaque && isReachable(access.node));
    if (around.opaque && !isOutOfReach(access.node)) return false;
    if (access.kind === "object") return access.root !== "";
    return !isElementWritten(access.base, loop) && access.root !== "";
  });
}

/** Whether code elsewhere could change the variable: globals, statics, references, and those whose address is taken. */
function isReachable(identifier: Node): boolean {
  const variable = variableOf(identifier);
  if (!variable || variable.kind === "global" || variable.static || variable.type.reference)
    return !/^[A-Z][A-Z0-9_]+$/.test(identifier.text);
  return effectsOf(variable.scope).escaping.has(variable.name);
}

/**
 * Whether unknown calls may be taken not to change what lies behind the name: constant parameters, and containers of the function's own
 * that are not passed along.
 */
function isOutOfReach(node: Node): boolean {
  const variable = variableOf(node);
  if (!variable || variable.static) return false;
  if (variable.kind === "parameter") return variable.type.constant;
  return (
    variable.kind === "local" &&
    variable.type.pointers === variable.type.dimensions.length &&
    !variable.type.reference &&
    !isReachable(node)
  );
}

/** How often the loop runs, where start, bound and step are literals; undefined otherwise. */
export function tripCount(loop: Loop): number | undefined {
  const { count } = loop;
  if (!count || typeof count.step === "string") return undefined;
  const [start, bound] = [polynomial(count.start), polynomial(count.bound)];
  const first = start && constantOf(start);
  const last = bound && constantOf(bound);
  if (first === undefined || last === undefined || count.comparison === "!=") return undefined;
  const inclusive = count.comparison.endsWith("=") ? Math.sign(count.step) : 0;
  return Math.max(0, Math.ceil((last + inclusive - first) / count.step));
}

/** Whether it counts up by one with `<`: the plain shape that most rewrites ask for. */
export function isPlain(loop: Loop): loop is Loop & { readonly count: Count } {
  return (
    loop.count !== undefined &&
    loop.kind === "for" &&
    loop.count.step === 1 &&
    (loop.count.comparison === "<" || loop.count.comparison === "<=")
  );
}

function countOf(node: Node, body: Node): Count | undefined {
  const header =
    node.type === "for_statement"
      ? forHeader(node)
      : node.type === "while_statement"
        ? whileHeader(node, body)
        : undefined;
  if (!header) return undefined;
  const { variable, condition, update } = header;
  const test = bare(condition);
  if (test.type !== "binary_expression") return undefined;
  let comparison = operatorOf(test);
  let [left, right] = [field(test, "left"), field(test, "right")];
  if (!left || !right) return undefined;
  if (bare(left).text !== variable && bare(right).text === variable) {
    [left, right] = [right, left];
    comparison = mirrored[comparison] ?? comparison;
  }
  if (bare(left).text !== variable || !isComparison(comparison)) return undefined;
  const step = stepOf(update, variable);
  if (step === undefined) return undefined;
  const up = typeof step === "string" || step > 0;
  if (comparison.startsWith("<") !== up && comparison !== "!=") return undefined;
  const changed = header.bodyWithoutUpdate.some((part) => isWritten(variable, part));
  if (changed || mentions(right, variable) || !isInvariant(right, node)) return undefined;
  return {
    variable,
    type: header.type,
    declared: header.declared,
    start: header.start,
    comparison: settled(comparison, step, header.type),
    bound: right,
    step,
  };
}

/**
 * `i != n` in steps of one is `i < n`, since a loop that ends does not start beyond its end. Iterators of containers may know `!=` alone.
 */
function settled(
  comparison: Count["comparison"],
  step: number | string,
  type: ValueType | undefined,
): Count["comparison"] {
  if (comparison !== "!=" || !type || !(isInteger(type) || type.pointers > 0)) return comparison;
  return step === 1 ? "<" : step === -1 ? ">" : comparison;
}

interface Header {
  variable: string;
  type: ValueType | undefined;
  declared: boolean;
  start: Node;
  condition: Node;
  update: Node;
  bodyWithoutUpdate: Node[];
}

function forHeader(node: Node): Header | undefined {
  const [initializer, condition, update, body] = [
    field(node, "initializer"),
    field(node, "condition"),
    field(node, "update"),
    field(node, "body"),
  ];
  if (!initializer || !condition || !update || !body) return undefined;
  if (initializer.type === "declaration") {
    const declarators = initializer.childrenForFieldName("declarator");
    const declarator = declarators[0];
    let name = declarator && field(declarator, "declarator");
    while (name?.type === "pointer_declarator") name = field(name, "declarator");
    const value = declarator && field(declarator, "value");
    if (declarators.length !== 1 || name?.type !== "identifier" || !value) return undefined;
    return {
      variable: name.text,
      type: variableOf(name)?.type,
      declared: true,
      start: value,
      condition,
      update,
      bodyWithoutUpdate: [body],
    };
  }
  if (initializer.type !== "assignment_expression" || operatorOf(initializer) !== "=") return undefined;
  const [left, value] = [field(initializer, "left"), field(initializer, "right")];
  if (left?.type !== "identifier" || !value) return undefined;
  return {
    variable: left.text,
    type: typeOf(left),
    declared: false,
    start: value,
    condition,
    update,
    bodyWithoutUpdate: [body],
  };
}

/** `i = 0; while (i < n) { …; i++; }`: the statement before it sets the variable, its last statement changes it. */
function whileHeader(node: Node, body: Node): Header | undefined {
  const condition = field(node, "condition");
  const before = node.previousNamedSibling;
  const statements = statementsOf(body);
  const last = statements.at(-1);
  if (!condition || !before || !last || body.type !== "compound_statement") return undefined;
  if (jumpsOf(body, "continue_statement", continueTakers).length > 0) return undefined;
  const update = last.type === "expression_statement" ? parts(last)[0] : undefined;
  const target =
    update &&
    (update.type === "update_expression"
      ? field(update, "argument")
      : update.type === "assignment_expression"
        ? field(update, "left")
        : undefined);
  if (!update || target?.type !== "identifier") return undefined;
  const start = startBefore(before, target.text);
  if (!start) return undefined;
  return {
    variable: target.text,
    type: typeOf(target),
    declared: false,
    start,
    condition,
    update,
    bodyWithoutUpdate: statements.slice(0, -1),
  };
}

function startBefore(statement: Node, variable: string): Node | undefined {
  if (statement.type === "declaration") {
    const declarators = statement.childrenForFieldName("declarator");
    const own = declarators.find(
      (declarator) => declarator && field(declarator, "declarator")?.text === variable,
    );
    return own ? field(own, "value") : undefined;
  }
  const expression = statement.type === "expression_statement" ? parts(statement)[0] : undefined;
  if (
    expression?.type !== "assignment_expression" ||
    operatorOf(expression) !== "=" ||
    field(expression, "left")?.text !== variable
  )
    return undefined;
  return field(expression, "right");
}

const mirrored: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

function isComparison(operator: string): operator is Count["comparison"] {
  return ["<", "<=", ">", ">=", "!="].includes(operator);
}

function stepOf(update: Node, variable: string): number | string | undefined {
  const node = bare(update);
  if (node.type === "update_expression") {
    if (field(node, "argument")?.text !== variable) return undefined;
    return operatorOf(node) === "++" ? 1 : -1;
  }
  if (node.type !== "assignment_expression" || field(node, "left")?.text !== variable) return undefined;
  const [operator, right] = [operatorOf(node), field(node, "right")];
  if (!right) return undefined;
  if (operator === "+=" || operator === "-=") return signed(right, operator === "+=" ? 1 : -1, variable);
  const sum = bare(right);
  if (operator !== "=" || sum.type !== "binary_expression") return undefined;
  const [a, b] = [field(sum, "left"), field(sum, "right")];
  if (!a || !b || (operatorOf(sum) !== "+" && operatorOf(sum) !== "-")) return undefined;
  if (bare(a).text === variable) return signed(b, operatorOf(sum) === "+" ? 1 : -1, variable);
  if (bare(b).text === variable && operatorOf(sum) === "+") return signed(a, 1, variable);
  return undefined;
}

function signed(step: Node, sign: number, variable: string): number | string | undefined {
  const value = polynomial(step);
  const number = value && constantOf(value);
  if (number !== undefined) return number === 0 ? undefined : number * sign;
  return sign > 0 && !mentions(step, variable) ? step.text : undefined;
}

const continueTakers = [
  "for_statement",
  "while_statement",
  "do_statement",
  "for_range_loop",
  "lambda_expression",
];
const breakTakers = [...continueTakers, "switch_statement"];

/** Jumps of one kind in the node that leave it: those that a loop or switch inside takes are not among them. */
function jumpsOf(node: Node, type: string, takers: readonly string[]): Node[] {
  return find(node, type).filter((jump) => {
    for (let at = jump.parent; at && !same(at, node); at = at.parent)
      if (takers.includes(at.type)) return false;
    return !takers.includes(node.type);
  });
}

function leavesEarly(body: Node): boolean {
  if (jumpsOf(body, "break_statement", breakTakers).length > 0) return true;
  if (find(body, "goto_statement", "throw_statement", "labeled_statement", "co_return_statement").length > 0)
    return true;
  return jumpsOf(body, "return_statement", ["lambda_expression"]).length > 0;
}

/** A loop and the loops directly inside it, one in the other with nothing between, as far as they are counted. */
export function perfectNest(loop: Loop): (Loop & { readonly count: Count })[] {
  const nest: (Loop & { readonly count: Count })[] = [];
  for (let at: Loop | undefined = loop; at && isCounted(at) && at.kind === "for"; at = perfectChild(at))
    nest.push(at);
  return nest;
}

export function isCounted(loop: Loop): loop is Loop & { readonly count: Count } {
  return loop.count !== undefined;
}

/** Whether nothing outside the loop can see what its variable ended as: the header declares it, or every other use counts anew. */
export function isConfined(loop: Loop, definition: Node): boolean {
  const { count } = loop;
  if (!count) return false;
  if (count.declared) return true;
  const others = loopsIn(definition).filter(
    (other) => other.count?.variable === count.variable && other.kind === "for",
  );
  return find(definition, "identifier").every((identifier) => {
    if (identifier.text !== count.variable || contains(loop.node, identifier)) return true;
    if (others.some((other) => contains(other.node, identifier))) return true;
    const variable = variableOf(identifier);
    return variable?.kind === "local" && same(variable.node, identifier) && variable.initial === undefined;
  });
}
