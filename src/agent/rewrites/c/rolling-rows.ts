/**
 * A table of a dynamic program whose rows are made from the row before alone needs no more than two rows. They stay in the nearest cache
 * instead of streaming through memory, and the allocation of a row for every i goes away.
 *
 *     std::vector<std::vector<int>> cost(n + 1, …);      std::vector<std::vector<int>> cost(2, …);
 *     for (int i = 0; i <= n; i++) cost[i][0] = i;   →   cost[0][0] = 0;
 *     for (int i = 1; i <= n; i++)                       for (int i = 1; i <= n; i++) {
 *       for (…) cost[i][j] = f(cost[i - 1], …);            cost[i % 2][0] = i;
 *     return cost[n][m];                                   for (…) cost[i % 2][j] = f(cost[(i - 1) % 2], …);
 *                                                        }
 *                                                        return cost[n % 2][m];
 *
 * Legal for a local table that one loop fills row after row, that is read at the current and the previous row alone, and of which only the
 * last row is read afterwards. Loops that set the first column of every row move into the loop.
 */
import type { Node } from "web-tree-sitter";
import {
  type Edit,
  insertAt,
  indentationAt,
  indentUnit,
  newlineOf,
  removeStatement,
  replaceNode,
} from "../../../code/edit.ts";
import { constructedVector, constructorArguments } from "../../../code/construction.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { add, constant, constantOf, dependsOn, polynomial, subtract } from "../../../code/linear.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  bare,
  contains,
  expressionOf,
  field,
  find,
  operatorOf,
  same,
  subscript,
} from "../../../code/tree.ts";
import { containerOf, elementType } from "../../../code/types.ts";
import { declaredOnce, mentions } from "../../../code/uses.ts";
import { type Variable, variablesOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const rollingRows: Rewrite = {
  name: "rolling-rows",
  idea: "Keeps two rows of a dynamic program's table rather than all of them where each row is made from the one before.",
  reference:
    "T. Cormen et al., Introduction to Algorithms, section 15.4: Improving the code; D. Hirschberg, A linear space algorithm for computing maximal common subsequences, CACM 1975",
  lessons: {
    faster:
      "The table's rows streamed through memory though each needs only the one before; two rows stay in the nearest cache.",
    slower:
      "The table fitted into the cache already, so the remainder in the row's index is all that changed.",
    wrong:
      "A row older than the previous one was read, or an element was read that this row had not written yet.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      variablesOf(definition).flatMap((table) => rolled(subject, definition, table)),
    );
  },
};

/** One mention `table[row][…]`. */
interface RowUse {
  readonly node: Node;
  readonly row: Node;
  readonly whole: Node;
}

function rolled(subject: Subject, definition: Node, table: Variable): Opportunity[] {
  const height = heightOf(table);
  if (!height || table.static || !declaredOnce(table.name, definition)) return [];
  const uses = mentions(table.name, definition)
    .filter((use) => !same(use, table.node))
    .map(rowUse);
  if (!uses.every((use) => use !== undefined)) return [];
  const loops = loopsIn(definition);
  const main = loops.find((loop) => loop.parent === undefined && readsPrevious(loop, uses));
  const count = main?.count;
  if (!main || !count || count.step !== 1) return [];
  const i = count.variable;
  const inside = uses.filter((use) => contains(main.body, use.node));
  // Rows i and i-1, or i+1 and i, and nothing else.
  const offsets = inside.map((use) => offsetOf(use.row, i));
  if (offsets.some((offset) => offset === undefined)) return [];
  const [low, high] = [Math.min(...offsets.map(Number)), Math.max(...offsets.map(Number))];
  if (high - low !== 1) return [];
  const writes = inside.filter((use) => isStore(use.whole));
  if (writes.length === 0 || writes.some((use) => offsetOf(use.row, i) !== high)) return [];

  const edits: Edit[] = [replaceNode(height, "2")];
  const moved: string[] = [];
  for (const loop of loops.filter(
    (each) => each.parent === undefined && each.node.endIndex <= main.node.startIndex,
  )) {
    const column = firstColumn(loop, uses);
    if (column) {
      const start = polynomial(column.start);
      const first = start && constantOf(start);
      if (first !== 0 && first !== 1) return [];
      moved.push(
        `${table.name}[${modulo(high === 0 ? i : `${i} + ${high}`)}][${column.column}] = ${column.value(high === 0 ? i : `(${i} + ${high})`)};`,
      );
      edits.push(
        first === 0
          ? replaceNode(loop.node, `${table.name}[0][${column.column}] = ${column.value("0")};`)
          : removeStatement(subject.source, loop.node),
      );
      continue;
    }
    const here = uses.filter((use) => contains(loop.node, use.node));
    if (here.some((use) => !/^0$/.test(use.row.text))) return [];
  }
  // Before the loop only row 0 (and what moves) is touched, after it only the last row.
  const others = uses.filter((use) => !contains(main.node, use.node));
  for (const use of others) {
    const before = use.node.startIndex < main.node.startIndex;
    if (before) {
      if (use.row.text !== "0" && !loops.some((loop) => contains(loop.node, use.node))) return [];
      continue;
    }
    if (!isLast(use.row, count.bound, count.comparison, high)) return [];
    edits.push(replaceNode(use.row, modulo(use.row.text)));
  }
  for (const use of inside) edits.push(replaceNode(use.row, modulo(use.row.text)));
  if (moved.length > 0) {
    if (main.body.type !== "compound_statement") return [];
    const unit = indentationAt(subject.source, main.node.startIndex) + indentUnit(subject.source);
    const newline = newlineOf(subject.source);
    edits.push(insertAt(main.body.startIndex + 1, moved.map((line) => `${newline}${unit}${line}`).join("")));
  }
  return offer(subject, {
    parameters: {},
    place: `the table ${table.name} in ${describeLoop(main)}`,
    preconditions: [
      "each row of the table is made from the row before",
      "only the last row is read afterwards",
    ],
    assumptions: [],
    edits,
  });
}

function modulo(row: string): string {
  return /^\w+$/.test(row) ? `${row} % 2` : `(${row}) % 2`;
}

/** The first dimension in the table's declaration: `vector<vector<T>> t(R, …)` or `T t[R][C]`. */
function heightOf(table: Variable): Node | undefined {
  if (table.kind !== "local" || table.type.reference) return undefined;
  if (table.type.dimensions.length === 2) {
    const arrays = find(table.declaration, "array_declarator").filter((each) => contains(each, table.node));
    const innermost = arrays.at(-1);
    return table.initial ? undefined : innermost && field(innermost, "size");
  }
  const row = elementType(table.type);
  if (
    table.type.pointers > 0 ||
    containerOf(table.type)?.name !== "vector" ||
    !row ||
    containerOf(row)?.name !== "vector"
  )
    return undefined;
  const [height, width, ...more] = constructorArguments(table) ?? [];
  return height && width && more.length === 0 && constructedVector(width) ? height : undefined;
}

function rowUse(use: Node): RowUse | undefined {
  const first = use.parent && subscript(use.parent);
  const outer = use.parent?.parent && subscript(use.parent.parent);
  const [row] = first?.indices ?? [];
  if (!first || !outer || !row || !use.parent || first.indices.length !== 1 || !same(first.array, use))
    return undefined;
  if (!same(outer.array, use.parent) || !use.parent.parent) return undefined;
  return { node: use, row, whole: use.parent.parent };
}

function readsPrevious(loop: Loop, uses: readonly RowUse[]): boolean {
  const i = loop.count?.variable;
  if (i === undefined) return false;
  const inside = uses.filter((use) => contains(loop.body, use.node));
  const offsets = new Set(inside.map((use) => offsetOf(use.row, i)));
  return offsets.size === 2 && !offsets.has(undefined);
}

/** c of `i + c`. */
function offsetOf(row: Node, i: string): number | undefined {
  const value = polynomial(row);
  if (!value || !dependsOn(value, i)) return undefined;
  return constantOf(subtract(value, new Map([[i, 1]])));
}

function isStore(whole: Node): boolean {
  const parent = whole.parent;
  return (
    (parent?.type === "assignment_expression" && same(field(parent, "left") ?? parent, whole)) ||
    parent?.type === "update_expression"
  );
}

/** `for (i …) table[i][c] = value(i);` */
function firstColumn(
  loop: Loop,
  uses: readonly RowUse[],
): { start: Node; column: string; value(row: string): string } | undefined {
  const [statement, ...more] = loop.statements;
  const assignment = statement && expressionOf(statement);
  const i = loop.count?.variable;
  if (
    !loop.count ||
    i === undefined ||
    loop.count.step !== 1 ||
    more.length > 0 ||
    assignment?.type !== "assignment_expression"
  )
    return undefined;
  const [left, right] = [field(assignment, "left"), field(assignment, "right")];
  const here = uses.filter((use) => contains(loop.node, use.node));
  const [use] = here;
  if (
    !left ||
    !right ||
    !use ||
    here.length !== 1 ||
    operatorOf(assignment) !== "=" ||
    !same(use.whole, left) ||
    bare(use.row).text !== i
  )
    return undefined;
  const column = subscript(left)?.indices[0]?.text;
  if (column === undefined || !/^\w+$/.test(column) || column === i) return undefined;
  return {
    start: loop.count.start,
    column,
    value: (row) => {
      let text = right.text;
      for (const mention of mentions(i, right).toReversed()) {
        const at = mention.startIndex - right.startIndex;
        text = text.slice(0, at) + row + text.slice(at + i.length);
      }
      return text;
    },
  };
}

/** Whether the index is that of the last row that the loop makes. */
function isLast(row: Node, bound: Node, comparison: string, high: number): boolean {
  const [at, end] = [polynomial(row), polynomial(bound)];
  if (!at || !end) return false;
  const last = add(end, constant((comparison === "<=" ? 0 : -1) + high));
  return constantOf(subtract(at, last)) === 0;
}
