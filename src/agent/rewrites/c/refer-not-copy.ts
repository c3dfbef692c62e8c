/**
 * `for (auto item : items)`, `std::string line = lines[i];` and `f(std::vector<int> v)` copy whole objects only to read them. A
 * reference to const reads them where they lie.
 *
 *     for (std::string word : words)            →   for (const std::string &word : words)
 *     std::vector<int> row = table[i];          →   const std::vector<int> &row = table[i];
 *     static int total(std::vector<int> v)      →   static int total(const std::vector<int> &v)
 *
 * Legal where neither the copy nor what it was copied from changes while it lives, and nothing binds the copy that could change it. The
 * function under optimisation keeps its own signature; helpers of the same file do not have to.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode, type Edit } from "../../../code/edit.ts";
import { functionDeclarator, isParameter, listFunctions } from "../../../code/find-function.ts";
import { helpersOf, reachedFunctions } from "../../../code/reached.ts";
import { enclosing, field, find, parts, same } from "../../../code/tree.ts";
import { arithmeticOf, containerOf, type ValueType } from "../../../code/types.ts";
import { mentions, onlyReads } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { mayBindMutably } from "./mutable-binding.ts";
import { offer } from "../offer.ts";
import type { Rewrite, Subject } from "../rewrite.ts";

export const referNotCopy: Rewrite = {
  name: "refer-not-copy",
  idea: "Binds a reference to const where a whole object was copied only to be read.",
  reference: "S. Meyers, Effective C++, Item 20: Prefer pass-by-reference-to-const to pass-by-value",
  lessons: {
    faster:
      "Each iteration or call copied a whole object, often with an allocation; a reference reads it where it lies.",
    slower: "The object is as small as a reference, and reading through the reference costs an indirection.",
    wrong: "The original changed while the copy was still in use.",
  },
  opportunities(subject) {
    const found = [
      ...reachedFunctions(subject).flatMap((definition) => [
        ...loopVariables(definition),
        ...locals(definition),
      ]),
      ...parameters(subject),
    ];
    if (found.length === 0) return [];
    const names = [...new Set(found.map((each) => each.name))];
    return offer(subject, {
      parameters: {},
      place: `the cop${names.length > 1 ? "ies" : "y"} ${names.join(", ")}`,
      preconditions: ["a whole object is copied and only read"],
      assumptions: [],
      edits: found.flatMap((each) => each.edits),
    });
  },
};

interface Copy {
  readonly name: string;
  readonly edits: readonly Edit[];
}

function loopVariables(definition: Node): Copy[] {
  return find(definition, "for_range_loop").flatMap((loop) => {
    const declarator = field(loop, "declarator");
    const range = field(loop, "right");
    const body = field(loop, "body");
    if (declarator?.type !== "identifier" || !range || !body) return [];
    const type = variableOf(declarator)?.type ?? typeOf(declarator);
    if (!isHeavy(type, definition) || !onlyReads(declarator.text, body)) return [];
    const root = find(range, "identifier")[0];
    // A temporary range lives as long as the loop; a variable must not change under it.
    if (!root || !onlyReads(root.text, body)) return [];
    if (mayBindMutably(declarator.text, type?.base ?? "", body)) return [];
    return referring(loop, declarator);
  });
}

function locals(definition: Node): Copy[] {
  return find(definition, "declaration").flatMap((declaration) => {
    const declarators = declaration.childrenForFieldName("declarator");
    const [declarator] = declarators;
    const name = declarator && field(declarator, "declarator");
    const value = declarator && field(declarator, "value");
    const scope = enclosing(declaration, ["compound_statement"], definition);
    if (declarators.length !== 1 || name?.type !== "identifier" || !value || !scope) return [];
    if (declaration.children.some((child) => child.type === "storage_class_specifier")) return [];
    if (!/^(subscript_expression|field_expression|identifier)$/.test(value.type)) return [];
    const variable = variableOf(name);
    if (!variable || !isHeavy(variable.type, definition) || !isSameType(variable.type, typeOf(value)))
      return [];
    const root = find(value, "identifier")[0];
    if (!root || (value.type === "field_expression" && value.text.includes("->"))) return [];
    // What index the original was found at does not matter once the reference is bound.
    if (!onlyReads(name.text, scope) || !readsAfter(root.text, scope, declaration)) return [];
    if (mayBindMutably(name.text, variable.type.base, scope)) return [];
    return referring(declaration, name);
  });
}

/** Whether the variable is only read from the declaration to the end of its block; around a loop that is the whole body. */
function readsAfter(name: string, scope: Node, declaration: Node): boolean {
  return parts(scope)
    .filter((statement) => statement.startIndex > declaration.startIndex)
    .every((statement) => onlyReads(name, statement));
}

function parameters(subject: Subject): Copy[] {
  const all = listFunctions(subject.root);
  return helpersOf(subject).flatMap((helper) => {
    const described = all.find((each) => same(each.node, helper));
    if (!described || all.filter((each) => each.name === described.name).length > 1) return [];
    const { name } = described;
    // Declared elsewhere too, or used otherwise than by a call: its type is fixed.
    const uses = mentions(name, subject.root).filter(
      (use) =>
        !(helper.startIndex <= use.startIndex && use.startIndex < (field(helper, "body")?.startIndex ?? 0)),
    );
    if (
      uses.some(
        (use) =>
          !same(field(callAround(use) ?? use, "function") ?? use.parent ?? use, use) || !callAround(use),
      )
    )
      return [];
    const declarator = functionDeclarator(helper);
    const list = declarator && field(declarator, "parameters");
    const body = field(helper, "body");
    if (!list || !body) return [];
    return parts(list)
      .filter(isParameter)
      .flatMap((parameter) => {
        const own = field(parameter, "declarator");
        if (
          own?.type !== "identifier" ||
          !isHeavy(variableOf(own)?.type, helper) ||
          !onlyReads(own.text, body) ||
          mayBindMutably(own.text, variableOf(own)?.type.base ?? "", helper)
        )
          return [];
        return referring(parameter, own);
      });
  });
}

function callAround(use: Node): Node | undefined {
  return use.parent?.type === "call_expression" ? use.parent : undefined;
}

function referring(declaration: Node, name: Node): Copy[] {
  const type = field(declaration, "type");
  if (!type) return [];
  const constant = declaration.children.some(
    (child) => child.type === "type_qualifier" && child.text === "const",
  );
  return [
    {
      name: name.text,
      edits: [
        ...(constant ? [] : [{ start: type.startIndex, end: type.startIndex, text: "const " }]),
        replaceNode(name, `&${name.text}`),
      ],
    },
  ];
}

/** Strings, containers, and structs of the file that are larger than two words as far as one can see. */
function isHeavy(type: ValueType | undefined, near: Node): boolean {
  if (!type || type.pointers > 0 || type.reference || arithmeticOf(type)) return false;
  const container = containerOf(type)?.name;
  if (container) return !/view|span/.test(container);
  const base =
    type.base
      .replace(/^(struct|class) /, "")
      .split("::")
      .at(-1) ?? "";
  const record = find(near.tree.rootNode, "struct_specifier", "class_specifier").find(
    (node) => field(node, "name")?.text === base && field(node, "body"),
  );
  const body = record && field(record, "body");
  return !!body && find(body, "field_identifier").length > 2;
}

function isSameType(a: ValueType, b: ValueType | undefined): boolean {
  return b !== undefined && unqualified(a.base) === unqualified(b.base) && b.pointers === a.pointers;
}

function unqualified(base: string): string {
  return base.replaceAll("std::", "");
}
