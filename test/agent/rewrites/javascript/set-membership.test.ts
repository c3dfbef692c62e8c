import { describe, expect, it } from "vitest";
import { setMembership } from "../../../../src/agent/rewrites/javascript/set-membership.ts";
import { expectRefusals, expectSameValues, opportunitiesIn } from "./same-values.ts";

describe("set-membership", () => {
  it("answers the same questions", async () => {
    await expectSameValues(setMembership, [
      {
        function: "allowed",
        source: `// kept
export_ = 1;
function allowed(words, banned) {
  const order = [];
  if (banned.includes(0)) return banned.includes(1);
  for (const word of words) {
    if (banned.includes(word)) continue;
    if (order.indexOf(word) === -1) order.push(word);
  }
  return order.concat(words.filter((word) => banned.includes(word)));
}
// kept too`.replace("export_ = 1;\n", ""),
        calls: [
          `allowed(["a", "b", "a", "c", NaN], ["b", "x"])`,
          `allowed([1, -0, 0, undefined, null], [, NaN])`,
          `allowed([], [])`,
        ],
      },
      {
        function: "shared",
        source: `const shared = (a, b) => a.filter((x) => b.includes(x) && b.indexOf(x) >= 0);`,
        calls: [`shared([1, 2, 3, 2], [2, 3])`, `shared([{}, "1", 1], ["1"])`],
      },
      {
        function: "Index.count",
        source: `class Index {
  count(groups, known) {
    let n = 0;
    for (let g = 0; g < groups.length; g++)
      groups[g].forEach((item) => {
        if (known.indexOf(item) < 0) n++;
        else if (-1 != 0 && known.indexOf(item) > -1) n += 100;
      });
    return n;
  }
}`.replace("-1 != 0 && ", ""),
        calls: [`new Index().count([[1, 2], [], [2, 3]], [2, 5])`, `new Index().count([], [])`],
      },
      {
        function: "Rules.check",
        source: `class Rules {
  constructor(o) { this.o = o; this.seen = 0; }
  check(words) {
    for (const w of words) if (!this.o.names.includes(w)) this.seen++;
    return [this.seen, words.map((w) => this.o.names.indexOf(w) !== -1)];
  }
}`,
        calls: [
          `new Rules({ names: ["a", "b"] }).check(["a", "c", "b"])`,
          `new Rules({ names: [] }).check([])`,
        ],
      },
      {
        function: "circular",
        source: `function circular(list) {
  const kept = list.filter((number, _index, all) => all.includes(-number) || all.indexOf(number + 1) !== -1);
  return kept.length;
}`,
        calls: [`circular([1, -1, 2, 5, 6])`, `circular([])`],
      },
      {
        language: "typescript",
        function: "only",
        source: `export function only<T>(items: readonly T[], keep: readonly T[]): number {
\tlet n = 0;
\tfor (const item of items) if (keep.includes(item)) n += 1;
\treturn n;
}`.replace("export ", ""),
        calls: [`only([1, 2, NaN], [NaN, 2])`],
      },
    ]);
  });

  it("keeps the Set beside the array, on lines of its own where there is room for them", async () => {
    const union = (push: string) =>
      `function union(a, b) {\r\n  for (const x of b) {\r\n    if (a.includes(x)) continue;\r\n    ${push}\r\n  }\r\n  return a;\r\n}\r\n`;
    const changed = async (source: string) =>
      (await opportunitiesIn(setMembership, source, "union"))[0]?.apply();
    expect(await changed(union("a.push(x);"))).toContain("    a.push(x);\r\n    inA.add(x);\r\n  }");
    expect(await changed(union("a.push(x)"))).toContain("    a.push(x)\r\n    inA.add(x)\r\n  }");
    expect(await changed(union("a.push(x); // new"))).toContain("a.push(x), inA.add(x); // new");
    expect(await changed(union("if (x) a.push(x);"))).toContain("if (x) a.push(x), inA.add(x);");
  });

  it("says what it cannot see", async () => {
    const [known] = await opportunitiesIn(
      setMembership,
      `function f(xs: number[]) { const ys = [1, 2]; return xs.map(x => ys.includes(x)); }`,
    );
    expect(known?.assumptions).toEqual([]);
    const [unknown] = await opportunitiesIn(
      setMembership,
      `function f(xs, ys) { let n = 0; for (const x of xs) { if (ys.indexOf(x) !== -1) n++; log(x); } return n; }`,
    );
    expect(unknown?.assumptions).toEqual([
      "ys is an array.",
      "Nothing that runs in the loop changes ys under another name.",
      "No element of ys is NaN or missing.",
    ]);
  });

  it("leaves strings, arrays that change, and single questions alone", async () => {
    await expectRefusals(setMembership, [
      `function f(xs, s) { const t = s.trim(); return xs.filter(x => t.includes(x) && s.includes(x) && s.charAt(0)); }`,
      `function f(xs) { const t = "abc"; let n = 0; for (const x of xs) if (t.includes(x)) n++; return n; }`,
      `function f(xs, ys) { for (const x of xs) if (ys.includes(x)) ys.splice(0, 1); }`,
      `function f(xs, ys) { for (const x of xs) if (ys.includes(x)) ys[0] = x; }`,
      `function f(xs, ys) { for (const x of xs) { if (ys.includes(x)) ys = [...ys, x]; } }`,
      `function f(xs, ys) { const add = x => { ys.push(x); }; for (const x of xs) if (!ys.includes(x)) add(x); }`,
      `function f(xs, ys) { for (const x of xs) if (!ys.includes(x)) grow(ys); }`,
      `function f(xs, ys) { for (const x of xs) if (!ys.includes(x)) ys.push({ x }); }`,
      `async function f(xs, ys) { for (const x of xs) { await x; if (ys.includes(x)) return x; } }`,
      `class A { f(xs) { for (const x of xs) if (this.ys.includes(x)) this.ys.push(x); } }`,
      `class A { f(xs) { for (const x of xs) if (this.ys.includes(x)) this.ys = []; } }`,
      `class A { f(xs) { return xs.filter(function (x) { return this.ys.includes(x); }, this); } }`,
      `function f(xs) { return xs.filter(x => g().ys.includes(x)); }`,
      `function f(x, ys) { return ys.includes(x); }`,
      `function f(xs, at) { for (const x of xs) if (x.ys.includes(x)) return 1; for (const x of xs) { const ys = at(x); if (ys.includes(x)) return 2; } }`,
      `function f(xs, ys) { for (const x of xs) { if (ys.indexOf(x) > 0) return x; } }`,
      `function f(xs, ys: string) { for (const x of xs) { if (ys.includes(x)) return x; } }`,
      `function f(ys) { return () => ys.includes(1); }`,
    ]);
  });
});
