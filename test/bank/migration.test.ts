import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { embedEntries } from "../../src/bank/entry.ts";
import { openBank } from "../../src/bank/lance-bank.ts";
import { toRecords } from "../../src/bank/lance-connection.ts";
import { openTable } from "../../src/bank/lance-table.ts";
import { toRow } from "../../src/bank/lesson-table.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { UsageError } from "../../src/errors.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { exampleShowing } from "../lesson/example-showing.ts";
import { asVersion2Bank, makeVersion1Bank } from "./version-1-bank.ts";

const code = "int twice(int n) { return n + n; }";
const lessons = ["one", "two", "three"].map((text) => exampleLesson({ text }));

describe("a bank of version 1", () => {
  let root: string;
  let folder: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
    folder = join(root, "bank");
    const entries = lessons.map((lesson) => ({ lesson, code }));
    await makeVersion1Bank(folder, [entries.slice(0, 2), entries.slice(2)]);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const versionOf = async (): Promise<unknown> =>
    (JSON.parse(await readFile(join(folder, "bank.json"), "utf8")) as { version: unknown }).version;

  test("is read as it is where nothing may be written", async () => {
    const before = await readdir(root, { recursive: true });
    const bank = await openBank(folder, { readOnly: true });
    expect(await bank.list()).toEqual(lessons);
    expect((await bank.search({ text: "two", limit: 1 }))[0]?.lesson).toEqual(lessons[1]);
    expect(await bank.showings()).toEqual([]);
    expect(await bank.history()).toEqual([]);
    expect((await bank.statistics()).lessons).toBe(3);
    await bank.close();
    expect(await readdir(root, { recursive: true })).toEqual(before);
    expect(await versionOf()).toBe(1);
  });

  test("becomes one of this version when it is opened to be written to", async () => {
    const reader = await openBank(folder, { readOnly: true });
    const bank = await openBank(folder);
    expect(await versionOf()).toBe(3);
    expect(await bank.list()).toEqual(lessons);
    await bank.addShowings([exampleShowing()]);
    const removal = { kind: "removed", lesson: lessons[0]!.id, reason: "" } as const;
    await bank.change(removal, "person");
    await bank.setFactors(new Map([[lessons[1]!.id, 1.1]]));
    const now = [{ ...lessons[1], factor: 1.1 }, lessons[2]];
    expect(await bank.list()).toEqual(now);
    // Also by whoever had it open before.
    expect(await reader.list()).toEqual(now);
    expect(await reader.showings()).toEqual([exampleShowing()]);
    await Promise.all([bank.close(), reader.close()]);
    const again = await openBank(folder);
    expect(await again.list()).toEqual(now);
    await again.close();
    const opened = await openTable(folder, createStructuralEmbedder());
    expect(await opened.table.countRows()).toBe(3);
    expect(await opened.table.countRows("words IS NULL OR vectors IS NULL")).toBe(0);
    opened.close();
  });

  test("is brought to this version by several at once", async () => {
    const banks = await Promise.all([1, 2, 3].map(() => openBank(folder)));
    for (const bank of banks) expect(await bank.list()).toEqual(lessons);
    await Promise.all(banks.map((bank) => bank.close()));
    expect(await versionOf()).toBe(3);
  });

  test("that says in its table that it comes from the future is refused, also without bank.json", async () => {
    const bank = await openBank(folder);
    await bank.close();
    await rm(join(folder, "bank.json"));
    await rm(join(folder, "changes.lance"), { recursive: true });
    const { connectNamespace } = await import("@lancedb/lancedb");
    const connection = await connectNamespace("dir", { root: folder, manifestEnabled: false });
    const { changeTableSchema } = await import("../../src/bank/change-table.ts");
    const { id, dimensions } = createStructuralEmbedder();
    const future = { format: "lessonbank", version: 4, embedder: { id, dimensions } } as const;
    (await connection.createEmptyTable("changes", await changeTableSchema(future))).close();
    connection.close();
    for (const readOnly of [true, false]) {
      const error: unknown = await openBank(folder, { readOnly }).catch((caught: unknown) => caught);
      if (!(error instanceof UsageError)) throw error;
      expect(error.message).toMatch(/version 4/);
      expect(error.remedy).toMatch(/update/);
    }
    await writeFile(join(folder, "bank.json"), JSON.stringify(future));
    await expect(openBank(folder)).rejects.toThrow(/version 4/);
  });
});

describe("a bank of version 2", () => {
  test("gets both vectors of each lesson as one, also of those that an earlier lessonbank adds meanwhile", async () => {
    const root = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
    const folder = join(root, "bank");
    const embedder = createStructuralEmbedder();
    const first = await openBank(folder);
    await first.add(lessons.slice(0, 2).map((lesson) => ({ lesson, code })));
    await first.close();
    await asVersion2Bank(folder);
    const asked = { text: "two", code: { text: code, language: "c" }, limit: 2 } as const;
    const reader = await openBank(folder, { readOnly: true });
    const before = await reader.search(asked);
    expect(before).toHaveLength(2);
    await reader.close();
    const bank = await openBank(folder);
    const after = await bank.search(asked);
    expect(after.map(({ lesson }) => lesson)).toEqual(before.map(({ lesson }) => lesson));
    for (const [index, { similarity }] of after.entries())
      expect(similarity).toBeCloseTo(before[index]!.similarity, 6);
    const opened = await openTable(folder, embedder);
    const { table } = opened;
    const [vectors] = await embedEntries(embedder, [{ lesson: lessons[2]!, code }]);
    const { vectors: _both, ...row } = toRow(vectors!, 1);
    await table.add([row]);
    expect(await table.countRows("vectors IS NULL")).toBe(1);
    await bank.close();
    // Whoever only reads finds it all the same.
    const late = await openBank(folder, { readOnly: true });
    expect((await late.search({ ...asked, limit: 3 })).map(({ lesson }) => lesson.id)).toHaveLength(3);
    await late.close();
    const again = await openBank(folder);
    expect(await again.search({ ...asked, limit: 3 })).toHaveLength(3);
    const rows = await table.query().select(["textVector", "codeVector", "vectors"]).toArray();
    expect(rows).toHaveLength(3);
    for (const each of toRecords(rows)) {
      const both = [...(each["textVector"] as Float32Array), ...(each["codeVector"] as Float32Array)];
      expect([...(each["vectors"] as Float32Array)]).toEqual(both);
    }
    opened.close();
    await again.close();
    await rm(root, { recursive: true, force: true });
  });
});
