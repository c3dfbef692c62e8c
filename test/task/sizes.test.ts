import { describe, expect, test } from "vitest";
import { makeTask } from "../../src/task/load.ts";
import { checkedSizes } from "../../src/task/sizes.ts";
import type { TaskFile } from "../../src/task/schema.ts";
import type { Sizes } from "../../src/task/task.ts";

async function checked(sizes: NonNullable<TaskFile["sizes"]>): Promise<Sizes[]> {
  const task = await makeTask(
    { source: "a.c", function: "f", sizes, inputs: {} },
    { file: "task.json", directory: "/nowhere", text: "int f(void) { return 0; }" },
  );
  return checkedSizes(task);
}

describe("checked sizes", () => {
  test("are those given, then 0, 1 and odd ones, alone and mixed", async () => {
    const sizes = await checked({ timed: { m: 400, n: 300 }, checked: [{ m: 100, n: 2 }] });
    expect(sizes[0]).toEqual({ m: 100, n: 2 });
    for (const both of [0, 1]) expect(sizes).toContainEqual({ m: both, n: both });
    expect(sizes.some(({ m = 0, n = 0 }) => m % 2 === 1 && n % 2 === 1 && m !== n && m > 1 && n > 1)).toBe(
      true,
    );
    for (const name of ["m", "n"])
      for (const least of [0, 1])
        expect(
          sizes.some((one) => one[name] === least && Object.values(one).some((value) => value > 1)),
        ).toBe(true);
  });

  test("are at most 12, each once, and never beyond the timed ones", async () => {
    const names = ["a", "b", "c", "d", "e", "g", "h"];
    const sizes = await checked({ timed: Object.fromEntries(names.map((name) => [name, 20])) });
    expect(sizes.length).toBeLessThanOrEqual(12);
    expect(new Set(sizes.map((one) => JSON.stringify(one))).size).toBe(sizes.length);
    expect(Math.max(...sizes.flatMap((one) => Object.values(one)))).toBeLessThanOrEqual(20);
  });

  test("stay between minimum and maximum", async () => {
    const sizes = await checked({ timed: { n: 50 }, minimum: { n: 3 }, maximum: { n: 50 } });
    expect(sizes).toContainEqual({ n: 3 });
    for (const { n = 0 } of sizes) expect(n >= 3 && n <= 50).toBe(true);
  });

  test("are moved to where the conditions hold", async () => {
    const sizes = await checked({ timed: { n: 640, k: 8 }, require: ["n % 16 == 0", "n >= k", "k > 0"] });
    expect(sizes.length).toBeGreaterThan(3);
    for (const { n = 0, k = 0 } of sizes) expect([n % 16, n >= k, k > 0]).toEqual([0, true, true]);
  });

  test("none are added where no small size meets the conditions", async () => {
    expect(await checked({ timed: { n: 1024 }, checked: [{ n: 512 }], require: ["n >= 512"] })).toEqual([
      { n: 512 },
    ]);
  });

  test("a task without sizes is checked once", async () => {
    expect(await checked({})).toEqual([{}]);
  });

  test("a condition that divides by a size of 0 does not hold there", async () => {
    for (const { n } of await checked({ timed: { n: 100, m: 100 }, require: ["m / n >= 1"] }))
      expect(n).toBeGreaterThan(0);
  });
});
