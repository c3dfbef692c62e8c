/**
 * A function that calls itself more than once, and depends on nothing but its arguments, computes the same values again and again. A cache
 * that lives as long as one call from outside keeps them.
 *
 *     def f(n):                           →   def f(n):
 *         if n < 2: return n                      @functools.lru_cache(maxsize=None, typed=True)
 *         return f(n - 1) + f(n - 2)              def f_cached(n):
 *                                                     if n < 2: return n
 *                                                     return f_cached(n - 1) + f_cached(n - 2)
 *                                                 return f_cached(n)
 */
import type { Node } from "web-tree-sitter";
import { applyEdits, freshName, indentationAt, indentUnit, newlineOf } from "../../../code/edit.ts";
import { field, find, parts } from "../../../code/tree.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { importing, isBinding, isModule, isNested, startsLine, unknownCalls, usesOf } from "./scope.ts";

export const cachedRecursion: Rewrite = {
  name: "python-cached-recursion",
  idea: "Keeps the results of a recursive function's own calls while it runs, so that none is computed twice.",
  reference:
    "D. Michie, “Memo” Functions and Machine Learning, Nature 218 (1968); Python documentation, functools.lru_cache",
  lessons: {
    faster: "The recursion met the same arguments again and again; each is computed once now.",
    slower: "The recursion never met the same arguments twice, so the cache was filled and not used.",
    wrong: "The function depended on more than its arguments, or an argument cannot be hashed.",
  },
  opportunities(subject) {
    const definition = subject.function;
    const [name, parameters, body] = ["name", "parameters", "body"].map((each) => field(definition, each));
    if (!name || !parameters || !body || definition.parent?.type !== "module") return [];
    if (
      definition.children[0]?.type === "async" ||
      parts(parameters).some(({ type }) => !/^(?:identifier|typed_parameter)$/.test(type))
    )
      return [];
    const calls = find(body, "call").filter((call) => field(call, "function")?.text === name.text);
    const names = usesOf(body, name.text);
    if (calls.length < 2 || names.length !== calls.length || calls.some((call) => isNested(call, definition)))
      return [];
    return isPure(subject, body, calls) ? wrapped(subject, { name, parameters, body, names }) : [];
  },
};

/** Nothing is written but the function's own names, and nothing is called but itself and functions without effects. */
function isPure(subject: Subject, body: Node, calls: readonly Node[]): boolean {
  if (
    find(
      body,
      "yield",
      "await",
      "global_statement",
      "nonlocal_statement",
      "import_statement",
      "import_from_statement",
      "with_statement",
      "lambda",
      "function_definition",
      "class_definition",
      "list",
      "dictionary",
      "set",
      "list_comprehension",
      "set_comprehension",
      "dictionary_comprehension",
      "generator_expression",
      "delete_statement",
    ).length > 0
  )
    return false;
  const stores = find(body, "assignment", "augmented_assignment").some(
    (node) => find(field(node, "left") ?? node, "attribute", "subscript").length > 0,
  );
  const own = new Set(calls.map(({ id }) => id));
  if (stores || unknownCalls(body, subject).some((call) => !own.has(call.id))) return false;
  // A name from outside may change between two calls, a constant by its spelling does not.
  return find(body, "identifier").every((use) => {
    if (usesOf(subject.function, use.text).some(isBinding) || usesOf(subject.root, use.text).length === 0)
      return true;
    const bindings = usesOf(subject.root, use.text).filter(isBinding);
    return bindings.length <= 1;
  });
}

function wrapped(
  subject: Subject,
  { name, parameters, body, names }: { name: Node; parameters: Node; body: Node; names: readonly Node[] },
): Opportunity[] {
  const importedElsewhere =
    usesOf(subject.root, "functools").some(isBinding) && !isModule(subject, "functools");
  const [opening, second] = parts(body);
  // Documentation stays where it is found.
  const documented = opening?.type === "expression_statement" && parts(opening)[0]?.type === "string";
  const first = documented ? second : opening;
  if (importedElsewhere || !first || !startsLine(subject, first)) return [];
  const inner = freshName(subject.source, `${name.text}_cached`);
  const margin = indentationAt(subject.source, first.startIndex);
  const unit = indentUnit(subject.source);
  const [start, end] = [first.startIndex, body.endIndex];
  // A text over several lines would be indented with the code.
  const long = find(body, "string").some(
    (text) => text.startIndex >= start && text.startPosition.row !== text.endPosition.row,
  );
  if (long) return [];
  const renames = names.map((use) => ({
    start: use.startIndex - start,
    end: use.endIndex - start,
    text: inner,
  }));
  const moved = applyEdits(subject.source.slice(start, end), renames)
    .replaceAll("\r\n", "\n")
    .replace(/\n(?=[^\n])/g, `\n${unit}`);
  const given = parts(parameters)
    .map((each) => (each.type === "identifier" ? each.text : (each.namedChildren[0]?.text ?? "")))
    .join(", ");
  const text = [
    "@functools.lru_cache(maxsize=None, typed=True)",
    `${margin}def ${inner}(${given}):`,
    `${margin}${unit}${moved}`,
    `${margin}return ${inner}(${given})`,
  ].join("\n");
  return offer(subject, {
    parameters: {},
    place: `the recursion of ${name.text}`,
    preconditions: ["a function calls itself several times and depends on its arguments alone"],
    assumptions: [
      "All arguments can be hashed, and what the function gives back is never changed.",
      "The cache fits into memory, and the recursion into the stack with one more frame for each call.",
    ],
    edits: [
      { start, end, text: text.replaceAll("\n", newlineOf(subject.source)) },
      ...importing(subject, "import functools"),
    ],
  });
}
