import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Bank } from "../../src/bank/bank.ts";
import { openBank } from "../../src/bank/lance-bank.ts";
import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { readOnlyBank } from "../../src/bank/read-only-bank.ts";
import { snapshotName } from "../../src/bank/snapshot.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { exportBank, importLessons } from "../../src/lesson/exchange.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { exampleShowing } from "../lesson/example-showing.ts";

const code = "int f(void) { return 1; }\n";
const lessons = ["first", "second", "third"].map((text, index) =>
  exampleLesson({ text, createdAt: `2026-01-0${index + 1}T00:00:00.000Z` }),
);
const showings = [exampleShowing({ round: 1 }), exampleShowing({ round: 2 })];

function inMemory(): Bank {
  return createMemoryBank({ embedder: createStructuralEmbedder() });
}

async function fill(bank: Bank, backwards = false): Promise<Bank> {
  const inOrder = <Item>(items: readonly Item[]): Item[] => (backwards ? items.toReversed() : [...items]);
  for (const lesson of inOrder(lessons)) await bank.add([{ lesson, code }]);
  await bank.addShowings(inOrder(showings));
  return bank;
}

test("a snapshot's name is the same whatever the order of adding, on disk, in memory, and after a move to another bank", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lessonbank-snapshot-"));
  try {
    const name = await snapshotName(await fill(inMemory()));
    expect(name).toMatch(/^[\da-f]{64}$/);
    const onDisk = await openBank(folder);
    expect(await snapshotName(await fill(onDisk, true))).toBe(name);

    const [first] = lessons;
    const removed = await onDisk.change({ kind: "removed", lesson: first!.id, reason: "" }, "person");
    await onDisk.change({ kind: "undone", change: removed.id }, "person");
    const changed = await snapshotName(onDisk);
    expect(changed).not.toBe(name);
    const moved = inMemory();
    await importLessons(moved, exportBank(onDisk), { own: true });
    expect(await snapshotName(moved)).toBe(changed);
    await onDisk.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("whatever a bank holds is in its name: words, code, factors, draws, changes and their order", async () => {
  const names = new Set<string>();
  const taken = async (bank: Bank): Promise<void> => {
    names.add(await snapshotName(bank));
  };
  await taken(inMemory());
  const bank = inMemory();
  const [first, second] = lessons;
  await bank.add([{ lesson: first!, code }]);
  await taken(bank);
  const other = inMemory();
  await other.add([{ lesson: first!, code: `${code} ` }]);
  await taken(other);
  await bank.setFactors(new Map([[first!.id, 1.25]]));
  await taken(bank);
  await bank.addShowings(showings);
  await taken(bank);
  await bank.add([{ lesson: second!, code }]);
  await taken(bank);

  const twice = inMemory();
  for (const each of [bank, twice]) await each.add(lessons.map((lesson) => ({ lesson, code })));
  const at = new Date("2026-02-01T00:00:00.000Z");
  const remove = (each: Bank, lesson: string) =>
    each.change({ kind: "removed", lesson, reason: "" }, "person", at);
  await remove(twice, first!.id);
  await remove(twice, second!.id);
  await taken(twice);
  const swapped = inMemory();
  await swapped.add(lessons.map((lesson) => ({ lesson, code })));
  await remove(swapped, second!.id);
  await remove(swapped, first!.id);
  await taken(swapped);
  expect(names.size).toBe(8);
});

test("an experiment's bank keeps its name while the experiment adds to it, and loses it when somebody writes underneath", async () => {
  const bank = await fill(inMemory());
  const seen = readOnlyBank(bank);
  const name = await seen.snapshot();
  expect(name).toBe(await snapshotName(bank));
  await seen.add([{ lesson: exampleLesson({ text: "of the experiment" }), code }]);
  expect(await seen.snapshot()).toBe(name);
  await bank.add([{ lesson: exampleLesson({ text: "of somebody else" }), code }]);
  expect(await seen.snapshot()).not.toBe(name);
});
