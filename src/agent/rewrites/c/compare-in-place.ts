/**
 * `text.substr(i, n) == word` makes a string, often on the heap, only to look at it. `compare` looks at the characters where they lie.
 *
 *     if (text.substr(i, word.size()) == word)   →   if (text.compare(i, word.size(), word) == 0)
 *     if (std::string(a) == b)                   stays: a conversion is not a part
 *
 * Always legal: `compare` clips the length and throws on a position beyond the end exactly as `substr` does.
 */
import type { Node } from "web-tree-sitter";
import { replaceNode } from "../../../code/edit.ts";
import { methodCall, type MethodCall } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { bare, field, find, operatorOf } from "../../../code/tree.ts";
import { containerOf } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Rewrite } from "../rewrite.ts";

export const compareInPlace: Rewrite = {
  name: "compare-in-place",
  idea: "Compares a part of a string where it lies rather than cutting it out first, which saves an allocation or a copy for every comparison.",
  reference: "ISO C++ [string.compare]; K. Guntheroth, Optimized C++, chapter 4: Optimize String Use",
  lessons: {
    faster:
      "Every comparison cut out a temporary string; comparing in place copies nothing and stops at the first difference.",
    slower: "The compiler had already removed the temporary, or the comparison runs seldom.",
    wrong: "The part compared was not the part that was cut out.",
  },
  opportunities(subject) {
    const edits = reachedFunctions(subject).flatMap((definition) =>
      find(definition, "binary_expression").flatMap((node) => {
        const text = compared(node);
        return text === undefined ? [] : [replaceNode(node, text)];
      }),
    );
    if (edits.length === 0) return [];
    return offer(subject, {
      parameters: {},
      place: edits.length === 1 ? "a comparison with a substring" : "the comparisons with substrings",
      preconditions: ["a substring is cut out only to be compared"],
      assumptions: [],
      edits,
    });
  },
};

function compared(node: Node): string | undefined {
  const operator = operatorOf(node);
  const [left, right] = [field(node, "left"), field(node, "right")];
  if ((operator !== "==" && operator !== "!=") || !left || !right) return undefined;
  const [a, b] = [substring(left), substring(right)];
  const cut = a ?? b;
  if (!cut) return undefined;
  const other = a ? right : left;
  // A substring of its own needs both its bounds.
  if (a && b) {
    if (b.arguments.length !== 2) return undefined;
    return `${a.object.text}.compare(${bounds(a)}, ${b.object.text}, ${bounds(b)}) ${operator} 0`;
  }
  if (other.type !== "string_literal" && !isString(other)) return undefined;
  return `${cut.object.text}.compare(${bounds(cut)}, ${bare(other).text}) ${operator} 0`;
}

function bounds(cut: MethodCall): string {
  const [from, length] = cut.arguments;
  return `${from?.text ?? "0"}, ${length?.text ?? "std::string::npos"}`;
}

function substring(node: Node): MethodCall | undefined {
  const call = methodCall(node);
  if (call?.method !== "substr" || call.arguments.length === 0 || call.arguments.length > 2) return undefined;
  return isString(call.object) ? call : undefined;
}

function isString(node: Node): boolean {
  const type = typeOf(node);
  return type !== undefined && /^string(_view)?$/.test(containerOf(type)?.name ?? "");
}
