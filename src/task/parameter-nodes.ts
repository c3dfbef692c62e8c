/**
 * The parameters of a function, as nodes of the syntax tree.
 */
import type { Node } from "web-tree-sitter";
import type { FunctionDeclaration } from "./declarations.ts";
import { specifierText } from "./resolve-type.ts";

/** A function's parameter nodes, without `void`. */
export function parameterNodes(called: FunctionDeclaration): Node[] {
  const list = called.declarator.childForFieldName("parameters")?.namedChildren ?? [];
  const nodes = list.filter(
    (node): node is Node => node !== null && (/parameter/.test(node.type) || node.type === "ERROR"),
  );
  const [only] = nodes;
  return nodes.length === 1 && only?.text.trim() === "void" ? [] : nodes;
}

/** A parameter's specifiers and its declarator. */
export function partsOf(node: Node): { specifiers: string; declarator: Node | null } {
  const declarator = node.childForFieldName("declarator");
  return { specifiers: specifierText(node, declarator), declarator };
}

/** The declared name; empty for an abstract declarator. */
export function nameOf(declarator: Node): string {
  if (declarator.type === "identifier") return declarator.text;
  for (const child of declarator.namedChildren) {
    if (!child || child.id === declarator.childForFieldName("size")?.id) continue;
    if (child.type === "identifier") return child.text;
    if (child.type.endsWith("declarator")) return nameOf(child);
  }
  return "";
}
