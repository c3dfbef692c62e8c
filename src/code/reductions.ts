/**
 * Reductions: what a loop folds into one place, iteration after iteration, so that the order of folding is free (exactly for integers,
 * up to rounding for floating point).
 */
import type { Node } from "web-tree-sitter";
import { effectsOf } from "./effects.ts";
import { isInvariant, type Loop } from "./loops.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  conditionOf,
  contains,
  elseOf,
  expressionOf,
  field,
  find,
  normalised,
  operatorOf,
  statementsOf,
} from "./tree.ts";
import { isFloating, type ValueType } from "./types.ts";
import { typeOf } from "./variables.ts";
import { placeOf } from "./place.ts";

export type ReductionKind = "sum" | "product" | "minimum" | "maximum" | "and" | "or" | "xor";

export interface Reduction {
  readonly kind: ReductionKind;
  /** What is folded into: a scalar, or an element that stays the same throughout the loop. */
  readonly target: Node;
  /** The target's text without blanks. */
  readonly name: string;
  readonly type: ValueType | undefined;
  readonly floating: boolean;
  /** The statement that folds. */
  readonly statement: Node;
  /** The value folded in; for `s -= x` it is x, with `negated` set. For `s++` undefined. */
  readonly term: Node | undefined;
  readonly negated: boolean;
  /** Whether the target is memory: through a pointer, an array or a container. */
  readonly inMemory: boolean;
}

/** Reductions over the loop whose target is not used otherwise in it. They may stand in inner loops and under conditions. */
export function reductionsOf(loop: Loop): Reduction[] {
  const candidates = find(loop.body, "expression_statement", "if_statement").flatMap(
    (statement) => recognise(statement) ?? [],
  );
  return candidates.filter((candidate) => {
    const place = placeOf(candidate.target);
    if (place.root === "" || !isStill(candidate.target, loop)) return false;
    const alike = candidates.filter((other) => other.name === candidate.name);
    if (alike.some((other) => other.kind !== candidate.kind)) return false;
    // Every use of the target lies in a statement that folds into it, and there only as the target.
    return effectsOf(loop.body).accesses.every((access) => {
      if (
        access.root !== place.root ||
        (place.kind === "element" && access.kind === "variable" && !access.writes)
      )
        return true;
      if (place.kind === "element" && access.base !== place.base)
        return access.kind !== "object" || !access.writes;
      const home = alike.find((other) => contains(other.statement, access.node));
      return home !== undefined && (home.term === undefined || !contains(home.term, access.node));
    });
  });
}

/** Whether the target is one place throughout the loop: a variable from outside, or an element with invariant subscripts. */
function isStill(target: Node, loop: Loop): boolean {
  const place = placeOf(target);
  if (effectsOf(loop.body).declared.has(place.root)) return false;
  if (place.kind === "variable") return true;
  return [...place.subscripts, ...place.evaluated].every((index) => isInvariant(index, loop.node));
}

/** What a single statement folds, whatever is around it. */
export function recognise(statement: Node): Reduction | undefined {
  if (statement.type === "if_statement") return conditionalExtreme(statement);
  const expression = expressionOf(statement);
  if (!expression) return undefined;
  if (expression.type === "update_expression") {
    const target = field(expression, "argument");
    return target && make("sum", bare(target), statement, undefined, operatorOf(expression) === "--");
  }
  if (expression.type !== "assignment_expression") return undefined;
  const [left, right] = [field(expression, "left"), field(expression, "right")];
  if (!left || !right) return undefined;
  const target = bare(left);
  const operator = operatorOf(expression);
  const compound = compoundKinds[operator];
  if (compound) return make(compound, target, statement, bare(right), operator === "-=");
  return operator === "=" ? assigned(target, bare(right), statement) : undefined;
}

const compoundKinds: Readonly<Record<string, ReductionKind>> = {
  "+=": "sum",
  "-=": "sum",
  "*=": "product",
  "&=": "and",
  "|=": "or",
  "^=": "xor",
};
const binaryKinds: Readonly<Record<string, ReductionKind>> = {
  "+": "sum",
  "-": "sum",
  "*": "product",
  "&": "and",
  "|": "or",
  "^": "xor",
};

/** `s = s + x`, `m = std::min(m, x)`, `m = x < m ? x : m`. */
function assigned(target: Node, value: Node, statement: Node): Reduction | undefined {
  const name = normalised(target);
  if (value.type === "binary_expression") {
    const kind = binaryKinds[operatorOf(value)];
    const [left, right] = [field(value, "left"), field(value, "right")];
    if (!kind || !left || !right) return undefined;
    if (normalised(bare(left)) === name)
      return make(kind, target, statement, bare(right), operatorOf(value) === "-");
    if (normalised(bare(right)) === name && operatorOf(value) !== "-")
      return make(kind, target, statement, bare(left), false);
    return undefined;
  }
  if (value.type === "call_expression") {
    const callee = calleeOf(value)
      .replace(/^std::/, "")
      .replace(/<.*$/, "");
    const kind = /^(f?min[fl]?|MIN)$/.test(callee)
      ? "minimum"
      : /^(f?max[fl]?|MAX)$/.test(callee)
        ? "maximum"
        : undefined;
    const values = argumentsOf(value);
    const term = values.find((argument) => normalised(bare(argument)) !== name);
    return kind &&
      values.length === 2 &&
      term &&
      values.some((argument) => normalised(bare(argument)) === name)
      ? make(kind, target, statement, bare(term), false)
      : undefined;
  }
  if (value.type !== "conditional_expression") return undefined;
  const [condition, yes, no] = ["condition", "consequence", "alternative"].map((part) => field(value, part));
  if (!condition || !yes || !no) return undefined;
  const keepsOnNo = normalised(bare(no)) === name;
  const term = bare(keepsOnNo ? yes : no);
  const kind = extremeOf(bare(condition), name, normalised(term));
  if (!kind || (!keepsOnNo && normalised(bare(yes)) !== name)) return undefined;
  return make(keepsOnNo ? kind : opposite(kind), target, statement, term, false);
}

/** `if (x < m) m = x;` */
function conditionalExtreme(statement: Node): Reduction | undefined {
  const [condition, consequence] = [conditionOf(statement), field(statement, "consequence")];
  if (!condition || !consequence || elseOf(statement)) return undefined;
  const statements = statementsOf(consequence);
  const only = statements.length === 1 && statements[0] ? expressionOf(statements[0]) : undefined;
  if (only?.type !== "assignment_expression" || operatorOf(only) !== "=") return undefined;
  const [left, right] = [field(only, "left"), field(only, "right")];
  if (!left || !right) return undefined;
  const target = bare(left);
  const kind = extremeOf(condition, normalised(target), normalised(bare(right)));
  return kind && make(kind, target, statement, bare(right), false);
}

/** Which extreme `m = term` keeps when it happens under this comparison. */
function extremeOf(condition: Node, target: string, term: string): "minimum" | "maximum" | undefined {
  if (condition.type !== "binary_expression") return undefined;
  const [left, right] = [field(condition, "left"), field(condition, "right")];
  if (!left || !right) return undefined;
  const operator = operatorOf(condition);
  const [a, b] = [normalised(bare(left)), normalised(bare(right))];
  const less = operator === "<" || operator === "<=";
  const greater = operator === ">" || operator === ">=";
  if (!less && !greater) return undefined;
  if (a === term && b === target) return less ? "minimum" : "maximum";
  if (a === target && b === term) return less ? "maximum" : "minimum";
  return undefined;
}

function opposite(kind: "minimum" | "maximum"): "minimum" | "maximum" {
  return kind === "minimum" ? "maximum" : "minimum";
}

function make(
  kind: ReductionKind,
  target: Node,
  statement: Node,
  term: Node | undefined,
  negated: boolean,
): Reduction | undefined {
  if (!["identifier", "subscript_expression", "pointer_expression", "field_expression"].includes(target.type))
    return undefined;
  const type = typeOf(target);
  const inMemory = placeOf(target).kind !== "variable" || (type?.reference ?? false);
  return {
    kind,
    target,
    name: normalised(target),
    type,
    floating: isFloating(type),
    statement,
    term,
    negated,
    inMemory,
  };
}
