import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRecords, readRecords } from "../../bench/records.ts";
import { temporaryFolder } from "../evaluate/temporary.ts";

describe("records", () => {
  it("are taken up again where they ended, without the line that was cut off", async () => {
    const file = join(await temporaryFolder(), "some.jsonl");
    openRecords<number[]>("some", file).add([1, 2]);
    await appendFile(file, "[3,");
    expect(readRecords("some", file).items).toEqual([[1, 2]]);
    const again = openRecords<number[]>("some", file);
    again.add([4]);
    expect(again.items).toEqual([[1, 2], [4]]);
    expect(readRecords("some", file).items).toEqual([[1, 2], [4]]);
  });

  it("of another benchmark are refused", async () => {
    const file = join(await temporaryFolder(), "some.jsonl");
    openRecords("some", file).add({});
    expect(() => readRecords("other", file)).toThrow(/not the records of bench:other/);
  });
});
