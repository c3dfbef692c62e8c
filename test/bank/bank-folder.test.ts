import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { folderOfTable, placeTable, writeDescription } from "../../src/bank/bank-folder.ts";

const tableFolder = folderOfTable("lessons");

describe("putting a new table into place", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function fill(staging: string, content: string): Promise<void> {
    await mkdir(join(staging, tableFolder));
    await writeFile(join(staging, tableFolder, "data"), content);
  }

  test("makes the folders above it, and leaves nothing beside the table", async () => {
    const folder = join(root, "a/b");
    await placeTable(folder, "lessons", (staging) => fill(staging, "mine"));
    expect(await readdir(folder, { recursive: true })).toEqual([tableFolder, join(tableFolder, "data")]);
  });

  test("leaves the table of whoever was quicker", async () => {
    await placeTable(root, "lessons", async (staging) => {
      await placeTable(root, "lessons", (other) => fill(other, "theirs"));
      await fill(staging, "mine");
    });
    expect(await readdir(root)).toEqual([tableFolder]);
    expect(await readFile(join(root, tableFolder, "data"), "utf8")).toBe("theirs");
  });

  test("takes away what it made when it fails, and nothing that others put there meanwhile", async () => {
    const fail = async (): Promise<void> => {
      throw new Error("no table");
    };
    await expect(placeTable(join(root, "a/b/c"), "lessons", fail)).rejects.toThrow("no table");
    expect(await readdir(root)).toEqual([]);
    const failLate = async (): Promise<void> => {
      await mkdir(join(root, "a/other"), { recursive: true });
      return fail();
    };
    await expect(placeTable(join(root, "a/b/c"), "lessons", failLate)).rejects.toThrow("no table");
    expect(await readdir(root, { recursive: true })).toEqual(["a", "a/other"]);
  });

  test("never replaces a description that is there", async () => {
    const description = { format: "lessonbank", version: 1, embedder: { id: "one", dimensions: 3 } } as const;
    await writeFile(join(root, "bank.json"), "first");
    await writeDescription(root, description);
    expect(await readdir(root)).toEqual(["bank.json"]);
    expect(await readFile(join(root, "bank.json"), "utf8")).toBe("first");
  });
});
