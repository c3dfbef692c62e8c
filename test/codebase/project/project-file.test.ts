import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parseProjectFile } from "../../../src/codebase/project/project-file.ts";
import { schemaFile, schemaText } from "../../../src/codebase/project/write-schema.ts";

test("the published schema is current: otherwise run node dist/codebase/write-schema.js", async () => {
  expect(await readFile(schemaFile, "utf8")).toBe(schemaText());
});

test("what is wrong in lessonbank.json is named with its place", () => {
  expect(() => parseProjectFile('{"tset": "make check"}')).toThrow('unknown key "tset"');
  expect(() => parseProjectFile('{"metric": {"better": "lower"}}')).toThrow(
    'expected either "pattern" or "jsonPath"',
  );
  expect(() => parseProjectFile('{"limits": {"testSeconds": "ten"}}')).toThrow('"limits.testSeconds"');
  expect(() => parseProjectFile("{")).toThrow("is not JSON");
});
