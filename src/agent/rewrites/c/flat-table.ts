/**
 * A vector of vectors is a block of memory for every row, found through a pointer. One flat vector holds the rows side by side: one allocation, no
 * pointer to follow, and walking from row to row is walking through memory.
 *
 *     std::vector<std::vector<double>> grid(h, std::vector<double>(w, 0.0));   →   const std::size_t grid_width = w;
 *                                                                                  std::vector<double> grid(h * grid_width, 0.0);
 *     grid[y][x]                                                               →   grid[y * grid_width + x]
 *
 * Legal for a local table whose rows all have the same length and keep it, and that is only used element by element.
 */
import type { Node } from "web-tree-sitter";
import { freshName, includeEdits, replaceNode, replaceStatement } from "../../../code/edit.ts";
import { constructedVector, constructorArguments, declaredAlone } from "../../../code/construction.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { same, subscript } from "../../../code/tree.ts";
import { containerOf, elementType } from "../../../code/types.ts";
import { declaredOnce, mentions } from "../../../code/uses.ts";
import { type Variable, variablesOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const flatTable: Rewrite = {
  name: "flat-table",
  idea: "Lays the rows of a vector of vectors side by side in one vector, which saves an allocation a row and a pointer to follow for every element.",
  reference: "A. Fog, Optimizing software in C++, section 9.6: Data structures and container classes",
  lessons: {
    faster:
      "Every element was reached through its row's pointer and every row was allocated by itself; in one block neither is needed.",
    slower: "The rows are long and walked through one by one, so the pointer to each costs nothing.",
    wrong: "The rows did not all have the same length.",
  },
  opportunities(subject) {
    if (subject.language !== "c++") return [];
    return reachedFunctions(subject).flatMap((definition) =>
      variablesOf(definition).flatMap((table) => flattened(subject, definition, table)),
    );
  },
};

function flattened(subject: Subject, definition: Node, table: Variable): Opportunity[] {
  const row = elementType(table.type);
  const element = row && elementType(row);
  if (containerOf(table.type)?.name !== "vector" || !row || containerOf(row)?.name !== "vector" || !element)
    return [];
  if (
    containerOf(element) ||
    element.base === "bool" ||
    !declaredAlone(table) ||
    !declaredOnce(table.name, definition)
  )
    return [];
  const [height, rows, ...more] = constructorArguments(table) ?? [];
  const made = rows && constructedVector(rows);
  const [width, filling, ...rest] = made?.arguments ?? [];
  if (!height || width === undefined || more.length > 0 || rest.length > 0) return [];
  const uses = mentions(table.name, definition).filter((use) => !same(use, table.node));
  const widthName = freshName(subject.source, `${table.name}_width`);
  const edits = uses.map((use) => {
    const first = use.parent && subscript(use.parent);
    const whole = use.parent?.parent;
    const second = whole && subscript(whole);
    const [y] = first?.indices ?? [];
    const [x] = second?.indices ?? [];
    if (
      !first ||
      !second ||
      !y ||
      !x ||
      !whole ||
      !same(first.array, use) ||
      !use.parent ||
      !same(second.array, use.parent)
    )
      return undefined;
    return replaceNode(whole, `${table.name}[${grouped(y.text)} * ${widthName} + ${grouped(x.text)}]`);
  });
  // Indices that are elements of the table themselves would be edited twice: `offer` turns overlapping edits down.
  if (edits.length === 0 || !edits.every((edit) => edit !== undefined)) return [];
  const type = containerOf(row)?.element ?? element.base;
  const size = `static_cast<std::size_t>(${height.text}) * ${widthName}`;
  const lines = [
    `const std::size_t ${widthName} = ${width};`,
    `std::vector<${type}> ${table.name}(${size}${filling === undefined ? "" : `, ${filling}`});`,
  ];
  return offer(subject, {
    parameters: {},
    place: `the table ${table.name}`,
    preconditions: ["all rows of a nested vector have one length and are used element by element"],
    assumptions: [],
    edits: [
      ...includeEdits(subject.source, subject.root, ["<cstddef>"]),
      replaceStatement(subject.source, table.declaration, lines.join("\n")),
      ...edits,
    ],
  });
}

function grouped(index: string): string {
  return /^\w+$/.test(index) ? index : `(${index})`;
}
