import { describe, expect, it } from "vitest";
import { sortedInsertion } from "../../../../src/agent/rewrites/javascript/sorted-insertion.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

describe("sorted-insertion", () => {
  it("takes the same elements in the same order", async () => {
    await expectSameValues(sortedInsertion, [
      {
        function: "routes",
        source: `function routes(graph, start) {
  const best = {};
  const queue = [[0, start]];
  while (queue.length > 0) {
    queue.sort((a, b) => a[0] - b[0]);
    const [cost, node] = queue.shift();
    if (node in best) continue;
    best[node] = cost;
    for (const [other, step] of graph[node]) if (!(other in best)) queue.push([cost + step, other]);
  }
  return best;
}`,
        calls: [
          "routes([[]], 0)",
          "routes([[[1, 4], [2, 1]], [[3, 1]], [[1, 1], [3, 9]], []], 0)",
          "routes([[[1, 1], [2, 1]], [[2, 0]], [[1, 0]]], 0)",
        ],
      },
      {
        function: "medians",
        source: `const medians = (xs) => {
  const seen = [];
  const out = [];
  for (const x of xs) {
    seen.push(x);
    seen.sort((one, two) => { return one.n - two.n; });
    out.push(seen[seen.length >> 1].t);
  }
  return [out, seen.map((x) => x.t), seen];
};`,
        calls: [
          "medians([])",
          "medians([{ n: 3, t: 'a' }, { n: 1, t: 'b' }, { n: 3, t: 'c' }, { n: 1, t: 'd' }, { n: 2, t: 'e' }])",
        ],
      },
    ]);
  });

  it("says what it assumes", async () => {
    const [found] = await opportunitiesIn(
      sortedInsertion,
      "function f(xs) { const s = []; let n = 0; for (const x of xs) { s.push(x); s.sort((a, b) => a - b); n += s[0]; } return n; }",
    );
    expect(found?.apply()).toContain("s.splice(low, 0, added);");
    expect(found?.assumptions).toEqual([
      "The comparison orders the elements consistently, none is undefined, and none changes while it is in the array.",
    ]);
  });

  it("is not offered where the array is looked at out of order, changes in another way, or is somebody else's", async () => {
    const loop = (body: string) =>
      `function f(xs, g) { const s = []; let n = 0; for (const x of xs) { ${body} } return n; }`;
    await expectRefusals(sortedInsertion, [
      loop("s.push(x); n += s[0]; s.sort((a, b) => a - b);"),
      loop("s.push(x); s.sort(); n += s[0];"),
      loop("s.push(x); s.sort((a, b) => a - b); g(s);"),
      loop("s.push(x); s.sort((a, b) => a - b); s[0] = 7; n += s[0];"),
      loop("s.push(x); if (x > 3) s.sort((a, b) => a - b); n += s[0];"),
      loop("s.push(...x); s.sort((a, b) => a - b); n += s[0];"),
      loop("s.push(x); s.sort((a, b) => n - b); n += s[0];"),
      loop("s.push(x); s.sort((a, b) => g(a) - b); n += s[0];"),
      loop("s.push(s.length); s.sort((a, b) => a - b); n += s[0];"),
      "function f(xs, s) { let n = 0; for (const x of xs) { s.push(x); s.sort((a, b) => a - b); n += s[0]; } return n; }",
      "function f(xs) { const s = [2, 1]; let n = 0; for (const x of xs) { n += s[0]; s.push(x); s.sort((a, b) => a - b); } return n; }",
    ]);
  });
});
