import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { splitFunction } from "../../src/cli/find-task.ts";
import { lessonbank, type Ran } from "./scripted-terminal.ts";

let directory: string;
const run = (...args: string[]): Promise<Ran> => lessonbank(args, { directory });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lessonbank-task-"));
  await writeFile(
    join(directory, "sum.cpp"),
    `namespace fast {
long total(const int* values, int count) {
  long sum = 0;
  for (int i = 0; i < count; i++)
    for (int j = 0; j < i; j++) sum += values[i] ^ values[j];
  return sum;
}
}
double half(double x) { return x / 2; }
float half(float x) { return x / 2; }
int largest(const int* values, int count) {
  const int* best = nullptr;
  for (int i = 0; i < count; i++) if (!best || values[i] > *best) best = &values[i];
  return *best;
}
int wild(const int* values, int count) { return values[count + 100000000]; }
`,
  );
});
afterAll(() => rm(directory, { recursive: true }));

test("task init writes a folder that task check finds fit, and says what it guessed", async () => {
  const made = await run("task", "init", "sum.cpp:fast::total", "total");
  expect(made.code, made.stderr).toBe(0);
  expect(made.stdout).toContain('"inputs.values.length"');
  expect((await readdir(join(directory, "total"))).toSorted()).toEqual(["sum.cpp", "task.json"]);
  const text = await readFile(join(directory, "total", "task.json"), "utf8");
  expect(JSON.parse(text)).toMatchObject({ function: "fast::total", source: "sum.cpp" });

  const checked = await run("task", "check", "total", "--json");
  expect(checked.code, checked.stdout + checked.stderr).toBe(0);
  expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true });
});

test("task init finds out where the smallest sizes make the function fail", async () => {
  const made = await run("task", "init", "sum.cpp:largest", "largest", "--json");
  expect(made.code, made.stderr).toBe(0);
  const written = JSON.parse(await readFile(join(directory, "largest", "task.json"), "utf8"));
  expect(written.sizes.minimum).toEqual({ count: 1 });
  expect(JSON.parse(made.stdout).guesses).toContainEqual({
    key: "sizes.minimum.count",
    value: 1,
    why: "the function fails where count is smaller",
  });
});

test("task init overwrites nothing", async () => {
  const before = await readFile(join(directory, "total", "task.json"), "utf8");
  const again = await run("task", "init", "sum.cpp:fast::total", "total");
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("is there already");
  expect(await readFile(join(directory, "total", "task.json"), "utf8")).toBe(before);
});

test("a function with overloads is named with its parameter types, and without them the message lists them", async () => {
  const ambiguous = await run("task", "init", "sum.cpp:half");
  expect(ambiguous.code).toBe(2);
  expect(ambiguous.stderr).toContain("half(float)");
  const exact = await run("task", "init", "sum.cpp:half(float)", "half-float", "--json");
  expect(exact.code, exact.stderr).toBe(0);
});

test("a task whose reference reads out of bounds is found unfit, with exit code 2", async () => {
  const task = {
    source: "sum.cpp",
    function: "wild",
    sizes: { timed: { n: 100 } },
    inputs: { values: { length: "n", integers: [0, 9] }, count: { value: "n" } },
  };
  const folder = join(directory, "wild");
  await mkdir(folder);
  await copyFile(join(directory, "sum.cpp"), join(folder, "sum.cpp"));
  await writeFile(join(folder, "task.json"), JSON.stringify(task));
  const checked = await run("task", "check", "wild");
  expect(checked.code, checked.stderr).toBe(2);
  expect(checked.stdout).toContain("cannot be used as it is");
});

test("task list shows those that ship with it, or those of a folder", async () => {
  const shipped = JSON.parse((await run("task", "list", "--json")).stdout);
  expect(shipped.map(({ name }: { name: string }) => name)).toContain("matrix-product");
  const own = await run("task", "list", ".");
  expect(own.stdout).toContain("sum");
});

test("task list tells a task that is at fault apart, and lists the others", async () => {
  const folder = join(directory, "listed");
  for (const name of ["a", "b", "c"]) {
    await mkdir(join(folder, name), { recursive: true });
    await copyFile(join(directory, "sum.cpp"), join(folder, name, "sum.cpp"));
    const written = { source: "sum.cpp", function: name === "b" ? "nothing" : "fast::total" };
    const inputs = { values: { length: "n", integers: [0, 9] }, count: { value: "n" } };
    await writeFile(
      join(folder, name, "task.json"),
      JSON.stringify({ ...written, sizes: { timed: { n: 100 } }, inputs }),
    );
  }
  const { code, stdout, stderr } = await run("task", "list", "listed", "--json");
  expect(JSON.parse(stdout).map(({ name }: { name: string }) => name)).toEqual(["a", "c"]);
  expect(code).toBe(2);
  expect(stderr.match(/error:/g)).toHaveLength(1);
  expect(stderr).toContain(join("listed", "b", "sum.cpp"));
});

test.each(["/proc/x", "/proc/x/y", "/dev/null/x"])(
  "task init into %s, where no folder can be, says so",
  async (folder) => {
    const { code, stderr } = await run("task", "init", "sum.cpp:total", folder);
    expect(code).toBe(2);
    expect(stderr).toContain(`${folder} cannot be written`);
  },
);

test.each([
  ["sum.cpp:total", { file: "sum.cpp", function: "total" }],
  ["sum.cpp:fast::total", { file: "sum.cpp", function: "fast::total" }],
  ["sum.cpp:half(float)", { file: "sum.cpp", function: "half(float)" }],
  ["missing.cpp:total", undefined],
  ["sum.cpp:", undefined],
  ["sum.cpp", undefined],
])("%s is split into file and function", (argument, expected) => {
  expect(splitFunction(argument, directory)).toEqual(expected);
});
