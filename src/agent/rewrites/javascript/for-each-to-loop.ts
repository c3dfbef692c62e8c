/**
 * `forEach` calls a function for each element; a loop does the same without calls.
 *
 *     xs.forEach((x, i) => {               for (let i = 0; i < xs.length; i++) {
 *       if (x < 0) return;             →     const x = xs[i];
 *       total += x * i;                      if (x < 0) continue;
 *     });                                    total += x * i;
 *                                          }
 *
 * Legal for a callback that is written in place, neither async nor a generator, that has no `this` or `arguments` of its own, and whose
 * `return`s stand in no loop or switch of their own.
 */
import type { Node } from "web-tree-sitter";
import {
  applyEdits,
  type Edit,
  freshName,
  indentationAt,
  indentUnit,
  newlineOf,
  replaceNode,
} from "../../../code/edit.ts";
import { contains, enclosing, field, find, parts, same } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { freshIndex, usedAsArray } from "./indexed-loop.ts";
import { arrayAssumptions, arrayShown } from "./kinds.ts";
import { isDeclaredIn, mentions, writesOf } from "./names.ts";
import { distinct, elementText, offer } from "./offer.ts";
import { short } from "./repetition.ts";
import { steadyContents } from "./steady.ts";
import {
  dependsOnFunction,
  isFunction,
  jumpsOut,
  methodCall,
  plain,
  plainParameters,
  runsApart,
} from "./tree.ts";

export const forEachToLoop: Rewrite = {
  name: "for-each-to-loop",
  idea: "Turns a forEach whose callback is written in place into a loop by index, without a call for each element.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Collapsing Procedure Hierarchies",
  lessons: {
    faster: "A call for each element, and variables shared with the callback by a heap object, were gone.",
    slower: "The compiler had put the callback in line already.",
    wrong: "What was gone through was no array, lacked elements, or changed its length meanwhile.",
  },
  opportunities(subject) {
    return distinct(find(subject.function, "call_expression").flatMap((node) => unrolled(subject, node)));
  },
};

function unrolled(subject: Subject, node: Node): Opportunity[] {
  const call = methodCall(node);
  const statement = node.parent;
  const [callback, ...more] = call?.arguments ?? [];
  if (call?.method !== "forEach" || statement?.type !== "expression_statement" || more.length > 0) return [];
  if (!callback || !/^(arrow_function|function_expression)$/.test(callback.type) || runsApart(callback))
    return [];
  const body = field(callback, "body");
  const [element, index, ...others] = plainParameters(callback) ?? [];
  if (!body || !element || others.length > 0 || (index && index.type !== "identifier")) return [];
  if (callback.type === "function_expression" && (dependsOnFunction(body) || field(callback, "name")))
    return [];
  const array = plain(call.object);
  const shown = arrayShown(subject, array);
  if (shown === "no" || (shown === "unknown" && !usedAsArray(subject, array, { byLength: true }))) return [];
  const named = array.type === "identifier";
  // Declarations that a function keeps to itself and a block would not.
  if (find(body, "variable_declaration", "function_declaration").some((each) => isDirect(each, callback)))
    return [];
  if (index && (writesOf(index.text, body).length > 0 || isDeclaredIn(index.text, element))) return [];
  const contents = named ? steadyContents(subject, array.text, statement) : [];
  const jumps = returnsOf(body, callback);
  if (!contents || !jumps || jumpsOut(body).length !== jumps.length) return [];
  const { source } = subject;
  const taken = new Set<string>();
  const name = named ? array.text : freshName(source, "items", taken);
  const counter = index?.text ?? freshIndex(source, taken);
  if (mentions(name, element).length > 0 || counter === name) return [];
  const newline = newlineOf(source);
  const own = indentationAt(source, statement.startIndex);
  const inner = own + indentUnit(source);
  const keyword = find(element, "identifier", "shorthand_property_identifier_pattern").some(
    ({ text }) => writesOf(text, body).length > 0,
  )
    ? "let"
    : "const";
  const lines = [
    ...(named ? [] : [`const ${name} = ${array.text};${newline}${own}`]),
    `for (let ${counter} = 0; ${counter} < ${name}.length; ${counter}++) {${newline}`,
    `${inner}${keyword} ${element.text} = ${elementText(subject, name, counter)};`,
    bodyText(body, jumps, newline, inner, own),
  ];
  return offer(subject, {
    parameters: {},
    place: `forEach over ${short(array.text)}`,
    preconditions: [
      "the callback is written in place and has no this or arguments of its own",
      `${short(array.text)} does not change meanwhile`,
    ],
    assumptions: [
      ...(named ? arrayAssumptions(subject, array) : []),
      ...contents,
      ...(named ? [`No element of ${array.text} is missing.`] : []),
    ],
    edits: [replaceNode(statement, lines.join(""))],
  }).filter(() => named || isOnlyStatement(statement));
}

/** What follows the line that takes the element, closing brace included. */
function bodyText(body: Node, jumps: readonly Node[], newline: string, inner: string, own: string): string {
  if (body.type !== "statement_block") return `${newline}${inner}${body.text};${newline}${own}}`;
  const start = body.startIndex;
  const edits: Edit[] = jumps.map((jump) => ({
    start: jump.startIndex - start,
    end: jump.endIndex - start,
    text: "continue;",
  }));
  const changed = applyEdits(body.text, edits).slice(1, -1);
  if (changed.includes("\n")) return `${changed}}`;
  return changed.trim() === "" ? `${newline}${own}}` : `${newline}${inner}${changed.trim()}${newline}${own}}`;
}

/** The `return`s of the callback, each of which may become `continue`; undefined where one may not. */
function returnsOf(body: Node, callback: Node): Node[] | undefined {
  const own = find(body, "return_statement").filter((node) => isDirect(node, callback));
  const plainOnes = own.every(
    (node) =>
      parts(node).length === 0 &&
      enclosing(node, ["for_statement", "for_in_statement", "while_statement", "do_statement"], callback) ===
        undefined,
  );
  return plainOnes ? own : undefined;
}

/** Whether a node belongs to the function itself, not to one inside it. */
function isDirect(node: Node, definition: Node): boolean {
  for (let at = node.parent; at && contains(definition, at); at = at.parent) {
    if (same(at, definition)) return true;
    if (isFunction(at)) return false;
  }
  return false;
}

/** A line may be put before it without braces. */
function isOnlyStatement(statement: Node): boolean {
  return statement.parent?.type === "statement_block";
}
