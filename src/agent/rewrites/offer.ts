/**
 * Makes an opportunity out of edits, and offers it only where the edited file still parses: what a rewrite could not foresee
 * costs a candidate, never a broken text.
 */
import { applyEdits, type Edit, insertAt, indentationAt, indented, newlineOf } from "../../code/edit.ts";
import { findFunction, listFunctions } from "../../code/find-function.ts";
import { parse } from "../../code/parser.ts";
import { openSubject } from "../../code/subject.ts";
import { contains, enclosing, find, same } from "../../code/tree.ts";
import type { ValueType } from "../../code/types.ts";
import { arithmeticOf, spellType } from "../../code/types.ts";
import type { Node } from "web-tree-sitter";
import { settleLoopPragmas } from "./loop-pragmas.ts";
import type { Opportunity, Subject } from "./rewrite.ts";

export interface Offer extends Omit<Opportunity, "apply"> {
  readonly edits: readonly Edit[];
}

/** One opportunity, or none where the edits overlap or leave a file that does not parse. */
export function offer(subject: Subject, { edits, ...description }: Offer): Opportunity[] {
  const text = edited(subject, edits);
  return text === undefined ? [] : [{ ...description, apply: () => text }];
}

/** The file with the edits; undefined where they overlap, change nothing or leave syntax errors. */
export function edited(subject: Subject, edits: readonly Edit[]): string | undefined {
  let text: string;
  try {
    text = settleLoopPragmas(applyEdits(subject.source, edits), subject.language);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  if (text === subject.source) return undefined;
  const tree = parse(text, subject.language);
  try {
    const name = qualifiedName(subject);
    const definition = name === undefined ? undefined : findFunction(tree.rootNode, name)?.node;
    const sound = definition ? !definition.hasError : true;
    return sound && (subject.root.hasError || !tree.rootNode.hasError) ? text : undefined;
  } finally {
    tree.delete();
  }
}

/** The same function in a changed file, for rewrites that go on where they left off. */
export function reopened(subject: Subject, source: string): Subject | undefined {
  const name = qualifiedName(subject);
  return name === undefined ? undefined : openSubject(source, subject.language, name, subject.sizes);
}

function qualifiedName(subject: Subject): string | undefined {
  const own = listFunctions(subject.root).find((definition) => same(definition.node, subject.function));
  if (!own) return undefined;
  const namesakes = listFunctions(subject.root).filter((other) => other.qualifiedName === own.qualifiedName);
  return namesakes.length === 1
    ? own.qualifiedName
    : `${own.qualifiedName}(${own.parameterTypes.join(", ")})`;
}

/** Lines that have to run before a statement. Where it is not one of a block's statements, a block is put around it. */
export function before(source: string, statement: Node, lines: string): Edit[] {
  const indentation = indentationAt(source, statement.startIndex);
  const newline = newlineOf(source);
  const text = indented(source, lines, indentation);
  const { parent } = statement;
  // A jump must not cross an initialisation, and a label's own statement stays with its label.
  const free =
    parent?.type === "compound_statement" && find(parent, "labeled_statement", "goto_statement").length === 0;
  if (free) return [insertAt(statement.startIndex, `${text}${newline}${indentation}`)];
  return [
    insertAt(statement.startIndex, `{${newline}${indentation}${text}${newline}${indentation}`),
    insertAt(statement.endIndex, `${newline}${indentation}}`),
  ];
}

/** The statement that a node belongs to: the one directly inside a block, a loop or a branch. */
export function statementAround(node: Node): Node | undefined {
  for (let at: Node | null = node; at; at = at.parent) {
    if (at.type.endsWith("_statement") || at.type === "declaration" || at.type === "for_range_loop") {
      if (at.type === "declaration" && at.parent?.type === "for_statement") continue;
      return at.type === "case_statement" ? undefined : at;
    }
  }
  return undefined;
}

/** `const double x = value;`, with the type left to the compiler where it is not plain. */
export function constantOf(
  subject: Subject,
  type: ValueType | undefined,
  name: string,
  value: string,
): string {
  const plain =
    type !== undefined &&
    type.dimensions.length === 0 &&
    arithmeticOf({ ...type, pointers: 0 }) !== undefined;
  if (plain) {
    // A pointer to const keeps that; a number is made const.
    const constant = type.constant || type.pointers === 0 ? "const " : "";
    return `${constant}${copyType(subject, type)} ${name} = ${value};`;
  }
  return subject.language === "c++"
    ? `const auto ${name} = ${value};`
    : `const __typeof__(${value}) ${name} = ${value};`;
}

/** How the type of a copy is spelled in this file: neither const nor a reference. */
export function copyType(subject: Subject, type: ValueType): string {
  const spelled = spellType({ ...type, constant: false, reference: false });
  const needsNamespace =
    spelled === "size_t" && subject.language === "c++" && !/(?<!std::)\bsize_t\b/.test(subject.source);
  return needsNamespace ? "std::size_t" : spelled;
}

/** Whether the node runs in every pass through the block, loop body or condition `within`, before anything can jump away. */
export function runsAlways(node: Node, within: Node): boolean {
  for (let at = node; !same(at, within);) {
    const parent = at.parent;
    if (!parent || !contains(within, parent)) return contains(within, node);
    switch (parent.type) {
      case "if_statement":
      case "switch_statement":
      case "conditional_expression":
      case "while_statement":
        if (!isField(parent, "condition", at)) return false;
        break;
      case "for_statement":
        if (!isField(parent, "condition", at) && !isField(parent, "initializer", at)) return false;
        break;
      case "for_range_loop":
        if (!isField(parent, "right", at)) return false;
        break;
      case "binary_expression":
        if (
          /^(&&|\|\|)$/.test(parent.childForFieldName("operator")?.text ?? "") &&
          !isField(parent, "left", at)
        )
          return false;
        break;
      case "compound_statement": {
        for (const statement of parent.namedChildren) {
          if (same(statement, at)) break;
          if (
            find(
              statement,
              "break_statement",
              "continue_statement",
              "return_statement",
              "goto_statement",
              "throw_statement",
            ).length > 0
          )
            return false;
        }
        break;
      }
      case "lambda_expression":
      case "else_clause":
      case "case_statement":
      case "labeled_statement":
      case "catch_clause":
        return false;
    }
    at = parent;
  }
  return true;
}

function isField(parent: Node, name: string, child: Node): boolean {
  const found = parent.childForFieldName(name);
  return found !== null && same(found, child);
}

/** The innermost loop around a node, inside the function. */
export function loopAround(node: Node, definition: Node): Node | undefined {
  return enclosing(node, ["for_statement", "while_statement", "do_statement", "for_range_loop"], definition);
}
