/**
 * A function of a repository called alone, on inputs that were recorded. `LESSONBANK_CODEBASE=all` records, builds and judges; the rest is read
 * and written here.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, onTestFinished, test } from "vitest";
import { alone } from "../../src/codebase/function-check/alone.ts";
import { callable } from "../../src/codebase/function-check/callable.ts";
import { commandFor } from "../../src/codebase/function-check/compile-command.ts";
import { flatten } from "../../src/codebase/function-check/flatten.ts";
import { shorterCalls, usableCalls } from "../../src/codebase/function-check/recorded-task.ts";
import {
  readCalls,
  recordedOf,
  withRecorder,
  type Piece,
} from "../../src/codebase/function-check/recorder.ts";
import { openProject } from "../../src/codebase/open-project.ts";
import type { OpenProject, Proof } from "../../src/codebase/project/project.ts";
import { fixture, settingsFor, taskFor, treeDigest } from "./project-fixture.ts";

const note = (...options: string[]): Uint8Array =>
  Buffer.from([String(options.length), ...options].map((option) => `${option}\0`).join(""));

test("the command that compiles a file is found with its definitions, standard and folders", () => {
  const notes = [
    note("/p/build", "cc", "-c", "../src/other.c"),
    note(
      "/p/build",
      "clang",
      "-D",
      "N=3",
      "-DM",
      "-I../include",
      "-I",
      "/usr/x",
      "-std=c99",
      "-O2",
      "-flto",
      "-Wall",
      "-c",
      "../src/f.c",
      "-o",
      "f.o",
    ),
  ];
  expect(commandFor(notes, "/p", "src/f.c")).toEqual({
    directory: "build",
    clang: true,
    standard: "c99",
    flags: ["-DN=3", "-DM", "-O2"],
    folders: ["include"],
  });
  expect(commandFor(notes, "/p", "f.c")).toBeUndefined();
});

test("headers of the tree take the place of their includes, once where they say so; those of the system stay", async () => {
  const files = new Map([
    ["include/a.h", '#pragma once\n#include "b.h"\nint a;'],
    ["include/b.h", "int b;"],
  ]);
  const options = { folders: ["include"], read: async (path: string) => files.get(path) };
  expect(
    await flatten("src/f.c", '#include <stdio.h>\n#include <a.h>\n# include "a.h"\nint f;', options),
  ).toBe("#include <stdio.h>\nint b;\nint a;\nint f;");
  expect(await flatten("f.c", "x".repeat(1_000_001), options)).toBeUndefined();
});

test("variables of the file that a function reaches, through others too, are named; constants are none", async () => {
  const text = `static int table[4], *end;
const int fixed[2] = {1, 2};
static const char *word;
typedef int number;
int helper(int x) { return table[x] + fixed[0]; }
int f(int x) { static int own; return helper(x) + own; }
int g(int x) { return x + fixed[1]; }
int h(void) { return *end + *word; }
`;
  const shared = async (name: string): Promise<readonly string[]> => (await alone(text, "c", name)).shared;
  expect(await shared("f")).toEqual(["table"]);
  expect(await shared("g")).toEqual([]);
  expect(await shared("h")).toEqual(["end", "word"]);
  expect((await alone(text, "c", "g")).text).toContain("int h(void) { __builtin_trap(); }");
  expect((await alone(text, "c", "f")).text).toContain("int helper(int x) { return");
});

describe("a source that writes its calls down", () => {
  const source = `#define LENGTH 3
static int scan(const char *text, const double *values, int n) {
  return n < 2 ? text[0] + (int)values[0] : scan(text, values, n - 1);
}
int main(void) {
  double values[LENGTH] = {1, 2, 3};
  return scan("ab", values, 2) + scan("ab", values, 2) + scan("", values, LENGTH) == 0;
}
`;

  test("computes the same and keeps each call once, as far as its arguments reach", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lessonbank-recorder-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, "scan.c"), source);
    const called = await callable(join(folder, "scan.c"), source, "c", "scan");
    const { signature } = called;
    const parameters = signature.parameters.map((parameter) =>
      recordedOf(parameter, parameter.name === "values" ? "n" : undefined, new Set(["n"])),
    );
    const recorded = parameters.filter((each) => typeof each !== "string");
    expect(recorded).toHaveLength(3);
    const made = await withRecorder(source, "c", "scan", { parameters: recorded, returns: true, folder });
    if ("reason" in made) throw new Error(made.reason);
    await writeFile(join(folder, "recording.c"), made.source);
    await execa("cc", ["-Wall", "-Werror", "-o", join(folder, "recording"), join(folder, "recording.c")]);
    await execa(join(folder, "recording"));
    const { stdout } = await execa("sh", ["-c", `cat ${folder}/*.calls`], { encoding: "buffer" });
    const calls = readCalls(stdout, 3);
    const shown = calls.map((call) => call.map(({ bytes }) => Buffer.from(bytes).toString("hex")));
    const [one, two, three] = ["000000000000f03f", "0000000000000040", "0000000000000840"];
    expect(shown).toEqual([
      ["616200", `${one}${two}`, "02000000"],
      ["616200", one, "01000000"],
      ["00", `${one}${two}${three}`, "03000000"],
      ["00", `${one}${two}`, "02000000"],
      ["00", one, "01000000"],
    ]);

    const [first] = usableCalls([calls], signature.parameters);
    const shorter = shorterCalls(first ? [first] : [], called);
    expect(shorter.map((call) => call.map((bytes) => Buffer.from(bytes).toString("hex")))).toContainEqual([
      // Nothing else of it is read.
      "61",
      one,
      "01000000",
    ]);
    expect(readCalls(stdout.subarray(0, 30), 3)).toEqual([]);
  });

  test("is not written where a parameter's length is nowhere to be seen, or for a template", async () => {
    const pointer = {
      name: "p",
      type: { kind: "scalar", scalar: "f64" },
      passing: "pointer",
      constant: true,
      spelling: "const double *",
    } as const;
    expect(recordedOf(pointer, undefined, new Set())).toContain("how long `p` is");
    expect(recordedOf(pointer, "min(n, 4) * 2", new Set(["n"]))).toHaveProperty(
      "bytes",
      "lessonbank_room(p, (((long long)n < 4LL ? (long long)n : 4LL) * 2LL), sizeof *p)",
    );
    const none = { parameters: [], returns: true, folder: "/t" };
    expect(await withRecorder("template <class T> T f(T x) { return x; }", "c++", "f", none)).toHaveProperty(
      "reason",
    );
  });

  test("arguments that overlap where one is written are not used", () => {
    const piece = (address: bigint, length: number): Piece => ({ address, bytes: new Uint8Array(length) });
    const parameter = (constant: boolean) =>
      ({
        name: "p",
        type: { kind: "scalar", scalar: "u8" },
        passing: "pointer",
        constant,
        spelling: "",
      }) as const;
    const calls = [[piece(0n, 8), piece(4n, 4)]];
    expect(usableCalls([calls], [parameter(true), parameter(false)])).toEqual([]);
    expect(usableCalls([calls], [parameter(true), parameter(true)])).toHaveLength(1);
  });
});

describe.runIf(process.env["LESSONBANK_CODEBASE"] === "all")("in a repository", { timeout: 240_000 }, () => {
  async function opened(): Promise<OpenProject> {
    const root = fixture("recorded");
    const before = treeDigest(root);
    const project = await openProject(settingsFor("c", root, { test: "./check && ./text" }));
    onTestFinished(async () => {
      await project.close();
      expect(treeDigest(root)).toBe(before);
    });
    return project;
  }
  const proofOf = async (
    project: OpenProject,
    file: string,
    name: string,
    change: (text: string) => string = (text) => `${text}\n`,
  ): Promise<Proof> => {
    const task = taskFor(project.settings, file, name);
    return project.prove(task, change(task.source.text), { mutants: 0 });
  };
  const fast = (result: string) => (text: string) =>
    text.replace(
      / {2}unsigned long total[^]*?return heavier\(total\);/,
      `  unsigned long total = 0;\n  for (size_t index = 0; index < length; index++) total += data[index] * (length - index);\n  return ${result};`,
    );

  test("what tests and benchmark do not notice is refused: a wrong answer, and a byte too many", async () => {
    const project = await opened();
    const good = await proofOf(project, "weigh.c", "weigh", fast("heavier(total)"));
    expect(good.functionCheck).toMatchObject({ calls: 2, sanitizers: true });
    expect(good.functionCheck).not.toHaveProperty("failure");
    const wrong = fast("length > 3000 ? total : heavier(total)");
    expect(await proofOf(project, "weigh.c", "weigh", wrong)).toMatchObject({
      verdict: "unproven",
      functionCheck: { calls: 2, failure: expect.stringContaining("return") as unknown },
    });
    const task = taskFor(project.settings, "weigh.c", "weigh");
    expect(await project.evaluator.evaluate(task, wrong(task.source.text))).toMatchObject({
      status: "wrong-output",
      reason: expect.stringMatching(
        /return[^]*function alone, on inputs that the benchmark and the tests gave it/,
      ) as unknown,
    });
    const reaching = fast("heavier(total + (length > 0 && data[length] == 77 && data[0] == 1))");
    expect(await project.evaluator.evaluate(task, reaching(task.source.text))).toMatchObject({
      status: "crashed",
    });
  });

  test("a static function, and one of strings and vectors, are called; others are not, and it is said why", async () => {
    const project = await opened();
    const check = async (file: string, name: string): Promise<unknown> =>
      (await proofOf(project, file, name)).functionCheck;
    expect(await check("weigh.c", "count_vowels")).toMatchObject({ calls: 2, sanitizers: true });
    expect(await check("text.cpp", "text::occurrences")).toMatchObject({ calls: 1, sanitizers: true });
    expect(await check("weigh.c", "crc")).toEqual({
      reason: "it depends on what the program puts into table",
    });
    expect(await check("weigh.c", "by_context")).toEqual({
      reason: expect.stringContaining("context") as unknown,
    });
    expect(await check("weigh.c", "sum_elsewhere")).toEqual({
      reason: expect.stringContaining("elsewhere") as unknown,
    });
  });
});
