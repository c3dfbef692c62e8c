/**
 * Functions of Python, JavaScript and TypeScript files: nested ones, methods, and functions that a variable, a property or a default
 * export holds. A name's parts are joined by dots: `Class.method`, `outer.inner`, `object.property`.
 */
import type { Node } from "web-tree-sitter";
import type { FunctionDefinition } from "./find-function.ts";
import { field, parts } from "./tree.ts";

const functionTypes = [
  "function_definition",
  "function_declaration",
  "generator_function_declaration",
  "function_expression",
  "generator_function",
  "arrow_function",
  "method_definition",
] as const;
const functions = new Set<string>(functionTypes);
const scopes = new Set<string>([
  ...functionTypes,
  "class_definition",
  "class_declaration",
  "class",
  "abstract_class_declaration",
  "internal_module",
  "object",
]);
/** What may stand between a value and what holds it. */
const transparent = new Set([
  "parenthesized_expression",
  "as_expression",
  "satisfies_expression",
  "non_null_expression",
]);
/** Calls that give back the function that they are given, in other clothes: what holds the result holds the function. */
const wrappers =
  /(?:^|\.)(?:useCallback|memo|forwardRef|memoi[sz]e|once|debounce|throttle|promisify|observer|action|curry|asyncHandler)$/;

/** All definitions that have a name, in source order. Bodiless overloads of an implementation are not among them. */
export function listScriptFunctions(root: Node): FunctionDefinition[] {
  const found = root.descendantsOfType([...functionTypes]).flatMap((node) => describe(node) ?? []);
  const implemented = new Set(
    found.filter(({ node }) => !isOverload(node)).map(({ qualifiedName }) => qualifiedName),
  );
  return found.filter(({ node, qualifiedName }) => !(isOverload(node) && implemented.has(qualifiedName)));
}

/** Whether the node is a function of one of these languages, with or without a name. */
export function isScriptFunction(node: Node): boolean {
  return functions.has(node.type);
}

/**
 * A name as people spell it, in the spelling of `qualifiedName`: `Class#method`, `Class::method` and `Class.prototype.method` are
 * `Class.method`.
 */
export function dotted(name: string): string {
  return name
    .replaceAll("::", ".")
    .replaceAll(".prototype.", ".")
    .replace(/^(?:module\.)?exports\.(?=.)/, "")
    .replaceAll(/(?<=[\w$\])])#/g, ".");
}

/** The decorators of a Python function, as written; of other functions none. */
export function decoratorsOf(node: Node): Node[] {
  if (node.parent?.type !== "decorated_definition") return [];
  return node.parent.namedChildren.filter((child) => child.type === "decorator");
}

/** The function with its decorators. */
export function decorated(node: Node): Node {
  return node.parent?.type === "decorated_definition" ? node.parent : node;
}

/** Its parameters as nodes, `*` and `/` among them, without comments. */
export function parametersOf(node: Node): Node[] {
  const list = field(node, "parameters");
  const single = field(node, "parameter");
  return list ? parts(list) : single ? [single] : [];
}

function describe(node: Node): FunctionDefinition | undefined {
  const own = field(node, "body") && nameOf(node);
  if (own === undefined) return undefined;
  const path = [own];
  for (let at = node.parent; at; at = at.parent) {
    const scope = scopes.has(at.type) ? nameOf(at) : undefined;
    if (scope !== undefined) path.unshift(...scope.split("."));
  }
  const name = own.split(".").at(-1) ?? own;
  return {
    node,
    name,
    qualifiedName: path.join("."),
    parameterTypes: parametersOf(node).map(({ text }) => text),
    template: false,
    local: path.length > 1,
  };
}

/** That of what holds it, or its own: an expression's own name is known only inside it. */
function nameOf(node: Node): string | undefined {
  const key = node.type === "object" ? undefined : field(node, "name");
  const own = key && keyText(key);
  const holder =
    own !== undefined && !/^(?:function_expression|generator_function|class)$/.test(node.type)
      ? undefined
      : holderOf(node);
  return holder === undefined || /^(?:default|exports)$/.test(holder) ? (own ?? holder) : holder;
}

function holderOf(node: Node): string | undefined {
  let held = node;
  for (let parent = held.parent; parent; parent = held.parent) {
    const wraps =
      parent.type === "arguments" &&
      parent.parent?.type === "call_expression" &&
      wrappers.test(field(parent.parent, "function")?.text ?? "");
    if (wraps && parent.parent) held = parent.parent;
    else if (transparent.has(parent.type)) held = parent;
    else break;
  }
  const parent = held.parent;
  switch (parent?.type) {
    case "export_statement":
      return node.type === "object" ? undefined : "default";
    case "variable_declarator":
      return field(parent, "name")?.type === "identifier" ? field(parent, "name")?.text : undefined;
    case "public_field_definition":
    case "field_definition": {
      const key = field(parent, "name") ?? field(parent, "property");
      return key && keyText(key);
    }
    case "pair": {
      const key = field(parent, "key");
      return key && keyText(key);
    }
    case "assignment_expression": {
      const target = field(parent, "left");
      if (target?.type !== "identifier" && target?.type !== "member_expression") return undefined;
      if (/^(?:module\.)?exports$/.test(target.text)) return node.type === "object" ? undefined : "exports";
      return dotted(target.text.replace(/^this\./, ""));
    }
  }
  return undefined;
}

/** Of a property's key, without quotes and brackets around a text. */
function keyText(key: Node): string {
  return key.text.replace(/^\[(.*)\]$/s, "$1").replace(/^(["'])(.*)\1$/s, "$2");
}

/** `@overload`, `@typing.overload`: a signature for type checkers, which is never called. */
function isOverload(node: Node): boolean {
  return decoratorsOf(node).some((decorator) => /^@\s*(?:[\w.]+\.)?overload\s*$/.test(decorator.text));
}
