import { beforeAll, describe, expect, it } from "vitest";
import { compile, compileExpression } from "../../src/code/interpret.ts";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { find, field } from "../../src/code/tree.ts";

beforeAll(loadGrammars);

function bodyOf(source: string) {
  return field(find(parse(source, "c").rootNode, "function_definition").at(-1)!, "body")!;
}

function run(source: string, values: Readonly<Record<string, number>>): Map<string, bigint> | undefined {
  const environment = new Map(Object.entries(values).map(([name, value]) => [name, BigInt(value)]));
  return compile(bodyOf(source))?.(environment) ? environment : undefined;
}

describe("interpret", () => {
  it("wraps at the width of C's types and promotes what is narrow", () => {
    const result = run(
      `void f(unsigned x, unsigned char b, short s, unsigned long w) {
        x = x * 3u; b = b + 200; s = (short)(s << 3); w = ~0ul - w; int n = -7 / 2; int m = -7 % 2; x ^= -(x & 1); }`,
      { x: 0xffffffff, b: 100, s: 0x2001, w: 1 },
    );
    expect(Object.fromEntries(result ?? [])).toEqual({
      x: 2n,
      b: 44n,
      s: 8n,
      w: 2n ** 64n - 2n,
      n: -3n,
      m: -1n,
    });
  });

  it("runs loops, branches, switches and functions of the file", () => {
    const result = run(
      `static int twice(int x) { if (x < 0) return 0; for (int i = 0; i < 9; i++) if (i == x) return 2 * i; return -1; }
       void f(int x, char c) {
         int n = 0;
         while (x > 0) { x /= 2; n++; if (n == 3) break; }
         switch (c) { case 'a': case 'b': n += 10; break; case '\\n': n += 20; default: n += 100; }
         n += twice(4) + twice(-1);
       }`,
      { x: 1000, c: 98 },
    );
    expect(result?.get("n")).toBe(21n);
  });

  it("gives up on what it does not understand, on division by zero and on loops without end", () => {
    expect(compile(bodyOf("void f(int *p) { *p = 3; }"))).toBeUndefined();
    expect(compile(bodyOf("void f(double x) { x = x + 1; }"))).toBeUndefined();
    expect(compile(bodyOf("int g(void); void f(int x) { x = g(); }"))).toBeUndefined();
    expect(run("void f(int x, int y) { x = x / y; }", { x: 1, y: 0 })).toBeUndefined();
    expect(run("void f(int x) { while (x) x = 1; }", { x: 1 })).toBeUndefined();
    const shift = find(bodyOf("int f(int x, int y) { return x << y; }"), "binary_expression")[0]!;
    expect(
      compileExpression(shift)?.(
        new Map([
          ["x", 1n],
          ["y", 40n],
        ]),
      ),
    ).toBeUndefined();
  });
});
