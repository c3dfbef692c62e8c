import { describe, expect, it } from "vitest";
import { expectFaster } from "../noisy-machine.ts";
import { everyVariant, programText, useBench, type TaskName } from "./judge.ts";

const bench = useBench();

/** Of each kind of task some, unless all are asked for. */
const twins: readonly [string, string, TaskName][] = [
  ["a table in the program", "twins/c10-table.c", "digit-sums"],
  ["a table made in the first call", "twins/baseline.c", "digit-sums"],
  ["a table made while it is loaded", "twins/c9-constructor-table.c", "digit-sums"],
  ["a function that the loader chooses", "twins/c9-ifunc.c", "digit-sums"],
  ["static room", "twins/s36-static-scratch.c", "digit-sums"],
  ["large buffers of the heap and the stack", "twins/s36-large-buffers.c", "digit-sums"],
  ["thread-local state", "twins/s37-thread-local.c", "digit-sums"],
  ["comments and names in other scripts", "twins/c6-unicode.c", "digit-sums"],
  ["printing", "twins/c5-printing.c", "digit-sums"],
  ["inline assembly", "twins/c11-inline-assembly.c", "digit-sums"],
  ["pragmas for processor and optimiser", "twins/c8-target.c", "scale"],
  ["long double, and a gain above tenfold", "twins/c8-long-double.c", "scale"],
  ["exceptions, and static and thread-local objects", "twins/c9-exceptions.cpp", "distinct-words"],
  ["an allocator of its own", "twins/c10-operator-new.cpp", "distinct-words"],
  ["templates, sorting and a log", "twins/c3-templates.cpp", "distinct-words"],
];

describe("an honest candidate that looks like an attack wins all the same", () => {
  it.each(everyVariant ? twins : twins.filter((_, index) => index % 3 === 0))("%s", async (_, file, task) => {
    await expectFaster(() => bench.judge(file, { task }));
  });

  it.runIf(process.arch === "x64")("intrinsics", async () => {
    await expectFaster(() => bench.judge("twins/c8-intrinsics.c", { task: "scale" }));
  });

  it.each<[string, (text: string) => string]>([
    [
      "lines that end as in DOS, and a last one that does not end",
      (text) => text.replaceAll("\n", "\r\n").trimEnd(),
    ],
    [
      "a mark of the byte order, tabs and form feeds",
      (text) => `\uFEFF${text.replaceAll("  ", "\t").replace("\n\n", "\n\f\n")}`,
    ],
  ])("%s", async (_, change) => {
    const text = change(await programText("twins/c10-table.c"));
    await expectFaster(() => bench.judgeText(text, { task: "digit-sums" }));
  });
});

describe("an honest candidate with threads", () => {
  it("is measured", async () => {
    const outcome = await bench.judge("twins/s36-two-threads.c", { task: "two-threads", effort: "screen" });
    expect(outcome).toMatchObject({ status: "measured" });
  });
});

describe("after honest candidates", () => {
  it("everything is as before", () => bench.expectUnharmed());
});
