import { beforeAll, describe, expect, it } from "vitest";
import { elementsOf } from "../../src/code/effects.ts";
import { coefficient, constantOf, polynomial, spell, strideOf } from "../../src/code/linear.ts";
import { innermostLoops } from "../../src/code/loops.ts";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { openSubject } from "../../src/code/subject.ts";
import { find } from "../../src/code/tree.ts";

beforeAll(loadGrammars);

function value(expression: string) {
  const root = parse(`int x = ${expression};`, "c").rootNode;
  return polynomial(find(root, "init_declarator")[0]!.childForFieldName("value")!)!;
}

describe("polynomial", () => {
  it("multiplies out and collects", () => {
    expect(spell(value("(i + 1) * n + j - 2"))).toBe("n + j + i*n + -2");
    expect(spell(value("2 * (a - b) + b + b"))).toBe("2*a");
    expect(spell(value("(size_t)i * 4u + (x << 3)"))).toBe("8*x + 4*i");
    expect(constantOf(value("3 * 4 - 2"))).toBe(10);
    expect(constantOf(value("i - i"))).toBe(0);
  });

  it("takes what it cannot multiply out for one factor", () => {
    const tricky = value("t[i] * 2 + n / 2 + i");
    expect(spell(coefficient(tricky, "n") ?? new Map([["none", 1]]))).toBe("none");
    expect(coefficient(tricky, "i")).toBeUndefined();
    expect(spell(coefficient(value("i * n + j"), "i")!)).toBe("n");
    expect(coefficient(value("i * i"), "i")).toBeUndefined();
  });
});

describe("strideOf", () => {
  it("sees through locals that stand for an expression", () => {
    const source = `void f(const float *a, float *b, const int *t, float m[][16], int n, int k) {
  for (int i = 0; i < n; i++) {
    int here = i * k + 1;
    int there = i + k;
    int loose = t[i];
    b[there] = a[here] + a[t[i]] + a[loose] + a[k] + a[2 * i] + m[i][3] + m[3][i] + a[n - i];
  }
}`;
    const subject = openSubject(source, "c", "f")!;
    const [loop] = innermostLoops(subject.function);
    const strides = elementsOf(loop!.body).map(
      (access) => `${access.node.text} ${strideOf(access.subscripts, "i", loop!.body).kind}`,
    );
    expect(new Set(strides)).toEqual(
      new Set([
        "t[i] unit",
        "b[there] unit",
        "a[here] row",
        "a[t[i]] irregular",
        "a[loose] irregular",
        "a[k] none",
        "a[2 * i] constant",
        "m[i][3] row",
        "m[3][i] unit",
        "a[n - i] unit",
      ]),
    );
  });
});
