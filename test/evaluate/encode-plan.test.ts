import { describe, expect, it } from "vitest";
import { encodePlan, generatorPlan, planBytes } from "../../src/evaluate/encode-plan.ts";
import type { CallPlan, Slot } from "../../src/task/call-plan.ts";

const count: Slot = {
  name: "n",
  mode: "in",
  type: { kind: "scalar", scalar: "i32" },
  count: 1,
  array: false,
  rule: { kind: "constant", value: "4" },
};
const rows: Slot = {
  name: "rows",
  mode: "inout",
  type: { kind: "vector", element: { kind: "string" } },
  count: 10,
  array: false,
  rule: {
    kind: "sorted",
    rule: {
      kind: "each",
      lowLength: 2,
      highLength: 6,
      rule: { kind: "text", alphabet: [97, 98], terminated: false },
    },
  },
  used: [
    { kind: "slot", index: 0 },
    { kind: "number", value: 2 },
    { kind: "operator", operator: "/" },
  ],
};
const plan: CallPlan = {
  sizes: { n: 4, m: 9 },
  slots: [count, rows],
  tolerance: { relative: 1e-9, absolute: 0 },
};

describe("encodePlan", () => {
  it("writes name, shape, tolerance, then slot by slot type, rule and what is used", () => {
    expect(encodePlan(plan, { name: "p", instances: 3, dense: true, growBytes: 64 })).toBe(
      "plan p 3 1 64 1e-9 0 2 " +
        "n in 0 1 i32 constant 4 0 " +
        "rows inout 0 10 vector string sorted each 2 6 text 0 2 97 98 3 s 0 n 2 /",
    );
  });
});

describe("generatorPlan", () => {
  it("passes seed and sizes, then what is generated, empty at its length", () => {
    const generated: Slot = { ...count, name: "graph", array: true, count: 7, rule: { kind: "generated" } };
    const { slots } = generatorPlan({ ...plan, slots: [count, generated] });
    expect(slots.map(({ name }) => name)).toEqual(["seed", "size:n", "size:m", "graph"]);
    expect(slots.at(2)?.rule).toEqual({ kind: "constant", value: "9" });
    expect(slots.at(3)).toMatchObject({ mode: "inout", count: 7, rule: { kind: "constant", value: "0" } });
  });
});

describe("planBytes", () => {
  it("adds up scalars, and nested containers by their mean length", () => {
    // 4 for n; 8 for the count and 10 strings of 8 + 4 bytes.
    expect(planBytes(plan)).toBe(4 + 8 + 10 * (8 + 4));
  });
});
