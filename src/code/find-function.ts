/**
 * Finds function definitions by name in a file: `f`, `ns::f`, `Class::f`, or `f(int, const double*)` where it is overloaded. In Python,
 * JavaScript and TypeScript: `Class.method`, `outer.inner`, with the parameters as written where two have the same name. `f[2]` is the
 * second of those that `f` fits.
 */
import type { Node } from "web-tree-sitter";
import { remember } from "./remember.ts";
import { dotted, listScriptFunctions } from "./script-functions.ts";
import { field, find, inScript, normalised, parts } from "./tree.ts";

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
export function listFunctions(root: Node): readonly FunctionDefinition[] {
  return remember(root, "functions", () =>
    inScript(root)
      ? listScriptFunctions(root)
      : find(root, "function_definition")
          .flatMap((node) => describe(node) ?? [])
          .filter(({ name }) => !statements.has(name)),
  );
}

/**
 * Whether the file defines or declares what is called by this text: then it is not the standard library's, whatever the name means there.
 * `std::next(i)` asks for the library's all the same.
 */
export function declaresFunction(root: Node, callee: string): boolean {
  if (/^(::)?std::/.test(callee)) return false;
  const names = remember(
    root,
    "declared functions",
    () =>
      new Set(
        find(root, "function_declarator").flatMap(
          (declarator) => field(declarator, "declarator")?.text.split("::").at(-1) ?? [],
        ),
      ),
  );
  return names.has(callee.replace(/<.*$/s, "").replace(/^.*::/s, ""));
}

/**
 * The definition that the name means; with parameter types in parentheses, the overload that has them. Undefined where
 * none or, without parameter types, several fit equally.
 */
export function findFunction(root: Node, name: string): FunctionDefinition | undefined {
  const [fitting, ordinal] = candidatesOf(root, name);
  return ordinal === undefined ? (fitting.length === 1 ? fitting[0] : undefined) : fitting[ordinal - 1];
}

/** One of several functions that a name may mean. */
export interface FunctionCandidate {
  /** Names this one and no other: what `findFunction` takes. */
  readonly name: string;
  /** From 1. */
  readonly line: number;
}

/**
 * Those that the name fits equally, in source order: none where it is not defined, one where it is clear, more for a message that
 * lists them.
 */
export function functionsNamed(root: Node, name: string): FunctionCandidate[] {
  const [fitting, ordinal] = candidatesOf(root, name);
  const meant = ordinal === undefined ? fitting : fitting.slice(ordinal - 1, ordinal);
  return meant.map((definition) => ({
    name: clearName(root, definition),
    line: definition.node.startPosition.row + 1,
  }));
}

/** The shortest spelling by which `findFunction` finds this definition: the qualified name, with parameters or a number where needed. */
export function clearName(root: Node, definition: FunctionDefinition): string {
  const { qualifiedName, parameterTypes } = definition;
  const namesakes = candidatesOf(root, qualifiedName)[0];
  if (namesakes.length <= 1) return qualifiedName;
  const full = `${qualifiedName}(${parameterTypes.join(", ")})`;
  const alike = candidatesOf(root, full)[0];
  const plain = parameterTypes.every((type) => !/[\n()"'`]/.test(type));
  if (alike.length === 1 && plain && findFunction(root, full)?.node.id === definition.node.id) return full;
  return `${qualifiedName}[${namesakes.findIndex(({ node }) => node.id === definition.node.id) + 1}]`;
}

/** All that fit a name equally well, and which of them is meant, from 1, where the name says so. */
function candidatesOf(root: Node, name: string): [fitting: FunctionDefinition[], ordinal?: number] {
  const [, before, number] = /^(.*)\[([1-9]\d*)\]\s*$/s.exec(name) ?? [];
  const ordinal = number === undefined ? undefined : Number(number);
  const { path: written, types } = splitName(before ?? name);
  const script = inScript(root);
  const path = script ? dotted(written) : written;
  const separator = script ? "." : "::";
  // A property's key may have blanks.
  const spelled = ({ qualifiedName }: FunctionDefinition) =>
    script ? qualifiedName.replace(/\s+/g, "") : qualifiedName;
  const fitting =
    path === ""
      ? []
      : listFunctions(root).filter(
          (candidate) =>
            (spelled(candidate) === path || spelled(candidate).endsWith(`${separator}${path}`)) &&
            (types === undefined || sameTypes(candidate.parameterTypes, types)),
        );
  const exact = fitting.filter((candidate) => spelled(candidate) === path);
  const best = exact.length > 0 ? exact : fitting;
  return ordinal === undefined ? [best] : [best, ordinal];
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

/** What the grammar takes for a function's name where conditional parts of a file (`#if`) leave an `else if (…) {` on its own. */
const statements: ReadonlySet<string> = new Set([
  "if",
  "for",
  "while",
  "switch",
  "return",
  "sizeof",
  "catch",
]);

function describe(node: Node): FunctionDefinition | undefined {
  if (!field(node, "body")) return undefined;
  const declarator = functionDeclarator(node);
  const nameNode = declarator && field(declarator, "declarator");
  const parameters = declarator && field(declarator, "parameters");
  if (!nameNode || !parameters) return undefined;
  const own = nameNode.text.replace(/\s+/g, "").replace(/^::/, "");
  if (statements.has(own)) return undefined;
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
