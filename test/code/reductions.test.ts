import { beforeAll, describe, expect, it } from "vitest";
import { loopsIn } from "../../src/code/loops.ts";
import { loadGrammars } from "../../src/code/parser.ts";
import { reductionsOf } from "../../src/code/reductions.ts";
import { openSubject } from "../../src/code/subject.ts";

beforeAll(loadGrammars);

function reductions(body: string): string[] {
  const source = `#include <algorithm>\nstruct P { double x; };\nvoid f(const double *a, double *c, P *p, int n, int k, double s, double t, float least, int count) { for (int i = 0; i < n; i++) { ${body} } }`;
  const [loop] = loopsIn(openSubject(source, "c++", "f")!.function);
  return reductionsOf(loop!).map(
    ({ kind, name, floating, inMemory }) =>
      `${kind} ${name}${floating ? " floating" : ""}${inMemory ? " in memory" : ""}`,
  );
}

describe("reductionsOf", () => {
  it("recognises the common spellings", () => {
    expect(reductions("s += a[i];")).toEqual(["sum s floating"]);
    expect(reductions("s = a[i] + s; t = t - a[i] * 2;")).toEqual(["sum s floating", "sum t floating"]);
    expect(reductions("if (a[i] > 0) count++;")).toEqual(["sum count"]);
    expect(reductions("s *= a[i]; count |= i;")).toEqual(["product s floating", "or count"]);
    expect(reductions("if (a[i] < s) s = a[i];")).toEqual(["minimum s floating"]);
    expect(reductions("if (s < a[i]) { s = a[i]; }")).toEqual(["maximum s floating"]);
    expect(reductions("s = a[i] > s ? a[i] : s;")).toEqual(["maximum s floating"]);
    expect(reductions("s = s < a[i] ? s : a[i];")).toEqual(["minimum s floating"]);
    expect(reductions("s = std::max(s, a[i]);")).toEqual(["maximum s floating"]);
    expect(reductions("c[k] += a[i]; p->x -= a[i]; *c += 1;")).toContain("sum p -> x floating in memory");
    expect(reductions("c[k] += a[i];")).toEqual(["sum c [ k ] floating in memory"]);
    expect(reductions("for (int j = 0; j < k; j++) s += a[j];")).toEqual(["sum s floating"]);
  });

  it("does not take for a reduction what is used otherwise", () => {
    expect(reductions("s += a[i]; c[i] = s;")).toEqual([]);
    expect(reductions("s += s * a[i];")).toEqual([]);
    expect(reductions("s += a[i]; s *= 2;")).toEqual([]);
    expect(reductions("c[i] += a[i];")).toEqual([]);
    expect(reductions("c[k] += a[i]; k++;")).toEqual(["sum k"].slice(1));
    expect(reductions("double u = 0; u += a[i];")).toEqual([]);
    expect(reductions("if (a[i] < s) t = a[i];")).toEqual([]);
    expect(reductions("c[0] += a[i]; c[k] += 1;")).toEqual([]);
  });
});
