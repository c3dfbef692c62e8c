/**
 * Where lines go that shall run once before something that runs again and again: before the outermost loop, or the statement with a comprehension,
 * throughout which all stays that they depend on.
 */
import type { Node } from "web-tree-sitter";
import { field, find } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { comprehensions, isBuiltin, isNested, runsInLoop } from "./scope.ts";

/**
 * The outermost loop or simple statement around a node, inside the function, that runs the node again and again and of which `holds` is true.
 * Undefined where there is none, or where the node belongs to a function inside, or to a generator that runs later. Nothing of it hands over control by
 * `yield` or `await`: others could change anything then.
 */
export function repeatedPlace(
  subject: Subject,
  node: Node,
  holds: (region: Node) => boolean,
): Node | undefined {
  const stays = (region: Node) => !isSuspended(region) && holds(region);
  let found: Node | undefined;
  let repeated = false;
  for (let at = node, above = at.parent; above; at = above, above = at.parent) {
    if (/^(?:lambda|class_definition)$/.test(above.type)) return undefined;
    if (comprehensions.includes(above.type) && !isFirstIterable(above, at)) {
      if (above.type === "generator_expression" && !isEager(subject, above)) return undefined;
      repeated = true;
    }
    if (/^(?:for|while)_statement$/.test(above.type)) {
      // Between two passes of an outer loop that is not looked at, all may change.
      if (above.children[0]?.type === "async") return found;
      const runs = runsInLoop(at, above);
      repeated ||= runs;
      if (repeated && !stays(above)) return found;
      if (repeated) found = above;
    } else if (/^(?:expression|return)_statement$/.test(above.type)) {
      if (repeated && !stays(above)) return undefined;
      if (repeated) found = above;
    } else if (above.type === "function_definition")
      return above.id === subject.function.id ? found : undefined;
  }
  return undefined;
}

/** What the first `for` of a comprehension goes over is computed once, in the scope around it. */
function isFirstIterable(comprehension: Node, part: Node): boolean {
  return comprehension.namedChildren.find(({ type }) => type === "for_in_clause")?.id === part.id;
}

/** Whether others run while the region does. */
function isSuspended(region: Node): boolean {
  return (
    find(region, "yield", "await").some((each) => !isNested(each, region)) ||
    find(region, "for_statement", "with_statement", "for_in_clause").some(
      (each) => each.children[0]?.type === "async" && !isNested(each, region),
    )
  );
}

const eager = /^(?:any|all|sum|next|list|set|min|max|sorted|tuple|dict|frozenset)$/;

/** Whether a generator is an argument of a call that goes through it at once, as `any` and `", ".join` do. */
export function isEager(subject: Subject, generator: Node): boolean {
  const call = generator.parent?.type === "argument_list" ? generator.parent.parent : generator.parent;
  const callee = call?.type === "call" ? field(call, "function") : undefined;
  if (callee?.type === "attribute")
    return /^(?:join|extend|update|writelines)$/.test(field(callee, "attribute")?.text ?? "");
  return callee !== undefined && eager.test(callee.text) && isBuiltin(subject, callee.text);
}
