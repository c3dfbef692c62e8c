import type { Table } from "@lancedb/lancedb";
import { expect, test } from "vitest";
import { tidy } from "../../src/bank/upkeep.ts";

/** A table whose pieces can be put together only after so many tries, because others change it. */
function busyTable(conflicts: number, pieces = 100, largest = 10): { table: Table; tries: () => number } {
  let tries = 0;
  const table = {
    stats: async () => ({
      numRows: 100_000,
      fragmentStats: { numFragments: pieces, lengths: { max: largest } },
    }),
    optimize: async () => {
      if (++tries <= conflicts) throw new Error("Retryable commit conflict for version 7");
    },
  } as unknown as Table;
  return { table, tries: () => tries };
}

test("pieces are put together although others change the table meanwhile", async () => {
  const { table, tries } = busyTable(2);
  await tidy([table]);
  expect(tries()).toBe(3);
});

test("a table that others never stop changing is left to the next, and those after it are not", async () => {
  const [busy, quiet] = [busyTable(Infinity), busyTable(0)];
  await tidy([busy.table, quiet.table]);
  expect(busy.tries()).toBe(5);
  expect(quiet.tries()).toBe(1);
});

test("a few small pieces beside a large one are left until they are worth writing everything anew", async () => {
  const [small, worth, many, few] = [
    busyTable(0, 30, 95_000),
    busyTable(0, 30, 85_000),
    busyTable(0, 101, 95_000),
    busyTable(0, 24, 10),
  ];
  await tidy([small.table, worth.table, many.table, few.table]);
  expect([small, worth, many, few].map(({ tries }) => tries())).toEqual([0, 1, 1, 0]);
});
