/** Takes lvalues apart: which variable, through which members, at which subscripts. */
import type { Node } from "web-tree-sitter";
import { bare, field, normalised, operatorOf, parts, subscript } from "./tree.ts";
import { typeOf } from "./variables.ts";

export interface Place {
  kind: "variable" | "element" | "member";
  base: string;
  root: string;
  subscripts: Node[];
  /** Expressions that are evaluated to find the place: indices, pointer variables. */
  evaluated: Node[];
}

/** Takes an lvalue apart. */
export function placeOf(lvalue: Node): Place {
  const node = bare(lvalue);
  if (node.type === "identifier" || node.type === "this") {
    return { kind: "variable", base: node.text, root: node.text, subscripts: [], evaluated: [] };
  }
  if (node.type === "subscript_expression") {
    const taken = subscript(node);
    if (taken) {
      const inner = placeOf(taken.array);
      return {
        kind: "element",
        base: inner.base,
        root: inner.root,
        subscripts: [...inner.subscripts, ...taken.indices],
        evaluated: [
          ...inner.evaluated,
          ...(inner.kind === "variable" ? [bare(taken.array)] : []),
          ...taken.indices,
        ],
      };
    }
  }
  if (node.type === "field_expression") {
    const argument = field(node, "argument");
    const operator = operatorOf(node) || (node.text.includes("->") ? "->" : ".");
    const name = field(node, "field")?.text ?? "";
    if (argument) {
      const inner = placeOf(argument);
      const through = operator === "->" || inner.kind === "element";
      return {
        kind: through && inner.root !== "this" ? "element" : "member",
        base: `${inner.base}${operator}${name}`,
        root: inner.root,
        subscripts: inner.subscripts,
        evaluated: [
          ...inner.evaluated,
          ...(operator === "->" && inner.kind === "variable" ? [bare(argument)] : []),
        ],
      };
    }
  }
  if (node.type === "pointer_expression" && operatorOf(node) === "*") {
    const argument = field(node, "argument");
    const inner = argument && bare(argument);
    if (inner?.type === "identifier") {
      return { kind: "element", base: inner.text, root: inner.text, subscripts: [], evaluated: [inner] };
    }
    if (inner?.type === "update_expression") {
      const pointer = field(inner, "argument");
      const name = pointer ? bare(pointer).text : "";
      return { kind: "element", base: name, root: name, subscripts: [], evaluated: [inner] };
    }
    if (inner?.type === "binary_expression" && operatorOf(inner) === "+") {
      // `*(a + i)` is `a[i]`.
      const [left, right] = [field(inner, "left"), field(inner, "right")];
      if (left && right) {
        const [pointer, index] = (typeOf(right)?.pointers ?? 0) > 0 ? [right, left] : [left, right];
        const place = placeOf(pointer);
        if (place.root !== "") {
          return {
            ...place,
            kind: "element",
            subscripts: [...place.subscripts, index],
            evaluated: [...place.evaluated, pointer, index],
          };
        }
      }
    }
    if (inner)
      return { kind: "element", base: normalised(inner), root: "", subscripts: [], evaluated: [inner] };
  }
  return { kind: "element", base: normalised(node), root: "", subscripts: [], evaluated: parts(node) };
}
