import { describe, it } from "vitest";
import { growInPlace } from "../../../../src/agent/rewrites/javascript/grow-in-place.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("grow-in-place", () => {
  it("builds the same arrays and objects", async () => {
    await expectSameValues(growInPlace, [
      {
        function: "evens",
        source: `function evens(xs) {
  let out = [];
  let tail = [0];
  for (const x of xs) {
    if (x % 2 === 0) out = [...out, x, out.length];
    tail = tail.concat([x, tail[0]], 1);
  }
  return [out, tail];
}`,
        calls: [`evens([1, 2, -0, 4, NaN])`, `evens([])`],
      },
      {
        function: "count",
        source: `const count = function (words) {
  let seen = {};
  let total = { n: 0 };
  for (let i = 0; i < words.length; i++) {
    seen = { ...seen, [words[i]]: (seen[words[i]] ?? 0) + 1 };
    total = Object.assign({}, total, { n: total.n + 1 });
  }
  return { seen, total };
};`,
        calls: [`count(["b", "a", "b", "2", "1"])`, `count(["x"])`],
      },
      {
        language: "typescript",
        function: "chunks",
        source: `export function chunks<T>(items: T[], size: number): T[][] {
  let all: T[][] = [];
  for (let from = 0; from < items.length; from += size) {
    let one: T[] = [];
    for (let at = from; at < from + size && at < items.length; at++) one = [...one, items[at]!];
    all = [...all, one.map((x) => x)];
  }
  return all;
}`.replace("export ", ""),
        calls: [`chunks([1, 2, 3, 4, 5], 2)`],
      },
    ]);
  });

  it("keeps the copy where somebody may hold on to the old one", async () => {
    await expectRefusals(growInPlace, [
      `function f(xs) { let out = []; const all = []; for (const x of xs) { out = [...out, x]; all.push(out); } return all; }`,
      `function f(xs, out) { for (const x of xs) out = [...out, x]; return out; }`,
      `function f(xs) { let out = []; const look = () => out.length; for (const x of xs) out = [...out, x]; return look; }`,
      `function f(xs) { let out = []; for (const x of xs) out = [...out, ...x]; return out; }`,
      `function f(xs) { let out = []; for (const x of xs) out = out.concat(x); return out; }`,
      `function f(xs) { let out = []; for (const x of xs) out = [...out, out]; return out; }`,
      `function f(xs) { let out = []; for (const x of xs) out = [...out, () => out]; return out; }`,
      `function f(xs) { let out = [1]; for (const o of out) { if (out.length < 9) out = [...out, o]; } return out; }`,
      `function f(xs) { let out = []; for (const x of xs) out = [...out, , x]; return out; }`,
      `function f(xs) { let out = { get n() { return xs.length; } }; for (const x of xs) out = { ...out, x }; return out; }`,
      `function f(xs) { let out = { __proto__: xs }; for (const x of xs) out = { ...out, x }; return out; }`,
      `function f(x) { let out = []; out = [...out, x]; return out; }`,
      `function f(xs) { let out = []; for (const x of xs) { try { return g(out); } finally { out = [...out, x]; } } }`,
      `function f(xs) { let out = {}; for (const x of xs) out = { ...out, __proto__: x }; return out; }`,
      `function f(xs) { let out = {}; for (const x of xs) { save(out); out = { ...out, x }; } return out; }`,
    ]);
  });
});
