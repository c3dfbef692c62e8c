import { beforeAll, describe, expect, it } from "vitest";
import { effectsOf, isPureCall, isPureFunction } from "../../src/code/effects.ts";
import { findFunction } from "../../src/code/find-function.ts";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { openSubject } from "../../src/code/subject.ts";
import { field, find } from "../../src/code/tree.ts";
import { isFloating, spellType } from "../../src/code/types.ts";
import { typeOf, variablesOf } from "../../src/code/variables.ts";

beforeAll(loadGrammars);

function effects(
  body: string,
  head = "void f(int *p, int *q, struct box *x, int n)",
): { reads: string[]; writes: string[]; opaque: boolean } {
  const subject = openSubject(`struct box { int w; int h[4]; };\n${head} { ${body} }`, "c++", "f")!;
  const found = effectsOf(field(subject.function, "body")!);
  const of = (which: "reads" | "writes") =>
    [
      ...new Set(
        found.accesses
          .filter((access) => access[which])
          .map(
            (access) =>
              `${access.base}${access.subscripts.length > 0 ? `[${access.subscripts.map((index) => index.text).join("][")}]` : ""}`,
          ),
      ),
    ].toSorted();
  return { reads: of("reads"), writes: of("writes"), opaque: found.opaque };
}

describe("effectsOf", () => {
  it("tells reads from writes, and arrays from their indices", () => {
    expect(effects("p[n + 1] = q[p[0]] + 2;")).toEqual({
      reads: ["n", "p", "p[0]", "q", "q[p[0]]"],
      writes: ["p[n + 1]"],
      opaque: false,
    });
    expect(effects("*p += n; x->h[2]++; (*x).w = 3;").writes).toEqual(["p", "x->h[2]", "x.w"].toSorted());
    expect(effects("*(p + n) = 1;").writes).toEqual(["p[n]"]);
    expect(effects("int t = n, u; u = t;").writes).toEqual(["t", "u"]);
    expect(effects("n = n > 2 ? *p++ : -1;").writes).toEqual(["n", "p"]);
  });

  it("takes unknown calls for able to do anything", () => {
    expect(effects("g(p);").opaque).toBe(true);
    expect(effects("g(p);").writes).toEqual(["p"]);
    expect(effects("n = sqrt(n) + abs(p[0]);").opaque).toBe(false);
    expect(effects('asm("nop");').opaque).toBe(true);
    expect(effects("auto h = [&] { n++; }; h();").opaque).toBe(true);
  });

  it("knows what methods of containers change", () => {
    const head = "void f(std::vector<int> &v, std::string &s)";
    expect(effects("v.push_back(s.size());", head).writes).toEqual(["v"]);
    expect(effects("int n = v.size() + s.find('x') + v.at(3);", head).writes).toEqual(["n"]);
    expect(effects("v[2] = v.back();", head).writes).toEqual(["v[2]"]);
    expect(effects("v.back() = 7; v.at(2)++; v.front() += 1;", head).writes).toEqual(["v", "v[2]"]);
    expect(effects("v.swap(w);", `${head.slice(0, -1)}, std::vector<int> &w)`).writes).toEqual(["v", "w"]);
  });
});

describe("purity", () => {
  const source = `#include <cmath>
static int counter;
static double square(double x) { double y = x; y *= x; return y; }
static int next(void) { return ++counter; }
static void set(int *p) { *p = 1; }
static double deep(double x) { return std::sqrt(square(x)); }
static int local(int n) { int t[4]; t[n] = 1; return t[0]; }
static int again(int n) { return n ? again(n - 1) : 0; }
static double h(double x) { return square(x) + next() + std::max(x, 1.0) + unknown(x); }`;

  it("holds for functions of the file that write nothing but their own", () => {
    const root = parse(source, "c++").rootNode;
    const pure = ["square", "next", "set", "deep", "local", "again", "h"].filter((name) =>
      isPureFunction(findFunction(root, name)!.node),
    );
    expect(pure).toEqual(["square", "deep", "local"]);
    expect(
      find(findFunction(root, "h")!.node, "call_expression").map((call) => [call.text, isPureCall(call)]),
    ).toEqual([
      ["square(x)", true],
      ["next()", false],
      ["std::max(x, 1.0)", true],
      ["unknown(x)", false],
    ]);
  });
});

describe("types", () => {
  it("follows declarations, typedefs, containers and arithmetic", () => {
    const source = `#include <vector>
#include <string>
typedef unsigned char byte;
using Row = std::vector<float>;
struct point { double x, y; int *tags; };
double f(const byte *image, std::vector<Row> &rows, const point *points, long n, std::string s, int m[][3]) {
  auto first = rows[0];
  const auto *p = points + 1;
  for (auto &row : rows) use(row);
  for (char c : s) use(c);
  return rows[n][2] * points[3].x + image[0] + p->tags[1] + (n + 1u) + s.size() + m[1][2] + first[0] + 'a' + 1.5f;
}`;
    const subject = openSubject(source, "c++", "f")!;
    const types = new Map(
      variablesOf(subject.function).map((variable) => [variable.name, spellType(variable.type)]),
    );
    expect(Object.fromEntries(types)).toEqual({
      image: "const unsigned char*",
      rows: "std::vector<Row>",
      points: "const point*",
      n: "long",
      s: "std::string",
      m: "int**",
      first: "std::vector<float>",
      p: "const point*",
      row: "std::vector<float>",
      c: "char",
    });
    const sum = find(subject.function, "return_statement")[0]!;
    const of = (text: string) => {
      const node = find(
        sum,
        "binary_expression",
        "subscript_expression",
        "field_expression",
        "parenthesized_expression",
        "call_expression",
      ).find((each) => each.text === text);
      const type = node && typeOf(node);
      return type && spellType(type);
    };
    expect([
      of("rows[n][2]"),
      of("points[3].x"),
      of("image[0]"),
      of("p->tags[1]"),
      of("(n + 1u)"),
      of("s.size()"),
      of("m[1][2]"),
      of("first[0]"),
    ]).toEqual(["float", "double", "unsigned char", "int", "long", "size_t", "int", "float"]);
    expect(isFloating(typeOf(find(sum, "binary_expression")[0]!))).toBe(true);
  });
});
