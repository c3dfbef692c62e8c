import { describe, it } from "vitest";
import { hoistedCall } from "../../../../src/agent/rewrites/javascript/hoisted-call.ts";
import { expectRefusals, expectSameValues } from "./same-values.ts";

describe("hoisted-call", () => {
  it("computes the same", async () => {
    await expectSameValues(hoistedCall, [
      {
        function: "count",
        source: `function count(lines, name, o) {
  let n = 0;
  for (const line of lines)
    if (new RegExp("^" + name, "i").test(line)) n++;
  for (let i = 0; i < Object.keys(o).length; i++) n += Object.values(o)[i] + (Object.keys(o).includes("a") ? 1 : 0);
  for (const line of lines) {
    const re = new RegExp("" + name);
    const fmt = new Intl.NumberFormat("en", { style: "percent" });
    if (re.exec(line)) n += fmt.format(n).length;
  }
  const found = lines.filter((line) => line.toLowerCase() === name.toLowerCase());
  for (const line of lines) found.push(new Intl.NumberFormat("en").format(line.length * 1e6), line.replace(/a/, "b"));
  return [n, found, lines.map(line => name.split("").includes(line))];
}`,
        calls: [`count(["Abc", "ab", "xx", "abx"], "ab", { a: 1, b: 2 })`, `count([], "", {})`],
      },
      {
        function: "Filter.run",
        source: `class Filter {
  constructor(prefix) { this.prefix = prefix; }
  run(lines) { return lines.filter((line) => new RegExp(\`^\${this.prefix}\`).test(line)); }
}`.replace("constructor", "constructor"),
        calls: [`new Filter("a").run(["ab", "b"])`, `new Filter("").run([])`],
      },
    ]);
  });

  it("keeps what has a state, changes, or is handed on", async () => {
    await expectRefusals(hoistedCall, [
      `function f(xs) { let n = 0; for (const x of xs) if (/a/g.test(x)) n++; return n; }`,
      `function f(xs, s) { for (const x of xs) { const r = new RegExp("a" + s); if (r.test(x)) return r; } }`,
      `function f(xs, s) { for (const x of xs) { if (new RegExp(s).test(x)) return x; } }`,
      `function f(xs, s) { for (const x of xs) { if (new RegExp(s, "y").test(x)) return x; } }`,
      `function f(xs, s) { for (const x of xs) { if (new RegExp("^" + s).test(x)) s = x; } }`,
      `function f(xs) { return xs.map(x => /a/); }`,
      `function f(xs, o) { for (const x of xs) { o[x] = Object.keys(o).length; } }`,
      `function f(xs, o) { for (const x of xs) { const keys = Object.keys(o); keys.pop(); x(keys); } }`,
      `function f(xs, o) { for (const x of xs) { if (new RegExp("^" + o.p).test(x)) o.p = x; } }`,
      `function f(xs) { return xs.filter(function (x) { return new RegExp("^" + this.p).test(x); }, xs); }`,
      `async function f(xs, o) { for (const x of xs) { await x; if (Object.keys(o).length) return x; } }`,
      `function f(s) { return s.toLowerCase() + /a/.test(s); }`,
    ]);
  });
});
