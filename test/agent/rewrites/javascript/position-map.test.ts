import { describe, expect, it } from "vitest";
import { positionMap } from "../../../../src/agent/rewrites/javascript/position-map.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

describe("position-map", () => {
  it("gives the same positions", async () => {
    await expectSameValues(positionMap, [
      {
        function: "translate",
        source: `const from = ["a", "b", "c"];
function translate(to, text) {
  let out = "";
  for (const sign of text) {
    const at = from.indexOf(sign);
    out += at === -1 ? sign : to[at];
  }
  return out + [...text].map((sign) => to.indexOf(sign)).join();
}`,
        calls: [
          `translate(["x", "y", "x"], "abcaz")`,
          `translate([], "")`,
          `translate([, undefined, 0], "yx")`,
        ],
      },
      {
        language: "typescript",
        function: "Table.pick",
        source: `class Table {
  names: string[];
  rows: number[][];
  constructor(names: string[], rows: number[][]) { this.names = names; this.rows = rows; }
  pick(wanted: readonly string[]): number[] {
    let total: number[] = [];
    for (const row of this.rows) total = total.concat(wanted.map((name) => row[this.names.indexOf(name)] ?? 0));
    return total;
  }
}`,
        calls: [`new Table(["a", "b"], [[1, 2], [3, 4]]).pick(["b", "z", "a"])`],
      },
    ]);
  });

  it("makes the Map before the loop, and says what it assumes", async () => {
    const source =
      "function f(xs, order) {\n  const out = [];\n  for (const x of xs) out.push(order.indexOf(x));\n  return out;\n}";
    const [found] = await opportunitiesIn(positionMap, source, "f");
    expect(found?.apply()).toContain("(positionInOrder.get(x) ?? -1)");
    expect(found?.assumptions).toContain("No element of order is NaN.");
  });

  it("is not offered where the array changes, is a string, or is only asked whether it has the element", async () => {
    await expectRefusals(positionMap, [
      "function f(xs, order) { const out = []; for (const x of xs) { out.push(order.indexOf(x)); order.push(x); } return out; }",
      "function f(xs) { const text = 'abc'; const out = []; for (const x of xs) out.push(text.indexOf(x)); return out; }",
      "function f(xs, order) { let n = 0; for (const x of xs) if (order.indexOf(x) >= 0) n++; return n; }",
      "function f(x, order) { return order.indexOf(x); }",
      "function f(xs, order) { let n = 0; for (const x of xs) n += order.indexOf(x, n); return n; }",
    ]);
  });
});
