import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { families, familyOf, tunedOn } from "../../bench/families.ts";

const shipped = readdirSync(join(import.meta.dirname, "../../tasks"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test("every task that ships is in one family, and no family has a task that does not ship", () => {
  const placed: string[] = Object.values(families).flat();
  expect(placed.toSorted()).toEqual(shipped.toSorted());
  expect(() => familyOf("no-such-task")).toThrow(/is in no family/);
});

test("fourteen tasks were tuned on, whatever came to their families since", () => {
  expect(shipped.filter(tunedOn)).toHaveLength(14);
  expect(familyOf("nearest-code")).toBe(familyOf("bit-count"));
  expect([tunedOn("bit-count"), tunedOn("nearest-code")]).toEqual([true, false]);
});
