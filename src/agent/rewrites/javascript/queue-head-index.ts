/**
 * `shift` moves every element that is left to the front. A queue that is read at an index, which moves instead, costs the same for each
 * element however long it is.
 *
 *     while (queue.length > 0) {             let queueHead = 0;
 *       const node = queue.shift();      →   while (queue.length - queueHead > 0) {
 *       …                                      const node = queue[queueHead++];
 *
 * Legal for an array that is made in this function and used as a queue alone: `shift`, `push`, `length`, and its first element.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, insertAfter, replaceNode } from "../../../code/edit.ts";
import { field, find, operatorOf, same } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { mentions, roleOf, variableOf } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { repetitionsAround } from "./repetition.ts";
import { isFresh, isTarget } from "./steady.ts";
import { callOn, elementOf, integerOf, plain, propertyOf, singleDeclaration, statementsOf } from "./tree.ts";

export const queueHeadIndex: Rewrite = {
  name: "queue-head-index",
  idea: "Reads a queue at an index that moves along, instead of removing its first element with shift, which moves all others.",
  reference: "R. Sedgewick and K. Wayne, Algorithms, 4th ed., §1.3: queues in resizing arrays",
  lessons: {
    faster: "Each shift moved all the elements that were left; reading at an index touches one.",
    slower: "The queue stays so short that moving it is cheap, and what was read is kept longer.",
    wrong: "The array was used as more than a queue, or read beyond its end.",
  },
  opportunities(subject) {
    const names = find(subject.function, "call_expression").flatMap((node) => {
      const object = field(field(node, "function") ?? node, "object");
      return object?.type === "identifier" && callOn(object)?.method === "shift" ? [object.text] : [];
    });
    return distinct([...new Set(names)].flatMap((name) => queue(subject, name)));
  },
};

function queue(subject: Subject, name: string): Opportunity[] {
  const variable = variableOf(subject, name);
  const statement = variable?.declaration?.parent?.parent ?? undefined;
  const declared = singleDeclaration(statement);
  if (!variable || !statement || !declared || statement.parent?.type !== "statement_block") return [];
  if (!variable.value || !isFresh(variable.value) || variable.kind === "outer") return [];
  const head = freshName(subject.source, `${name}Head`);
  const edits: Edit[] = [insertAfter(subject.source, statement, `let ${head} = 0;`)];
  let repeated = false;
  for (const mention of mentions(name, subject.function)) {
    if (roleOf(mention) === "declared") continue;
    const edit = roleOf(mention) === "read" ? editOf(subject, name, head, mention) : undefined;
    if (!edit) return [];
    edits.push(...edit);
    if (callOn(mention)?.method === "shift") {
      const loop = repetitionsAround(subject, mention)[0];
      repeated ||= loop !== undefined && loop.node.startIndex > statement.startIndex;
    }
  }
  if (!repeated) return [];
  return offer(subject, {
    parameters: {},
    place: `the queue ${name}`,
    preconditions: [
      `${name} is made in this function and only pushed to, shifted from and asked for its length`,
      "it is shifted in a loop",
    ],
    assumptions: [],
    edits,
  });
}

/** What becomes of one use of the queue; undefined for a use that a queue has not. */
function editOf(subject: Subject, name: string, head: string, mention: Node): Edit[] | undefined {
  const call = callOn(mention);
  // What push returns is the length, which is now another.
  if (call?.method === "push") return call.node.parent?.type === "expression_statement" ? [] : undefined;
  if (call?.method === "shift" && call.arguments.length === 0) {
    if (call.node.parent?.type === "expression_statement")
      return [replaceNode(call.node, `${head} += ${head} < ${name}.length ? 1 : 0`)];
    const taken = `${name}[${head}++]`;
    if (hasElement(name, call.node)) return [replaceNode(call.node, taken)];
    return [replaceNode(call.node, `(${head} < ${name}.length ? ${taken} : undefined)`)];
  }
  const parent = mention.parent;
  if (!parent || isTarget(parent)) return undefined;
  if (propertyOf(parent)?.name === "length" && same(propertyOf(parent)?.object ?? parent, mention)) {
    const text = `${name}.length - ${head}`;
    return [replaceNode(parent, standsAlone(parent) ? text : `(${text})`)];
  }
  const element = elementOf(parent);
  if (element && same(element.object, mention) && integerOf(element.index) === 0)
    return [replaceNode(element.index, head)];
  return undefined;
}

/** `while (queue.length) { const x = queue.shift();`: there is an element, nothing else was done since the question. */
function hasElement(name: string, shift: Node): boolean {
  let statement: Node | null = shift;
  while (statement && statement.parent?.type !== "statement_block") statement = statement.parent;
  const body = statement?.parent;
  const loop = body?.parent;
  if (!statement || !body || loop?.type !== "while_statement") return false;
  if (
    !singleDeclaration(statement)?.value ||
    !same(plain(singleDeclaration(statement)?.value ?? shift), shift)
  )
    return false;
  const condition = field(loop, "condition");
  const test = condition && plain(condition);
  const asked =
    test?.type === "binary_expression" &&
    /^(>|!==?)$/.test(operatorOf(test)) &&
    integerOf(field(test, "right")) === 0
      ? field(test, "left")
      : test;
  return asked?.text === `${name}.length` && same(statementsOf(body)[0] ?? body, statement);
}

/** Whether a difference may stand there without parentheses. */
function standsAlone(node: Node): boolean {
  const parent = node.parent;
  if (parent?.type === "binary_expression") return /^([<>]=?|[!=]==?)$/.test(operatorOf(parent));
  return /^(parenthesized_expression|arguments|variable_declarator|return_statement)$/.test(
    parent?.type ?? "",
  );
}
