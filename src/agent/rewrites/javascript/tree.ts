/**
 * Small questions about syntax trees of JavaScript and TypeScript, which both grammars answer alike.
 */
import type { Node } from "web-tree-sitter";
import { argumentsOf, bare, contains, field, find, operatorOf, parts, same } from "../../../code/tree.ts";

const functionTypes = [
  "function_declaration",
  "function_expression",
  "arrow_function",
  "method_definition",
  "generator_function",
  "generator_function_declaration",
];

export function isFunction(node: Node): boolean {
  return functionTypes.includes(node.type);
}

/** All functions at or under the node. */
export function functionsIn(node: Node): Node[] {
  return find(node, ...functionTypes);
}

/** The innermost function around a node, not the node itself. */
export function functionAround(node: Node): Node | undefined {
  for (let at = node.parent; at; at = at.parent) if (isFunction(at)) return at;
  return undefined;
}

/** Parentheses and what only the type checker sees (`x as T`, `x!`, `x satisfies T`) peeled off. */
export function plain(node: Node): Node {
  let at = bare(node);
  while (["as_expression", "satisfies_expression", "non_null_expression"].includes(at.type)) {
    const inner = parts(at)[0];
    if (!inner) return at;
    at = bare(inner);
  }
  return at;
}

/** A call of a method by its plain name: `object.method(…)`, not `object?.method(…)`. */
export interface MethodCall {
  readonly node: Node;
  readonly object: Node;
  readonly method: string;
  readonly arguments: readonly Node[];
}

export function methodCall(node: Node): MethodCall | undefined {
  if (node.type !== "call_expression" || isOptional(node)) return undefined;
  const callee = field(node, "function");
  const list = field(node, "arguments");
  if (callee?.type !== "member_expression" || isOptional(callee) || list?.type !== "arguments")
    return undefined;
  const [object, property] = [field(callee, "object"), field(callee, "property")];
  if (!object || property?.type !== "property_identifier") return undefined;
  return { node, object, method: property.text, arguments: argumentsOf(node) };
}

/** `a?.b`, `a?.[i]` and `a?.()`. */
export function isOptional(node: Node): boolean {
  return node.children.some((child) => child.type === "optional_chain" || child.type === "?.");
}

/** The call whose callee's object the node is: `node.method(…)`. */
export function callOn(node: Node): MethodCall | undefined {
  const member = node.parent;
  const call = member?.type === "member_expression" ? methodCall(member.parent ?? member) : undefined;
  return call && same(call.object, node) ? call : undefined;
}

/** The name of the property of `object.name`; undefined for anything else, and for `object?.name`. */
export function propertyOf(node: Node): { object: Node; name: string } | undefined {
  if (node.type !== "member_expression" || isOptional(node)) return undefined;
  const [object, property] = [field(node, "object"), field(node, "property")];
  return object && property?.type === "property_identifier" ? { object, name: property.text } : undefined;
}

/** Object and index of `object[index]`. */
export function elementOf(node: Node): { object: Node; index: Node } | undefined {
  if (node.type !== "subscript_expression" || isOptional(node)) return undefined;
  const [object, index] = [field(node, "object"), field(node, "index")];
  return object && index ? { object, index } : undefined;
}

/** The statements of a body, whether braced or single; comments left out. */
export function statementsOf(body: Node): Node[] {
  const list = body.type === "statement_block" ? parts(body) : [body];
  return list.filter((statement) => statement.type !== "empty_statement");
}

/** The expression of an expression statement. */
export function expressionOf(statement: Node | undefined): Node | undefined {
  return statement?.type === "expression_statement" ? parts(statement)[0] : undefined;
}

/** `const name = value` alone in its declaration, whatever the keyword. */
export interface SingleDeclaration {
  readonly keyword: string;
  readonly name: Node;
  readonly value: Node | undefined;
  readonly type: Node | undefined;
}

export function singleDeclaration(statement: Node | undefined): SingleDeclaration | undefined {
  if (statement?.type !== "lexical_declaration" && statement?.type !== "variable_declaration")
    return undefined;
  const [only, ...more] = parts(statement);
  const name = only && field(only, "name");
  if (!only || name?.type !== "identifier" || more.length > 0) return undefined;
  const keyword = statement.type === "variable_declaration" ? "var" : (field(statement, "kind")?.text ?? "");
  return { keyword, name, value: field(only, "value"), type: field(only, "type") };
}

/** The parameters of a function, each the pattern alone, without type and default. Undefined where one has a default or is a rest. */
export function plainParameters(definition: Node): Node[] | undefined {
  const single = field(definition, "parameter");
  if (single) return [single];
  const list = field(definition, "parameters");
  if (!list) return undefined;
  const patterns: Node[] = [];
  for (const parameter of parts(list)) {
    const typed = parameter.type === "required_parameter" || parameter.type === "optional_parameter";
    if (typed && field(parameter, "value")) return undefined;
    const pattern = typed ? field(parameter, "pattern") : parameter;
    if (!pattern || pattern.type === "rest_pattern" || pattern.type === "assignment_pattern")
      return undefined;
    if (pattern.type === "this") return undefined;
    patterns.push(pattern);
  }
  return patterns;
}

/** The expression whose value a callback returns, where its body does nothing else. */
export function resultOf(callback: Node): Node | undefined {
  const body = field(callback, "body");
  if (body?.type !== "statement_block") return body;
  const [only, ...more] = statementsOf(body);
  return only?.type === "return_statement" && more.length === 0 ? parts(only)[0] : undefined;
}

/** Whether a function is async or a generator: its calls do not run like a block. */
export function runsApart(definition: Node): boolean {
  return (
    definition.type.startsWith("generator") ||
    definition.children.some((child) => child.type === "async" || child.type === "*")
  );
}

/** Whether other code may run in the midst of it: `await`, `yield`, `for await`. */
export function pauses(node: Node): boolean {
  return (
    find(node, "await_expression", "yield_expression").length > 0 ||
    find(node, "for_in_statement").some((loop) => loop.children.some((child) => child.type === "await"))
  );
}

/** Whether its meaning depends on the function it stands in: `this`, `super`, `arguments`, `new.target`, a direct `eval`. */
export function dependsOnFunction(node: Node): boolean {
  return (
    find(node, "this", "super", "meta_property").length > 0 ||
    find(node, "identifier").some((each) => each.text === "arguments" || each.text === "eval")
  );
}

/** The node's own jumps out of `within`, that is, those that do not belong to a loop or function inside it. */
export function jumpsOut(within: Node): Node[] {
  return find(within, "break_statement", "continue_statement", "return_statement").filter((jump) => {
    for (let at = jump.parent; at && contains(within, at) && !same(at, within); at = at.parent) {
      if (isFunction(at)) return false;
      if (jump.type === "return_statement" || field(jump, "label")) continue;
      if (isLoopStatement(at)) return false;
      if (at.type === "switch_statement" && jump.type === "break_statement") return false;
    }
    return true;
  });
}

export function isLoopStatement(node: Node): boolean {
  return ["for_statement", "for_in_statement", "while_statement", "do_statement"].includes(node.type);
}

/** The value of an integer literal in decimal digits; undefined for anything else. */
export function integerOf(node: Node | undefined): number | undefined {
  const at = node && plain(node);
  if (at?.type === "unary_expression" && operatorOf(at) === "-") {
    const value = integerOf(field(at, "argument"));
    return value === undefined ? undefined : -value;
  }
  return at?.type === "number" && /^\d+$/.test(at.text) ? Number(at.text) : undefined;
}

/** The field's name under which a node stands in its parent, for telling `left` from `right`. */
export function isField(parent: Node, name: string, child: Node): boolean {
  return parent.childrenForFieldName(name).some((each) => same(each, child));
}
