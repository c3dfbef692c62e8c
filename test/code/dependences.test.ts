import { beforeAll, describe, expect, it } from "vitest";
import {
  distance,
  mayDistribute,
  mayFollow,
  mayInterchange,
  mayTile,
  noOverlap,
  withinRows,
  reordered,
} from "../../src/code/dependences.ts";
import { elementsOf } from "../../src/code/effects.ts";
import { type Loop, loopsIn } from "../../src/code/loops.ts";
import { loadGrammars } from "../../src/code/parser.ts";
import { reductionsOf } from "../../src/code/reductions.ts";
import { openSubject } from "../../src/code/subject.ts";

beforeAll(loadGrammars);

function nest(statement: string): [Loop, Loop] {
  const source = `void f(double *a, double *b, double m[][64], double s, int n, int k) { for (int i = 1; i < n; i++) for (int j = 1; j < n; j++) { ${statement} } }`;
  const [outer, inner] = loopsIn(openSubject(source, "c", "f")!.function);
  return [outer!, inner!];
}

function between(statement: string): unknown {
  const [, inner] = nest(statement);
  const accesses = elementsOf(inner.body);
  return distance(
    accesses.find(({ writes }) => writes)!,
    accesses.findLast(({ writes }) => !writes)!,
    ["i", "j"],
    [inner.body],
  );
}

describe("distance", () => {
  it("matches subscripts symbolically", () => {
    expect(between("a[i * n + j] = a[(i - 1) * n + j + 1];")).toEqual([1, -1]);
    expect(between("m[i][j] = m[i - 1][j - 2];")).toEqual([1, 2]);
    expect(between("a[i] = a[i - 1] + j;")).toEqual([1, "*"]);
    expect(between("a[j] = b[j];")).toBe("never");
    expect(between("a[2 * i] = a[2 * i + 1];")).toBe("never");
    expect(between("a[i + j] = a[i + j];")).toBe("unknown");
    expect(between("a[i * n + j] = a[j * n + i];")).toBe("unknown");
    expect(between("a[i] = a[(int)b[j]];")).toBe("unknown");
    expect(between("double *row = a + i * n; row[j] = a[i * n + j - 1];")).toEqual([0, 1]);
  });
});

describe("distance in triangular loops", () => {
  const never = (loops: string, statement: string) => {
    const source = `void f(double *a, double m[][64], int n, int k, int r) { ${loops} { ${statement} } }`;
    const all = loopsIn(openSubject(source, "c", "f")!.function);
    const inner = all.at(-1)!;
    const accesses = elementsOf(inner.body);
    const write = accesses.find(({ writes }) => writes)!;
    const variables = all.slice(-2).map((loop) => loop.count!.variable);
    return accesses
      .filter(({ writes }) => !writes)
      .map((read) => distance(write, read, variables, [inner.body]));
  };

  it("sees that rows and columns below and right of k are not those of k", () => {
    const loops = "for (int i = k + 1; i < n; i++) for (int j = k + 1; j < n; j++)";
    expect(never(loops, "a[i * n + j] -= a[i * n + k] * a[k * n + j];")).toEqual(["never", "never"]);
    expect(never(loops, "m[i][j] = m[k][j];")).toEqual(["never"]);
    expect(
      never("for (int i = 0; i < k; i++) for (int j = 0; j < n; j++)", "m[i][j] = m[k][j] + m[i][n];"),
    ).toEqual(["never", "never"]);
  });

  it("does not where they may meet", () => {
    expect(
      never("for (int i = k; i < n; i++) for (int j = k + 1; j < n; j++)", "m[i][j] = m[k][j];"),
    ).toEqual(["unknown"]);
    expect(
      never(
        "for (int i = k + 1; i < n; i++) for (int j = 0; j < n; j++)",
        "a[i * n + j] = a[k * n + j + n];",
      ),
    ).toEqual(["unknown"]);
    expect(
      never("for (int i = k + 1; i < n; i++) for (int j = 0; j < n; j++)", "m[i][j] = m[i - 1][j];"),
    ).toEqual([[1, 0]]);
    expect(never("for (int i = r; i < n; i++) for (int j = 0; j < n; j++)", "m[i][j] = m[k][j];")).toEqual([
      "unknown",
    ]);
  });
});

describe("mayInterchange", () => {
  const may = (statement: string) => mayInterchange(...nest(statement));

  it("allows what keeps every dependence running forwards", () => {
    expect(may("m[i][j] = m[i - 1][j - 1];").legal).toBe(true);
    expect(may("m[i][j] = m[i - 1][j];").legal).toBe(true);
    expect(may("m[i][j] = m[i - 1][j + 1];").legal).toBe(false);
    expect(may("a[i * n + j] = a[j * n + i];").legal).toBe(false);
    expect(may("a[0] = a[0] * 0.5 + b[j];").legal).toBe(false);
    expect(may("g(a);").legal).toBe(false);
    expect(may("double t = b[j]; m[i][j] = t;")).toEqual({ legal: true, assumptions: [noOverlap] });
    expect(may("double t = b[j]; a[i * n + j] = t;")).toEqual({
      legal: true,
      assumptions: [noOverlap, withinRows],
    });
  });

  it("allows reductions, floating-point ones with an assumption", () => {
    expect(may("s += b[i * n + j];")).toEqual({ legal: true, assumptions: [reordered] });
    expect(may("k += 1;")).toEqual({ legal: true, assumptions: [] });
    expect(may("a[0] += b[j];").assumptions).toContain(reordered);
    expect(may("s = s * 2 + b[j];").legal).toBe(false);
  });
});

describe("mayTile", () => {
  it("asks that no dependence runs backwards in any loop", () => {
    const may = (statement: string) => {
      const [outer, inner] = nest(statement);
      return mayTile(inner.body, ["i", "j"], reductionsOf(outer)).legal;
    };
    expect([
      may("m[i][j] = m[i - 1][j - 1];"),
      may("m[i][j] = m[i - 1][j + 1];"),
      may("m[i][j] = b[j];"),
    ]).toEqual([true, false, true]);
  });
});

describe("fusion and fission", () => {
  const split = (first: string, second: string, check: typeof mayFollow) => {
    const source = `void f(double *a, double *b, double *c, int n) { double s = 0; for (int i = 0; i < n; i++) { ${first} ${second} } }`;
    const [loop] = loopsIn(openSubject(source, "c", "f")!.function);
    return check(loop!.statements.slice(0, 1), loop!.statements.slice(1), "i").legal;
  };

  it("ask that nothing is needed before it is there", () => {
    for (const check of [mayFollow, mayDistribute]) {
      expect(split("a[i] = c[i];", "b[i] = a[i];", check)).toBe(true);
      expect(split("a[i] = c[i];", "b[i] = a[i - 1];", check)).toBe(true);
      expect(split("a[i] = c[i];", "b[i] = a[i + 1];", check)).toBe(false);
      expect(split("a[i] = b[i];", "b[i] = c[i];", check)).toBe(true);
      expect(split("a[i] = b[i - 1];", "b[i] = c[i];", check)).toBe(false);
      expect(split("s += a[i];", "b[i] = s;", check)).toBe(false);
      expect(split("a[0] = c[i];", "b[i] = a[0];", check)).toBe(false);
    }
  });
});
