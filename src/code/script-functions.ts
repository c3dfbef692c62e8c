/**
 * Functions of Python, JavaScript and TypeScript files: nested ones, methods, and functions that a variable, a property or a default
 * export holds. A name's parts are joined by dots: `Class.method`, `outer.inner`.
 */
import type { Node } from "web-tree-sitter";
import type { FunctionDefinition } from "./find-function.ts";
import { field, parts } from "./tree.ts";

const functionTypes = new Set([
  "function_definition",
  "function_declaration",
  "generator_function_declaration",
  "function_expression",
  "generator_function",
  "arrow_function",
  "method_definition",
]);
const scopeTypes = new Set(["class_definition", "class_declaration", "class", "abstract_class_declaration"]);

/** All definitions that have a name, in source order. */
export function listScriptFunctions(root: Node): FunctionDefinition[] {
  const found: FunctionDefinition[] = [];
  const visit = (node: Node, scopes: readonly string[]): void => {
    const name = functionTypes.has(node.type) || scopeTypes.has(node.type) ? nameOf(node) : undefined;
    if (name !== undefined && functionTypes.has(node.type) && field(node, "body"))
      found.push(describe(node, [...scopes, name]));
    const inner = name === undefined ? scopes : [...scopes, name];
    for (const child of node.namedChildren) visit(child, inner);
  };
  visit(root, []);
  return found;
}

function describe(node: Node, path: readonly string[]): FunctionDefinition {
  const parameters = field(node, "parameters");
  return {
    node,
    name: path.at(-1) ?? "",
    qualifiedName: path.join("."),
    parameterTypes: parameters ? parts(parameters).map(({ text }) => text) : [],
    template: false,
    local: path.length > 1,
  };
}

/** Its own, or that of what holds it. */
function nameOf(node: Node): string | undefined {
  const own = field(node, "name")?.text;
  if (own !== undefined) return own;
  const parent = node.parent;
  if (!parent) return undefined;
  if (parent.type === "export_statement") return "default";
  if (
    parent.type === "variable_declarator" ||
    parent.type === "public_field_definition" ||
    parent.type === "field_definition"
  )
    return (field(parent, "name") ?? field(parent, "property"))?.text;
  if (parent.type === "pair") return field(parent, "key")?.text;
  if (parent.type === "assignment_expression") {
    const target = field(parent, "left");
    return target?.type === "member_expression" ? field(target, "property")?.text : target?.text;
  }
  return undefined;
}
