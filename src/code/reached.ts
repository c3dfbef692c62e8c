/**
 * The functions whose code runs when the function under optimisation is called, as far as the file defines them.
 */
import type { Node } from "web-tree-sitter";
import { listFunctions } from "./find-function.ts";
import { remember } from "./remember.ts";
import type { Subject } from "./subject.ts";
import { field, find } from "./tree.ts";
import { plainName } from "./uses.ts";

/** The function itself first, then the helpers that it calls, directly or not. Definitions with syntax errors are left out. */
export function reachedFunctions(subject: Subject): readonly Node[] {
  return remember(subject.function, "reached", () => {
    const all = listFunctions(subject.root);
    const reached: Node[] = [];
    const open = [subject.function];
    for (let at = open.shift(); at; at = open.shift()) {
      const { id } = at;
      if (at.hasError || reached.some((each) => each.id === id)) continue;
      reached.push(at);
      for (const call of find(at, "call_expression")) {
        const callee = field(call, "function");
        if (!callee || callee.type === "field_expression") continue;
        const name = plainName(callee);
        open.push(...all.filter((each) => each.name === name).map((each) => each.node));
      }
    }
    return reached;
  });
}

/** The helpers alone. */
export function helpersOf(subject: Subject): readonly Node[] {
  return reachedFunctions(subject).slice(1);
}
