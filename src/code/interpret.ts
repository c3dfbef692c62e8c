/**
 * Runs small pieces of integer code: declarations, assignments, branches, loops and calls over scalars. Used to work out tables at
 * rewriting time and to check algebraic properties of code that a rewrite relies on. Arithmetic wraps at the width of C's types.
 */
import type { Node } from "web-tree-sitter";
import { listFunctions } from "./find-function.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  castValue,
  contains,
  elseOf,
  field,
  operatorOf,
  parts,
} from "./tree.ts";
import { type Arithmetic, arithmeticOf, describedType } from "./types.ts";
import { typeOf, variablesOf } from "./variables.ts";

/** Values by name. */
export type Environment = Map<string, bigint>;

/** Compiled code: false where it ran too long or divided by zero; the environment then holds anything. */
export type Program = (environment: Environment) => boolean;

const int: Arithmetic = { kind: "integer", bits: 32, signed: true };

/** Thrown inside, for whatever is not understood. */
class NotUnderstood extends Error {}

/** A state that runs: the variables, and how many steps are left. */
interface State {
  readonly variables: Environment;
  steps: number;
  /** Set by break and return, until the loop, switch or call that takes it. */
  leaving?: "break" | "return" | undefined;
  result?: bigint | undefined;
}

type Value = (state: State) => bigint;
type Action = (state: State) => void;

/** Compiles a statement; undefined where something in it is not understood. `steps` bounds every run of it. */
export function compile(statement: Node, steps = 20_000): Program | undefined {
  const action = understood(() => statementAction(statement));
  if (!action) return undefined;
  return (environment) => understood(() => (action({ variables: environment, steps }), true)) ?? false;
}

/** Compiles an expression; the result of running it is undefined where it divides by zero or reads a name without a value. */
export function compileExpression(
  expression: Node,
): ((environment: Environment) => bigint | undefined) | undefined {
  const value = understood(() => expressionValue(expression));
  return value && ((environment) => understood(() => value({ variables: environment, steps: 20_000 })));
}

function understood<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined;
    throw error;
  }
}

/** As the type holds it. */
export function wrap(value: bigint, type: Arithmetic): bigint {
  return type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);
}

function statementAction(node: Node): Action {
  switch (node.type) {
    case "compound_statement":
      return sequence(parts(node).map(statementAction));
    case "expression_statement": {
      const [expression] = parts(node);
      return expression ? expressionValue(expression) : () => undefined;
    }
    case "declaration":
      return sequence(node.childrenForFieldName("declarator").map(declarationAction));
    case "if_statement": {
      const condition = expressionValue(required(node, "condition"));
      const consequence = statementAction(required(node, "consequence"));
      const otherwise = elseOf(node);
      const alternative = otherwise ? statementAction(otherwise) : undefined;
      return (state) => (condition(state) === 0n ? alternative?.(state) : consequence(state));
    }
    case "for_statement":
    case "while_statement":
      return loopAction(node);
    case "switch_statement":
      return switchAction(node);
    case "break_statement":
      return (state) => {
        state.leaving = "break";
      };
    case "return_statement": {
      const [expression] = parts(node);
      const value = expression && expressionValue(expression);
      return (state) => {
        state.result = value?.(state);
        state.leaving = "return";
      };
    }
    default:
      throw new NotUnderstood();
  }
}

function switchAction(node: Node): Action {
  const selector = expressionValue(required(node, "condition"));
  const actions: Action[] = [];
  const labels = new Map<bigint, number>();
  let fallback: number | undefined;
  for (const part of parts(required(node, "body"))) {
    if (part.type !== "case_statement") throw new NotUnderstood();
    const label = field(part, "value");
    const value = label && expressionValue(label)({ variables: new Map(), steps: 0 });
    if (value === undefined) fallback = actions.length;
    else labels.set(value, actions.length);
    actions.push(
      sequence(
        parts(part)
          .filter((each) => !label || each.id !== label.id)
          .map(statementAction),
      ),
    );
  }
  return (state) => {
    const first = labels.get(selector(state)) ?? fallback;
    if (first === undefined) return;
    sequence(actions.slice(first))(state);
    if (state.leaving === "break") state.leaving = undefined;
  };
}

function sequence(actions: readonly Action[]): Action {
  return (state) => {
    for (const action of actions) {
      if (state.leaving) return;
      action(state);
    }
  };
}

function declarationAction(declarator: Node | null): Action {
  if (declarator?.type === "identifier") return () => undefined;
  const name = declarator && field(declarator, "declarator");
  const value = declarator && field(declarator, "value");
  if (!name || !value || name.type !== "identifier") throw new NotUnderstood();
  return store(name, expressionValue(value));
}

function store(target: Node, value: Value): Value {
  const name = target.text;
  const type = integer(arithmeticOf(typeOf(target)));
  return (state) => {
    const result = wrap(value(state), type);
    state.variables.set(name, result);
    return result;
  };
}

function loopAction(node: Node): Action {
  const initializer = field(node, "initializer");
  const start: Action | undefined =
    initializer &&
    (initializer.type === "declaration" ? statementAction(initializer) : expressionValue(initializer));
  const condition = expressionValue(required(node, "condition"));
  const update = field(node, "update");
  const step = update && expressionValue(update);
  const body = statementAction(required(node, "body"));
  return (state) => {
    start?.(state);
    while (condition(state) !== 0n) {
      state.steps -= 1;
      if (state.steps < 0) throw new NotUnderstood();
      body(state);
      if (state.leaving === "return") return;
      if (state.leaving === "break") {
        state.leaving = undefined;
        return;
      }
      step?.(state);
    }
  };
}

function expressionValue(expression: Node): Value {
  const node = bare(expression);
  const cast = castValue(node);
  if (cast) {
    const descriptor = field(node, "type");
    const type = integer(arithmeticOf(descriptor ? describedType(descriptor) : typeOf(node)));
    const inner = expressionValue(cast);
    return (state) => wrap(inner(state), type);
  }
  switch (node.type) {
    case "number_literal": {
      const value = literal(node.text);
      return () => value;
    }
    case "char_literal": {
      const value = character(node.text);
      return () => value;
    }
    case "true":
      return () => 1n;
    case "false":
      return () => 0n;
    case "call_expression":
      return callValue(node);
    case "identifier": {
      const name = node.text;
      return ({ variables }) => {
        const value = variables.get(name);
        if (value === undefined) throw new NotUnderstood();
        return value;
      };
    }
    case "assignment_expression":
    case "update_expression":
      return assignmentValue(node);
    case "conditional_expression": {
      const [condition, yes, no] = ["condition", "consequence", "alternative"].map((name) =>
        expressionValue(required(node, name)),
      );
      return (state) => (condition!(state) === 0n ? no!(state) : yes!(state));
    }
    case "unary_expression":
      return unaryValue(node);
    case "binary_expression": {
      const [left, right, operator] = [required(node, "left"), required(node, "right"), operatorOf(node)];
      const [a, b] = [expressionValue(left), expressionValue(right)];
      if (operator === "&&") return (state) => (a(state) !== 0n && b(state) !== 0n ? 1n : 0n);
      if (operator === "||") return (state) => (a(state) !== 0n || b(state) !== 0n ? 1n : 0n);
      const combine = operation(operator, arithmeticOf(typeOf(left)), arithmeticOf(typeOf(right)));
      return (state) => combine(a(state), b(state));
    }
    default:
      throw new NotUnderstood();
  }
}

/** A function of the same file, called with values; not recursively. */
function callValue(node: Node): Value {
  const name = calleeOf(node);
  const [definition, ...more] = listFunctions(node.tree.rootNode).filter(
    (each) => each.name === name && !each.template,
  );
  if (!definition || more.length > 0 || contains(definition.node, node)) throw new NotUnderstood();
  const values = argumentsOf(node).map(expressionValue);
  const parameters = variablesOf(definition.node).filter((variable) => variable.kind === "parameter");
  const types = parameters.map((parameter) => integer(arithmeticOf(parameter.type)));
  const result = integer(arithmeticOf(typeOf(node)));
  if (values.length !== parameters.length || parameters.some((parameter) => parameter.type.reference))
    throw new NotUnderstood();
  const body = statementAction(required(definition.node, "body"));
  return (state) => {
    const variables = new Map(
      parameters.map((parameter, index) => [parameter.name, wrap(values[index]!(state), types[index]!)]),
    );
    const inner: State = { variables, steps: state.steps };
    body(inner);
    if (inner.result === undefined) throw new NotUnderstood();
    return wrap(inner.result, result);
  };
}

function unaryValue(node: Node): Value {
  const argument = required(node, "argument");
  const value = expressionValue(argument);
  const operator = operatorOf(node);
  if (operator === "!") return (state) => (value(state) === 0n ? 1n : 0n);
  const type = promoted(arithmeticOf(typeOf(argument)));
  if (operator === "-") return (state) => wrap(-value(state), type);
  if (operator === "~") return (state) => wrap(~value(state), type);
  if (operator === "+") return value;
  throw new NotUnderstood();
}

function assignmentValue(node: Node): Value {
  const target = bare(required(node, node.type === "update_expression" ? "argument" : "left"));
  if (target.type !== "identifier") throw new NotUnderstood();
  const before = expressionValue(target);
  if (node.type === "update_expression") {
    const change = operatorOf(node) === "++" ? 1n : -1n;
    const after = store(target, (state) => before(state) + change);
    const postfix = node.children[0]?.type === "identifier";
    return (state) => (postfix ? after(state) - change : after(state));
  }
  const right = required(node, "right");
  const value = expressionValue(right);
  const operator = operatorOf(node).slice(0, -1);
  if (operator === "") return store(target, value);
  const combine = operation(operator, arithmeticOf(typeOf(target)), arithmeticOf(typeOf(right)));
  return store(target, (state) => combine(before(state), value(state)));
}

function operation(
  operator: string,
  left: Arithmetic | undefined,
  right: Arithmetic | undefined,
): (a: bigint, b: bigint) => bigint {
  const shift = operator === "<<" || operator === ">>";
  const type = shift ? promoted(left) : common(promoted(left), promoted(right));
  if (shift) {
    return (a, b) => {
      if (b < 0n || b >= BigInt(type.bits)) throw new NotUnderstood();
      return operator === "<<" ? wrap(a << b, type) : a >> b;
    };
  }
  const plain = operations[operator];
  if (!plain) throw new NotUnderstood();
  return (a, b) => wrap(plain(wrap(a, type), wrap(b, type)), type);
}

const truth = (value: boolean): bigint => (value ? 1n : 0n);

const operations: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / divisor(b),
  "%": (a, b) => a % divisor(b),
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "<": (a, b) => truth(a < b),
  ">": (a, b) => truth(a > b),
  "<=": (a, b) => truth(a <= b),
  ">=": (a, b) => truth(a >= b),
  "==": (a, b) => truth(a === b),
  "!=": (a, b) => truth(a !== b),
};

function divisor(value: bigint): bigint {
  if (value === 0n) throw new NotUnderstood();
  return value;
}

function common(a: Arithmetic, b: Arithmetic): Arithmetic {
  if (a.bits !== b.bits) return a.bits > b.bits ? a : b;
  return a.signed ? b : a;
}

function promoted(type: Arithmetic | undefined): Arithmetic {
  const own = integer(type);
  return own.bits < 32 ? int : own;
}

function integer(type: Arithmetic | undefined): Arithmetic {
  if (type?.kind !== "integer") throw new NotUnderstood();
  return type;
}

function literal(text: string): bigint {
  // The grammar takes a sign before a number for a part of it.
  if (text.startsWith("-")) return -literal(text.slice(1).trim());
  const digits = text.replace(/[uUlLzZ]+$/, "").replaceAll("'", "");
  if (!/^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9]\d*)$/.test(digits)) throw new NotUnderstood();
  return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
}

function character(text: string): bigint {
  const inner = /^'(\\?.)'$/.exec(text)?.[1];
  if (inner === undefined) throw new NotUnderstood();
  if (!inner.startsWith("\\")) {
    const code = inner.charCodeAt(0);
    if (code > 127) throw new NotUnderstood();
    return BigInt(code);
  }
  const escaped = escapes[inner.slice(1)];
  if (escaped === undefined) throw new NotUnderstood();
  return BigInt(escaped);
}

const escapes: Readonly<Record<string, number>> = {
  n: 10,
  t: 9,
  r: 13,
  "0": 0,
  "\\": 92,
  "'": 39,
  '"': 34,
  a: 7,
  b: 8,
  f: 12,
  v: 11,
};

function required(node: Node, name: string): Node {
  const child = field(node, name);
  if (!child) throw new NotUnderstood();
  return child;
}

/** Names that the code mentions, calls aside. */
export function namesMentioned(node: Node): Set<string> {
  const called = new Set(
    node.descendantsOfType("call_expression").map((call) => field(call, "function")?.startIndex),
  );
  return new Set(
    node
      .descendantsOfType("identifier")
      .filter((name) => !called.has(name.startIndex))
      .map((name) => name.text),
  );
}
