import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRecords, readRecords } from "../../bench/records.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lessonbank-records-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("records", () => {
  it("are taken up again where they ended, without the line that was cut off", async () => {
    const file = join(folder, "some.jsonl");
    openRecords<number[]>("some", file).add([1, 2]);
    await appendFile(file, "[3,");
    expect(readRecords("some", file).items).toEqual([[1, 2]]);
    const again = openRecords<number[]>("some", file);
    again.add([4]);
    expect(again.items).toEqual([[1, 2], [4]]);
    expect(readRecords("some", file).items).toEqual([[1, 2], [4]]);
  });

  it("of another benchmark are refused", async () => {
    const file = join(folder, "some.jsonl");
    openRecords("some", file).add({});
    expect(() => readRecords("other", file)).toThrow(/not the records of bench:other/);
  });
});
