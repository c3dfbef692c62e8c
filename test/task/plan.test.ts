import { describe, expect, test } from "vitest";
import type { Slot } from "../../src/task/call-plan.ts";
import { makeTask } from "../../src/task/load.ts";
import { planCall } from "../../src/task/plan.ts";
import type { TaskFile } from "../../src/task/schema.ts";

async function slotsOf(
  text: string,
  rest: Partial<TaskFile> & Pick<TaskFile, "inputs">,
  sizes?: Record<string, number>,
): Promise<Record<string, Slot>> {
  const task = await makeTask(
    { source: "a.cpp", function: "f", ...rest },
    { file: "task.json", directory: "/nowhere", text, generator: rest.generator && "void generate();" },
  );
  const { slots } = planCall(task, sizes ?? task.sizes.timed);
  return Object.fromEntries(slots.map((slot) => [slot.name, slot]));
}

describe("a call plan", () => {
  test("has a slot a parameter and one for the result, with every expression a number", async () => {
    const slots = await slotsOf(
      "long f(int n, const double* a, double* b, float* work, unsigned char& c) { return 0; }",
      {
        sizes: { timed: { n: 6 } },
        inputs: {
          n: { value: "n*2" },
          a: { length: "n*n", uniform: ["-n", 0.5] },
          b: { length: "max(n, 8)", normal: [0, "1e-3"] },
          work: { length: "n + 1", scratch: true },
          c: { integers: [0, "n"] },
        },
      },
    );
    expect(slots).toMatchObject({
      n: { mode: "in", count: 1, array: false, rule: { kind: "constant", value: "12" } },
      a: { mode: "in", count: 36, array: true, rule: { kind: "uniform", low: "-6", high: "0.5" } },
      b: { mode: "inout", count: 8, array: true, rule: { kind: "normal", mean: "0", deviation: "1e-3" } },
      work: { mode: "scratch", count: 7, array: true, rule: { kind: "noise" } },
      c: { mode: "inout", count: 1, array: false, rule: { kind: "integers", low: "0", high: "6" } },
      return: { mode: "out", count: 1, array: false, rule: { kind: "noise" } },
    });
    expect(Object.keys(slots)).toEqual(["n", "a", "b", "work", "c", "return"]);
  });

  test("integers keep all 64 bits", async () => {
    const slots = await slotsOf("int f(unsigned long a, const long* b) { return 0; }", {
      inputs: {
        a: { value: "18446744073709551615" },
        b: { length: 2, integers: ["-9223372036854775808", "9223372036854775807"] },
      },
    });
    expect(slots["a"]?.rule).toEqual({ kind: "constant", value: "18446744073709551615" });
    expect(slots["b"]?.rule).toEqual({
      kind: "integers",
      low: "-9223372036854775808",
      high: "9223372036854775807",
    });
  });

  test("an empty array may have bounds that are the wrong way round", async () => {
    const rest = {
      sizes: { timed: { n: 4 } },
      inputs: { a: { length: "n", integers: [0, "n - 1"] } },
    } satisfies Partial<TaskFile>;
    const slots = await slotsOf("int f(const int* a) { return 0; }", rest, { n: 0 });
    expect(slots["a"]).toMatchObject({ count: 0, rule: { kind: "integers" } });
  });

  test("containers: nested rules, growing outputs, alphabets", async () => {
    const slots = await slotsOf(
      "#include <vector>\n#include <string>\nstruct P { int a; double b[2]; };\nstd::string f(const std::vector<std::vector<P>>& m, std::vector<int>& out, std::vector<int>& presized, std::string s, std::vector<bool> flags, std::vector<std::vector<std::string>>& w) { return s; }",
      {
        sizes: { timed: { n: 3 } },
        inputs: {
          m: {
            length: "n",
            each: { length: [0, "n"], fields: { a: { integers: [1, 2] }, b: { uniform: [0, 1] } } },
          },
          out: { output: true },
          presized: { length: "n", output: true },
          s: { length: 5, sorted: { text: "aab\u00ff" } },
          flags: { length: "n", constant: true },
          w: { length: 1, each: { length: 2, each: { length: [1, 3], text: "x" } } },
        },
      },
    );
    expect(slots).toMatchObject({
      m: {
        count: 3,
        array: false,
        rule: {
          kind: "each",
          lowLength: 0,
          highLength: 3,
          rule: {
            kind: "fields",
            rules: [
              { kind: "integers", low: "1", high: "2" },
              { kind: "uniform", low: "0", high: "1" },
            ],
          },
        },
      },
      out: { mode: "out", count: 0, rule: { kind: "noise" } },
      presized: { mode: "out", count: 3 },
      s: {
        mode: "in",
        count: 5,
        rule: { kind: "sorted", rule: { kind: "text", alphabet: [97, 97, 98, 255], terminated: false } },
      },
      flags: { rule: { kind: "constant", value: "1" } },
      w: {
        mode: "inout",
        rule: {
          kind: "each",
          lowLength: 2,
          highLength: 2,
          rule: { kind: "each", lowLength: 1, highLength: 3, rule: { kind: "text" } },
        },
      },
      return: { mode: "out", count: 0 },
    });
  });

  test("a C string is terminated where its length leaves room", async () => {
    const slots = await slotsOf(
      "int f(const char* a, const char* b, char* c, const signed char* d) { return 0; }",
      {
        sizes: { timed: { n: 4 } },
        inputs: {
          a: { length: "n + 1", text: "ab" },
          b: { length: "n", text: "ab" },
          c: { length: "1 + 2*n", text: "ab" },
          d: { length: "n + 1", sorted: { text: "ab" } },
        },
      },
    );
    const terminated = Object.values(slots).map(({ rule }) => {
      const inner = rule.kind === "sorted" ? rule.rule : rule;
      return inner.kind === "text" ? inner.terminated : undefined;
    });
    expect(terminated).toEqual([true, false, true, true, undefined]);
  });

  test("used is postfix over sizes, the result and integer outputs", async () => {
    const slots = await slotsOf(
      "int f(int n, double* a, float* b, int* count, int& last, long* many) { return 0; }",
      {
        sizes: { timed: { n: 5, m: 2 } },
        inputs: {
          n: { value: "n" },
          a: { length: "n", output: true, used: "return" },
          b: { length: "n", output: true, used: "(n + m)*count - last % 2" },
          count: { length: 1, output: true },
          last: { output: true },
          many: { length: "n", output: true, used: 3 },
        },
      },
    );
    const shown = (name: string): string | undefined =>
      slots[name]?.used
        ?.map((token) =>
          token.kind === "number" ? token.value : token.kind === "slot" ? `#${token.index}` : token.operator,
        )
        .join(" ");
    expect(shown("a")).toBe("#6");
    // `n` is a size and an input: the input is no output, so the size is meant.
    expect(shown("b")).toBe("5 2 + #3 * #4 2 % -");
    expect(shown("many")).toBe("3");
    expect(slots["count"]?.used).toBeUndefined();
  });

  test("what the generator fills is marked, and what has values of its own is not", async () => {
    const slots = await slotsOf("int f(int n, const double* a, double x, double* b) { return 0; }", {
      generator: "inputs.cpp",
      sizes: { timed: { n: 5 } },
      inputs: { n: { value: "n" }, a: { length: "n" }, x: { length: 1 }, b: { length: "n", output: true } },
    });
    expect(Object.values(slots).map((slot) => slot.rule.kind)).toEqual([
      "constant",
      "generated",
      "generated",
      "noise",
      "noise",
    ]);
    expect(slots["x"]).toMatchObject({ array: false, count: 1 });
  });

  test("sizes are handed on in the order of timed", async () => {
    const task = await makeTask(
      { source: "a.c", function: "f", sizes: { timed: { z: 1, a: 2 } }, inputs: {} },
      { file: "task.json", directory: "/nowhere", text: "int f(void) { return 0; }" },
    );
    expect(Object.keys(planCall(task, { a: 5, z: 6 }).sizes)).toEqual(["z", "a"]);
  });
});
