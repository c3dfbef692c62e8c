/**
 * Finds function definitions by name in a file: `f`, `ns::f`, `Class::f`, or `f(int, const double*)` where it is overloaded.
 */
import type { Node } from "web-tree-sitter";
import { listScriptFunctions } from "./script-functions.ts";
import { field, find, normalised, parts } from "./tree.ts";

export interface FunctionDefinition {
  /** The `function_definition` node, without a `template <…>` around it. */
  readonly node: Node;
  /** Last part of the name: `f`. */
  readonly name: string;
  /** With namespaces and classes around it: `ns::Class::f`. */
  readonly qualifiedName: string;
  /** As written, without parameter names and with single blanks. */
  readonly parameterTypes: readonly string[];
  readonly template: boolean;
  /** Whether it has internal linkage by `static` or an anonymous namespace. */
  readonly local: boolean;
}

/** All definitions with a body, in source order; lambdas and bare declarations are not among them. */
export function listFunctions(root: Node): FunctionDefinition[] {
  if (isScript(root)) return listScriptFunctions(root);
  return find(root, "function_definition").flatMap((node) => describe(node) ?? []);
}

/**
 * The definition that the name means; with parameter types in parentheses, the overload that has them. Undefined where
 * none or, without parameter types, several fit equally.
 */
export function findFunction(root: Node, name: string): FunctionDefinition | undefined {
  const { path, types } = splitName(name);
  const fitting = listFunctions(root).filter(
    (candidate) =>
      (candidate.qualifiedName === path ||
        candidate.qualifiedName.endsWith(`${isScript(root) ? "." : "::"}${path}`)) &&
      (types === undefined || sameTypes(candidate.parameterTypes, types)),
  );
  if (fitting.length <= 1) return fitting[0];
  const exact = fitting.filter((candidate) => candidate.qualifiedName === path);
  return exact.length === 1 ? exact[0] : undefined;
}

/** As the grammars of Python, and of JavaScript and TypeScript, call a whole file. */
function isScript(node: Node): boolean {
  return ["module", "program"].includes(node.tree.rootNode.type);
}

/** The node that declares name and parameters, under any pointers and references of the return type. */
export function functionDeclarator(definition: Node): Node | undefined {
  let at = field(definition, "declarator");
  while (at && at.type !== "function_declarator") at = field(at, "declarator") ?? parts(at).at(-1);
  return at;
}

/** Splits `ns::f(int, double*)`; template arguments keep their commas. */
export function splitName(name: string): { path: string; types: string[] | undefined } {
  const open = name.indexOf("(");
  const path = (open === -1 ? name : name.slice(0, open)).replace(/\s+/g, "").replace(/^::/, "");
  if (open === -1 || path.endsWith("operator"))
    return { path: open === -1 ? path : name.replace(/\s+/g, ""), types: undefined };
  const inside = name.slice(open + 1, name.lastIndexOf(")"));
  const types: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index <= inside.length; index += 1) {
    const character = inside[index];
    if (character === undefined || (character === "," && depth === 0)) {
      types.push(inside.slice(start, index).trim());
      start = index + 1;
    } else if ("<([".includes(character)) depth += 1;
    else if (">)]".includes(character)) depth -= 1;
  }
  return { path, types: types.filter((type) => type !== "" && type !== "void") };
}

function describe(node: Node): FunctionDefinition | undefined {
  if (!field(node, "body")) return undefined;
  const declarator = functionDeclarator(node);
  const nameNode = declarator && field(declarator, "declarator");
  const parameters = declarator && field(declarator, "parameters");
  if (!nameNode || !parameters) return undefined;
  const own = nameNode.text.replace(/\s+/g, "").replace(/^::/, "");
  const scopes: string[] = [];
  let local = node.children.some(
    (child) => child.type === "storage_class_specifier" && child.text === "static",
  );
  let template = false;
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === "template_declaration") template = true;
    if (at.type === "namespace_definition") {
      const name = field(at, "name")?.text;
      if (name) scopes.unshift(name);
      else local = true;
    }
    if (at.type === "class_specifier" || at.type === "struct_specifier") {
      const name = field(at, "name")?.text;
      if (name) scopes.unshift(name);
      local = false;
    }
  }
  const qualifiedName = [...scopes, own].join("::");
  return {
    node,
    name: qualifiedName.split("::").at(-1) ?? own,
    qualifiedName,
    parameterTypes: parts(parameters)
      .filter(isParameter)
      .map(typeOfParameter)
      .filter((type) => type !== "void"),
    template,
    local,
  };
}

/** Whether a child of a parameter list is a parameter. */
export function isParameter(node: Node): boolean {
  return node.type === "parameter_declaration" || node.type === "optional_parameter_declaration";
}

/** The parameter's text without its name and default. */
function typeOfParameter(parameter: Node): string {
  const fallback = field(parameter, "default_value");
  const declarator = field(parameter, "declarator");
  const name = declarator && find(declarator, "identifier")[0];
  const end = fallback ? fallback.startIndex : parameter.endIndex;
  const text = parameter.text.slice(0, end - parameter.startIndex).replace(/=\s*$/, "");
  if (!name) return text.trim();
  const at = name.startIndex - parameter.startIndex;
  return (text.slice(0, at) + text.slice(at + name.text.length)).trim();
}

function sameTypes(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((type, index) => canonical(type) === canonical(b[index] ?? ""));
}

/** Without blanks, `std::`, restrict and array brackets, so that two spellings of a type compare equal. */
function canonical(type: string): string {
  return type
    .replace(/\b(__restrict__|__restrict|restrict)\b/g, "")
    .replace(/\[[^\]]*\]/, "*")
    .replace(/\bstd::/g, "")
    .replace(/\b(const|volatile)\b/g, " $1 ")
    .replace(/\s+/g, " ")
    .replace(/ ?([*&<>,]) ?/g, "$1")
    .trim()
    .replace(/^(\w[\w:<>,]*) const\b/, "const $1");
}

/** Whether two definitions are the same function: name and parameter types. */
export function sameFunction(a: FunctionDefinition, b: FunctionDefinition): boolean {
  return a.qualifiedName === b.qualifiedName && sameTypes(a.parameterTypes, b.parameterTypes);
}

/** Whether two definitions are written alike, blanks and comments aside. */
export function sameText(a: Node, b: Node): boolean {
  return normalised(a) === normalised(b);
}
