/**
 * Names: where they are declared, where they are written, and whether a name means one variable throughout a function. Where a name is
 * declared twice in the function, in whatever scopes, no answer is given: no rewrite then touches it.
 */
import type { Node } from "web-tree-sitter";
import { contains, field, find, same } from "../../../code/tree.ts";
import { remember } from "../../../code/remember.ts";
import type { Subject } from "../rewrite.ts";
import { functionAround, isField, isFunction, isLoopStatement } from "./tree.ts";

const nameTypes = ["identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"];

interface Mention {
  readonly name: string;
  readonly node: Node;
  readonly start: number;
  readonly end: number;
}

/** All mentions of the file in source order, all together and by name: read from the tree once. */
function mentionsOf(root: Node): {
  all: readonly Mention[];
  byName: ReadonlyMap<string, readonly Mention[]>;
} {
  return remember(root, "mentions", () => {
    const all = find(root, ...nameTypes)
      .filter((node) => node.parent?.type !== "type_query")
      .map((node) => ({ name: node.text, node, start: node.startIndex, end: node.endIndex }));
    const byName = new Map<string, Mention[]>();
    for (const mention of all) {
      const known = byName.get(mention.name);
      if (known) known.push(mention);
      else byName.set(mention.name, [mention]);
    }
    return { all, byName };
  });
}

/** Every place where the name stands for a variable, declarations among them; types and property names are none. */
export function mentions(name: string, within: Node): Node[] {
  const [from, to] = [within.startIndex, within.endIndex];
  return (mentionsOf(within.tree.rootNode).byName.get(name) ?? [])
    .filter(({ start, end }) => from <= start && end <= to)
    .map(({ node }) => node);
}

export function isMentioned(name: string, within: Node): boolean {
  return mentions(name, within).length > 0;
}

/** All names of variables in the node. */
export function namesIn(node: Node): Set<string> {
  const [from, to] = [node.startIndex, node.endIndex];
  const { all } = mentionsOf(node.tree.rootNode);
  return new Set(all.filter(({ start, end }) => from <= start && end <= to).map(({ name }) => name));
}

/** What a mention does to its variable. */
export function roleOf(mention: Node): "declared" | "written" | "read" {
  return remember(mention, "role", () => readRole(mention));
}

function readRole(mention: Node): "declared" | "written" | "read" {
  let at = mention;
  for (let parent = at.parent; parent; at = parent, parent = parent.parent) {
    switch (parent.type) {
      case "array_pattern":
      case "object_pattern":
      case "rest_pattern":
        continue;
      case "pair_pattern":
        if (isField(parent, "value", at)) continue;
        return "read";
      case "assignment_pattern":
      case "object_assignment_pattern":
        if (isField(parent, "left", at)) continue;
        return "read";
      case "required_parameter":
      case "optional_parameter":
        return isField(parent, "pattern", at) ? "declared" : "read";
      case "formal_parameters":
        return "declared";
      case "variable_declarator":
        return isField(parent, "name", at) ? "declared" : "read";
      case "catch_clause":
        return isField(parent, "parameter", at) ? "declared" : "read";
      case "for_in_statement":
        if (!isField(parent, "left", at)) return "read";
        return field(parent, "kind") ? "declared" : "written";
      case "assignment_expression":
      case "augmented_assignment_expression":
        return isField(parent, "left", at) ? "written" : "read";
      case "update_expression":
        return "written";
      case "import_specifier":
      case "import_clause":
      case "namespace_import":
        return "declared";
      case "parenthesized_expression":
      case "non_null_expression":
      case "as_expression":
        continue;
      default:
        if (isFunction(parent))
          return isField(parent, "parameter", at) || isField(parent, "name", at) ? "declared" : "read";
        if (parent.type === "class_declaration" || parent.type === "class")
          return isField(parent, "name", at) ? "declared" : "read";
        return "read";
    }
  }
  return "read";
}

export interface Variable {
  readonly name: string;
  /** The identifier that declares it; undefined where the function only uses it, and the file or nobody declares it. */
  readonly declaration: Node | undefined;
  readonly kind: "parameter" | "const" | "let" | "var" | "function" | "other" | "outer";
  /** Its first value, where it is declared with one, not by a pattern. */
  readonly value: Node | undefined;
  /** Its type as written, TypeScript alone: `string[]`. */
  readonly type: string | undefined;
  /** The block or function in which the name has this meaning. */
  readonly scope: Node;
}

/** The variable that a name means throughout the function. Undefined where the name has several meanings in it. */
export function variableOf(subject: Subject, name: string): Variable | undefined {
  return remember(subject.function, `variable ${name}`, () => findVariable(subject, name));
}

function findVariable(subject: Subject, name: string): Variable | undefined {
  const own = mentions(name, subject.function);
  const declarations = own.filter(
    (node) => roleOf(node) === "declared" && !isOwnName(subject.function, node),
  );
  const [declaration, ...more] = declarations;
  if (more.length > 0) return undefined;
  if (!declaration) return outerVariable(subject, name);
  const described = describe(subject, declaration);
  return own.every((node) => contains(described.scope, node)) ? described : undefined;
}

function isOwnName(definition: Node, node: Node): boolean {
  const name = field(definition, "name");
  return name !== undefined && same(name, node);
}

/** One that the file declares once, at any depth around the function, and no one writes again: else calls might change what it means. */
function outerVariable(subject: Subject, name: string): Variable | undefined {
  const all = mentions(name, subject.root);
  const declarations = all.filter((node) => roleOf(node) === "declared");
  const [declaration, ...more] = declarations;
  if (!declaration || more.length > 0 || all.some((node) => roleOf(node) === "written")) return undefined;
  const { value, type } = describe(subject, declaration);
  return { name, declaration, kind: "outer", value, type, scope: subject.root };
}

function describe(subject: Subject, declaration: Node): Variable {
  const name = declaration.text;
  const around = functionAround(declaration) ?? subject.root;
  let at = declaration;
  for (let parent = at.parent; parent; at = parent, parent = parent.parent) {
    if (parent.type === "variable_declarator") {
      const list = parent.parent;
      const kind = list?.type === "variable_declaration" ? "var" : list && field(list, "kind")?.text;
      const whole = same(at, declaration) && isField(parent, "name", at);
      const scope = kind === "var" ? around : ((list && blockAround(list)) ?? around);
      return {
        name,
        declaration,
        kind: kind === "var" || kind === "const" ? kind : "let",
        value: whole ? field(parent, "value") : undefined,
        type: whole ? typeOf(parent) : undefined,
        scope,
      };
    }
    if (parent.type === "for_in_statement") {
      const kind = field(parent, "kind")?.text;
      return {
        name,
        declaration,
        kind: kind === "var" ? "var" : kind === "const" ? "const" : "let",
        value: undefined,
        type: undefined,
        scope: kind === "var" ? around : parent,
      };
    }
    if (parent.type === "required_parameter" || parent.type === "optional_parameter") {
      const simple = same(at, declaration) && parent.type === "required_parameter";
      return {
        name,
        declaration,
        kind: "parameter",
        value: undefined,
        type: simple ? typeOf(parent) : undefined,
        scope: around,
      };
    }
    if (parent.type === "formal_parameters" || (isFunction(parent) && isField(parent, "parameter", at)))
      return { name, declaration, kind: "parameter", value: undefined, type: undefined, scope: around };
    if (isFunction(parent)) {
      const scope = blockAround(parent) ?? subject.root;
      return { name, declaration, kind: "function", value: undefined, type: undefined, scope };
    }
  }
  const scope = blockAround(declaration) ?? subject.root;
  return { name, declaration, kind: "other", value: undefined, type: undefined, scope };
}

function typeOf(holder: Node): string | undefined {
  return field(holder, "type")?.text.replace(/^:\s*/, "");
}

/** The block, loop head, switch body, function or file that a `let` standing here is bound to. */
function blockAround(node: Node): Node | undefined {
  for (let at = node.parent; at; at = at.parent) {
    if (["statement_block", "switch_body", "class_body", "program"].includes(at.type)) {
      // Parameters and the outermost block of a body are one scope as far as rewrites go.
      return at;
    }
    if (isLoopStatement(at) || isFunction(at)) return at;
  }
  return undefined;
}

/** Whether the name is declared in the node, at whatever depth. */
export function isDeclaredIn(name: string, node: Node): boolean {
  return mentions(name, node).some((mention) => roleOf(mention) === "declared");
}

/** Mentions inside `within` that give the variable a new value, its declaration apart. */
export function writesOf(name: string, within: Node): Node[] {
  return mentions(name, within).filter((node) => roleOf(node) === "written");
}

/** Whether a mention stands in a function inside the one that declares the variable: it then runs whenever that function is called. */
export function isCaptured(variable: Variable, mention: Node): boolean {
  const home = variable.declaration && functionHome(variable.declaration);
  const around = functionAround(mention);
  return !home || !around || !same(home, around);
}

/** The function whose body or parameters a declaration belongs to. */
function functionHome(declaration: Node): Node | undefined {
  const around = functionAround(declaration);
  // The name of a nested function belongs to the function outside of it.
  if (around && isField(around, "name", declaration)) return functionAround(around);
  return around;
}
