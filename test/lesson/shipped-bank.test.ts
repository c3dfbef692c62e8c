/** The lessons that ship with the package: each stands in a recorded run that ships too, with the Outcome that it claims. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/code/hash.ts";
import { unbelievable } from "../../src/lesson/believable.ts";
import type { Lesson } from "../../src/lesson/lesson.ts";
import { parseLine } from "../../src/lesson/lines.ts";
import { readJournal } from "../../src/run/read-journal.ts";
import { screenLesson } from "../../src/worth/screen.ts";

const folder = fileURLToPath(new URL("../../lessons", import.meta.url));
const packed = readFileSync(join(folder, "bank.jsonl.gz"));
const text = gunzipSync(packed).toString("utf8");
const lessons = text
  .trimEnd()
  .split("\n")
  .map((line) => parseLine(line))
  .map((line) => {
    if (line.kind !== "lesson") throw new Error("only lessons ship");
    return line;
  });
const journals = readdirSync(join(folder, "earned")).toSorted();

/** As the journals have it, by the lesson's id. */
function recorded(): Map<
  string,
  { readonly lesson: Lesson; readonly code: string; readonly measured: unknown }
> {
  const found = new Map();
  for (const name of journals) {
    const lines = gunzipSync(readFileSync(join(folder, "earned", name)))
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const code = lines[0].task.source.text;
    // What the winner was measured by in the end is no lesson's evidence.
    const judged = lines.filter(({ type, effort }) => type === "evaluated" && effort === "screen");
    const outcomes = new Map(judged.map(({ source, outcome }) => [source, outcome]));
    for (const { type, lesson } of lines)
      if (type === "lesson-banked")
        found.set(lesson.id, { lesson, code, measured: outcomes.get(sha256(lesson.evidence.source)) });
  }
  return found;
}

describe("the shipped lessons", () => {
  it("are of nearly all shipped tasks, and small", () => {
    expect(new Set(lessons.map(({ lesson }) => lesson.evidence.task)).size).toBeGreaterThanOrEqual(45);
    expect(packed.length).toBeLessThan(512 * 1024);
  });

  it("stand in the recorded runs as they are, each with its Outcome", () => {
    const known = recorded();
    for (const { lesson, code } of lessons) {
      const found = known.get(lesson.id);
      expect(found).toMatchObject({ lesson: { ...lesson, factor: expect.any(Number) }, code });
      const { status, speedup } = lesson.evidence;
      expect(found?.measured).toMatchObject({ status, ...(speedup && { speedup }) });
    }
    expect(lessons.length).toBe(known.size);
  });

  it("are right in form, may be shown, and say nothing of the machine's folders", () => {
    for (const { lesson } of lessons) {
      expect(unbelievable(lesson, new Date()), lesson.id).toBeUndefined();
      expect(screenLesson(lesson), lesson.id).toBeUndefined();
    }
    expect(text).not.toMatch(/\/(?:home|root|tmp|work|mnt|opt)\//);
  });

  it("were earned in runs that can be read, on a machine that they name", () => {
    const [name = ""] = journals;
    const { started, ended } = readJournal(join(folder, "earned", name));
    expect(ended).toBeDefined();
    expect(started.bank).toEqual({ lessons: 0, tasks: 0 });
    expect(JSON.stringify(started)).not.toMatch(/\/(?:home|root|tmp|work|mnt|opt)\//);
    for (const { lesson } of lessons) expect(lesson.context.cpu).toBe(started.context.cpu);
  });
});
