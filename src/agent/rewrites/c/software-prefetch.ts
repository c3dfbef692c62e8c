/**
 * The hardware foresees loads that march through memory, not loads whose addresses come out of memory. Such addresses are known to the program some
 * iterations earlier, and it can ask for them then.
 *
 *     for (j = 0; j < n; ++j)                     for (j = 0; j < n; ++j) {
 *         s += x[index[j]];                 →         __builtin_prefetch(&x[index[j + 16 < n ? j + 16 : j]]);
 *                                                     s += x[index[j]];
 *                                                 }
 *
 * Always legal: a prefetch never traps, and the index array is read within the loop's own bounds.
 */
import type { Node } from "web-tree-sitter";
import {
  block,
  outdented,
  replaceNode,
  replaceStatement,
  textWith,
  insertBefore,
} from "../../../code/edit.ts";
import { effectsOf } from "../../../code/effects.ts";
import { describeLoop, innermostLoops, isPlain, type Loop } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { storageOf } from "../../../code/storage.ts";
import { bare, find, normalised, subscript, withoutCasts } from "../../../code/tree.ts";
import { containerOf, elementType } from "../../../code/types.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const softwarePrefetch: Rewrite = {
  name: "software-prefetch",
  idea: "Asks for data behind an index array some iterations before they are needed.",
  reference:
    "T. C. Mowry, M. S. Lam, A. Gupta, Design and Evaluation of a Compiler Algorithm for Prefetching, ASPLOS 1992; S. Ainsworth, T. M. Jones, Software Prefetching for Indirect Memory Accesses, CGO 2017",
  lessons: {
    faster:
      "The data behind the index array do not fit into the cache, and each iteration had waited for them.",
    slower:
      "The data fit into the cache, or the processor had enough independent loads under way already; the prefetches only cost instructions.",
    wrong: "A prefetch changes no result: look at what it was combined with.",
  },
  opportunities(subject) {
    if (subject.source.includes("__builtin_prefetch")) return [];
    return reachedFunctions(subject).flatMap((definition) =>
      innermostLoops(definition).flatMap((loop) => {
        const loads = indirectLoads(loop);
        return loads.length === 0
          ? []
          : [16, 64].flatMap((distance) => rewrite(subject, loop, loads, distance));
      }),
    );
  },
};

interface IndirectLoad {
  /** `x[index[j]]`. */
  readonly node: Node;
  /** The loop's variable in the inner index, at each place. */
  readonly counters: readonly Node[];
}

/** Loads whose index is itself loaded at the loop's variable. */
function indirectLoads(loop: Loop): IndirectLoad[] {
  if (!isPlain(loop) || (!loop.count.declared && find(loop.body, "identifier").length === 0)) return [];
  const { variable } = loop.count;
  const written = new Set(
    effectsOf(loop.node)
      .accesses.filter((access) => access.writes)
      .map((access) => access.root),
  );
  const seen = new Set<string>();
  return find(loop.body, "subscript_expression").flatMap((node) => {
    const [outer] = subscript(node)?.indices ?? [];
    const array = subscript(node)?.array;
    const inner = outer && withoutCasts(outer);
    const indices = inner?.type === "subscript_expression" ? subscript(inner) : undefined;
    const [index] = indices?.indices ?? [];
    const type = array && typeOf(array);
    if (!array || !inner || !indices || !index || !type || containerOf(type)?.name === "string") return [];
    const element = elementType(type);
    if (
      bare(array).type !== "identifier" ||
      bare(indices.array).type !== "identifier" ||
      !element ||
      seen.has(normalised(node))
    )
      return [];
    const counters = find(index, "identifier").filter((name) => name.text === variable);
    const others = find(index, "identifier").filter((name) => name.text !== variable);
    const steady = [bare(array), bare(indices.array), ...others].every((name) => {
      const declared = variableOf(name);
      return (
        declared !== undefined &&
        !effectsOf(loop.node).declared.has(name.text) &&
        (!written.has(name.text) || (storageOf(name) !== undefined && name.id === bare(array).id))
      );
    });
    if (counters.length !== 1 || !steady || find(index, "call_expression", "subscript_expression").length > 0)
      return [];
    seen.add(normalised(node));
    return [{ node, counters }];
  });
}

function rewrite(
  subject: Subject,
  loop: Loop,
  loads: readonly IndirectLoad[],
  distance: number,
): Opportunity[] {
  const { count } = loop;
  if (!count) return [];
  const bound = /^[\w.()[\]]+$/.test(count.bound.text) ? count.bound.text : `(${count.bound.text})`;
  const ahead = `${count.variable} + ${distance} ${count.comparison} ${bound} ? ${count.variable} + ${distance} : ${count.variable}`;
  const lines = loads.slice(0, 3).map(({ node, counters }) => {
    const alone = counters.every((counter) =>
      /^(subscript_argument_list|subscript_expression)$/.test(counter.parent?.type ?? ""),
    );
    return `__builtin_prefetch(&${textWith(
      node,
      counters.map((counter) => replaceNode(counter, alone ? ahead : `(${ahead})`)),
    )});`;
  });
  const first = loop.statements[0];
  if (!first) return [];
  const edit =
    loop.body.type === "compound_statement"
      ? insertBefore(subject.source, first, lines.join("\n"))
      : replaceStatement(
          subject.source,
          loop.body,
          block(subject.source, "", [...lines, outdented(subject.source, loop.body)].join("\n")),
        );
  return offer(subject, {
    parameters: { distance },
    place: `${loads
      .slice(0, 3)
      .map(({ node }) => node.text)
      .join(", ")} in ${describeLoop(loop)}`,
    preconditions: ["the innermost loop loads through an index array"],
    assumptions: [],
    edits: [edit],
  });
}
