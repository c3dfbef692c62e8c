/**
 * A bank that moves to another embedder, and one whose mover is killed. `LESSONBANK_KILL_POINTS=all` kills a real process at many moments.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Embedder } from "../../src/bank/bank.ts";
import { openBank } from "../../src/bank/lance-bank.ts";
import { finishSwap } from "../../src/bank/folder-swap.ts";
import { reembed } from "../../src/bank/reembed.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { UsageError } from "../../src/errors.ts";
import type { Lesson } from "../../src/lesson/lesson.ts";
import { lessonbank } from "../cli/scripted-terminal.ts";
import { exampleShowing } from "../lesson/example-showing.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";

const every = process.env["LESSONBANK_KILL_POINTS"] === "all";
const structural = createStructuralEmbedder();
const code = "int f(int n) { int s = 0; for (int i = 0; i < n; i++) s += i; return s; }\n";

/** Another embedder, of other dimensions. */
const other: Embedder = {
  id: "other-7",
  dimensions: 3,
  embedText: async (texts) => texts.map((text) => Float32Array.of(text.length % 2, 1 - (text.length % 2), 0)),
  embedCode: async (sources) => sources.map(() => Float32Array.of(0, 0, 1)),
};

const content = ["bank.json", "changes.lance", "lessons.lance", "showings.lance"];

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
  folder = join(root, "bank");
});
afterEach(() => rm(root, { recursive: true, force: true }));

function lessons(count: number) {
  return Array.from({ length: count }, (_, index) => exampleLesson({ text: `Lesson number ${index}.` }));
}

async function makeBank(directory: string, embedder: Embedder, count = 3): Promise<void> {
  const bank = await openBank(directory, { embedder });
  await bank.add(lessons(count).map((lesson) => ({ lesson, code })));
  await bank.setFactors(new Map([[lessons(1)[0]!.id, 1.5]]));
  await bank.close();
}

/** Throws unless the bank is whole and of this embedder. */
async function checkWhole(directory: string, embedder: Embedder, count = 3): Promise<void> {
  const bank = await openBank(directory, { embedder });
  try {
    const expected = lessons(count).map((lesson, index) =>
      index === 0 ? { ...lesson, factor: 1.5 } : lesson,
    );
    const byId = (left: Lesson, right: Lesson) => (left.id < right.id ? -1 : 1);
    expect((await bank.list()).toSorted(byId)).toEqual(expected.toSorted(byId));
    expect(await bank.search({ text: "Lesson number 1.", limit: count })).toHaveLength(count);
    for await (const entry of bank.entries()) expect(entry.code).toBe(code);
  } finally {
    await bank.close();
  }
}

describe("moving a bank to another embedder", () => {
  test("carries lessons, code and factors over, and leaves nothing of the old one", async () => {
    await makeBank(folder, structural, 250);
    const told: number[] = [];
    const result = await reembed(folder, other, { onProgress: (done) => told.push(done) });
    expect(result).toEqual({ lessons: 250, from: structural.id, to: "other-7" });
    expect(told).toEqual([200, 250]);
    await checkWhole(folder, other, 250);
    expect((await readdir(folder)).toSorted()).toEqual(content);
    await expect(openBank(folder, { embedder: structural })).rejects.toThrow(/other-7/);
    expect(await reembed(folder, other)).toEqual({ lessons: 250, from: "other-7", to: "other-7" });
  });

  test("leaves draws and changes as they are: edited words, removed lessons and undoing stay what they were", async () => {
    await makeBank(folder, structural);
    const [first, second] = lessons(2) as [Lesson, Lesson];
    const before = await openBank(folder, { embedder: structural });
    const words = (text: string) => ({ text, preconditions: [...first.preconditions] });
    await before.change(
      { kind: "edited", lesson: first.id, before: words(first.text), after: words("New words.") },
      "person",
    );
    const removed = await before.change({ kind: "removed", lesson: second.id, reason: "wrong" }, "person");
    await before.addShowings([exampleShowing()]);
    await before.close();
    expect((await reembed(folder, other)).lessons).toBe(3);
    const after = await openBank(folder, { embedder: other });
    expect((await after.list()).map(({ text }) => text).toSorted()).toEqual([
      "Lesson number 2.",
      "New words.",
    ]);
    expect(await after.showings()).toEqual([exampleShowing()]);
    await after.change({ kind: "undone", change: removed.id }, "person");
    expect(await after.get(second.id)).toMatchObject({ text: second.text });
    await after.close();
  });

  test("is found out by whoever has the bank open: nothing of the old embedder is added or searched for any more", async () => {
    await makeBank(folder, structural);
    const open = await openBank(folder, { embedder: structural });
    await reembed(folder, other);
    const late = [{ lesson: exampleLesson({ text: "Too late." }), code }];
    await expect(open.add(late)).rejects.toThrow(/other-7/);
    await expect(open.search({ text: "loops", limit: 1 })).rejects.toThrow(/other-7/);
    await open.close();
    await checkWhole(folder, other);
  });

  test("brings along what others add meanwhile", async () => {
    await makeBank(folder, structural, 2);
    const late = exampleLesson({ text: "Lesson number 2." });
    let added: Promise<void> | undefined;
    await reembed(folder, {
      ...other,
      async embedText(texts) {
        added ??= openBank(folder).then(async (bank) => {
          await bank.add([{ lesson: late, code }]);
          await bank.close();
        });
        await added;
        return other.embedText(texts);
      },
    });
    await checkWhole(folder, other, 3);
  });

  test("leaves the old bank where the embedder fails, the user interrupts, or there is no bank", async () => {
    await expect(reembed(folder, other)).rejects.toBeInstanceOf(UsageError);
    expect(await readdir(root)).toEqual([]);
    await makeBank(folder, structural);
    const failing = { ...other, embedCode: () => Promise.reject(new Error("no vectors today")) };
    await expect(reembed(folder, failing)).rejects.toThrow("no vectors today");
    const signal = AbortSignal.abort(new Error("interrupted"));
    await expect(reembed(folder, other, { signal })).rejects.toThrow("interrupted");
    expect((await readdir(folder)).toSorted()).toEqual(content);
    await checkWhole(folder, structural);
  });

  test("is finished by the next to come, at whichever step of the swap it was killed, and never taken for an empty folder", async () => {
    const work = ".new-reembed-0123456789ab";
    await makeBank(folder, structural);
    await mkdir(join(folder, "other.lance"));
    await writeFile(join(folder, "other.lance", "data"), "old");
    await makeBank(join(folder, work, "bank"), other);
    const swap = { work, old: ["lessons.lance", "other.lance"], new: content };
    const steps: (() => Promise<unknown>)[] = [
      () => mkdir(at(work, "old")),
      () => rename(at("lessons.lance"), at(work, "old", "lessons.lance")),
      () => rename(at("other.lance"), at(work, "old", "other.lance")),
      () => rename(at(work, "bank", "bank.json"), at("bank.json")),
      () => rename(at(work, "bank", "lessons.lance"), at("lessons.lance")),
      () => rename(at(work), at(".new-gone-1")),
      () => rm(at(".new-swap.json")),
    ];
    const begun = join(root, "begun");
    let place = begun;
    const at = (...names: string[]): string => join(place, ...names);
    await checkWhole(folder, structural);
    await cp(folder, begun, { recursive: true });
    await writeFile(join(begun, ".new-swap.json"), JSON.stringify(swap));
    for (let killedAfter = 0; killedAfter <= steps.length; killedAfter++) {
      place = join(root, `killed-${killedAfter}`);
      await cp(begun, place, { recursive: true });
      for (const step of steps.slice(0, killedAfter)) await step();
      if (killedAfter >= 2 && killedAfter <= 4) {
        await expect(openBank(place), `after ${killedAfter}`).rejects.toThrow(
          /lessons.lance is missing|other-7/,
        );
      }
      // Two at once, as two commands would.
      await Promise.all([finishSwap(place), finishSwap(place)]);
      await checkWhole(place, other);
      const left = (await readdir(place)).filter((name) => !name.startsWith(".new-gone"));
      expect(left.toSorted(), `after ${killedAfter}`).toEqual(content);
    }
  });

  test("a swap file that is none, or leads elsewhere, moves nothing", async () => {
    await makeBank(folder, structural);
    for (const text of ["", "{}", JSON.stringify({ work: "../..", old: ["bank.json"], new: [] })]) {
      await writeFile(join(folder, ".new-swap.json"), text);
      await expect(finishSwap(folder)).rejects.toBeInstanceOf(UsageError);
    }
    await rm(join(folder, ".new-swap.json"));
    await checkWhole(folder, structural);
  });

  test.runIf(every)(
    "a process that moves it may be killed at any of a hundred moments",
    async () => {
      const start = join(root, "start");
      await makeBank(start, other);
      const source = (file: string) => pathToFileURL(join(import.meta.dirname, "../../dist/bank", file)).href;
      const program = `
      import { reembed } from ${JSON.stringify(source("reembed.js"))};
      import { createStructuralEmbedder } from ${JSON.stringify(source("structural-embedder.js"))};
      process.stdout.write("begun\\n");
      await reembed(process.argv[1], createStructuralEmbedder());`;
      /** Kills after so long, counted from its beginning; without a number, waits. Returns how long it took. */
      async function moveAndKill(place: string, afterMs?: number): Promise<number> {
        await cp(start, place, { recursive: true });
        const child = execa(process.execPath, ["--input-type=module", "--eval", program, place], {
          reject: false,
        });
        await new Promise((begun) => child.stdout.once("data", begun));
        const begunAt = performance.now();
        if (afterMs !== undefined) await Promise.race([sleep(afterMs), child]);
        if (afterMs !== undefined) child.kill("SIGKILL");
        await child;
        return performance.now() - begunAt;
      }
      const wholeMs = await moveAndKill(join(root, "unharmed"));
      const [ends, moments] = [{ old: 0, new: 0 }, every ? 100 : 2];
      for (let moment = 1; moment <= moments; moment++) {
        const place = join(root, `bank-${moment}`);
        await moveAndKill(place, (moment / moments) * wholeMs);
        await finishSwap(place);
        const { embedder } = JSON.parse(await readFile(join(place, "bank.json"), "utf8")) as {
          embedder: { id: string };
        };
        const isNew = embedder.id === structural.id;
        ends[isNew ? "new" : "old"] += 1;
        await checkWhole(place, isNew ? structural : other);
        await rm(place, { recursive: true });
      }
      expect(ends.old + ends.new).toBe(moments);
      if (every) expect(Math.min(ends.old, ends.new), JSON.stringify(ends)).toBeGreaterThan(0);
    },
    every ? 600_000 : 60_000,
  );
});

describe("lessonbank lessons reembed", () => {
  test("moves a bank, says so, and the bank is refused without its embedder", async () => {
    await makeBank(folder, other);
    const stats = await lessonbank(["lessons", "stats", "--bank", folder], { directory: root });
    expect(stats.stdout).toContain("embedder other-7");
    const refused = await lessonbank(["lessons", "search", "loops", "--bank", folder], { directory: root });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/pinned to the embedder other-7/);
    expect(refused.stderr).toMatch(/lessonbank lessons reembed --to structural --bank bank/);
    const moved = await lessonbank(["lessons", "reembed", "--to", "structural", "--bank", folder, "--json"], {
      directory: root,
    });
    expect(moved.code).toBe(0);
    expect(JSON.parse(moved.stdout)).toEqual({ lessons: 3, from: "other-7", to: structural.id });
    const found = await lessonbank(["lessons", "search", "loops", "--bank", folder], { directory: root });
    expect(found).toMatchObject({ code: 0, stderr: "" });
    const again = await lessonbank(["lessons", "reembed", "--to", "structural", "--bank", folder], {
      directory: root,
    });
    expect(again.stdout).toMatch(/3 lessons in bank were there already/);
  });

  test("refuses an embedder that is none before it touches the bank", async () => {
    const ran = await lessonbank(["lessons", "reembed", "--to", "struct", "--bank", folder], {
      directory: root,
    });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/no kind of embedder/);
    expect(await readdir(root)).toEqual([]);
  });
});
