import { beforeAll, describe, expect, it } from "vitest";
import type { Language } from "../../src/code/language.ts";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { find } from "../../src/code/tree.ts";
import { declaredOnce, isPure, keeps, namesIn, onlyReads, usesOf } from "../../src/code/uses.ts";

beforeAll(loadGrammars);

function body(code: string, language: Language = "c++") {
  const [definition] = find(parse(code, language).rootNode, "function_definition").slice(-1);
  if (!definition) throw new Error("no function");
  return definition;
}

/** What the statement does to v. */
function kinds(statement: string, language: Language = "c++"): string {
  const first = language === "c" ? "" : "using namespace std;\n";
  return usesOf("v", body(`${first}void f(int v, int i) { ${statement} }`, language))
    .map((use) => use.kind)
    .join(" ");
}

/** What a call of a helper with this parameter does to v. */
function calls(parameter: string): string[] {
  return usesOf("v", body(`void g(${parameter}) {}\nvoid f(T v) { g(v); }`)).map((use) => use.kind);
}

describe("usesOf", () => {
  it.each([
    ["x = v[i] + v.size();", "read read"],
    ["v[i] = 3; v[i].y++; *v += 2;", "element element element"],
    ["v = w; v++; v.push_back(i); v.clear();", "change change change change"],
    ["std::sort(v.begin(), v.end());", "element read"],
    ["auto it = std::find(v.begin(), v.end(), i);", "read read"],
    ["for (auto &x : v) x++;", "element"],
    ["for (const auto &x : v) i += x;", "read"],
    ["int &r = v;", "change"],
    ["const auto &r = v[0];", "read"],
    ["out.push_back(v); s = std::string(v);", "read read"],
    ["w = std::move(v);", "change"],
    ["unknown(v); unknown(v[0]); unknown(v + 1);", "change element element"],
    ["p = &v; q = &v[2];", "change element"],
    ["auto g = [v] { return 1; };", "change"],
    ["x = v < 3 ? v : (int)v;", "read read read"],
  ])("%s", (statement, expected) => {
    expect(kinds(statement)).toBe(expected);
  });

  it("knows that C passes by value, and what a helper of the file takes", () => {
    expect(kinds("unknown(v);", "c")).toBe("element");
    expect(calls("const T &t")).toEqual(["read"]);
    expect(calls("T &t")).toEqual(["change"]);
    expect(calls("T *t")).toEqual(["element"]);
    expect(calls("T t")).toEqual(["read"]);
  });
});

describe("the questions on top", () => {
  it("tells what stays from what changes", () => {
    const code = body(
      "int f(std::vector<int> v, int n) { for (int i = 0; i < n; i++) v[i] += n; return v.size(); }",
    );
    expect([keeps("v", code), onlyReads("v", code), keeps("n", code), keeps("i", code)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(declaredOnce("v", code)).toBe(true);
    expect(
      declaredOnce("i", body("void f(int n) { for (int i = 0; i < n; i++); for (int i = 0; i < n; i++); }")),
    ).toBe(false);
  });

  it("calls an expression pure only where it can tell", () => {
    const pure = (text: string): boolean => {
      const [statement] = find(body(`void f() { ${text}; }`), "expression_statement");
      return !!statement && isPure(statement);
    };
    expect(
      ["a + b[i] * sqrt(c)", "v.size() - s.substr(1, 2).length()", "static_cast<int>(x)"].map(pure),
    ).toEqual([true, true, true]);
    expect(["a++", "f(a)", "v.push_back(1)", "a = 3"].map(pure)).toEqual([false, false, false, false]);
    expect([...namesIn(body("int f(int a) { return a + b.c; }"))]).toEqual(["f", "a", "b"]);
  });

  it("a function of the file is what it does, whatever its name is in the library", () => {
    const pure = (before: string, text: string): boolean => {
      const [statement] = find(body(`${before}\nvoid f(int *a) { ${text}; }`), "expression_statement").slice(
        -1,
      );
      return !!statement && isPure(statement);
    };
    expect(pure("int next(int &k);", "next(k)")).toBe(false);
    expect(pure("static int log(int x) { std::puts(text); return x; }", "log(k)")).toBe(false);
    expect(pure("static int log(int x) { std::puts(text); return x; }", "std::log(k)")).toBe(true);
    expect(pure("static int max(int x, int y) { return x > y ? x : y; }", "max(k, 3)")).toBe(true);
    expect(usesOf("v", body("void max(int *v); void f(int *v) { max(v); }")).map(({ kind }) => kind)).toEqual(
      ["element"],
    );
  });
});
