/**
 * Names in Python functions: what binds them, what they are known to hold, and who else may see them. Where that cannot be told, the
 * answer is the careful one.
 */
import type { Node } from "web-tree-sitter";
import type { Edit } from "../../../code/edit.ts";
import { parse } from "../../../code/parser.ts";
import { remember } from "../../../code/remember.ts";
import { importEdits } from "../../../code/script-imports.ts";
import { contains, field, find, parts } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";

const loopTypes = ["for_statement", "while_statement"];
const functionTypes = ["function_definition", "lambda", "class_definition"];
/** Expressions that loop, as the grammar calls them. */
export const comprehensions = [
  "list_comprehension",
  "set_comprehension",
  "dictionary_comprehension",
  "generator_expression",
];

/** `for` and `while` statements of the function itself, outer ones first; `async for` is not among them. */
export function loopsOf(subject: Subject): Node[] {
  return find(subject.function, ...loopTypes).filter(
    (loop) => !isNested(loop, subject.function) && loop.children[0]?.type !== "async",
  );
}

/** Whether the node belongs to a function or class inside this one, not to this one itself. */
export function isNested(node: Node, definition: Node): boolean {
  for (let at = node.parent; at && at.id !== definition.id; at = at.parent)
    if (functionTypes.includes(at.type)) return true;
  return false;
}

/** The loop statement farthest out that is around the node in this function. */
export function outermostLoop(node: Node, definition: Node): Node | undefined {
  let found: Node | undefined;
  for (let at = node.parent; at && at.id !== definition.id; at = at.parent)
    if (loopTypes.includes(at.type)) found = at;
  return found;
}

/** Whether the node runs in each pass of a loop: not in the iterable of a `for`, nor in an `else`. */
export function runsInLoop(node: Node, loop: Node): boolean {
  const body = field(loop, "body");
  const condition = loop.type === "while_statement" ? field(loop, "condition") : undefined;
  return [body, condition].some((part) => part !== undefined && contains(part, node));
}

export function isIn(node: Node, types: readonly string[], limit: Node): boolean {
  for (let at = node.parent; at && at.id !== limit.id; at = at.parent)
    if (types.includes(at.type)) return true;
  return false;
}

/** Whether what the statement did so far can be seen after an error. */
export function isInTry(node: Node, definition: Node): boolean {
  return isIn(node, ["try_statement", "with_statement"], definition);
}

/** Identifiers of that name, attributes and names of keyword arguments left out. */
export function usesOf(node: Node, name: string): Node[] {
  return find(node, "identifier").filter((each) => each.text === name && !isLabel(each));
}

function isLabel(node: Node): boolean {
  const { parent } = node;
  if (parent?.type === "attribute") return field(parent, "attribute")?.id === node.id;
  return parent?.type === "keyword_argument" && field(parent, "name")?.id === node.id;
}

/** Whether the identifier is bound, deleted or declared there rather than read. */
export function isBinding(use: Node): boolean {
  let at = use;
  for (let parent = at.parent; parent; parent = at.parent) {
    if (
      /^(?:pattern_list|tuple_pattern|list_pattern|list_splat_pattern|as_pattern_target|parenthesized_expression|dictionary_splat_pattern)$/.test(
        parent.type,
      )
    ) {
      at = parent;
      continue;
    }
    switch (parent.type) {
      case "assignment":
      case "augmented_assignment":
      case "for_statement":
      case "for_in_clause":
        return field(parent, "left")?.id === at.id;
      case "named_expression":
      case "function_definition":
      case "class_definition":
        return field(parent, "name")?.id === at.id;
      case "as_pattern":
        return field(parent, "alias")?.id === at.id;
      case "default_parameter":
      case "typed_default_parameter":
        return field(parent, "name")?.id === at.id;
      case "typed_parameter":
        return parent.namedChildren[0]?.id === at.id;
      case "parameters":
      case "lambda_parameters":
      case "global_statement":
      case "nonlocal_statement":
      case "delete_statement":
      case "aliased_import":
      case "case_pattern":
        return true;
      case "dotted_name":
        return /^(?:import_from_statement|import_statement|aliased_import)$/.test(parent.parent?.type ?? "");
      default:
        return false;
    }
  }
  return false;
}

/** Whether only this function can see the variable: it is bound here, and no function inside uses it. */
export function isPrivate(subject: Subject, name: string): boolean {
  const uses = usesOf(subject.function, name);
  const declared = find(subject.function, "global_statement", "nonlocal_statement");
  return (
    uses.some(isBinding) &&
    !uses.some((use) => isNested(use, subject.function) && !isIn(use, ["parameters"], subject.function)) &&
    !declared.some((each) => usesOf(each, name).length > 0) &&
    !/\b(?:locals|vars|eval|exec)\s*\(/.test(subject.function.text)
  );
}

/** `name = value` statements of the function, where nothing else binds the name; undefined where something does. */
export function assignmentsOf(subject: Subject, name: string): Node[] | undefined {
  const bindings = usesOf(subject.function, name).filter(isBinding);
  const plain = bindings.flatMap(({ parent }) =>
    parent?.type === "assignment" && parent.parent?.type === "expression_statement" && field(parent, "right")
      ? [parent]
      : [],
  );
  return plain.length === bindings.length ? plain : undefined;
}

/** The value of the only assignment to a private name. */
export function onlyValue(subject: Subject, name: string): { statement: Node; value: Node } | undefined {
  const [only, ...others] = isPrivate(subject, name) ? (assignmentsOf(subject, name) ?? []) : [];
  const value = only && field(only, "right");
  if (!value || others.length > 0 || !only.parent || value.type === "assignment") return undefined;
  return { statement: only.parent, value };
}

/** Whether nothing in the file gives the name of a built-in function another meaning. */
export function isBuiltin(subject: Subject, ...names: readonly string[]): boolean {
  const bound = boundNames(subject.root);
  return !bound.has("*") && names.every((name) => !bound.has(name));
}

/** Every name that the file binds anywhere; `*` where it imports all that another one has. */
function boundNames(root: Node): ReadonlySet<string> {
  return remember(root, "names that Python binds", () => {
    const bound = find(root, "identifier").filter((each) => !isLabel(each) && isBinding(each));
    const all = find(root, "wildcard_import").length > 0 ? ["*"] : [];
    return new Set([...bound.map(({ text }) => text), ...all]);
  });
}

/** A collection's name as the beginning of another: `self.items` is `items`. */
export function stemOf(collection: Node): string {
  return collection.text.replace(/^self\./, "").replace(/\W+/g, "_");
}

/** Whether a name is bound in the file by `from MODULE import …` alone, or not at all. */
export function isFreeOrImported(subject: Subject, name: string, module: string): boolean {
  return usesOf(subject.root, name)
    .filter(isBinding)
    .every((use) => isImportedFrom(use, module));
}

/** Whether a binding of a name is by `from MODULE import …`. */
export function isImportedFrom(binding: Node, module: string): boolean {
  return new RegExp(String.raw`^from ${module} import\b`).test(binding.parent?.parent?.text ?? "");
}

/** Whether the name is a module that the file imports at its top level under its own name, and nothing else. */
export function isModule(subject: Subject, name: string): boolean {
  const bindings = usesOf(subject.root, name).filter(isBinding);
  const imported = bindings.filter(
    (use) =>
      use.parent?.type === "dotted_name" &&
      use.parent.parent?.type === "import_statement" &&
      use.parent.text === name,
  );
  return (
    imported.length === 1 && bindings.length === 1 && imported[0]?.parent?.parent?.parent?.type === "module"
  );
}

export type Kind = "list" | "tuple" | "str" | "int" | "float" | "dict" | "set" | "bool";

const textMethods =
  /^(?:strip|lstrip|rstrip|lower|upper|title|replace|join|format|capitalize|casefold|zfill|ljust|rjust|center)$/;

/** What an expression is known to be, by its form alone or by the only value of a private variable; never by annotations. */
export function kindOf(node: Node, subject: Subject, depth = 0): Kind | undefined {
  if (depth > 4) return undefined;
  const again = (inner: Node | undefined) => inner && kindOf(inner, subject, depth + 1);
  switch (node.type) {
    case "list":
    case "list_comprehension":
      return "list";
    case "tuple":
      return "tuple";
    case "set":
    case "set_comprehension":
      return "set";
    case "dictionary":
    case "dictionary_comprehension":
      return "dict";
    case "string":
    case "concatenated_string":
      return /^[rRuUfF]*["']/.test(node.text) ? "str" : undefined;
    case "integer":
      return /j$/i.test(node.text) ? undefined : "int";
    case "float":
      return /j$/i.test(node.text) ? undefined : "float";
    case "true":
    case "false":
    case "comparison_operator":
      return node.type === "comparison_operator" ? undefined : "bool";
    case "parenthesized_expression":
      return again(parts(node)[0]);
    case "unary_operator":
      return again(field(node, "argument"));
    case "binary_operator": {
      const [left, right] = [again(field(node, "left")), again(field(node, "right"))];
      const operator = field(node, "operator")?.text ?? "";
      if (left === "str" && (operator === "%" || right === "str"))
        return operator === "%" || operator === "+" ? "str" : undefined;
      return left === "int" && right === "int" && /^(?:[-+*%&|^]|\/\/)$/.test(operator) ? "int" : undefined;
    }
    case "call": {
      const callee = field(node, "function");
      if (callee?.type === "identifier" && isBuiltin(subject, callee.text)) {
        const made: Readonly<Record<string, Kind>> = {
          list: "list",
          sorted: "list",
          str: "str",
          repr: "str",
          chr: "str",
          len: "int",
          ord: "int",
          dict: "dict",
          set: "set",
          tuple: "tuple",
          float: "float",
          int: "int",
        };
        return made[callee.text];
      }
      if (callee?.type !== "attribute" || again(field(callee, "object")) !== "str") return undefined;
      const method = field(callee, "attribute")?.text ?? "";
      return textMethods.test(method)
        ? "str"
        : /^(?:split|rsplit|splitlines)$/.test(method)
          ? "list"
          : undefined;
    }
    case "identifier":
      return kindOfName(node, subject, depth);
  }
  return undefined;
}

function kindOfName(use: Node, subject: Subject, depth: number): Kind | undefined {
  const known = onlyValue(subject, use.text);
  if (known)
    return known.statement.endIndex <= use.startIndex ? kindOf(known.value, subject, depth + 1) : undefined;
  // The variable of a loop over numbers or characters.
  const bindings = usesOf(subject.function, use.text).filter(isBinding);
  const loops = bindings.map(({ parent }) => parent);
  if (bindings.length === 0 || !isPrivate(subject, use.text)) return undefined;
  const kinds = loops.map((loop) => {
    const iterable = loop?.type === "for_statement" && contains(loop, use) ? field(loop, "right") : undefined;
    if (!iterable) return undefined;
    const callee = iterable.type === "call" ? field(iterable, "function")?.text : undefined;
    if (callee === "range" && isBuiltin(subject, "range")) return "int";
    return kindOf(iterable, subject, depth + 1) === "str" ? "str" : undefined;
  });
  return kinds.every((kind) => kind !== undefined && kind === kinds[0]) ? kinds[0] : undefined;
}

/** The method called on a plain name: `xs.append(x)`. */
export function methodOn(call: Node): { object: Node; method: string; values: Node[] } | undefined {
  const callee = call.type === "call" ? field(call, "function") : undefined;
  const object = callee?.type === "attribute" ? field(callee, "object") : undefined;
  const list = field(call, "arguments");
  if (!callee || object?.type !== "identifier" || list?.type !== "argument_list") return undefined;
  return { object, method: field(callee, "attribute")?.text ?? "", values: parts(list) };
}

/** The function's name and plain arguments of a call of a name; undefined where there are keywords or stars. */
export function plainCall(call: Node): { name: string; values: Node[] } | undefined {
  const callee = call.type === "call" ? field(call, "function") : undefined;
  const list = callee && field(call, "arguments");
  if (callee?.type !== "identifier" || list?.type !== "argument_list") return undefined;
  const values = parts(list);
  return values.some(({ type }) => /^(?:keyword_argument|list_splat|dictionary_splat)$/.test(type))
    ? undefined
    : { name: callee.text, values };
}

const harmless = new Set([
  "abs",
  "bool",
  "chr",
  "divmod",
  "float",
  "int",
  "isinstance",
  "len",
  "max",
  "min",
  "ord",
  "pow",
  "range",
  "repr",
  "round",
  "str",
  "sum",
  "enumerate",
  "zip",
]);

/** Calls at or under the node that may do something: all but those of built-in functions without effects. */
export function unknownCalls(node: Node, subject: Subject): Node[] {
  return find(node, "call").filter((call) => {
    const callee = field(call, "function");
    if (callee?.type === "attribute")
      return !(
        kindOf(field(callee, "object") ?? callee, subject) !== undefined &&
        textMethods.test(field(callee, "attribute")?.text ?? "")
      );
    return !(callee && harmless.has(callee.text) && isBuiltin(subject, callee.text));
  });
}

/** What cannot be moved into a comprehension: it would run at another time or bind in another scope. */
export function isBoundToPlace(node: Node): boolean {
  return (
    find(node, "await", "yield", "named_expression", "lambda").length > 0 || usesOf(node, "super").length > 0
  );
}

/** Whether the name is read outside the loop, or in its `else`, where the loop's last value of it would be seen. */
export function isReadOutside(subject: Subject, loop: Node, name: string): boolean {
  const otherwise = field(loop, "alternative");
  return usesOf(subject.function, name).some((use) => {
    if (contains(loop, use) && !(otherwise && contains(otherwise, use))) return false;
    if (isBinding(use)) return isIn(use, ["global_statement", "nonlocal_statement"], subject.function);
    for (let at = use.parent; at && at.id !== subject.function.id; at = at.parent) {
      const binds =
        at.type === "for_statement" && !contains(at, loop)
          ? field(at, "left")
          : comprehensions.includes(at.type)
            ? at.namedChildren.find(({ type }) => type === "for_in_clause")
            : undefined;
      const target = binds?.type === "for_in_clause" ? field(binds, "left") : binds;
      if (target && usesOf(target, name).length > 0) return false;
    }
    return true;
  });
}

/** Whether a name is bound anywhere in the loop, its own variables apart. */
export function isRebound(loop: Node, name: string): boolean {
  return usesOf(loop, name).some(isBinding);
}

/** Whether the statement is the first on its line and has its block's lines to itself. */
export function startsLine(subject: Subject, statement: Node): boolean {
  const lineStart = subject.source.lastIndexOf("\n", statement.startIndex - 1) + 1;
  return subject.source.slice(lineStart, statement.startIndex).trim() === "";
}

/** Whether nothing else stands on the statement's last line, comments apart. */
export function endsLine(subject: Subject, statement: Node): boolean {
  return /^[ \t]*(?:#.*)?(?:\r?\n|$)/.test(subject.source.slice(statement.endIndex));
}

/** The statement before, where no comment is between the two. */
export function statementBefore(statement: Node): Node | undefined {
  return statement.previousNamedSibling ?? undefined;
}

/** Statements of a block, comments left out. */
export function statementsIn(block: Node | undefined): Node[] {
  return block ? parts(block) : [];
}

/** The expression of a statement that is nothing else. */
export function expressionIn(statement: Node | undefined): Node | undefined {
  if (statement?.type !== "expression_statement") return undefined;
  const inner = parts(statement);
  return inner.length === 1 ? inner[0] : undefined;
}

/** How a loop is called in messages: "the loop over i". */
export function loopName(loop: Node): string {
  const what = field(loop, "left") ?? field(loop, "condition");
  const text = what?.text.replace(/\s+/g, " ") ?? "";
  return `the loop over ${text.length > 30 ? `${text.slice(0, 30)}…` : text}`;
}

/** Edits that make an import available; none where it is there. */
export function importing(subject: Subject, line: string): Edit[] {
  return importEdits(subject.source, subject.root, parse(`${line}\n`, "python").rootNode.namedChildren);
}
