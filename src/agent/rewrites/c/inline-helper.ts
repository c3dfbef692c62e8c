/**
 * A call in the innermost loop costs more than its instructions: values move to and fro, and the loop around it is not vectorised. The compiler inlines what it
 * takes to be small; this insists.
 *
 *     static double kernel(double x, double h) { … }     →     static inline __attribute__((always_inline)) double kernel(double x, double h) { … }
 *
 * Always legal for functions that do not call themselves. One that is visible elsewhere stays so, whoever declares or calls it there. What is called from many
 * places makes the code larger.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, insertAt, replaceNode } from "../../../code/edit.ts";
import { isRecursive } from "../../../code/effects.ts";
import { type FunctionDefinition, functionDeclarator, listFunctions } from "../../../code/find-function.ts";
import { loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { calleeOf, contains, field, find, same } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const inlineHelper: Rewrite = {
  name: "inline-helper",
  idea: "Makes the compiler inline the helpers that loops call, so that it sees the loop as a whole.",
  reference:
    "F. E. Allen, J. Cocke, A Catalogue of Optimizing Transformations, 1971; GCC manual, Common Function Attributes: always_inline",
  lessons: {
    faster:
      "The compiler had thought the helper too large to inline; in the loop its invariants move out and the rest is vectorised.",
    slower:
      "The compiler had inlined it already, or the larger loop does not fit into the cache of decoded instructions.",
    wrong: "Inlining changed nothing that the program computes: look at what it was combined with.",
  },
  opportunities(subject) {
    const reached = reachedFunctions(subject);
    const helpers = listFunctions(subject.root).filter(
      (helper) =>
        reached.slice(1).some((node) => same(node, helper.node)) && isInlinable(subject, helper, reached),
    );
    return helpers.length === 0 ? [] : rewriteAll(subject, helpers);
  },
};

/** Beyond what compilers inline anyway. */
const longEnough = 160;

function isInlinable(subject: Subject, helper: FunctionDefinition, reached: readonly Node[]): boolean {
  const { node, name } = helper;
  const head = headOf(node);
  if (
    /always_inline|noinline|\bvirtual\b|\bconstexpr\b|\bextern\b|\basm\b/.test(head) ||
    node.parent?.type === "field_declaration_list" ||
    helper.qualifiedName.split("::").length !== namespacesAround(node) + 1
  )
    return false;
  if (
    isRecursive(node) ||
    callsItself(subject, node) ||
    listFunctions(subject.root).filter((other) => other.name === name).length > 1
  )
    return false;
  const body = field(node, "body");
  const isLarge = !!body && (body.text.length > longEnough || loopsIn(node).length > 0);
  const inLoop = reached.some((definition) =>
    loopsIn(definition).some((loop) =>
      find(loop.node, "call_expression").some((call) => calleeOf(call).split("::").at(-1) === name),
    ),
  );
  // A function whose address is taken or that is declared elsewhere as well may be needed as it is.
  const mentions = find(subject.root, "identifier").filter((identifier) => identifier.text === name);
  const onlyCalled = mentions.every(
    (identifier) => contains(functionDeclarator(node) ?? node, identifier) || isCalled(identifier),
  );
  return isLarge && inLoop && onlyCalled;
}

function namespacesAround(node: Node): number {
  let count = 0;
  for (let at = node.parent; at; at = at.parent)
    if (at.type === "namespace_definition" && field(at, "name")) count += 1;
  return count;
}

function isCalled(identifier: Node): boolean {
  const callee = identifier.parent?.type === "qualified_identifier" ? identifier.parent : identifier;
  return callee.parent?.type === "call_expression" && field(callee.parent, "function")?.id === callee.id;
}

/** Through other functions. */
function callsItself(subject: Subject, node: Node): boolean {
  const functions = listFunctions(subject.root);
  const seen = new Set<number>();
  const open = [node];
  for (let at = open.pop(); at; at = open.pop()) {
    for (const call of find(at, "call_expression")) {
      const name = calleeOf(call).split("::").at(-1);
      for (const { node: next } of functions.filter((each) => each.name === name)) {
        if (same(next, node)) return true;
        if (!seen.has(next.startIndex)) open.push(next);
        seen.add(next.startIndex);
      }
    }
  }
  return false;
}

function headOf(node: Node): string {
  const body = field(node, "body");
  return node.text.slice(0, body ? body.startIndex - node.startIndex : 0);
}

function rewriteAll(subject: Subject, helpers: readonly FunctionDefinition[]): Opportunity[] {
  const edits = helpers.flatMap(({ node, template }): Edit[] => {
    const specifiers = node.children.filter((child) => child.type === "storage_class_specifier");
    const isStatic = specifiers.find((specifier) => specifier.text === "static");
    const inline = specifiers.find((specifier) => /^(__)?inline(__)?$/.test(specifier.text));
    const attribute = "__attribute__((always_inline))";
    if (inline) return [insertAt(inline.endIndex, ` ${attribute}`)];
    if (isStatic) return [replaceNode(isStatic, `static inline ${attribute}`)];
    const type = field(node, "type");
    const at = node.children.find((child) => child.type === "type_qualifier") ?? type;
    if (!at) return [];
    const visible =
      subject.language === "c" ? `extern inline ${attribute}` : "inline __attribute__((always_inline, used))";
    return [
      insertAt(
        Math.min(at.startIndex, type?.startIndex ?? at.startIndex),
        `${template ? `inline ${attribute}` : visible} `,
      ),
    ];
  });
  if (edits.length === 0) return [];
  return offer(subject, {
    parameters: { helpers: helpers.length },
    place: helpers.map((helper) => helper.name).join(", "),
    preconditions: ["a loop calls a helper of the same file that the compiler may think too large to inline"],
    assumptions: [],
    edits,
  });
}
