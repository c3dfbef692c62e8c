/**
 * The terms of a piece of code, free of the names that its author chose: how loops and branches nest, which operators stand at
 * which depth, how arrays are indexed by the loops around them, which functions are called.
 */
import type { Node, Tree } from "web-tree-sitter";
import { neutralTypes } from "../code/script-features.ts";
import { inScript } from "../code/tree.ts";
import { count } from "./hashed-vector.ts";

/** A hostile source must not take forever: nodes beyond these say little new. */
const mostNodes = 30_000;
const deepestPath = 200;

const loops = new Set(["for_statement", "while_statement", "do_statement", "for_range_loop"]);
const structure = new Set([
  ...loops,
  "if_statement",
  "switch_statement",
  "conditional_expression",
  "lambda_expression",
  "break_statement",
  "continue_statement",
  "return_statement",
]);
const operations = new Set([
  "binary_expression",
  "assignment_expression",
  "update_expression",
  "unary_expression",
  "pointer_expression",
  "cast_expression",
  "subscript_expression",
  "call_expression",
  "field_expression",
]);

export interface SyntaxTerms {
  /** Node types with their parents: what the code looks like, whatever it does. */
  readonly paths: Map<string, number>;
  /** Nesting of loops and branches. */
  readonly nesting: Map<string, number>;
  /** Operators, by how many loops are around them. */
  readonly operators: Map<string, number>;
  /** Index expressions in terms of the loops around them: `outer * _ + inner`. */
  readonly accesses: Map<string, number>;
  /** Functions and members that are called. */
  readonly calls: Map<string, number>;
}

interface Frame {
  readonly type: string;
  /** The variables of a loop's header, where the frame is a loop. */
  readonly variables?: ReadonlySet<string>;
}

export function syntaxTerms(tree: Tree): SyntaxTerms {
  const terms: SyntaxTerms = {
    paths: new Map(),
    nesting: new Map(),
    operators: new Map(),
    accesses: new Map(),
    calls: new Map(),
  };
  const cursor = tree.walk();
  const frames: Frame[] = [];
  const script = inScript(tree.rootNode);
  try {
    for (let visited = 0; visited < mostNodes; visited++) {
      const type = script ? neutral(cursor.nodeType) : cursor.nodeType;
      if (cursor.nodeIsNamed && type !== "comment") visit(terms, type, cursor.currentNode, frames, script);
      if (type !== "comment" && frames.length < deepestPath) {
        const frame = frameOf(type, () => cursor.currentNode);
        if (cursor.gotoFirstChild()) {
          frames.push(frame);
          continue;
        }
      }
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return terms;
        frames.pop();
      }
    }
    return terms;
  } finally {
    cursor.delete();
  }
}

/** What the grammars of C and C++ call it, so that code that does the same looks alike across languages. */
function neutral(type: string): string {
  return neutralTypes.get(type) ?? type;
}

function frameOf(type: string, node: () => Node): Frame {
  return loops.has(type) ? { type, variables: headerVariables(node()) } : { type };
}

function visit(
  terms: SyntaxTerms,
  type: string,
  node: Node,
  frames: readonly Frame[],
  script: boolean,
): void {
  const parent = frames.at(-1)?.type ?? "";
  const around = frames.filter((frame) => frame.variables !== undefined);
  const depth = Math.min(around.length, 4);
  count(terms.paths, `path ${parent}>${type}`);
  count(terms.paths, `path ${frames.at(-2)?.type ?? ""}>${parent}>${type}`);

  if (structure.has(type)) {
    const outline = frames.filter((frame) => structure.has(frame.type)).map((frame) => shortName(frame.type));
    count(terms.nesting, `nest ${[...outline.slice(-4), shortName(type)].join("/")}`);
    if (loops.has(type)) count(terms.nesting, `loop at ${depth}`);
  }
  // Every counting loop compares and counts: its header says nothing.
  if (operations.has(type) && parent !== "for_statement") {
    const operator =
      (node.childForFieldName("operator") ?? node.childForFieldName("operators"))?.type ?? shortName(type);
    count(terms.operators, `operator ${operator} at ${depth}`);
    count(terms.operators, `operator ${operator}`);
  }
  if (type === "subscript_expression" && around.length > 0) {
    const indices =
      node.childForFieldName("indices") ??
      node.childForFieldName("index") ??
      node.childForFieldName("subscript");
    if (indices) count(terms.accesses, `index ${indexShape(indices, around, script)}`);
  }
  if (type === "call_expression") {
    const name = calledName(node);
    if (name !== undefined) {
      count(terms.calls, `call ${name}`);
      count(terms.calls, `call ${name} at ${depth}`);
    }
  }
}

/** The loop's own variables: those that its update changes, or that its header declares. */
function headerVariables(loop: Node): ReadonlySet<string> {
  const parts = [
    loop.childForFieldName("update"),
    loop.childForFieldName("initializer"),
    loop.childForFieldName("declarator"),
    loop.type === "while_statement" ? loop.childForFieldName("condition") : null,
    // Of other languages than C and C++: `for (const x of xs)`, `for x in xs`.
    loop.childForFieldName("increment"),
    loop.type === "for_range_loop" ? null : loop.childForFieldName("left"),
  ];
  for (const part of parts) {
    const names = part ? identifiersIn(part, 50) : [];
    if (names.length > 0) return new Set(names);
  }
  return new Set();
}

function identifiersIn(node: Node, limit: number): string[] {
  const names: string[] = [];
  const open = [node];
  for (let current = open.pop(), visited = 0; current && visited < limit; current = open.pop(), visited++) {
    if (current.type === "identifier") names.push(current.text);
    else open.push(...current.namedChildren.slice(0, limit));
  }
  return names;
}

/**
 * An index with its names replaced: the variable of the innermost loop is `in`, of the next `out1`, and so on outwards; an element
 * of another array is `[]`; whatever else is `_`; a number is `#`.
 */
function indexShape(index: Node, around: readonly Frame[], script: boolean): string {
  const parts: string[] = [];
  const open = [index];
  for (let visited = 0; visited < 60; visited++) {
    const current = open.pop();
    if (!current) break;
    const type = script ? neutral(current.type) : current.type;
    if (type === "identifier") parts.push(loopName(current.text, around));
    else if (type === "number_literal") parts.push("#");
    else if (type === "subscript_expression") parts.push("[]");
    else if (type === "call_expression") parts.push("call");
    else if (type === "cast_expression") open.push(...lastChild(current));
    else if (!current.isNamed && /^[-+*/%&|^<>]+$/.test(current.type)) parts.push(current.type);
    else open.push(...current.children.toReversed());
  }
  return parts.join("");
}

function loopName(name: string, around: readonly Frame[]): string {
  const outwards = around.toReversed().findIndex((frame) => frame.variables?.has(name));
  if (outwards < 0) return "_";
  return outwards === 0 ? "in" : `out${outwards}`;
}

function lastChild(node: Node): Node[] {
  const value = node.childForFieldName("value");
  return value ? [value] : [];
}

/** The last name of what is called: `strlen`, `push_back`, `sqrt` of `std::sqrt`. */
function calledName(call: Node): string | undefined {
  let callee = call.childForFieldName("function");
  for (let steps = 0; callee && steps < 8; steps++) {
    if (/^(?:identifier|field_identifier|property_identifier)$/.test(callee.type)) return clip(callee.text);
    callee =
      callee.childForFieldName("field") ??
      callee.childForFieldName("name") ??
      callee.childForFieldName("attribute") ??
      callee.childForFieldName("property");
  }
  return undefined;
}

function shortName(type: string): string {
  return type.replace(/_(?:statement|expression|loop)$/, "");
}

function clip(text: string): string {
  return text.length > 60 ? text.slice(0, 60) : text;
}
