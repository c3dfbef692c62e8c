import { beforeAll, describe, expect, it } from "vitest";
import { inPlaceOf, methodCall } from "../../src/code/method-call.ts";
import { loadGrammars } from "../../src/code/parser.ts";
import { helpersOf, reachedFunctions } from "../../src/code/reached.ts";
import { openSubject } from "../../src/code/subject.ts";
import { field, find } from "../../src/code/tree.ts";

beforeAll(loadGrammars);

const source = `namespace n { int deep(int x) { return x; } }
static int helper(int x) { return n::deep(x) + missing(x); }
int unused(int x) { return x; }
int f(int x) { if (x) x = x + 1; v.at(x).push_back(x); p->clear(); return helper(x) + f(x - 1); }`;

function subject() {
  const opened = openSubject(source, "c++", "f");
  if (!opened) throw new Error("no function");
  return opened;
}

describe("reachedFunctions", () => {
  it("finds the helpers that a call runs, and recursion once", () => {
    const names = reachedFunctions(subject()).map(
      (each) => field(field(each, "declarator")!, "declarator")?.text,
    );
    expect(names).toEqual(["f", "helper", "deep"]);
    expect(helpersOf(subject())).toHaveLength(2);
  });
});

describe("methodCall", () => {
  it("takes calls on objects apart, and leaves those through pointers", () => {
    const calls = find(subject().function, "call_expression").flatMap((call) => methodCall(call) ?? []);
    expect(calls.map(({ object, method }) => `${object.text} ${method}`)).toEqual([
      "v.at(x) push_back",
      "v at",
    ]);
  });

  it("puts several statements into braces where one stood alone", () => {
    const [, alone] = find(subject().function, "expression_statement", "if_statement");
    if (!alone) throw new Error("no statement");
    expect(inPlaceOf(source, alone, ["a();", "b();"])).toBe("{\n    a();\n    b();\n}");
  });
});
