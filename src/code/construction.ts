/**
 * What a local object is constructed with: `std::vector<int> v(n, 0)`. The grammar takes `v(n)` for the declaration of a function, as C++
 * itself nearly does, so the arguments come as nodes of either kind; their text and place are what counts.
 */
import type { Node } from "web-tree-sitter";
import { argumentsOf, field, find, parts } from "./tree.ts";
import { splitName } from "./find-function.ts";
import type { Variable } from "./variables.ts";

/** The arguments in parentheses; empty for `T v;`, undefined for `T v = x;`, braces and references. */
export function constructorArguments(variable: Variable): Node[] | undefined {
  if (variable.kind !== "local" || variable.type.reference || variable.type.pointers > 0) return undefined;
  const { declaration, node, initial } = variable;
  if (declaration.type !== "declaration") return undefined;
  if (initial?.type === "argument_list") return parts(initial);
  if (initial) {
    const direct =
      initial.type === "call_expression" &&
      spelling(field(initial, "function")?.text) === spelling(field(declaration, "type")?.text);
    return direct ? argumentsOf(initial) : undefined;
  }
  const own = declaration
    .childrenForFieldName("declarator")
    .find((each) => each && each.startIndex <= node.startIndex && node.endIndex <= each.endIndex);
  if (own?.type === "identifier") return [];
  if (own?.type !== "function_declarator") return undefined;
  const list = field(own, "parameters");
  return list ? parts(list) : undefined;
}

/** Type and arguments of `std::vector<T>(n, x)` as text; undefined for anything else. */
export function constructedVector(node: Node): { type: string; arguments: string[] } | undefined {
  const text = node.text.trim();
  if (!/^(std::)?vector\s*</.test(text) || !text.endsWith(")")) return undefined;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === "<") depth += 1;
    if (character === ">") depth -= 1;
    if (character !== "(" || depth > 0) continue;
    const given = splitName(`f${text.slice(index)}`).types ?? [];
    return { type: text.slice(0, index), arguments: given };
  }
  return undefined;
}

/** Whether the declaration declares this variable alone. */
export function declaredAlone(variable: Variable): boolean {
  return (
    variable.declaration.childrenForFieldName("declarator").length === 1 &&
    find(variable.declaration, "storage_class_specifier").length === 0
  );
}

function spelling(text: string | undefined): string {
  return (text ?? "").replace(/\s+/g, "");
}
