import { beforeAll, describe, expect, it } from "vitest";
import {
  describeLoop,
  isConfined,
  isInvariant,
  type Loop,
  loopsIn,
  perfectNest,
  tripCount,
} from "../../src/code/loops.ts";
import { loadGrammars } from "../../src/code/parser.ts";
import { openSubject } from "../../src/code/subject.ts";
import { find } from "../../src/code/tree.ts";

beforeAll(loadGrammars);

function loops(
  body: string,
  head = "void f(int *a, int *b, int n, int m, const char *s)",
  language: "c" | "c++" = "c",
): readonly Loop[] {
  return loopsIn(openSubject(`#include <vector>\n${head} {\n${body}\n}`, language, "f")!.function);
}

function counts(body: string, head?: string, language?: "c" | "c++"): (string | undefined)[] {
  return loops(body, head, language).map(
    ({ count }) =>
      count &&
      `${count.variable}: ${count.start.text} ${count.comparison} ${count.bound.text} by ${count.step}`,
  );
}

describe("loopsIn", () => {
  it("reads counted loops in all their spellings", () => {
    expect(counts("for (int i = 0; i < n; i++) a[i] = 0;")).toEqual(["i: 0 < n by 1"]);
    expect(counts("int i; for (i = n - 1; i >= 0; --i) a[i] = 0;")).toEqual(["i: n - 1 >= 0 by -1"]);
    expect(counts("for (int i = 1; n > i; i = i + 2) a[i] = 0;")).toEqual(["i: 1 < n by 2"]);
    expect(counts("for (int i = 0; i != n; i += m) a[i] = 0;")).toEqual(["i: 0 != n by m"]);
    expect(counts("int i = 0; while (i < n) { a[i] = 0; i++; }")).toEqual(["i: 0 < n by 1"]);
    expect(
      counts("for (std::size_t i = 0; i < v.size(); ++i) v[i] = 0;", "void f(std::vector<int> &v)", "c++"),
    ).toEqual(["i: 0 < v.size() by 1"]);
  });

  it("takes != for < where the step is one", () => {
    expect(counts("for (int i = 0; i != n; ++i) a[i] = 0;")).toEqual(["i: 0 < n by 1"]);
    expect(counts("for (const char *p = s; p != s + n; p++) n += *p;")).toEqual([undefined]);
    expect(counts("for (const char *p = s; p != s + n; p++) m += *p;")).toEqual(["p: s < s + n by 1"]);
    expect(
      counts("for (auto i = v.begin(); i != v.end(); ++i) use(*i);", "void f(std::list<int> v)", "c++"),
    ).toEqual([undefined]);
  });

  it("does not count what the body changes, or cannot know", () => {
    expect(counts("for (int i = 0; i < n; i++) { if (a[i]) i++; }")).toEqual([undefined]);
    expect(counts("for (int i = 0; i < n; i++) n--;")).toEqual([undefined]);
    expect(counts("for (int i = 0; i < b[0]; i++) b[i] = 1;")).toEqual([undefined]);
    expect(counts("for (int i = 0; a[i]; i++) b[i] = 1;")).toEqual([undefined]);
    expect(counts("for (int i = 0, j = 1; i < n; i++) a[i] = j;")).toEqual([undefined]);
    expect(counts("for (int i = 0; i < n; i--) a[i] = 1;")).toEqual([undefined]);
    expect(counts("for (;;) break;")).toEqual([undefined]);
    expect(
      counts(
        "for (std::size_t i = 0; i < v.size(); ++i) v.push_back(1);",
        "void f(std::vector<int> &v)",
        "c++",
      ),
    ).toEqual([undefined]);
  });

  it("knows how loops nest and what leaves them", () => {
    const [outer, inner, third] = loops(
      "for (int i = 0; i < n; i++) { for (int j = 0; j < m; j++) { if (a[j]) break; if (b[j]) continue; } while (*s) s++; }",
    );
    expect([outer?.depth, inner?.depth, third?.depth]).toEqual([0, 1, 1]);
    expect(outer?.children).toHaveLength(2);
    expect(inner?.parent).toBe(outer);
    expect([outer?.leavesEarly, inner?.leavesEarly, inner?.hasContinue, outer?.hasContinue]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(inner && describeLoop(inner)).toBe("the loop over j inside the loop over i");
    expect(
      loops("for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) { if (a[j]) return; }").map(
        ({ leavesEarly }) => leavesEarly,
      ),
    ).toEqual([true, true]);
    expect(loops("for (int i = 0; i < n; i++) switch (a[i]) { case 1: break; }")[0]?.leavesEarly).toBe(false);
    expect(
      perfectNest(loops("for (int i = 0; i < n; i++) { for (int j = 0; j < m; j++) { a[j]++; } }")[0]!),
    ).toHaveLength(2);
  });

  it("counts rounds where they are literal", () => {
    expect(
      loops(
        "for (int i = 0; i < 8; i++) a[i]++; for (int i = 10; i >= 0; i -= 3) a[i]++; for (int i = 5; i < 2; i++) a[i]++; for (int i = 0; i < n; i++) a[i]++;",
      ).map(tripCount),
    ).toEqual([8, 4, 0, undefined]);
  });
});

describe("isInvariant", () => {
  it("holds for what nothing in the loop can change", () => {
    const [loop] = loops(
      "for (int i = 0; i < n; i++) { int t = b[m]; a[i] = t + strlen(s) + m * 2 + b[i] + g; }",
      "int g; void f(int *a, int *b, int n, int m, const char *s)",
    );
    const invariant = find(
      loop!.body,
      "identifier",
      "subscript_expression",
      "call_expression",
      "binary_expression",
    )
      .filter((node) => isInvariant(node, loop!.node))
      .map((node) => node.text);
    expect(new Set(invariant)).toEqual(
      new Set(["b[m]", "b", "m", "strlen(s)", "strlen", "s", "m * 2", "a", "g"]),
    );
  });

  it("does not hold for globals and memory where something unknown is called", () => {
    const [loop] = loops(
      "for (int i = 0; i < n; i++) { h(a[0], g, m); }",
      "int g; void h(int, int, int); void f(int *a, int n, int m)",
    );
    const invariant = find(loop!.body, "argument_list")[0]!
      .namedChildren.filter((node) => isInvariant(node, loop!.node))
      .map((node) => node.text);
    expect(invariant).toEqual(["m"]);
  });
});

describe("isConfined", () => {
  it("tells whether the variable is seen after the loop", () => {
    const subject = openSubject(
      "int f(int n) { int i, j; for (i = 0; i < n; i++) ; for (i = 0; i < n; i++) ; for (j = 0; j < n; j++) ; return j; }",
      "c",
      "f",
    )!;
    expect(loopsIn(subject.function).map((loop) => isConfined(loop, subject.function))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
