import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { continueJournal, createJournal } from "../../src/run/journal.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lessonbank-journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("records are on disk, numbered and dated, as soon as they are appended", async () => {
  const path = join(folder, "runs", "one.jsonl");
  const journal = await createJournal(path);
  journal.append({ type: "agent-passed", agent: "loops", round: 0 });
  journal.append({ type: "agent-failed", agent: "model", round: 1, reason: "line one\nline two" });
  const lines = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { version: 2, sequence: 0, type: "agent-passed", agent: "loops", round: 0 },
    { version: 2, sequence: 1, type: "agent-failed", reason: "line one\nline two" },
  ]);
  expect(Date.parse(lines[0].at)).not.toBeNaN();
  journal.close();
});

test("a journal that exists is not overwritten, and the message says what to do", async () => {
  const path = join(folder, "one.jsonl");
  (await createJournal(path)).close();
  await expect(createJournal(path)).rejects.toThrow(UsageError);
  await expect(createJournal(path)).rejects.toThrow(`${path}: there is a journal already`);
});

test("a folder that no file system has room for in its root is refused at once", async () => {
  await expect(createJournal("/proc/none/one.jsonl")).rejects.toThrow(UsageError);
});

test("a folder that cannot be made is the user's to mend", async () => {
  const blocked = join(folder, "file");
  (await createJournal(blocked)).close();
  await expect(createJournal(join(blocked, "one.jsonl"))).rejects.toThrow(UsageError);
});

test("two writers on one journal are refused, until the first is gone", async () => {
  const path = join(folder, "one.jsonl");
  const journal = await createJournal(path);
  const end = { wholeBytes: 0, lines: 0, elapsedMs: 0 };
  await expect(continueJournal(path, () => end)).rejects.toThrow("another process writes to this journal");
  journal.close();
  (await continueJournal(path, () => end)).close();
});

test("what is behind the last whole line is cut off when a journal goes on", async () => {
  const path = join(folder, "one.jsonl");
  const journal = await createJournal(path);
  journal.append({ type: "agent-passed", agent: "loops", round: 0 });
  journal.close();
  const wholeBytes = readFileSync(path).length;
  appendFileSync(path, '{"version":2,"sequ');
  const later = await continueJournal(path, () => ({ wholeBytes, lines: 1, elapsedMs: 70 }));
  const { elapsedMs } = later.append({ type: "agent-passed", agent: "loops", round: 1 });
  later.close();
  expect(elapsedMs).toBeGreaterThanOrEqual(70);
  expect(
    readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { sequence: 0, round: 0 },
    { sequence: 1, round: 1 },
  ]);
});
