import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shippedTasks } from "../../src/cli/places.ts";
import { lessonbank } from "./scripted-terminal.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lessonbank-evaluate-"));
});
afterAll(() => rm(directory, { recursive: true }));

const task = "polynomial";
const documentKeys = ["calls", "evaluationMs", "faster", "status", "task"];

async function evaluate(source: string): Promise<Record<string, unknown>> {
  await writeFile(join(directory, "candidate.cpp"), source);
  const { code, stdout, stderr } = await lessonbank(["evaluate", task, "candidate.cpp", "--json"], {
    directory,
  });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

test("the reference itself is measured, and is not faster than itself", async () => {
  const file = JSON.parse(await readFile(join(shippedTasks, task, "task.json"), "utf8")).source;
  const document = await evaluate(await readFile(join(shippedTasks, task, file), "utf8"));
  expect(document).toMatchObject({ task, status: "measured", faster: false, speedup: { confidence: 0.99 } });
  const keys = new Set([...documentKeys, "speedup", "referenceMs", "candidateMs"]);
  expect(Object.keys(document).filter((key) => key !== "reason" && !keys.has(key))).toEqual([]);
});

test.each([
  ["a file that does not compile", "int f( {", /^(rejected|not-compiled)$/],
  ["an empty file", "", /^rejected$/],
  ["a binary file", "\u0000\u0001\u0002ELF", /^rejected$/],
  ["a file of 3 MB", `int x;\n${"// padding\n".repeat(300_000)}`, /^rejected$/],
])("%s is a result, not a failure of the command", async (_name, source, status) => {
  const document = await evaluate(source);
  expect(document["status"]).toMatch(status);
  expect(Object.keys(document).toSorted()).toEqual([...documentKeys, "reason"].toSorted());
});

test("for a person, the verdict and the reason are printed", async () => {
  await writeFile(join(directory, "empty.cpp"), "");
  const { code, stdout } = await lessonbank(["evaluate", task, "empty.cpp"], { directory });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^✗ polynomial: rejected\n.+/);
});
