/**
 * Where lines go that shall run once before something that runs again and again: before the outermost loop, or the statement with a comprehension,
 * throughout which all stays that they depend on.
 */
import type { Node } from "web-tree-sitter";
import type { Subject } from "../rewrite.ts";
import { comprehensions, runsInLoop } from "./scope.ts";

/**
 * The outermost loop or simple statement around a node, inside the function, that runs the node again and again and of which `holds` is true.
 * Undefined where there is none, or where the node belongs to a function inside.
 */
export function repeatedPlace(
  subject: Subject,
  node: Node,
  holds: (region: Node) => boolean,
): Node | undefined {
  let found: Node | undefined;
  let repeated = false;
  for (let at = node, above = at.parent; above; at = above, above = at.parent) {
    if (/^(?:lambda|class_definition)$/.test(above.type)) return undefined;
    if (comprehensions.includes(above.type)) repeated ||= !isFirstIterable(above, at);
    if (/^(?:for|while)_statement$/.test(above.type)) {
      // Between two passes of an outer loop that is not looked at, all may change.
      if (above.children[0]?.type === "async") return found;
      const runs = runsInLoop(at, above);
      repeated ||= runs;
      if (repeated && !holds(above)) return found;
      if (repeated) found = above;
    } else if (/^(?:expression|return)_statement$/.test(above.type)) {
      if (repeated && !holds(above)) return undefined;
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
