import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { createJournal } from "../../src/run/journal.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lessonbank-journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("events are on disk, numbered and dated, as soon as they are appended", () => {
  const path = join(folder, "runs", "one.jsonl");
  const journal = createJournal(path);
  journal.append({ type: "agent-passed", agent: "loops", round: 0 });
  journal.append({ type: "agent-failed", agent: "model", round: 1, reason: "line one\nline two" });
  const lines = readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { version: 1, sequence: 0, type: "agent-passed", agent: "loops", round: 0 },
    { version: 1, sequence: 1, type: "agent-failed", reason: "line one\nline two" },
  ]);
  expect(Date.parse(lines[0].at)).not.toBeNaN();
  journal.close();
});

test("a journal that exists is not overwritten, and the message says what to do", () => {
  const path = join(folder, "one.jsonl");
  createJournal(path).close();
  expect(() => createJournal(path)).toThrow(UsageError);
  expect(() => createJournal(path)).toThrow(`${path}: there is a journal already`);
});

test("a folder that no file system has room for in its root is refused at once", () => {
  expect(() => createJournal("/proc/none/one.jsonl")).toThrow(UsageError);
});

test("a folder that cannot be made is the user's to mend", () => {
  const blocked = join(folder, "file");
  createJournal(blocked).close();
  expect(() => createJournal(join(blocked, "one.jsonl"))).toThrow(UsageError);
});
