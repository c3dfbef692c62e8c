/**
 * Breaks a function on purpose, in small ways that a test should notice: the mutation operators that are common to all languages (R. DeMillo,
 * R. Lipton and F. Sayward, "Hints on Test Data Selection", IEEE Computer 11, 1978). Pure, but for the grammars.
 */
import type { Node } from "web-tree-sitter";
import { findFunction } from "../../code/find-function.ts";
import type { Language } from "../../code/language.ts";
import { loadGrammarsOf, parse } from "../../code/parser.ts";
import { bare, field, walk } from "../../code/tree.ts";

export interface Mutant {
  readonly change: string;
  /** From 1. */
  readonly line: number;
  /** The whole file. */
  readonly source: string;
}

export interface Mutants {
  /** With the function's body replaced by what ends the program. */
  readonly absence: string;
  /** The first and last line of the function's body, from 1. */
  readonly lines: readonly [number, number];
  /** At most so many as were asked for, of as many kinds as there are. */
  readonly mutants: readonly Mutant[];
}

interface Edit {
  readonly kind: string;
  readonly node: Node;
  readonly text: string;
}

/** Undefined where the source lacks the function, or cannot be parsed within it. */
export async function makeMutants(
  source: string,
  language: Language,
  functionName: string,
  most: number,
): Promise<Mutants | undefined> {
  await loadGrammarsOf([language]);
  const tree = parse(source, language);
  try {
    const found = findFunction(tree.rootNode, functionName);
    const body = found && field(found.node, "body");
    if (!found || !body || body.hasError) return undefined;
    const put = (node: Node, text: string): string =>
      source.slice(0, node.startIndex) + text + source.slice(node.endIndex);
    const edits = [...walk(body)].flatMap((node) => editsOf(node, language));
    const mutants = spread(edits, most).map(({ kind, node, text }) => ({
      change: kind,
      line: node.startPosition.row + 1,
      source: put(node, text),
    }));
    const absent =
      language === "python"
        ? 'raise RuntimeError("absent")'
        : language === "c" || language === "c++"
          ? "{ __builtin_trap(); }"
          : '{ throw new Error("absent"); }';
    return {
      absence: put(body, absent),
      lines: [body.startPosition.row + 1, body.endPosition.row + 1],
      mutants,
    };
  } finally {
    tree.delete();
  }
}

const opposite: Readonly<Record<string, string>> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": "!=",
  "!=": "==",
  "===": "!==",
  "!==": "===",
  in: "not in",
  "not in": "in",
  is: "is not",
  "is not": "is",
};
const otherArithmetic: Readonly<Record<string, string>> = {
  "+": "-",
  "-": "+",
  "*": "+",
  "/": "*",
  "%": "*",
  "//": "*",
};
const conditional = ["if_statement", "while_statement", "for_statement", "do_statement", "elif_clause"];

function editsOf(node: Node, language: Language): Edit[] {
  const script = language !== "c" && language !== "c++";
  if (conditional.includes(node.type)) {
    const condition = field(node, "condition");
    if (!condition || (language === "python" && node.type === "for_statement")) return [];
    const inner = bare(condition);
    const not = language === "python" ? "not " : "!";
    return inner.type === "expression_statement" || inner.text.endsWith(";")
      ? []
      : [{ kind: "negates a condition", node: inner, text: `${not}(${inner.text})` }];
  }
  if (
    node.type === "binary_expression" ||
    node.type === "binary_operator" ||
    node.type === "comparison_operator"
  ) {
    const operator = node.children.find(
      (child) => !child.isNamed && (child.type in opposite || child.type in otherArithmetic),
    );
    if (!operator) return [];
    const swapped = opposite[operator.type];
    if (swapped !== undefined) return [{ kind: "turns a comparison round", node: operator, text: swapped }];
    const other = otherArithmetic[operator.type];
    return other === undefined ? [] : [{ kind: "changes an operator", node: operator, text: other }];
  }
  if (["number_literal", "integer", "number", "float"].includes(node.type) && /^\d+$/.test(node.text))
    return [{ kind: "is off by one", node, text: String(Number(node.text) + 1) }];
  if (node.type === "update_expression" || node.type === "augmented_assignment_expression") return [];
  if (node.type === "expression_statement" && node.namedChildren[0]?.type !== "string")
    return [{ kind: "leaves a statement out", node, text: language === "python" ? "pass" : ";" }];
  if (node.type === "return_statement") {
    const value = node.namedChildren[0];
    if (!value) return [];
    const constant = language === "python" ? "None" : script ? "undefined" : "0";
    return value.text === constant ? [] : [{ kind: "returns a constant", node: value, text: constant }];
  }
  return [];
}

/** Of each kind in turn, the first, the last, and then what lies between. */
function spread(edits: readonly Edit[], most: number): Edit[] {
  const kinds = new Map<string, Edit[]>();
  for (const edit of edits) kinds.set(edit.kind, [...(kinds.get(edit.kind) ?? []), edit]);
  const chosen: Edit[] = [];
  for (let turn = 0; chosen.length < most && [...kinds.values()].some((rest) => rest.length > 0); turn++)
    for (const rest of kinds.values()) {
      const edit = turn % 2 === 0 ? rest.shift() : rest.pop();
      if (edit && chosen.length < most) chosen.push(edit);
    }
  return chosen;
}
