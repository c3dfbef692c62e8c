/**
 * Copies that are made only to be read once: `sorted(list(x))`, `set([… for …])`, `dict([(k, v) for …])`, `k in d.keys()`.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { field, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { isBoundToPlace, isBuiltin, kindOf, methodOn, plainCall } from "./scope.ts";

export const needlessCopy: Rewrite = {
  name: "python-needless-copy",
  idea: "Leaves out copies that are read once and thrown away.",
  reference: "flake8-comprehensions, rules C403 to C414; Python documentation, Library Reference, sorted",
  lessons: {
    faster: "A copy of all elements was made only to be read once.",
    slower: "The copy was so small that leaving it out saves nothing that could be seen.",
    wrong: "The copy was needed: what it was made from changed meanwhile, or was not what it seemed.",
  },
  opportunities(subject) {
    return [
      ...find(subject.function, "call").flatMap((call) => ofCall(subject, call)),
      ...find(subject.function, "comparison_operator").flatMap((node) => ofKeys(subject, node)),
    ];
  },
};

function ofCall(subject: Subject, call: Node): Opportunity[] {
  const text = shorter(subject, call);
  if (text === undefined) return [];
  const name = plainCall(call)?.name ?? "";
  return offer(subject, {
    parameters: {},
    place: `the copy in ${short(call)}`,
    preconditions: [`a copy is made only for ${name}`],
    assumptions: [],
    edits: [replaceNode(call, text)],
  });
}

/** The call without the copy; undefined where there is none. */
function shorter(subject: Subject, call: Node): string | undefined {
  const outer = plainCall(call);
  const list = field(call, "arguments");
  const [only] = outer?.values ?? [];
  if (!outer || !list || !only || parts(list).length !== 1 || !isBuiltin(subject, outer.name))
    return undefined;
  const inner = plainCall(only);
  const [copied] = inner?.values ?? [];
  if (inner && copied && inner.values.length === 1 && copied.type !== "generator_expression") {
    if (!isBuiltin(subject, inner.name)) return undefined;
    const reads =
      /^(?:sorted|set|frozenset|list|tuple|sum|max|min)$/.test(outer.name) &&
      /^(?:list|tuple)$/.test(inner.name);
    if (reads) return `${outer.name}(${copied.text})`;
    return outer.name === "list" && inner.name === "sorted" ? only.text : undefined;
  }
  if (only.type !== "list_comprehension" || isBoundToPlace(only)) return undefined;
  if (outer.name === "list") return only.text;
  if (outer.name === "set") return `{${only.text.slice(1, -1)}}`;
  const body = field(only, "body");
  const pair = outer.name === "dict" && body?.type === "tuple" ? parts(body) : [];
  const [key, value] = pair;
  if (!body || !key || !value || pair.length !== 2 || pair.some(({ type }) => /splat/.test(type)))
    return undefined;
  return `{${key.text}: ${value.text}${only.text.slice(body.endIndex - only.startIndex, -1)}}`;
}

function ofKeys(subject: Subject, node: Node): Opportunity[] {
  const [, right] = parts(node);
  const operators = node.childrenForFieldName("operators");
  const method = right && methodOn(right);
  if (!right || parts(node).length !== 2 || !/^(?:not\s+)?in$/.test(operators[0]?.text ?? "")) return [];
  if (method?.method !== "keys" || method.values.length > 0) return [];
  const sure = kindOf(method.object, subject) === "dict";
  return offer(subject, {
    parameters: {},
    place: `the keys in ${short(node)}`,
    preconditions: ["the keys of a mapping are asked instead of the mapping"],
    assumptions: sure ? [] : [`${method.object.text} is a dictionary.`],
    edits: [replaceNode(right, method.object.text)],
  });
}

function short(node: Node): string {
  const text = node.text.replace(/\s+/g, " ");
  return text.length > 50 ? `${text.slice(0, 50)}…` : text;
}
