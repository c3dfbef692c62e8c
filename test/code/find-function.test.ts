import { beforeAll, describe, expect, it } from "vitest";
import { findFunction, listFunctions } from "../../src/code/find-function.ts";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { replaceFunction } from "../../src/code/replace-function.ts";

beforeAll(loadGrammars);

const file = `#include <vector>

namespace shapes {
struct Circle {
  double radius;
  double area() const { return 3.14 * radius * radius; }
};
// Overloads.
int size(int x) { return x; }
int size(const std::vector<int> &v, int extra = 2) { return static_cast<int>(v.size()) + extra; }
template <class T> T twice(T x) { return x + x; }
namespace {
double *hidden(double *p) { return p; }
}
}  // namespace shapes

int declared(int);
extern "C" int plain(void) { auto f = [](int x) { return x; }; return f(1); }
static int local(const char *restrict_, unsigned int n) { return n; }
double shapes_area() { return 0; }
`;

describe("listFunctions", () => {
  it("lists every definition with its qualified name and parameter types", () => {
    const found = listFunctions(parse(file, "c++").rootNode);
    expect(found.map(({ qualifiedName }) => qualifiedName)).toEqual([
      "shapes::Circle::area",
      "shapes::size",
      "shapes::size",
      "shapes::twice",
      "shapes::hidden",
      "plain",
      "local",
      "shapes_area",
    ]);
    expect(found[2]?.parameterTypes).toEqual(["const std::vector<int> &", "int"]);
    expect(found[5]?.parameterTypes).toEqual([]);
    expect(found.filter(({ template }) => template).map(({ name }) => name)).toEqual(["twice"]);
    expect(found.filter(({ local }) => local).map(({ name }) => name)).toEqual(["hidden", "local"]);
  });
});

it("takes no statement for a function, where conditional parts of a file leave one alone", () => {
  const torn = `int parse(const char *at) {
  if (*at == '#') {
    return 1;
  }
#if MULTILINE
  else if (at[0] && at[1]) {
    return 2;
  }
#endif
  else if (*at) {
    return 3;
  }
  return 0;
}
`;
  const names = listFunctions(parse(torn, "c").rootNode).map(({ name }) => name);
  expect(names).toContain("parse");
  expect(names).not.toContain("if");
});

describe("findFunction", () => {
  const find = (name: string) => findFunction(parse(file, "c++").rootNode, name);

  it("takes plain and qualified names, and parameter types where there are overloads", () => {
    expect(find("area")?.qualifiedName).toBe("shapes::Circle::area");
    expect(find("Circle::area")?.qualifiedName).toBe("shapes::Circle::area");
    expect(find("::plain")?.name).toBe("plain");
    expect(find("size")).toBeUndefined();
    expect(find("size(int)")?.parameterTypes).toEqual(["int"]);
    expect(find("shapes::size(vector<int> const&, int)")).toBeUndefined();
    expect(find("shapes::size(const vector<int>&, int)")?.parameterTypes).toHaveLength(2);
    expect(find("plain()")?.name).toBe("plain");
    expect(find("plain(void)")?.name).toBe("plain");
  });

  it("does not take declarations, parts of names or what is not there for definitions", () => {
    expect(find("declared")).toBeUndefined();
    expect(find("hapes_area")).toBeUndefined();
    expect(find("")).toBeUndefined();
  });
});

describe("replaceFunction", () => {
  const source = `#include <math.h>\n\nstatic int helper(int x) { return x; }\n\n/* The sum. */\ndouble sum(const double *a, int n)\n{\n\tdouble s = 0;\n\treturn s;\n}\n\nint other(void) { return 1; }\n`;

  it("puts a function alone in the old one's place, with its new includes and helpers", () => {
    const reply = `#include <math.h>\n#include <string.h>\n#define LANES 4\nstatic double lane(double x) { return x; }\n\ndouble sum(const double *a, int n) { return n ? lane(a[0]) : 0; }\n`;
    expect(replaceFunction(source, "c", "sum", reply)).toBe(
      `#include <math.h>\n#include <string.h>\n\nstatic int helper(int x) { return x; }\n\n#define LANES 4\n\nstatic double lane(double x) { return x; }\n\n/* The sum. */\ndouble sum(const double *a, int n) { return n ? lane(a[0]) : 0; }\n\nint other(void) { return 1; }\n`,
    );
  });

  it("takes a whole file, and replaces helpers of the same signature", () => {
    const reply = source.replace("double s = 0;", "double s = 1;").replace("return x;", "return x + 1;");
    expect(replaceFunction(source, "c", "sum", reply)).toBe(reply);
  });

  it("keeps the line endings of the file", () => {
    const windows = source.replaceAll("\n", "\r\n");
    const result =
      replaceFunction(windows, "c", "sum", "double sum(const double *a, int n)\n{\n\treturn n;\n}\n") ?? "";
    expect(result).toContain("{\r\n\treturn n;\r\n}");
    expect(result.replaceAll("\r\n", "")).not.toContain("\n");
  });

  it("finds a function whose namespace the reply left out", () => {
    const spaced = "namespace a { namespace b {\nint f(int x) { return x; }\n} }\n";
    expect(replaceFunction(spaced, "c++", "a::b::f", "int f(int x) { return 2 * x; }")).toBe(
      "namespace a { namespace b {\nint f(int x) { return 2 * x; }\n} }\n",
    );
  });

  it("brings types along, and replaces macros and constants of the same name", () => {
    const file = "#define N 4\nstatic const int step = 1;\n\nint f(int n) { return n; }\n";
    const reply =
      "#define N 8\nstatic const int step = 2;\nstruct pair { int a, b; };\nint f(int n) { struct pair p = {n, step}; return p.a + N; }";
    expect(replaceFunction(file, "c", "f", reply)).toBe(
      "#define N 8\nstatic const int step = 2;\n\nstruct pair { int a, b; };\n\nint f(int n) { struct pair p = {n, step}; return p.a + N; }\n",
    );
  });

  it("says so where the text lacks the function", () => {
    expect(replaceFunction(source, "c", "sum", "int sum_of(int x) { return x; }")).toBeUndefined();
    expect(replaceFunction(source, "c", "sum", "\u0000\u0001 not code")).toBeUndefined();
    expect(replaceFunction(source, "c", "missing", "int missing(void) { return 1; }")).toBeUndefined();
  });
});
