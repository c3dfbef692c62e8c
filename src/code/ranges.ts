/**
 * Which values a loop's variable takes, symbolically: from this follows that the `j` of `for (j = k + 1; j < n; j++)` is never k, and that row i
 * is never row k. Triangular solvers and eliminations depend on it.
 */
import type { Node } from "web-tree-sitter";
import { add, constant, constantOf, multiply, type Polynomial, polynomial, subtract } from "./linear.ts";
import { loopsIn } from "./loops.ts";
import { contains } from "./tree.ts";
import { functionAround } from "./variables.ts";

/** An index, and the place where it is used. */
export interface Index {
  readonly value: Polynomial;
  readonly at: Node;
}

/**
 * Whether two indices of one array never meet, whichever iterations of the loops over the `moving` variables they belong to. In
 * `i * n + j` rows and columns are compared by themselves: a column is taken to stay within its row.
 */
export function neverMeet(a: Index, b: Index, moving: readonly string[]): boolean {
  const length = rowLength(a.value, b.value, moving);
  const pairs = length
    ? [
        [rows(a.value, length), rows(b.value, length)],
        [columns(a.value), columns(b.value)],
      ]
    : [[a.value, b.value]];
  return pairs.some(([x, y]) => x && y && apart({ ...a, value: x }, { ...b, value: y }, moving));
}

/** The factor that all products share and that occurs nowhere else: the length of a row. */
function rowLength(a: Polynomial, b: Polynomial, moving: readonly string[]): string | undefined {
  const keys = [...a.keys(), ...b.keys()].map((key) => key.split("*"));
  const products = keys.filter((factors) => factors.length === 2);
  if (products.length === 0 || keys.some((factors) => factors.length > 2)) return undefined;
  const single = new Set(keys.filter((factors) => factors.length === 1).flat());
  return products[0]?.find(
    (factor) =>
      !moving.includes(factor) &&
      !single.has(factor) &&
      products.every((factors) => factors.includes(factor)),
  );
}

function rows(value: Polynomial, length: string): Polynomial {
  return new Map(
    [...value].flatMap(([key, number]): [string, number][] => {
      const factors = key.split("*");
      if (factors.length !== 2) return [];
      return [[factors[0] === length ? (factors[1] ?? "") : (factors[0] ?? ""), number]];
    }),
  );
}

function columns(value: Polynomial): Polynomial {
  return new Map([...value].filter(([key]) => !key.includes("*")));
}

/** Whether one is always greater than the other. A variable in both may differ between them, so nothing is known then. */
function apart(a: Index, b: Index, moving: readonly string[]): boolean {
  const own = moving.filter((variable) => a.value.has(variable));
  const others = moving.filter((variable) => b.value.has(variable));
  if (own.some((variable) => others.includes(variable)) || own.length + others.length === 0) return false;
  const least = (x: Index, y: Index): number | undefined => {
    const [low, high] = [bounded(x, moving, "least"), bounded(y, moving, "greatest")];
    return low && high && constantOf(subtract(low, high));
  };
  return (least(a, b) ?? 0) > 0 || (least(b, a) ?? 0) > 0;
}

/** The least or greatest value over all iterations. */
function bounded(
  { value, at }: Index,
  moving: readonly string[],
  which: "least" | "greatest",
): Polynomial | undefined {
  let result: Polynomial = new Map();
  for (const [key, number] of value) {
    const range = moving.includes(key) ? rangeAt(at, key) : undefined;
    if (moving.includes(key) && !range) return undefined;
    const end = range && (which === "least") === number > 0 ? range.first : range?.last;
    const term = end ? multiply(end, constant(number)) : new Map([[key, number]]);
    if (!term) return undefined;
    result = add(result, term);
  }
  return result;
}

/** First and last value of a variable in the loop around the node that counts it, least first. */
function rangeAt(node: Node, variable: string): { first: Polynomial; last: Polynomial } | undefined {
  const definition = functionAround(node);
  const loop =
    definition &&
    loopsIn(definition).findLast((each) => each.count?.variable === variable && contains(each.node, node));
  const count = loop?.count;
  if (!count) return undefined;
  const [start, bound] = [polynomial(count.start), polynomial(count.bound)];
  if (!start || !bound) return undefined;
  if (count.comparison === "<") return { first: start, last: add(bound, constant(-1)) };
  if (count.comparison === "<=") return { first: start, last: bound };
  if (count.comparison === ">") return { first: add(bound, constant(1)), last: start };
  return count.comparison === ">=" ? { first: bound, last: start } : undefined;
}
