import { beforeAll, describe, expect, it } from "vitest";
import { constructedVector, constructorArguments, declaredAlone } from "../../src/code/construction.ts";
import { loadGrammars, parse } from "../../src/code/parser.ts";
import { find } from "../../src/code/tree.ts";
import { variablesOf } from "../../src/code/variables.ts";

beforeAll(loadGrammars);

function local(declaration: string) {
  const root = parse(`void f(int n) { ${declaration} }`, "c++").rootNode;
  const [definition] = find(root, "function_definition");
  const variable = definition && variablesOf(definition).find((each) => each.kind === "local");
  if (!variable) throw new Error("no local");
  return variable;
}

describe("constructorArguments", () => {
  it.each([
    ["std::vector<int> v;", []],
    ["std::vector<int> v(n);", ["n"]],
    ["std::vector<int> v(n + 1, 0);", ["n + 1", "0"]],
    ["std::vector<std::vector<int>> v(n, std::vector<int>(m));", ["n", "std::vector<int>(m)"]],
    ["std::vector<int> v = std::vector<int>(n, 3);", ["n", "3"]],
    ["std::vector<int> v{n};", undefined],
    ["std::vector<int> v = other;", undefined],
    ["const std::vector<int> &v = other;", undefined],
  ])("%s", (declaration, expected) => {
    expect(constructorArguments(local(declaration))?.map((each) => each.text)).toEqual(expected);
  });

  it("takes a vector apart that is made in place", () => {
    const [, row] =
      constructorArguments(local("std::vector<std::vector<int>> v(n, std::vector<int>(m + 1, f(a, b)));")) ??
      [];
    expect(row && constructedVector(row)).toEqual({
      type: "std::vector<int>",
      arguments: ["m + 1", "f(a, b)"],
    });
    expect(declaredAlone(local("int a, b;"))).toBe(false);
    expect(declaredAlone(local("static int a;"))).toBe(false);
  });
});
