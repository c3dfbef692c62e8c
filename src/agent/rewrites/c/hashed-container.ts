/**
 * `std::map` and `std::set` keep their keys in order, at the price of a walk down a tree of scattered nodes for every look-up. Where nobody
 * asks for the order, a hash table finds a key in constant time on average.
 *
 *     std::map<std::string, int> counts;   →   std::unordered_map<std::string, int> counts;
 *
 * Legal for local containers that are neither walked through nor asked for bounds nor handed on, with keys that the library can
 * hash: numbers, characters and strings.
 */
import type { Node } from "web-tree-sitter";
import { includeEdits, replaceNode } from "../../../code/edit.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { field, find, parts, same } from "../../../code/tree.ts";
import { arithmeticOf, describedType } from "../../../code/types.ts";
import { declaredOnce, mentions } from "../../../code/uses.ts";
import { offer } from "../offer.ts";
import type { Rewrite } from "../rewrite.ts";

export const hashedContainer: Rewrite = {
  name: "hashed-container",
  idea: "Looks keys up in a hash table rather than in a sorted tree where the order of the keys is never used.",
  reference: "K. Guntheroth, Optimized C++, chapter 10: Optimize Data Structures; ISO C++ [unord]",
  lessons: {
    faster:
      "Each look-up walked down a tree of scattered nodes; the hash table goes to the right bucket at once.",
    slower: "The container holds few keys, so that comparing is cheaper than hashing.",
    wrong: "The order of the keys mattered after all.",
  },
  opportunities(subject) {
    const found = reachedFunctions(subject).flatMap((definition) =>
      find(definition, "declaration").flatMap((declaration) => hashed(definition, declaration) ?? []),
    );
    if (found.length === 0) return [];
    const names = found.map((each) => each.name).join(", ");
    return offer(subject, {
      parameters: {},
      place: `the ordered container${found.length > 1 ? "s" : ""} ${names}`,
      preconditions: [`nothing depends on the order of the keys of ${names}`],
      assumptions: [],
      edits: [
        ...includeEdits(subject.source, subject.root, [...new Set(found.map((each) => each.header))]),
        ...found.map((each) => replaceNode(each.word, `unordered_${each.word.text}`)),
      ],
    });
  },
};

const headers: Readonly<Record<string, string>> = {
  map: "<unordered_map>",
  multimap: "<unordered_map>",
  set: "<unordered_set>",
  multiset: "<unordered_set>",
};
const orderless = new Set([
  "find",
  "count",
  "contains",
  "insert",
  "emplace",
  "try_emplace",
  "erase",
  "size",
  "empty",
  "clear",
  "at",
  "end",
  "insert_or_assign",
]);

function hashed(
  definition: Node,
  declaration: Node,
): { name: string; header: string; word: Node } | undefined {
  const type = field(declaration, "type");
  const declarators = declaration.childrenForFieldName("declarator");
  const [declarator] = declarators;
  const template = type && (type.type === "template_type" ? type : field(type, "name"));
  if (
    !type ||
    template?.type !== "template_type" ||
    declarator?.type !== "identifier" ||
    declarators.length !== 1
  )
    return undefined;
  const word = field(template, "name")?.text ?? "";
  const header = headers[word];
  const list = field(template, "arguments");
  const [key, value, ...more] = list ? parts(list) : [];
  if (!header || !key || more.length > 0 || (word.endsWith("set") && value) || !canHash(key))
    return undefined;
  if (declaration.children.some((child) => child.type === "storage_class_specifier")) return undefined;
  const name = declarator.text;
  if (!declaredOnce(name, definition)) return undefined;
  const uses = mentions(name, definition).filter((use) => !same(use, declarator));
  if (uses.length === 0 || !uses.every(isOrderless)) return undefined;
  const nameNode = field(template, "name");
  return nameNode ? { name, header, word: nameNode } : undefined;
}

/** `m[key]`, and calls of methods that know no order. */
function isOrderless(use: Node): boolean {
  const parent = use.parent;
  if (parent?.type === "subscript_expression") {
    const array = field(parent, "argument");
    return !!array && same(array, use);
  }
  return (
    parent?.type === "field_expression" &&
    parent.parent?.type === "call_expression" &&
    orderless.has(field(parent, "field")?.text ?? "")
  );
}

function canHash(key: Node): boolean {
  const type = describedType(key);
  if (type.pointers > 0 || type.reference) return false;
  return /^(std::)?string$/.test(type.base) || arithmeticOf(type) !== undefined;
}
