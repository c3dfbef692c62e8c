import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lessonbank, type Ran } from "./scripted-terminal.ts";

let directory: string;
const run = (...args: string[]): Promise<Ran> => lessonbank(args, { directory });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lessonbank-cli-"));
  await writeFile(join(directory, "slow.cpp"), "int twice(int x) { return x + x; }\n");
  await mkdir(join(directory, "notes"));
  await writeFile(join(directory, "notes", "todo.txt"), "buy milk\n");
});
afterAll(() => rm(directory, { recursive: true }));

test("--help goes to stdout, names every command and is no mistake", async () => {
  const { code, stdout, stderr } = await run("--help");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const command of ["optimize", "evaluate", "task", "lessons", "replay", "doctor"])
    expect(stdout).toContain(`  ${command} `);
});

test("--version prints the package's version alone", async () => {
  const { code, stdout } = await run("--version");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("no command at all is wrong usage and shows the help", async () => {
  const { code, stdout, stderr } = await run();
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("Usage: lessonbank");
});

test.each([
  [["optimise", "gemm"], "Did you mean optimize?"],
  [["lessons", "serch", "x"], "Did you mean search?"],
  [["optimize", "matrix-product", "--round", "3"], "Did you mean --rounds?"],
  [["optimize", "matrix-product", "--rounds", "many"], "It must be a whole number, 1 or more."],
  [["optimize", "matrix-product", "--rounds", "0"], "It must be a whole number, 1 or more."],
  [["optimize", "matrix-product", "--time", "soon"], "It must be a time such as 30s, 2m or 1h."],
  [["optimize", "matrix-product", "--policy", "best"], "Allowed choices are"],
  [["optimize", "matrix-product", "--agents", "composr"], "did you mean composer?"],
  [["optimize"], "there is no task"],
  [["evaluate", "matrix-product"], "missing required argument 'candidate'"],
  [["optimize", "matrix-product", "another"], "matrix-product and another are two tasks"],
  [["optimize", "matrix-produkt"], "did you mean matrix-product?"],
  [["optimize", "notes"], "notes"],
  [["optimize", "slow.cpp"], "which of its functions?"],
  [["optimize", "missing.cpp:f"], "there is no file missing.cpp"],
  [["optimize", "slow.cpp:thrice"], "thrice"],
  [["evaluate", "matrix-product", "missing.cpp"], "candidate missing.cpp: there is no such file"],
  [["evaluate", "matrix-product", "notes"], "candidate notes: it is a folder"],
  [["optimize", "matrix-product", "--output", "missing/winner.cpp"], "missing/winner.cpp cannot be written"],
  [["optimize", "matrix-product", "--bank", "notes"], "is not a bank of lessons"],
  [["lessons", "search"], "search for what?"],
  [["lessons", "show", "ffffffff"], "there is no lesson ffffffff"],
  [["lessons", "list", "--bank", "nowhere"], "there is no bank of lessons in"],
])("%j is wrong usage, and the message says what to do", async (args, message) => {
  const { code, stdout, stderr } = await run(...args);
  expect(stderr).toContain(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("a user without a bank has no lessons, which is no mistake, and none is made by looking", async () => {
  const { code, stdout } = await run("lessons", "stats");
  expect(code).toBe(0);
  expect(stdout).toContain("0 lessons");
  expect(await run("lessons", "list", "--json")).toMatchObject({ code: 0, stdout: "[]\n" });
});
