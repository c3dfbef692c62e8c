/**
 * `v[i]` on a vector loads the vector's own pointer before the element, and where the loop stores anything of a type that could be that
 * pointer, loads it again in each iteration. A plain pointer taken once before the loop stays in a register.
 *
 *     for (std::size_t i = 0; i < n; i++)       auto *__restrict out_data = out.data();
 *       out[i] = in[i] * 2;                  →  const auto *in_data = in.data();
 *                                               for (std::size_t i = 0; i < n; i++)
 *                                                 out_data[i] = in_data[i] * 2;
 *
 * Also for the rows of nested vectors in an inner loop: `grid[y][x]` → `row[x]` with `row = grid[y].data()`.
 * Legal where the loop leaves the vector's length and place alone.
 */
import type { Node } from "web-tree-sitter";
import { freshName, replaceNode } from "../../../code/edit.ts";
import { effectsOf } from "../../../code/effects.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { contains, find, normalised, subscript } from "../../../code/tree.ts";
import { containerOf, elementType, type ValueType } from "../../../code/types.ts";
import { isPure, keeps, mentions, namesIn } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { before, offer, runsAlways } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const dataPointer: Rewrite = {
  name: "data-pointer",
  idea: "Takes a plain pointer to a vector's elements before the loop, so that the loop does not load the vector's own pointer again and again.",
  reference: "A. Fog, Optimizing software in C++, section 9.3 and chapter 7.9; ISO C++ [vector.data]",
  lessons: {
    faster:
      "The compiler could not tell that stores leave the vector's own pointer alone; a local pointer freed the loop of those loads and let it be vectorised.",
    slower: "The compiler had kept the vector's pointer in a register already.",
    wrong: "The vector was resized in the loop, or two names stood for the same elements.",
  },
  opportunities(subject) {
    if (subject.language !== "c++") return [];
    return reachedFunctions(subject).flatMap((definition) => {
      const loops = loopsIn(definition);
      const outermost = loops.filter((loop) => loop.parent === undefined);
      const innermost = loops.filter((loop) => loop.children.length === 0);
      return [
        ...pointers(
          subject,
          "vectors",
          outermost.map((loop) => ({ loop, found: namedIn(loop) })),
        ),
        ...pointers(
          subject,
          "rows",
          innermost.map((loop) => ({ loop, found: rowsIn(loop) })),
        ),
      ];
    });
  },
};

/** A container expression and the places where it is indexed. */
interface Indexed {
  readonly text: string;
  readonly base: string;
  readonly uses: readonly Node[];
}

function pointers(
  subject: Subject,
  of: "vectors" | "rows",
  places: readonly { loop: Loop; found: readonly Indexed[] }[],
): Opportunity[] {
  const busy = places.filter(({ found }) => found.length > 0);
  const [first] = busy;
  if (!first) return [];
  const taken = new Set<string>();
  let restricted = false;
  const edits = busy.flatMap(({ loop, found }) => {
    const lines: string[] = [];
    const replaced = found.flatMap(({ text, base, uses }) => {
      const name = freshName(subject.source, base, taken);
      // Two rows of one table may be the same row.
      const alone = of === "vectors" && uses.some((use) => isStored(use, loop));
      restricted ||= alone;
      lines.push(`auto *${alone ? "__restrict " : ""}${name} = ${text}.data();`);
      return uses.map((use) => replaceNode(use, name));
    });
    return [...before(subject.source, loop.node, lines.join("\n")), ...replaced];
  });
  const names = [...new Set(busy.flatMap(({ found }) => found.map((each) => each.text)))].join(", ");
  return offer(subject, {
    parameters: { of },
    place: `${names} in ${busy.length > 1 ? "the loops" : describeLoop(first.loop)}`,
    preconditions: [
      "a container that keeps its length is indexed in a loop",
      ...(restricted ? ["the loop stores into it"] : []),
    ],
    assumptions: restricted ? ["Containers that are written do not overlap with others."] : [],
    edits,
  });
}

/** Vectors and strings by name, indexed in the loop and left alone otherwise. */
function namedIn(loop: Loop): Indexed[] {
  const names = new Set(
    find(loop.node, "subscript_expression").flatMap((node) => {
      const array = subscript(node)?.array;
      return array?.type === "identifier" && isVector(typeOf(array)) ? [array.text] : [];
    }),
  );
  return [...names].flatMap((name) => {
    const variable = variableOf(mentions(name, loop.node)[0] ?? loop.node);
    // Rows of a nested vector have their own pointers.
    if (
      !variable ||
      contains(loop.node, variable.node) ||
      isVector(elementType(variable.type)) ||
      !keeps(name, loop.node)
    )
      return [];
    return [{ text: name, base: `${name}_data`, uses: indexedUses(loop, name) }];
  });
}

/** Rows `grid[y]` of nested vectors that stay the same while the loop runs, and that it looks at in every iteration. */
function rowsIn(loop: Loop): Indexed[] {
  const rows = new Map<string, Node[]>();
  for (const node of find(loop.body, "subscript_expression")) {
    const array = subscript(node)?.array;
    const outer = array && subscript(array);
    if (
      !array ||
      outer?.array.type !== "identifier" ||
      !isVector(typeOf(array)) ||
      !isVector(typeOf(outer.array))
    )
      continue;
    const key = normalised(array);
    rows.set(key, [...(rows.get(key) ?? []), array]);
  }
  return [...rows.values()].flatMap((uses) => {
    const [first] = uses;
    const name = first && subscript(first)?.array.text;
    if (!first || !name) return [];
    const declared = effectsOf(loop.node).declared;
    const steady = [...namesIn(first)].every((each) => !declared.has(each) && keeps(each, loop.node));
    if (!steady || !isPure(first) || !uses.some((use) => runsAlways(use, loop.body))) return [];
    return [{ text: first.text, base: `${name}_row`, uses }];
  });
}

function indexedUses(loop: Loop, name: string): Node[] {
  return find(loop.node, "subscript_expression").flatMap((node) => {
    const array = subscript(node)?.array;
    return array?.type === "identifier" && array.text === name ? [array] : [];
  });
}

function isStored(use: Node, loop: Loop): boolean {
  return effectsOf(loop.node).accesses.some(
    (access) =>
      access.writes &&
      access.kind === "element" &&
      contains(access.node, use) &&
      access.node.startIndex === use.startIndex,
  );
}

function isVector(type: ValueType | undefined): boolean {
  if (!type) return false;
  const container = containerOf(type);
  return (container?.name === "vector" || container?.name === "string") && container.element !== "bool";
}
