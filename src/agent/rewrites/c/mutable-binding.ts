/**
 * Whether a variable may be what a reference binds that could change it: `Editor editor(text);` where `Editor` takes a `std::string &`. No
 * const object fits there. What the file declares is looked at; of what other files declare only the standard library is trusted.
 */
import type { Node } from "web-tree-sitter";
import { functionDeclarator, isParameter } from "../../../code/find-function.ts";
import { methodCall } from "../../../code/method-call.ts";
import { remember } from "../../../code/remember.ts";
import { calleeOf, enclosing, field, find, parts, same } from "../../../code/tree.ts";
import { arithmeticOf, containerOf, plain } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";

/** `own` is the base of the variable's type: objects of the same type are copied, not bound. */
export function mayBindMutably(name: string, own: string, region: Node): boolean {
  // In `Editor editor(text);` the grammar takes `text` for a type.
  return find(region, "identifier", "type_identifier").some((use) => use.text === name && isBound(use, own));
}

function isBound(name: Node, own: string): boolean {
  const use = wholeOf(name);
  const { parent } = use;
  if (!parent) return false;
  if (use.type === "type_identifier") {
    const declaration = enclosing(use, ["declaration"]);
    return declaration !== undefined && parent.type === "parameter_declaration" && !isTrusted(declaration);
  }
  if (parent.type === "init_declarator" && same(field(parent, "value") ?? parent, use)) {
    const type = parent.parent && field(parent.parent, "type");
    return type?.type !== "placeholder_type_specifier" && type?.text !== own && !isTrusted(parent.parent);
  }
  if (parent.type !== "argument_list" && parent.type !== "initializer_list") return false;
  const maker = enclosing(parent, [
    "call_expression",
    "compound_literal_expression",
    "new_expression",
    "declaration",
    "field_initializer",
    "return_statement",
  ]);
  return maker?.type === "call_expression" ? isBoundByCall(maker, own) : !isTrusted(maker);
}

/** What stands for the variable itself: `(text)`, `b ? text : other`, `.text = text`. */
function wholeOf(name: Node): Node {
  let at = name;
  while (/^(initializer_pair|conditional|parenthesized)(_expression)?$/.test(at.parent?.type ?? ""))
    at = at.parent ?? at;
  return at;
}

/** Whether a function of that name in the file takes a reference that is not to const, or a container makes objects of another type of it. */
function isBoundByCall(call: Node, own: string): boolean {
  const method = methodCall(call);
  const element = method && containerOf(typeOf(method.object) ?? plain(""))?.element;
  if (element !== undefined && element !== own && !isStandard(element, call)) return true;
  return mutableTakers(call.tree.rootNode).has(method?.method ?? calleeOf(call).replace(/^.*(::|->)/, ""));
}

/** Whether the type that is declared or made is a number or one of the standard library that holds none of the file's. */
function isTrusted(maker: Node | null | undefined): boolean {
  const type = maker && field(maker, "type");
  return !!type && (type.type === "placeholder_type_specifier" || isStandard(type.text, type));
}

function isStandard(text: string, near: Node): boolean {
  // What keeps a reference to it, or to its elements: `std::reference_wrapper<std::string>`, `std::tuple<std::string &>`.
  if (/&|\b(reference_wrapper|span)\b/.test(text)) return false;
  const type = plain(text.trim());
  if (!arithmeticOf(type) && !containerOf(type) && !/^(::)?std::/.test(type.base)) return false;
  const known = declaredTypes(near.tree.rootNode);
  return (text.match(/\w+/g) ?? []).every((word) => !known.has(word));
}

function declaredTypes(root: Node): ReadonlySet<string> {
  return remember(
    root,
    "declared types",
    () =>
      new Set(
        find(
          root,
          "struct_specifier",
          "class_specifier",
          "union_specifier",
          "alias_declaration",
          "type_definition",
        ).flatMap((node) => (field(node, "name") ?? field(node, "declarator"))?.text ?? []),
      ),
  );
}

/** Names of the functions that the file declares with a reference that is not to const. */
function mutableTakers(root: Node): ReadonlySet<string> {
  return remember(root, "mutable takers", () => {
    const taking = find(root, "function_definition", "declaration", "field_declaration").flatMap((node) => {
      const declarator = functionDeclarator(node);
      const list = declarator && field(declarator, "parameters");
      const takes = list && parts(list).some((each) => isParameter(each) && isMutableReference(each));
      return takes ? (field(declarator, "declarator")?.text.replace(/^.*::/, "") ?? []) : [];
    });
    return new Set(taking);
  });
}

function isMutableReference(parameter: Node): boolean {
  return (
    field(parameter, "declarator")?.type.includes("reference_declarator") === true &&
    !parameter.children.some((child) => child.type === "type_qualifier" && child.text === "const")
  );
}
