/** Calls of methods, and statements that are nothing but a call or an assignment. */
import type { Node } from "web-tree-sitter";
import { block, indentationAt, newlineOf } from "./edit.ts";
import { argumentsOf, bare, field, same } from "./tree.ts";

export interface MethodCall {
  readonly node: Node;
  readonly object: Node;
  readonly method: string;
  readonly arguments: readonly Node[];
}

/** `object.method(…)`; undefined for anything else, and for calls through a pointer. */
export function methodCall(node: Node): MethodCall | undefined {
  const call = bare(node);
  const callee = call.type === "call_expression" ? field(call, "function") : undefined;
  const object = callee?.type === "field_expression" ? field(callee, "argument") : undefined;
  const method = callee && field(callee, "field")?.text;
  if (!callee || !object || !method || callee.text.slice(object.text.length).trimStart().startsWith("->"))
    return undefined;
  return { node: call, object, method, arguments: argumentsOf(call) };
}

/** The call of a method on this very object. */
export function callOn(object: Node): MethodCall | undefined {
  const call = object.parent?.parent && methodCall(object.parent.parent);
  return call && same(call.object, object) ? call : undefined;
}

/** Several statements in the place of one: in braces where a body consists of that statement alone. */
export function inPlaceOf(source: string, statement: Node, statements: readonly string[]): string {
  const indentation = indentationAt(source, statement.startIndex);
  const text =
    statements.length === 1 || statement.parent?.type === "compound_statement"
      ? statements.join("\n")
      : block(source, "", statements.join("\n"));
  return text.replaceAll("\n", newlineOf(source) + indentation);
}
