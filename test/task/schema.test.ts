import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { taskFileSchema } from "../../src/task/schema.ts";
import { schemaFile, schemaText } from "../../src/task/write-schema.ts";

test("the published JSON Schema is current", async () => {
  expect(await readFile(schemaFile, "utf8")).toBe(schemaText());
});

test("the published JSON Schema forbids unknown keys everywhere", async () => {
  const schema = JSON.parse(await readFile(schemaFile, "utf8"));
  for (const place of [
    schema,
    schema.properties.sizes,
    schema.properties.compiler,
    schema.$defs.rule,
    schema.$defs.each,
  ])
    expect(place.additionalProperties).toBe(false);
  expect(schema.required).toEqual(["source", "function"]);
});

test("rules nest: sorted, fields and each hold rules of their own", () => {
  const inputs = {
    a: { length: "n", sorted: { uniform: [0, 1] } },
    b: {
      length: 3,
      fields: { x: { sorted: { integers: ["-9223372036854775808", 5] } }, y: { constant: true } },
    },
    c: { length: "m", each: { length: [0, "n"], each: { length: 4, text: "ab" } } },
  };
  expect(taskFileSchema.parse({ source: "a.c", function: "f", inputs }).inputs).toEqual(inputs);
});
