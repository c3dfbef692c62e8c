/** Keeps what was found out about a node for as long as its tree lives: nodes are made anew at each access, trees are not. */
import type { Node, Tree } from "web-tree-sitter";

const memory = new WeakMap<Tree, Map<string, unknown>>();

/** `compute()` at the first call for this node and topic, its result ever after. Results must not be changed. */
export function remember<T>(node: Node, topic: string, compute: () => T): T {
  let entries = memory.get(node.tree);
  if (!entries) memory.set(node.tree, (entries = new Map()));
  const key = `${topic} ${node.id} ${node.startIndex}`;
  if (!entries.has(key)) {
    // Met again while it is being computed (`auto x = f(x)`), it is not known.
    entries.set(key, undefined);
    entries.set(key, compute());
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the topic decides the type
  return entries.get(key) as T;
}
