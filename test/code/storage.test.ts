import { beforeAll, describe, expect, it } from "vitest";
import { loopsIn } from "../../src/code/loops.ts";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { type Invariance, invarianceOf, storageOf } from "../../src/code/storage.ts";
import { field, find } from "../../src/code/tree.ts";

beforeAll(loadGrammars);

/** The invariance, in the only loop of a function, of the argument of `ask(…)` before it. */
function ask(source: string): Invariance | undefined {
  const root = parse(source, "c++").rootNode;
  const definition = find(root, "function_definition").at(-1)!;
  const call = find(definition, "call_expression").find((each) => field(each, "function")?.text === "ask")!;
  return invarianceOf(field(call, "arguments")!.namedChildren[0]!, loopsIn(definition)[0]!.node);
}

describe("storage", () => {
  it("follows pointers to what they were derived from", () => {
    const root = parse(
      `void f(double *a, double *b, int n, double *c) {
        double own[8], *row = a + n, *either = a, *heap = (double *)malloc(8);
        for (int i = 0; i < n; i++) { row += n; either = b; const double *p = &row[i]; }
        c = b;
      }`,
      "c++",
    ).rootNode;
    const nameOf = (name: string): string | undefined => {
      const identifier = find(root, "identifier").findLast((each) => each.text === name)!;
      const storage = storageOf(identifier);
      return storage && `${storage.kind} ${storage.name}`;
    };
    expect(["a", "own", "row", "either", "heap", "p", "c"].map(nameOf)).toEqual([
      "parameter a",
      "own own",
      "parameter a",
      undefined,
      "own heap",
      "parameter a",
      undefined,
    ]);
  });

  it("assumes that parameters do not overlap, and says so", () => {
    const loop = "for (int i = 0; i < n; i++) out[i] += w;";
    expect(ask(`void f(const double *x, double *out, int n, double w) { ask(x[0]); ${loop} }`)).toEqual({
      assumptions: ["out and x do not overlap."],
      mayTrap: true,
      contested: true,
    });
    expect(
      ask(`void f(const int *x, double *out, int n, double w) { ask(x[0]); ${loop} }`)?.assumptions,
    ).toEqual([]);
    expect(ask(`void f(double *out, int n, double w) { ask(out[0]); ${loop} }`)).toBeUndefined();
    expect(
      ask(`void f(double *out, int n, double w) { double *p = out + n; ask(*p); ${loop} }`),
    ).toBeUndefined();
  });

  it("knows what functions of the file read through pointers", () => {
    const sum =
      "static double sum(const double *p) { double s = 0; for (int k = 0; k < 4; k++) s += p[k]; return s; }";
    expect(
      ask(`${sum} void f(double *a, int n) { ask(sum(a)); for (int i = 0; i < n; i++) a[i] = 1; }`),
    ).toBeUndefined();
    expect(
      ask(
        `${sum} void f(double *a, double *b, int n) { ask(sum(b)); for (int i = 0; i < n; i++) a[i] = 1; }`,
      ),
    ).toMatchObject({
      assumptions: ["a and b do not overlap."],
    });
    expect(
      ask(`${sum} void f(double *a, int n) { ask(sum(a + n)); for (int i = 0; i < n; i++) a[i] = 1; }`),
    ).toBeUndefined();
  });

  it("tells a container's length from its elements", () => {
    const loop = (body: string): string => `#include <vector>
void f(std::vector<double> &v, std::vector<double> &w, int n) { ask(v.size()); for (int i = 0; i < n; i++) ${body} }`;
    expect(ask(loop("v[i] = 1;"))).toMatchObject({ assumptions: [], contested: false });
    expect(ask(loop("v.push_back(1);"))).toBeUndefined();
    expect(ask(loop("unknown();"))).toBeUndefined();
  });
});
