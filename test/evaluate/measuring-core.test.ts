import { expect, it } from "vitest";
import { fastest, parseCores } from "../../src/evaluate/measuring-core.ts";

it("a list of cores is read as the kernel writes it", () => {
  expect(parseCores("0-2,5,8-9")).toEqual([0, 1, 2, 5, 8, 9]);
  expect(parseCores("3")).toEqual([3]);
  expect(parseCores("")).toEqual([]);
});

it("slow cores are left out where the machine has both kinds", () => {
  expect(fastest([0, 1, 2, 3], (core) => (core < 2 ? 5_000_000 : 3_000_000))).toEqual([0, 1]);
});

it("no core is left out where frequencies are unknown", () => {
  expect(fastest([0, 1], () => 0)).toEqual([0, 1]);
});
