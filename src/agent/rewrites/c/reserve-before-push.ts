/**
 * A vector that grows one element at a time moves everything to a larger block again and again. Where the number of
 * iterations is known before the loop, one reservation replaces all of that.
 *
 *     for (const auto &item : items) out.push_back(f(item));
 *   →
 *     out.reserve(out.size() + items.size());
 *     for (const auto &item : items) out.push_back(f(item));
 *
 * Always legal: capacity is no part of a container's value. It reserves too much where few iterations push.
 */
import type { Node } from "web-tree-sitter";
import { includeEdits, insertBefore } from "../../../code/edit.ts";
import { type Loop, loopsIn } from "../../../code/loops.ts";
import { methodCall } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { field, find, operatorOf } from "../../../code/tree.ts";
import { containerOf, isInteger } from "../../../code/types.ts";
import { isPure, mentions, namesIn } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Rewrite } from "../rewrite.ts";

export const reserveBeforePush: Rewrite = {
  name: "reserve-before-push",
  idea: "Reserves the room for all elements before the loop that appends them, so that growing never moves what is there.",
  reference: "S. Meyers, Effective STL, Item 14: Use reserve to avoid unnecessary reallocations",
  lessons: {
    faster:
      "The container grew step by step and was moved at each step; with the room reserved nothing is moved.",
    slower:
      "Few iterations append, or the container stays small, so the reservation costs as much as it saves.",
    wrong: "The number of iterations was negative or far larger than the number of elements.",
  },
  opportunities(subject) {
    const found = reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition)
        .filter((loop) => loop.parent === undefined)
        .flatMap((loop) => reservations(loop)),
    );
    const names = [...new Set(found.map((each) => each.name))].join(", ");
    if (found.length === 0) return [];
    const sized = found.some((each) => each.text.includes("std::size_t"));
    return offer(subject, {
      parameters: {},
      place: `${names} before the loop`,
      preconditions: [`${names} grows in a loop whose length is known before it`],
      assumptions: [],
      edits: [
        ...(sized ? includeEdits(subject.source, subject.root, ["<cstddef>"]) : []),
        ...found.map((each) => insertBefore(subject.source, each.loop.node, each.text)),
      ],
    });
  },
};

interface Reservation {
  readonly name: string;
  readonly loop: Loop;
  readonly text: string;
}

function reservations(loop: Loop): Reservation[] {
  if (loop.node.parent?.type !== "compound_statement") return [];
  return [...grownIn(loop)].flatMap(([name, pushing]) => {
    const variable = mentions(name, loop.node)[0];
    const declared = variable && variableOf(variable);
    if (!declared || declared.node.startIndex >= loop.node.startIndex || reservedBefore(name, loop))
      return [];
    const count = product(chainTo(loop, pushing));
    if (!count) return [];
    const reserve = `${name}.reserve(${name}.size() + ${count.text});`;
    return [
      {
        name,
        loop,
        text: count.guards.length > 0 ? `if (${count.guards.join(" && ")}) ${reserve}` : reserve,
      },
    ];
  });
}

/** Vectors and strings that the loop appends to, each with the innermost loop around its deepest append. */
function grownIn(loop: Loop): Map<string, Node> {
  const grown = new Map<string, Node>();
  for (const node of find(loop.body, "call_expression", "assignment_expression")) {
    const call = methodCall(node);
    const target =
      call && ["push_back", "emplace_back", "append"].includes(call.method)
        ? call.object
        : node.type === "assignment_expression" && operatorOf(node) === "+="
          ? field(node, "left")
          : undefined;
    const type = target?.type === "identifier" ? typeOf(target) : undefined;
    const container = type && containerOf(type)?.name;
    if (!target || (container !== "vector" && container !== "string")) continue;
    // Elsewhere emptied or cut: the sum of what is appended says nothing about the length.
    const steady = find(loop.body, "call_expression").every((each) => {
      const other = methodCall(each);
      return (
        other?.object.text !== target.text ||
        !["clear", "pop_back", "resize", "erase", "assign"].includes(other.method)
      );
    });
    if (steady) grown.set(target.text, node);
  }
  return grown;
}

function reservedBefore(name: string, loop: Loop): boolean {
  const block = loop.node.parent;
  return (
    !!block &&
    find(block, "call_expression").some((node) => {
      const call = methodCall(node);
      return call?.method === "reserve" && call.object.text === name;
    })
  );
}

/** The loops from the outermost to the one around the append. */
function chainTo(outermost: Loop, node: Node): Loop[] {
  const chain: Loop[] = [];
  for (let at: Loop | undefined = outermost; at;) {
    chain.push(at);
    at = at.children.find(
      (child) => child.body.startIndex <= node.startIndex && node.endIndex <= child.body.endIndex,
    );
  }
  return chain;
}

/** How often the innermost loop's body runs, as an expression that holds before the outermost loop. Inner loops count only where that is known there. */
function product(chain: readonly Loop[]): { text: string; guards: string[] } | undefined {
  const [outermost] = chain;
  if (!outermost) return undefined;
  const factors: string[] = [];
  const guards: string[] = [];
  for (const loop of chain) {
    const count = iterations(loop);
    if (!count) break;
    const inside = [...namesIn(loop.node)].filter((name) => new RegExp(`\\b${name}\\b`).test(count.text));
    const known = inside.every((name) => {
      const mention = mentions(name, loop.node)[0];
      const variable = mention && variableOf(mention);
      return variable && variable.node.startIndex < outermost.node.startIndex;
    });
    if (!known) break;
    factors.push(count.text);
    guards.push(...count.guards);
  }
  return factors.length === 0 ? undefined : { text: factors.join(" * "), guards };
}

function iterations(loop: Loop): { text: string; guards: string[] } | undefined {
  if (loop.kind === "range") {
    const range = field(loop.node, "right");
    const type = range?.type === "identifier" ? typeOf(range) : undefined;
    if (!range || !type) return undefined;
    return containerOf(type) ? { text: `${range.text}.size()`, guards: [] } : undefined;
  }
  const condition = loop.kind === "for" ? field(loop.node, "condition") : undefined;
  const bound = loop.count?.bound ?? (condition && otherSide(condition));
  if (!bound || !isPure(bound) || (loop.count && (loop.count.step !== 1 || loop.count.comparison === ">")))
    return undefined;
  const size = methodCall(bound);
  if (size && (size.method === "size" || size.method === "length")) return { text: bound.text, guards: [] };
  const type = typeOf(bound);
  if (!isInteger(type) || bound.text.includes("-")) return undefined;
  if (/^\d+$/.test(bound.text)) return { text: bound.text, guards: [] };
  return { text: `static_cast<std::size_t>(${bound.text})`, guards: [`${bound.text} > 0`] };
}

/** The right side of `i + w <= n`. */
function otherSide(condition: Node): Node | undefined {
  if (condition.type !== "binary_expression" || !/^<=?$/.test(operatorOf(condition))) return undefined;
  const right = field(condition, "right");
  return right && find(right, "assignment_expression", "update_expression").length === 0 ? right : undefined;
}
