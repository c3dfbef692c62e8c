/** The bank that a run begins with. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRunsBank, type RunsBankFlags } from "../../src/cli/runs-bank.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "lessonbank-runs-bank-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function lessonsAtFirst(flags: RunsBankFlags): Promise<number> {
  const silent = { write: () => undefined, terminal: false, columns: undefined };
  const terminal: Terminal = {
    stdout: silent,
    stderr: silent,
    environment: { HOME: home },
    directory: home,
    signal: new AbortController().signal,
    readInput: async () => "",
  };
  const opened = await openRunsBank(terminal, flags, { say: () => undefined });
  try {
    return (await opened.bank.statistics()).lessons;
  } finally {
    await opened.close();
  }
}

test.each<{ readonly what: string; readonly flags: RunsBankFlags }>([
  { what: "one that is named", flags: { bank: "mine" } },
  { what: "none at all", flags: { bank: false } },
  { what: "your own, where the shipped lessons are not wanted", flags: { shippedLessons: false } },
  { what: "your own, for a run that goes on", flags: { resume: "run.jsonl" } },
])("begins without lessons: $what", async ({ flags }) => {
  expect(await lessonsAtFirst(flags)).toBe(0);
});

test("a bank that is named begins with the shipped lessons where they are asked for", async () => {
  expect(await lessonsAtFirst({ bank: "mine", shippedLessons: true })).toBeGreaterThan(1000);
});
