/**
 * What the innermost loop of a nest pays for memory: a rough count of how far its accesses jump, by which loop orders are compared.
 * After the cost model of McKinley, Carr and Tseng, "Improving Data Locality with Loop Transformations", TOPLAS 18(4), 1996.
 */
import type { Node } from "web-tree-sitter";
import { elementsOf } from "../../../code/effects.ts";
import { polynomial, spell, type Stride, strideOf } from "../../../code/linear.ts";

const prices: Readonly<Record<Stride["kind"], number>> = {
  none: 0,
  unit: 1,
  constant: 2,
  row: 8,
  irregular: 8,
};

/** Price of one iteration of a loop over the variable around the body; each place counts once. */
export function innermostCost(body: Node, variable: string): number {
  const places = new Map<string, number>();
  for (const access of elementsOf(body)) {
    const key = `${access.base} ${access.subscripts.map((index) => spell(polynomial(index) ?? new Map())).join(",")}`;
    places.set(key, prices[strideOf(access.subscripts, variable, body).kind] || (access.writes ? 0.5 : 0));
  }
  return [...places.values()].reduce((sum, price) => sum + price, 0);
}

/** Whether an access in the body jumps by rows when the variable counts. */
export function jumpsByRows(body: Node, variable: string): boolean {
  return elementsOf(body).some((access) => strideOf(access.subscripts, variable, body).kind === "row");
}
