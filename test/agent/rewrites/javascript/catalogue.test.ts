import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "vitest";
import { rewrites } from "../../../../src/agent/rewrites/c/catalogue.ts";
import { javascriptRewrites } from "../../../../src/agent/rewrites/javascript/catalogue.ts";

const folder = fileURLToPath(new URL("../../../../src/agent/rewrites/javascript", import.meta.url));

describe("the rewrites of JavaScript and TypeScript", () => {
  it("are all in the catalogue, each under the name of its file", () => {
    const files = readdirSync(folder).filter((file) =>
      /^export const \w+: Rewrite\b/m.test(readFileSync(`${folder}/${file}`, "utf8")),
    );
    expect(javascriptRewrites.map(({ name }) => `${name}.ts`).toSorted()).toEqual(files.toSorted());
  });

  it("have names that no other rewrite has", () => {
    const names = [...rewrites, ...javascriptRewrites].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(javascriptRewrites.map((rewrite) => [rewrite.name, rewrite] as const))(
    "%s says what it does, where it is described and what it teaches",
    (_name, { idea, reference, lessons }) => {
      for (const text of [idea, lessons.faster, lessons.slower, lessons.wrong])
        expect(text).toMatch(/^[A-Z].*\.$/);
      expect(reference.length).toBeGreaterThan(10);
    },
  );
});
