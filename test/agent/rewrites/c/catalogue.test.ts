import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  arithmeticRewrites,
  libraryRewrites,
  loopRewrites,
  rewrites,
} from "../../../../src/agent/rewrites/c/catalogue.ts";

const folder = fileURLToPath(new URL("../../../../src/agent/rewrites/c", import.meta.url));

test("every rewrite of the folder is in the catalogue, under the name of its file", () => {
  const files = readdirSync(folder).filter(
    (file) =>
      file.endsWith(".ts") && /^export const \w+: Rewrite\b/m.test(readFileSync(`${folder}/${file}`, "utf8")),
  );
  expect(rewrites.map(({ name }) => `${name}.ts`).toSorted()).toEqual(files.toSorted());
});

test("every rewrite stands in one group alone", () => {
  expect(new Set(rewrites).size).toBe(
    loopRewrites.length + arithmeticRewrites.length + libraryRewrites.length,
  );
});

test.each(rewrites.map((rewrite) => [rewrite.name, rewrite] as const))(
  "%s says what it does, where it is described and what it teaches",
  (_name, { idea, reference, lessons }) => {
    for (const text of [idea, lessons.faster, lessons.slower, lessons.wrong])
      expect(text).toMatch(/^[A-Z].*\.$/);
    expect(reference.length).toBeGreaterThan(10);
  },
);
