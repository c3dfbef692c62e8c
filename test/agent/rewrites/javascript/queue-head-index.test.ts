import { describe, it } from "vitest";
import { queueHeadIndex } from "../../../../src/agent/rewrites/javascript/queue-head-index.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("queue-head-index", () => {
  it("takes the same elements in the same order", async () => {
    await expectSameValues(queueHeadIndex, [
      {
        function: "reach",
        source: `function reach(edges, start) {
  const queue = [start];
  const order = [];
  while (queue.length > 0) {
    const node = queue.shift();
    if (order.includes(node)) continue;
    order.push(node, queue.length * 2);
    for (const next of edges[node] ?? []) queue.push(next);
  }
  return order;
}`,
        calls: [`reach([[1, 2], [3], [3, 0], []], 0)`, `reach([], 5)`],
      },
      {
        function: "levels",
        source: `const levels = (tree) => {
  let depth = 0, widths = [];
  let todo = Array.of(tree);
  while (todo.length) {
    const width = todo.length;
    widths.push([width, todo[0] === tree]);
    for (let k = 0; k <= width; k++) {
      const node = todo.shift();
      if (!node) break;
      todo.push(...(node.c || []));
    }
    todo.shift();
    depth++;
  }
  return [depth, widths];
};`,
        calls: [`levels({ c: [{ c: [{}, {}] }, {}, { c: [{}] }] })`, `levels({})`],
      },
    ]);
  });

  it("keeps shift where the array is used as more than a queue", async () => {
    await expectRefusals(queueHeadIndex, [
      `function f(x) { const q = [x]; while (q.length) { const n = q.shift(); q.unshift(n); } }`,
      `function f(x) { const q = [x]; while (q.length) { const n = q.shift(); if (n) q.push(n - 1); } return q; }`,
      `function f(q) { while (q.length) { const n = q.shift(); log(n); } }`,
      `function f(x) { const q = [x]; while (q.length) { const n = q.shift(); log(n, q); } }`,
      `function f(x) { const q = [x]; while (q.length) { const n = q.shift(); q.length = 0; } }`,
      `function f(x) { const q = [x]; for (const y of q) { q.shift(); } }`,
      `function f(x) { const q = [x]; return q.shift(); }`,
      `function f(x) { const q = [x]; while (q.length) { q.shift(); log(q.push(1)); } }`,
      `function f(x) { let q = [x]; while (q.length) { q.shift(); q = [1]; } }`,
    ]);
  });
});
