import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLines } from "../../src/cli/read-lines.ts";
import { UsageError } from "../../src/errors.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lessonbank-lines-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function linesOf(file: string, input = ""): Promise<string[]> {
  const { lines } = await openLines({ directory, readInput: async () => input }, file);
  const all: string[] = [];
  for await (const line of lines()) all.push(line);
  return all;
}

test("lines are the same from a file, read twice, and from standard input", async () => {
  const text = `first ü\nsecond ${"€".repeat(100_000)}\n\nlast`;
  await writeFile(join(directory, "some.jsonl"), text);
  expect(await linesOf("some.jsonl")).toEqual(text.split("\n"));
  expect(await linesOf("-", text)).toEqual(text.split("\n"));
  await writeFile(join(directory, "empty.jsonl"), "");
  expect(await linesOf("empty.jsonl")).toEqual([]);
});

test("a file that is packed is unpacked as it is read, and one that unpacks to no end is not unpacked to it", async () => {
  await writeFile(join(directory, "packed"), gzipSync("first\nsecond"));
  expect(await linesOf("packed")).toEqual(["first", "second"]);
  // Whoever reads on to the end meets the damage there.
  const endless = Buffer.concat([gzipSync(`{}\n${"[".repeat(16 * 1024 * 1024)}`), Buffer.alloc(100, 1)]);
  await writeFile(join(directory, "bomb.gz"), endless);
  await expect(linesOf("bomb.gz")).rejects.toThrow("bomb.gz: line 2 is longer than 4194304 characters");
  await writeFile(join(directory, "cut.gz"), gzipSync("first\nsecond\n").subarray(0, 20));
  const reading = linesOf("cut.gz");
  await expect(reading).rejects.toThrow("cut.gz: it cannot be unpacked: it is cut short or damaged");
  await expect(reading).rejects.toBeInstanceOf(UsageError);
});

test.each([
  ["missing.jsonl", "missing.jsonl: there is no such file"],
  [".", ".: it is a folder"],
  ["binary.jsonl", "binary.jsonl: it is not UTF-8, in line 1 or soon after"],
  ["endless.jsonl", "endless.jsonl: line 2 is longer than 4194304 characters"],
  ["/dev/zero", "/dev/zero: line 1 is longer than 4194304 characters"],
])("%s is refused, and no more of it is read than shows it", async (file, message) => {
  await writeFile(join(directory, "binary.jsonl"), Buffer.from([0x61, 0x0a, 0xff, 0xfe, 0x00]));
  await writeFile(join(directory, "endless.jsonl"), `{}\n${"[".repeat(5_000_000)}`);
  const reading = linesOf(file);
  await expect(reading).rejects.toThrow(message);
  await expect(reading).rejects.toBeInstanceOf(UsageError);
});
