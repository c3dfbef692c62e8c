/**
 * Lists that a loop asks again and again without changing them: what the rewrites that put a set or a dictionary beside such a list have in common.
 */
import type { Node } from "web-tree-sitter";
import { contains, field, find } from "../../../code/tree.ts";
import { parametersOf } from "../../../code/script-functions.ts";
import type { Subject } from "../rewrite.ts";
import {
  comprehensions,
  isBinding,
  isIn,
  isNested,
  isPrivate,
  kindOf,
  loopName,
  loopsOf,
  outermostLoop,
  usesOf,
} from "./scope.ts";

/** Loops that are in no other loop, and statements outside loops, whose comprehensions are loops too. */
export function placesOf(subject: Subject): Node[] {
  const loops = loopsOf(subject).filter((loop) => outermostLoop(loop, subject.function) === undefined);
  const statements = find(subject.function, "expression_statement", "return_statement").filter(
    (statement) =>
      !isNested(statement, subject.function) && outermostLoop(statement, subject.function) === undefined,
  );
  return [...loops, ...statements];
}

/** Whether it is asked again and again at that place. */
export function isRepeated(node: Node, place: Node): boolean {
  return place.type.startsWith("for") || place.type.startsWith("while") || isIn(node, comprehensions, place);
}

/** A list that the function made before the loop, on every way to it. */
export function isListBefore(
  subject: Subject,
  { statement, value }: { statement: Node; value: Node },
  loop: Node,
): boolean {
  const precedes = statement.endIndex <= loop.startIndex && statement.parent !== null;
  return precedes && contains(statement.parent, loop) && kindOf(value, subject) === "list";
}

/** The parameter of that name, where nothing else binds it and its annotation names nothing that a set is no help for. */
export function parameter(subject: Subject, name: string): Node | undefined {
  const bindings = usesOf(subject.function, name).filter(isBinding);
  const found = parametersOf(subject.function).find((each) => bindings[0] && contains(each, bindings[0]));
  if (bindings.length !== 1 || !isPrivate(subject, name) || found?.text.startsWith("*")) return undefined;
  const useless =
    /:.*\b(?:str|bytes|range|dict|set|frozenset|mapping|iterator|generator|iterable|counter)\b/is;
  return found && useless.test(found.text) ? undefined : found;
}

/** `name[i]` that is read, `len(name)`, `for … in name`, `return name` after the loop: nothing that changes it or lets another change it. */
export function isRead(use: Node): boolean {
  const { parent } = use;
  if (parent?.type === "subscript") return field(parent, "value")?.id === use.id && !isWritten(parent);
  if (parent?.type === "for_statement" || parent?.type === "for_in_clause")
    return field(parent, "right")?.id === use.id;
  if (parent?.type === "return_statement") return true;
  return (
    parent?.type === "argument_list" &&
    parent.parent?.type === "call" &&
    field(parent.parent, "function")?.text === "len"
  );
}

const groups =
  /^(?:(?:tuple|list|list_splat)_pattern|(?:pattern|expression)_list|parenthesized_expression|tuple|list_splat)$/;

/** Whether something is assigned to an element or an attribute, on its own or among others, or whether it is deleted. */
export function isWritten(target: Node): boolean {
  let at = target;
  while (at.parent && groups.test(at.parent.type)) at = at.parent;
  const { parent } = at;
  if (!parent) return false;
  if (/^(?:assignment|augmented_assignment|for_statement|for_in_clause)$/.test(parent.type))
    return field(parent, "left")?.id === at.id;
  return parent.type === "delete_statement" || parent.type === "as_pattern_target";
}

/** `the loop over x`, by the first variable of a comprehension where the place is a statement. */
export function placeName(place: Node): string {
  const clause = /^(?:for|while)/.test(place.type) ? undefined : find(place, "for_in_clause")[0];
  return loopName(clause ?? place);
}
