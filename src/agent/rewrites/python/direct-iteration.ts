/**
 * `for i in range(len(xs))` with `xs[i]` in the body makes a number for each element only to look the element up. The elements themselves,
 * with their numbers where those are needed, come without a look-up.
 *
 *     for i in range(len(xs)):            →   for xs_item in xs:
 *         total += xs[i]                          total += xs_item
 *
 * Legal where the loop binds neither, and only reads `xs[i]`. That nobody else changes the sequence meanwhile, and that it is one (a
 * dictionary with numbers as keys is not), are assumptions where they cannot be seen.
 */
import type { Node } from "web-tree-sitter";
import { freshName, replaceNode } from "../../../code/edit.ts";
import { contains, field, find } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import {
  isBinding,
  isBoundToPlace,
  isBuiltin,
  isPrivate,
  isReadOutside,
  isRebound,
  kindOf,
  loopName,
  loopsOf,
  methodOn,
  plainCall,
  unknownCalls,
  usesOf,
} from "./scope.ts";

export const directIteration: Rewrite = {
  name: "python-direct-iteration",
  idea: "Walks over the elements themselves instead of over their numbers, which saves a look-up for each.",
  reference:
    "PEP 279, The enumerate() built-in function; B. Slatkin, Effective Python, Item 7: Prefer enumerate over range",
  lessons: {
    faster: "Each element was looked up by its number; the loop gives it without.",
    slower: "The elements were seldom read, and are now fetched in each pass.",
    wrong: "The sequence changed while the loop ran, or was no sequence.",
  },
  opportunities(subject) {
    if (!isBuiltin(subject, "range", "len", "enumerate")) return [];
    return loopsOf(subject).flatMap((loop) => indexLoop(subject, loop));
  },
};

function indexLoop(subject: Subject, loop: Node): Opportunity[] {
  const [index, iterable, body] = [field(loop, "left"), field(loop, "right"), field(loop, "body")];
  const range = iterable && plainCall(iterable);
  const length =
    range?.name === "range" && range.values.length === 1 && range.values[0]
      ? plainCall(range.values[0])
      : undefined;
  const sequence = length?.name === "len" && length.values.length === 1 ? length.values[0] : undefined;
  if (index?.type !== "identifier" || sequence?.type !== "identifier" || !iterable || !body) return [];
  if (isRebound(body, index.text) || isRebound(loop, sequence.text) || !isPrivate(subject, index.text))
    return [];
  const read = find(body, "subscript").filter(
    (node) => field(node, "value")?.text === sequence.text && field(node, "subscript")?.text === index.text,
  );
  const uses = usesOf(body, sequence.text);
  if (read.length === 0 || read.some(isWritten)) return [];
  // Any other use may change the sequence, or read a place that the loop set.
  if (uses.some((use) => !read.some((node) => contains(node, use)) && !isHarmless(use))) return [];
  const numbers = usesOf(loop, index.text).filter(
    (use) => use.id !== index.id && !read.some((node) => contains(node, use)),
  );
  const numbered = numbers.length > 0 || isReadOutside(subject, loop, index.text);
  const item = freshName(subject.source, `${sequence.text}_item`);
  const known = kindOf(sequence, subject);
  const own = (known === "list" || known === "tuple" || known === "str") && isPrivate(subject, sequence.text);
  const quiet =
    known === "tuple" ||
    known === "str" ||
    (!isBoundToPlace(body) &&
      unknownCalls(body, subject).every((call) => methodOn(call)?.method === "append"));
  return offer(subject, {
    parameters: {},
    place: `${loopName(loop)} of ${sequence.text}`,
    preconditions: ["a loop over numbers looks up elements by them"],
    assumptions: [
      ...(own ? [] : [`${sequence.text} is a sequence, not a mapping.`]),
      ...(own && quiet ? [] : [`Nothing that the loop calls or sets changes ${sequence.text}.`]),
    ],
    edits: [
      replaceNode(index, numbered ? `${index.text}, ${item}` : item),
      replaceNode(iterable, numbered ? `enumerate(${sequence.text})` : sequence.text),
      ...read.map((node) => replaceNode(node, item)),
    ],
  });
}

function isWritten(node: Node): boolean {
  const first = node.parent;
  if (
    /^(?:delete_statement|pattern_list|tuple_pattern|list_pattern|as_pattern_target)$/.test(first?.type ?? "")
  )
    return true;
  return (
    /^(?:assignment|augmented_assignment|for_statement|for_in_clause|named_expression)$/.test(
      first?.type ?? "",
    ) &&
    first !== null &&
    field(first, "left")?.id === node.id
  );
}

/** `len(xs)`, and an element read by another number. */
function isHarmless(use: Node): boolean {
  const { parent } = use;
  if (isBinding(use)) return false;
  if (parent?.type === "subscript") return field(parent, "value")?.id === use.id && !isWritten(parent);
  return (
    parent?.type === "argument_list" &&
    parent.parent?.type === "call" &&
    field(parent.parent, "function")?.text === "len"
  );
}
