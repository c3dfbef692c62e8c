import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { journalJsonSchema } from "../../src/run/record.ts";
import { schemaFile, schemaText } from "../../src/run/write-schema.ts";

test("the published schema is current: otherwise run node dist/run/write-schema.js", () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(schemaText());
});

test("the schema has a shape for every type of line, and no line may hold more", () => {
  const { oneOf, anyOf } = journalJsonSchema() as Record<"oneOf" | "anyOf", any[] | undefined>;
  const shapes = oneOf ?? anyOf ?? [];
  expect(shapes.map((shape) => shape.properties.type.const)).toContain("model-answered");
  expect(shapes.length).toBe(21);
  for (const shape of shapes) {
    expect(shape.additionalProperties).toBe(false);
    expect(shape.required).toEqual(
      expect.arrayContaining(["version", "sequence", "at", "elapsedMs", "type"]),
    );
  }
});
