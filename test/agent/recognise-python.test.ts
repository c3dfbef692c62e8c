import { beforeAll, expect, it } from "vitest";
import { recogniseTransformations } from "../../src/agent/recognise.ts";
import { loadGrammarsOf } from "../../src/code/parser.ts";

beforeAll(() => loadGrammarsOf(["python", "javascript"]));

const reference = `def f(xs, known):
    out = ""
    for x in xs:
        if x in known:
            out += str(x)
    return out
`;
const names = (candidate: string) =>
  recogniseTransformations(reference, candidate, "python", "f").map(({ name }) => name);

it("names what was done, by what was possible before and is there now", () => {
  const set = reference.replace("    out", "    fast = set(known)\n    out").replace("in known", "in fast");
  expect(names(set)).toEqual(["python-membership-set"]);
  const both = `def f(xs, known):
    fast = set(known)
    return "".join([str(x) for x in xs if x in fast])
`;
  expect(names(both)).toEqual(["python-membership-set", "python-string-join"]);
});

it("names an index that somebody made in a way of their own", () => {
  const nested = `def f(users, orders):
    out = []
    for o in orders:
        for u in users:
            if u["id"] == o["user"]:
                out.append((o, u))
    return out
`;
  const indexed = `def f(users, orders):
    by_id = defaultdict(list)
    for u in users:
        by_id[u["id"]].append(u)
    out = []
    for o in orders:
        for u in by_id[o["user"]]:
            out.append((o, u))
    return out
`;
  expect(recogniseTransformations(nested, indexed, "python", "f").map(({ name }) => name)).toContain(
    "python-index-by-key",
  );
});

it("names what was done to JavaScript", () => {
  const names = (before: string, after: string) =>
    recogniseTransformations(before, after, "javascript", "f").map(({ name }) => name);
  const join = (head: string, loop: string) =>
    `function f(xs, ys) { let n = 0; ${head} for (const x of xs) ${loop} return n; }`;
  const nested = join("", "for (const y of ys) if (y.id === x.id) n += y.size;");
  const head =
    "const sizes = new Map(); for (const y of ys) sizes.set(y.id, (sizes.get(y.id) ?? 0) + y.size);";
  expect(names(nested, join(head, "n += sizes.get(x.id) ?? 0;"))).toEqual(["join-by-key"]);
  expect(names(nested, nested.replace("let n = 0;", "let n = 0; const unused = new Map();"))).toEqual([]);
  const prime =
    "function f(n) { for (let i = 2; i < n; i++) { if (n % i === 0) return false; } return n > 1; }";
  expect(names(prime, prime.replace("i < n", "i <= Math.sqrt(n)"))).toEqual(["divisor-square-root"]);
});

it("names nothing that it cannot tell", () => {
  expect(names(reference)).toEqual([]);
  expect(names(reference.replace('out = ""', 'out = ""\n    unused = set()'))).toEqual([]);
  expect(recogniseTransformations("const f = (x) => x;", "const f = (x) => +x;", "javascript", "f")).toEqual(
    [],
  );
});
