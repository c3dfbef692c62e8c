/**
 * The square root keeps the order of what it is taken of. Two roots are compared by comparing what is under them; a root is compared
 * with a number by squaring the number.
 *
 *     if (sqrt(dx*dx + dy*dy) < radius)             →   if (dx*dx + dy*dy < radius * radius)
 *     if (distance(a, b) < distance(a, c))          →   if (distance_squared(a, b) < distance_squared(a, c))
 *
 * where `distance` is a function of the same file that returns a square root. Legal where nothing under a root is negative and the number is
 * not negative; values that differ only by rounding may compare otherwise.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, helperEdit, replaceNode } from "../../../code/edit.ts";
import { listFunctions } from "../../../code/find-function.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  contains,
  field,
  find,
  operatorOf,
  statementsOf,
} from "../../../code/tree.ts";
import { isFloating } from "../../../code/types.ts";
import { isPure, mentions } from "../../../code/uses.ts";
import { typeOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Rewrite, Subject } from "../rewrite.ts";
import { squaredVariables } from "./squared-variables.ts";

export const squaredComparison: Rewrite = {
  name: "squared-comparison",
  idea: "Compares squares rather than square roots: the order is the same and the root, one of the slowest instructions, is not taken.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Exploit Algebraic Identities",
  lessons: {
    faster: "A square root was taken only to be compared; comparing what is under it needs none.",
    slower: "The root was not on the critical path, so leaving it out saved nothing.",
    wrong: "The other side of the comparison was negative, or two distances differed only by rounding.",
  },
  opportunities(subject) {
    const helpers: Edit[] = [];
    const taken = new Map<string, string>();
    const edits = reachedFunctions(subject).flatMap((definition) => {
      const held = squaredVariables(definition, (node) => underRoot(subject, node, taken, helpers));
      const direct = find(definition, "binary_expression").flatMap((node) => {
        if (!/^(<|>|<=|>=)$/.test(operatorOf(node))) return [];
        const [left, right] = [field(node, "left"), field(node, "right")];
        if (
          !left ||
          !right ||
          held.some((edit) => node.startIndex <= edit.start && edit.end <= node.endIndex)
        )
          return [];
        const [a, b] = [underRoot(subject, left, taken, helpers), underRoot(subject, right, taken, helpers)];
        if (a !== undefined && b !== undefined) return [replaceNode(left, a), replaceNode(right, b)];
        if (a !== undefined && isPlainNumber(right))
          return [replaceNode(left, a), replaceNode(right, `${right.text} * ${right.text}`)];
        if (b !== undefined && isPlainNumber(left))
          return [replaceNode(left, `${left.text} * ${left.text}`), replaceNode(right, b)];
        return [];
      });
      return [...held, ...direct];
    });
    if (edits.length === 0) return [];
    return offer(subject, {
      parameters: {},
      place: "the comparison of square roots",
      preconditions: ["a square root is taken only to be compared"],
      assumptions: [
        "What is compared with a square root is not negative.",
        "No two distances differ by rounding alone.",
      ],
      edits: [...helpers.filter((helper) => isNeeded(helper, edits, taken)), ...edits],
    });
  },
};

/** Whether an edit calls the helper: a function without root is made before it is known whether it is wanted. */
function isNeeded(helper: Edit, edits: readonly Edit[], taken: ReadonlyMap<string, string>): boolean {
  const [name] = [...taken.values()].filter((each) => helper.text.includes(`${each}(`));
  return name !== undefined && edits.some((edit) => edit.text.includes(`${name}(`));
}

/** What stands under the root, in parentheses where it needs them; a helper without root is made where a function takes it. */
function underRoot(
  subject: Subject,
  node: Node,
  taken: Map<string, string>,
  helpers: Edit[],
): string | undefined {
  const call = bare(node);
  if (call.type !== "call_expression" || !hasPureArguments(call)) return undefined;
  const [argument] = argumentsOf(call);
  if (isRoot(call)) return argument && `(${argument.text})`;
  const name = calleeOf(call);
  const definitions = listFunctions(subject.root).filter((each) => each.name === name);
  const [definition] = definitions;
  if (!definition || definitions.length !== 1 || definition.template) return undefined;
  const known = taken.get(name);
  if (known) return call.text.replace(name, known);
  const body = field(definition.node, "body");
  const last = body && statementsOf(body).at(-1);
  const returned = last?.type === "return_statement" ? last.namedChildren[0] : undefined;
  const root = returned && bare(returned);
  const [inside] = root ? argumentsOf(root) : [];
  if (!root || !isRoot(root) || !inside || find(definition.node, "return_statement").length !== 1)
    return undefined;
  const nameNode = mentions(name, definition.node).find((each) => !body || !contains(body, each));
  if (!nameNode) return undefined;
  const squared = freshName(subject.source, `${name}_squared`);
  taken.set(name, squared);
  const start = definition.node.startIndex;
  const text = definition.node.text;
  const copy =
    text.slice(0, nameNode.startIndex - start) +
    squared +
    text.slice(nameNode.endIndex - start, root.startIndex - start) +
    `(${inside.text})` +
    text.slice(root.endIndex - start);
  helpers.push(helperEdit(subject.source, definition.node, copy));
  return call.text.replace(name, squared);
}

function isRoot(node: Node): boolean {
  return (
    node.type === "call_expression" &&
    /^(std::)?sqrtf?$/.test(calleeOf(node)) &&
    argumentsOf(node).length === 1
  );
}

/** The arguments do nothing but compute: they may be calls of the file's own functions. */
function hasPureArguments(call: Node): boolean {
  return argumentsOf(call).every((each) => isPure(each));
}

function isPlainNumber(node: Node): boolean {
  const inner = bare(node);
  if (inner.type === "number_literal") return true;
  return /^(identifier|field_expression|subscript_expression)$/.test(inner.type) && isFloating(typeOf(inner));
}
