/**
 * Integer expressions: the arithmetic over sizes that a task file is written in, and C's own constant expressions (array
 * bounds, `#if`, enumerators). A hand-written parser and an evaluator over big integers: nothing is ever evaluated as code,
 * and whatever leaves 64 bits is an error and not a wrong number.
 */

/** What is wrong with an expression, and at which character (from 0) of it. */
export class ExpressionError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = "ExpressionError";
    this.position = position;
  }
}

export type Node = { readonly position: number } & (
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Node }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: "conditional"; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly kind: "call"; readonly name: string; readonly arguments: readonly Node[] }
);

/** `task` knows + - * / %, comparison, `&&`, `||`, `min(a, b)` and `max(a, b)`; `c` knows all of C's integer operators. */
export type Dialect = "task" | "c";

const lowest = -(2n ** 63n);
const highest = 2n ** 64n - 1n;
const longestText = 1000;
const deepestNesting = 100;

const precedence: Record<string, number> = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  ">": 7,
  "<=": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
};
const onlyInC = new Set(["|", "^", "&", "<<", ">>", "~", "!", "?", ":"]);

interface Token {
  readonly kind: "number" | "name" | "operator" | "end";
  readonly text: string;
  readonly position: number;
}

/** Reads an expression. Throws an ExpressionError that names the place. */
export function parseExpression(text: string, dialect: Dialect = "task"): Node {
  if (text.length > longestText)
    throw new ExpressionError(`is longer than ${longestText} characters`, longestText);
  const tokens = tokenize(text, dialect);
  let at = 0;
  const peek = (): Token => tokens[at] as Token;
  const next = (): Token => tokens[at++] as Token;
  const expected = (what: string): never => {
    const { kind, text: found, position } = peek();
    const where = kind === "end" ? "at its end" : `at character ${position + 1}, before \`${found}\``;
    throw new ExpressionError(`expected ${what} ${where}`, position);
  };
  const close = (symbol: string): void => {
    if (peek().text !== symbol) expected(`\`${symbol}\``);
    next();
  };

  const operand = (depth: number): Node => {
    if (depth > deepestNesting) throw new ExpressionError("is nested too deeply", peek().position);
    const token = peek();
    const { position } = token;
    if (token.kind === "number") return { kind: "number", value: literal(next()), position };
    if (token.kind === "name") return name(depth);
    if (token.text === "(") {
      next();
      const inner = conditional(depth + 1);
      close(")");
      return inner;
    }
    if (["-", "+", "!", "~"].includes(token.text)) {
      next();
      return { kind: "unary", operator: token.text, operand: operand(depth + 1), position };
    }
    return expected("a number, a name or `(`");
  };

  const name = (depth: number): Node => {
    const { text: called, position } = next();
    if (peek().text !== "(") return { kind: "name", name: called, position };
    next();
    const list = [conditional(depth + 1)];
    while (peek().text === ",") {
      next();
      list.push(conditional(depth + 1));
    }
    close(")");
    if ((called !== "min" && called !== "max") || list.length !== 2)
      throw new ExpressionError(
        `has no function \`${called}\` of ${list.length}; there are min(a, b) and max(a, b)`,
        position,
      );
    return { kind: "call", name: called, arguments: list, position };
  };

  const binary = (least: number, depth: number): Node => {
    let left = operand(depth);
    for (;;) {
      const { text: operator, position, kind } = peek();
      const strength = kind === "operator" ? precedence[operator] : undefined;
      if (strength === undefined || strength < least) return left;
      next();
      left = { kind: "binary", operator, left, right: binary(strength + 1, depth + 1), position };
    }
  };

  const conditional = (depth: number): Node => {
    const test = binary(1, depth);
    if (peek().text !== "?") return test;
    const { position } = next();
    const yes = conditional(depth + 1);
    close(":");
    return { kind: "conditional", test, yes, no: conditional(depth + 1), position };
  };

  const whole = conditional(0);
  if (peek().kind !== "end") expected("an operator");
  return whole;
}

/**
 * The expression's value. `lookup` gives a name's value, or undefined where there is none. Division truncates toward zero.
 * Throws an ExpressionError for an unknown name, a division by zero, or a value outside 64 bits.
 */
export function evaluate(node: Node, lookup: (name: string) => bigint | undefined): bigint {
  const value = compute(node, lookup);
  if (value < lowest || value > highest)
    throw new ExpressionError("has a value outside 64 bits", node.position);
  return value;
}

/** Every name that the expression mentions, each once, in order. */
export function namesIn(node: Node): string[] {
  switch (node.kind) {
    case "number":
      return [];
    case "name":
      return [node.name];
    case "unary":
      return namesIn(node.operand);
    case "binary":
      return [...new Set([...namesIn(node.left), ...namesIn(node.right)])];
    case "conditional":
      return [...new Set([node.test, node.yes, node.no].flatMap(namesIn))];
    case "call":
      return [...new Set(node.arguments.flatMap(namesIn))];
  }
}

function compute(node: Node, lookup: (name: string) => bigint | undefined): bigint {
  switch (node.kind) {
    case "number":
      return node.value;
    case "name": {
      const value = lookup(node.name);
      if (value === undefined) throw new ExpressionError(`names an unknown \`${node.name}\``, node.position);
      return value;
    }
    case "unary": {
      const value = evaluate(node.operand, lookup);
      if (node.operator === "-") return -value;
      if (node.operator === "~") return ~value;
      if (node.operator === "!") return truth(value === 0n);
      return value;
    }
    case "conditional":
      return evaluate(evaluate(node.test, lookup) === 0n ? node.no : node.yes, lookup);
    case "call": {
      const [left, right] = node.arguments.map((argument) => evaluate(argument, lookup)) as [bigint, bigint];
      return left < right === (node.name === "min") ? left : right;
    }
    case "binary": {
      const left = evaluate(node.left, lookup);
      // As in C, the right side is not looked at where the left decides: `defined(X) && X > 2`.
      if (node.operator === "&&" && left === 0n) return 0n;
      if (node.operator === "||" && left !== 0n) return 1n;
      return combine(node.operator, left, evaluate(node.right, lookup), node.position);
    }
  }
}

function combine(operator: string, left: bigint, right: bigint, position: number): bigint {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
    case "%":
      if (right === 0n) throw new ExpressionError("divides by zero", position);
      return operator === "/" ? left / right : left % right;
    case "==":
      return truth(left === right);
    case "!=":
      return truth(left !== right);
    case "<":
      return truth(left < right);
    case ">":
      return truth(left > right);
    case "<=":
      return truth(left <= right);
    case ">=":
      return truth(left >= right);
    case "&&":
    case "||":
      return truth(right !== 0n);
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    default:
      if (right < 0n || right > 63n)
        throw new ExpressionError("shifts by less than 0 or more than 63", position);
      return operator === "<<" ? left << right : left >> right;
  }
}

function truth(holds: boolean): bigint {
  return holds ? 1n : 0n;
}

function literal(token: Token): bigint {
  const digits = token.text.replaceAll("'", "").replace(/[uUlLzZ]+$/, "");
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  if (/^(?:0[xX][\da-fA-F]+|0[bB][01]+|[1-9]\d*|0)$/.test(digits)) return BigInt(digits.toLowerCase());
  throw new ExpressionError(`has \`${token.text}\`, which is not a whole number`, token.position);
}

function tokenize(text: string, dialect: Dialect): Token[] {
  const pattern =
    /\s+|(?<number>\d[\w.']*)|(?<name>[A-Za-z_]\w*(?:::\w+)*)|(?<operator>\|\||&&|[=!<>]=|<<|>>|[-+*/%()<>,|^&~!?:])/y;
  const tokens: Token[] = [];
  while (pattern.lastIndex < text.length) {
    const position = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (!groups) throw unreadable(text, position);
    const { number, name, operator } = groups;
    if (operator !== undefined && dialect === "task" && onlyInC.has(operator))
      throw unreadable(text, position);
    if (number !== undefined) tokens.push({ kind: "number", text: number, position });
    else if (name !== undefined) tokens.push({ kind: "name", text: name, position });
    else if (operator !== undefined) tokens.push({ kind: "operator", text: operator, position });
  }
  tokens.push({ kind: "end", text: "", position: text.length });
  return tokens;
}

function unreadable(text: string, position: number): ExpressionError {
  const found = String.fromCodePoint(text.codePointAt(position) ?? 0);
  return new ExpressionError(
    `has \`${found}\` at character ${position + 1}, which no expression has`,
    position,
  );
}
