import { describe, it } from "vitest";
import { pushThenReverse } from "../../../../src/agent/rewrites/javascript/push-then-reverse.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("push-then-reverse", () => {
  it("builds the same array", async () => {
    await expectSameValues(pushThenReverse, [
      {
        function: "path",
        source: `function path(from, end) {
  const steps = [];
  for (let node = end; node !== undefined; node = from[node]) {
    if (node < 0) break;
    steps.unshift(node);
  }
  steps.push("end");
  return steps;
}`,
        calls: [`path([undefined, 0, 1, 2], 3)`, `path([], -1)`, `path([-1, 0], 1)`],
      },
      {
        function: "digits",
        source: `const digits = (n, base) => {\n\tlet out = [];\n\tdo { if (n > 50) out.unshift(n % base); else out.unshift(-0); n = Math.floor(n / base); } while (n > 0);\n\treturn out;\n};`,
        calls: [`digits(12345, 10)`, `digits(0, 2)`],
      },
    ]);
  });

  it("keeps unshift where the array is looked at meanwhile, or the loop is left otherwise", async () => {
    await expectRefusals(pushThenReverse, [
      `function f(n) { const a = []; while (n--) { a.unshift(n); if (a.length > 3) break; } return a; }`,
      `function f(n) { const a = [1]; while (n--) a.unshift(n); return a; }`,
      `function f(n) { const a = []; a.push(1); return a.unshift(n); }`,
      `function f(n) { const a = []; while (n--) a.unshift(n, 1); return a; }`,
      `function f(n) { const a = []; o: while (n--) { while (1) { a.unshift(n); break o; } } return a; }`,
      `function f(n) { const a = []; try { while (n--) a.unshift(g(n)); } catch {} return a; }`,
      `function f(n) { const a = []; const look = () => a; while (n--) a.unshift(n); return look; }`,
      `function f(n) { const a = []; while (n--) { if (n > 2) a.push(n); else a.unshift(n); } return a; }`,
      `function f(n) { const a = []; a.push(7); while (n--) a.unshift(n); return a; }`,
    ]);
  });
});
