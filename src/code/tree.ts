/**
 * Small questions about syntax trees that both grammars answer alike. Positions are indexes into the JavaScript string.
 */
import type { Node } from "web-tree-sitter";

/** The node and all named nodes under it, parents first. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of node.namedChildren) yield* walk(child);
}

/** Named children without comments. */
export function parts(node: Node): Node[] {
  return node.namedChildren.filter((child) => child.type !== "comment");
}

/** Nodes of the given types at or under the node, in source order. */
export function find(node: Node, ...types: string[]): Node[] {
  return node.descendantsOfType(types);
}

export function same(a: Node, b: Node): boolean {
  return a.id === b.id && a.startIndex === b.startIndex && a.endIndex === b.endIndex;
}

/** Whether `inner` lies within `outer`, or is it. */
export function contains(outer: Node, inner: Node): boolean {
  return outer.startIndex <= inner.startIndex && inner.endIndex <= outer.endIndex;
}

/** The nearest node of one of the types around the node, not the node itself; stops after `limit`. */
export function enclosing(node: Node, types: readonly string[], limit?: Node): Node | undefined {
  for (let at = node.parent; at; at = at.parent) {
    if (types.includes(at.type)) return at;
    if (limit && same(at, limit)) return undefined;
  }
  return undefined;
}

/** The expression inside any number of parentheses. */
export function bare(node: Node): Node {
  let at = node;
  while (at.type === "parenthesized_expression" || at.type === "condition_clause") {
    const inner = at.childForFieldName("value") ?? parts(at)[0];
    if (!inner) return at;
    at = inner;
  }
  return at;
}

/** `(int)x`, `static_cast<int>(x)`, `int(x)` and parentheses peeled off. */
export function withoutCasts(node: Node): Node {
  let at = bare(node);
  for (;;) {
    const value = castValue(at);
    if (!value) return at;
    at = bare(value);
  }
}

/** The value that a cast converts, whichever way it is written. */
export function castValue(node: Node): Node | undefined {
  if (node.type === "cast_expression") return node.childForFieldName("value") ?? undefined;
  if (node.type !== "call_expression") return undefined;
  const callee = node.childForFieldName("function");
  const named =
    callee?.type === "template_function" && callee.childForFieldName("name")?.text === "static_cast";
  const primitive = callee?.type === "primitive_type" || callee?.text === "size_t";
  if (!named && !primitive) return undefined;
  const list = node.childForFieldName("arguments");
  const values = list ? parts(list) : [];
  return values.length === 1 ? values[0] : undefined;
}

/** The operator of a binary, assignment, unary, update or pointer expression. */
export function operatorOf(node: Node): string {
  return node.childForFieldName("operator")?.text ?? "";
}

/** The required child of that name. A tree with errors may lack it, so callers of `field` skip nodes with errors first. */
export function field(node: Node, name: string): Node | undefined {
  return node.childForFieldName(name) ?? undefined;
}

/** Array and indices of `a[i]` or `a[i, j]`, in either grammar. */
export function subscript(node: Node): { array: Node; indices: Node[] } | undefined {
  if (node.type !== "subscript_expression") return undefined;
  const array = field(node, "argument");
  const single = field(node, "index");
  const list = field(node, "indices");
  const indices = single ? [single] : list ? parts(list) : [];
  return array && indices.length > 0 ? { array, indices } : undefined;
}

/** Arguments of a call, without comments. */
export function argumentsOf(call: Node): Node[] {
  const list = field(call, "arguments");
  return list ? parts(list) : [];
}

/** What a call calls, as written without blanks: `std::max<int>`, `v.size`. */
export function calleeOf(call: Node): string {
  return field(call, "function")?.text.replace(/\s+/g, "") ?? "";
}

/** The statements of a body, whether braced or single; comments, empty statements and hints to the compiler about loops left out. */
export function statementsOf(body: Node): Node[] {
  const list = body.type === "compound_statement" ? parts(body) : [body];
  return list.filter((statement) => statement.text !== ";" && !isLoopHint(statement));
}

/** A pragma that changes how a loop is compiled and nothing else. */
export function isLoopHint(node: Node): boolean {
  return (
    node.type === "preproc_call" &&
    /^#\s*pragma\s+(GCC\s+(ivdep|unroll|novector)|clang\s+loop|unroll)\b/.test(node.text)
  );
}

/** The expression of an expression statement. */
export function expressionOf(statement: Node): Node | undefined {
  return statement.type === "expression_statement" ? parts(statement)[0] : undefined;
}

/** The condition of an if, while, do or for, without its parentheses. */
export function conditionOf(statement: Node): Node | undefined {
  const condition = field(statement, "condition");
  return condition && bare(condition);
}

/** The body of an if's else, where there is one. */
export function elseOf(statement: Node): Node | undefined {
  const clause = field(statement, "alternative");
  if (!clause) return undefined;
  return clause.type === "else_clause" ? parts(clause)[0] : clause;
}

/** Whether the node is of a file in Python, JavaScript or TypeScript, by what their grammars call a whole file. */
export function inScript(node: Node): boolean {
  return ["module", "program"].includes(node.tree.rootNode.type);
}

/**
 * Source text with runs of blanks and comments as one blank, so that two spellings compare equal. In languages where lines and
 * indentation mean something, what they mean is kept: where statements and blocks end.
 */
export function normalised(node: Node): string {
  const tokens: string[] = [];
  if (inScript(node)) collectScriptTokens(node, tokens);
  else collectTokens(node, tokens);
  return tokens.join(" ");
}

const texts = new Set(["string", "template_string", "regex", "jsx_text"]);

function collectScriptTokens(node: Node, tokens: string[]): void {
  const { type } = node;
  if (type === "comment" || type === "html_comment") return;
  if (node.childCount === 0 || texts.has(type)) {
    if (node.text !== "") tokens.push(node.text);
    return;
  }
  for (const child of node.children) collectScriptTokens(child, tokens);
  if (type === "block" || /_(?:statement|declaration)$/.test(type)) tokens.push("\u2029");
}

function collectTokens(node: Node, tokens: string[]): void {
  if (node.type === "comment") return;
  if (node.childCount === 0 || node.type === "string_literal" || node.type === "char_literal") {
    if (node.text !== "") tokens.push(node.text);
    return;
  }
  for (const child of node.children) collectTokens(child, tokens);
}
