/**
 * A chain of `filter`, `map` and `reduce` makes an array between each two of them and calls a function for each element of each. One
 * loop does all of it in one pass.
 *
 *     return xs.filter((x) => x > 0).map((x) => x * 2);
 *   →
 *     const gathered = [];
 *     for (let i = 0; i < xs.length; i++) {
 *       const item = xs[i];
 *       if (!(item > 0)) continue;
 *       gathered.push(item * 2);
 *     }
 *     return gathered;
 *
 * Legal where the callbacks only compute their values: they are now called in turns, not one after the other.
 */
import type { Node } from "web-tree-sitter";
import { freshName, nested, replaceNode, textWith } from "../../../code/edit.ts";
import { field, find, parts, same } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { freshIndex } from "./indexed-loop.ts";
import { arrayAssumptions, arrayShown } from "./kinds.ts";
import { asksMovingPattern } from "./moving-patterns.ts";
import { isDeclaredIn, mentions, writesOf } from "./names.ts";
import { before, distinct, elementText, offer } from "./offer.ts";
import { placeBefore, short } from "./repetition.ts";
import { isPure, isSteadyName } from "./steady.ts";
import {
  dependsOnFunction,
  expressionOf,
  methodCall,
  pauses,
  plain,
  plainParameters,
  resultOf,
  runsApart,
  singleDeclaration,
} from "./tree.ts";

export const onePassChain: Rewrite = {
  name: "one-pass-chain",
  idea: "Does what a chain of filter, map and reduce does in one loop, without arrays in between and without a call for each element.",
  reference: "P. Wadler, Deforestation: Transforming Programs to Eliminate Trees, TCS 73 (1990)",
  lessons: {
    faster: "Each link of the chain made an array and called a function for each element.",
    slower: "The arrays were short and the callbacks had been put in line already.",
    wrong: "The callbacks depended on each other's effects, or elements were missing.",
  },
  opportunities(subject) {
    return distinct(find(subject.function, "call_expression").flatMap((node) => fused(subject, node)));
  },
};

interface Link {
  readonly method: "filter" | "map" | "reduce";
  readonly parameters: readonly string[];
  /** The expression whose value the callback gives. */
  readonly result: Node;
  /** Of reduce. */
  readonly start: Node | undefined;
}

function fused(subject: Subject, node: Node): Opportunity[] {
  const chain = chainOf(node);
  if (!chain || chain.links.length < 2 || isContinued(node)) return [];
  const base = plain(chain.base);
  if (arrayShown(subject, base) === "no" || !isPureEnough(base)) return [];
  const place = placeBefore(subject, node);
  if (!place || !isFirstIn(place.region, node)) return [];
  const named = base.type === "identifier";
  if (named && !isSteadyName(subject, base.text, place.region)) return [];
  const { source } = subject;
  const taken = new Set<string>();
  const items = named ? base.text : freshName(source, "items", taken);
  const index = freshIndex(source, taken);
  const written = loopText(subject, chain.links, items, index, taken);
  if (!written) return [];
  const calls = chain.links.some(
    ({ result }) => find(result, "call_expression", "new_expression").length > 0 && !isPure(result),
  );
  return offer(subject, {
    parameters: {},
    place: `the chain ${chain.links.map(({ method }) => method).join(".")} of ${short(base.text)}`,
    preconditions: [
      "each link's callback is one expression without assignments",
      "the chain is the first thing that its statement does",
    ],
    assumptions: [
      ...arrayAssumptions(subject, base),
      ...(arrayShown(subject, base) === "yes" && !named
        ? []
        : [`No element of ${short(base.text)} is missing.`]),
      ...(calls ? ["What the callbacks of the chain call only computes values."] : []),
    ],
    edits: [
      ...before(place, `${named ? "" : `const ${items} = ${base.text};\n`}${written.text}`),
      replaceNode(node, written.name),
    ],
  });
}

function chainOf(node: Node): { base: Node; links: Link[] } | undefined {
  const links: Link[] = [];
  let at = node;
  for (;;) {
    const call = methodCall(at);
    const link = call && linkOf(call.method, call.arguments);
    if (!call || !link || (link.method === "reduce" && links.length > 0)) break;
    links.unshift(link);
    at = plain(call.object);
  }
  return links.length > 0 ? { base: at, links } : undefined;
}

function linkOf(method: string, given: readonly Node[]): Link | undefined {
  const [callback, start, ...more] = given;
  if ((method !== "filter" && method !== "map" && method !== "reduce") || !callback || more.length > 0)
    return undefined;
  if ((method === "reduce") !== (start !== undefined)) return undefined;
  if (callback.type !== "arrow_function" || runsApart(callback) || pauses(callback)) return undefined;
  const parameters = plainParameters(callback);
  const result = resultOf(callback);
  if (!parameters || !result || parameters.length !== (method === "reduce" ? 2 : 1)) return undefined;
  if (parameters.some((each) => each.type !== "identifier")) return undefined;
  const names = parameters.map(({ text }) => text);
  if (new Set(names).size < names.length || !isPureEnough(result) || (start && !isPure(start)))
    return undefined;
  if (names.some((name) => writesOf(name, result).length > 0 || isDeclaredIn(name, result))) return undefined;
  return { method, parameters: names, result, start };
}

/** Computes a value, and whatever its calls do; functions inside could be kept and see later values. */
function isPureEnough(node: Node): boolean {
  return (
    find(
      node,
      "assignment_expression",
      "augmented_assignment_expression",
      "update_expression",
      "arrow_function",
      "function_expression",
      "class",
      "await_expression",
      "yield_expression",
    ).length === 0 &&
    !(find(node, "identifier").some(({ text }) => text === "eval") && dependsOnFunction(node)) &&
    !asksMovingPattern(node)
  );
}

/** Whether the chain goes on: the longer one is offered. */
function isContinued(node: Node): boolean {
  const member = node.parent;
  const call = member?.type === "member_expression" ? methodCall(member.parent ?? member) : undefined;
  return call !== undefined && same(call.object, node) && linkOf(call.method, call.arguments) !== undefined;
}

/** Whether nothing else of the statement runs before the chain: `return chain`, `const a = chain`, `a = chain`, `x => chain`. */
function isFirstIn(region: Node, chain: Node): boolean {
  if (same(plain(region), chain)) return true;
  if (region.type === "return_statement") {
    const value = parts(region)[0];
    return value !== undefined && same(plain(value), chain);
  }
  const declared = singleDeclaration(region);
  if (declared) return declared.value !== undefined && same(plain(declared.value), chain);
  const assignment = expressionOf(region);
  if (assignment?.type !== "assignment_expression" || field(assignment, "left")?.type !== "identifier")
    return false;
  const right = field(assignment, "right");
  return right !== undefined && same(plain(right), chain);
}

function loopText(
  subject: Subject,
  links: readonly Link[],
  items: string,
  index: string,
  taken: Set<string>,
): { text: string; name: string } | undefined {
  const { source } = subject;
  const name = freshName(source, "gathered", taken);
  let value = freshName(source, "item", taken);
  const lines = [`const ${value} = ${elementText(subject, items, index)};`];
  const last = links.at(-1);
  let start = "[]";
  for (const link of links) {
    const [first, second] = link.parameters;
    if (first === undefined) return undefined;
    const isLast = link === last;
    if (link.method === "reduce") {
      if (second === undefined || !link.start) return undefined;
      start = link.start.text;
      lines.push(`${name} = ${renamed(link.result, { [first]: name, [second]: value })};`);
      continue;
    }
    const text = renamed(link.result, { [first]: value });
    if (link.method === "filter") {
      lines.push(
        `if (!${text.startsWith("(") && link.result.type === "parenthesized_expression" ? text : `(${text})`}) continue;`,
      );
      if (isLast) lines.push(`${name}.push(${value});`);
    } else if (isLast) lines.push(`${name}.push(${text});`);
    else {
      value = freshName(source, "value", taken);
      lines.push(`const ${value} = ${text};`);
    }
  }
  const keyword = last?.method === "reduce" ? "let" : "const";
  const text = [
    `${keyword} ${name} = ${start};`,
    `for (let ${index} = 0; ${index} < ${items}.length; ${index}++) {`,
    nested(source, lines.join("\n")),
    "}",
  ].join("\n");
  return { text, name };
}

/** The expression with parameters replaced by the names that hold their values; `{ x }` becomes `{ x: item }`. */
function renamed(result: Node, names: Readonly<Record<string, string>>): string {
  const edits = Object.entries(names).flatMap(([from, to]) =>
    mentions(from, result).map((node) =>
      replaceNode(node, node.type === "shorthand_property_identifier" ? `${from}: ${to}` : to),
    ),
  );
  return textWith(result, edits);
}
