import { describe, expect, test } from "vitest";
import type { Bank } from "../../src/bank/bank.ts";
import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { UsageError } from "../../src/errors.ts";
import { exportLessons, importLessons } from "../../src/lesson/exchange.ts";
import { exampleLesson } from "./example-lesson.ts";

const code = "int f(void) {\n\treturn 1;\n}\n";
const newBank = (): Bank => createMemoryBank({ embedder: createStructuralEmbedder() });

async function linesOf(bank: Bank): Promise<string[]> {
  const lines = [];
  for await (const line of exportLessons(bank)) lines.push(line);
  return lines;
}

async function filledBank(): Promise<Bank> {
  const bank = newBank();
  await bank.add([
    { lesson: exampleLesson({ text: "first" }), code },
    { lesson: exampleLesson({ text: "second", status: "crashed" }), code: "" },
  ]);
  return bank;
}

describe("lessons as lines", () => {
  test("come back as they went out, factors and code included", async () => {
    const bank = await filledBank();
    await bank.setFactors(new Map([[exampleLesson({ text: "first" }).id, 1.1]]));
    const lines = await linesOf(bank);
    expect(lines).toHaveLength(2);
    expect(lines.join("")).not.toContain("\n");
    const copy = newBank();
    expect(await importLessons(copy, ["", ...lines, "  "])).toBe(2);
    expect(await linesOf(copy)).toEqual(lines);
    // A second time changes nothing.
    expect(await importLessons(copy, lines)).toBe(2);
    expect(await linesOf(copy)).toEqual(lines);
  });

  test("are all checked before one is added, and the line that is wrong is named", async () => {
    const [first = "", second = ""] = await linesOf(await filledBank());
    const wrong: readonly [string, RegExp][] = [
      ["{ half", /line 3 is not a lesson: it is not JSON/],
      ["[]", /line 3 .*expected object/i],
      [second.replace('"version":1', '"version":2'), /line 3 .*version/],
      [second.replace('"factor":1', '"factor":1,"rank":7'), /line 3 .*lesson: unknown field rank/],
      [second.replace('"round":1', '"round":"one"'), /line 3 .*lesson\.evidence\.round/],
      [second.replace(/"text":"[^"]*"/, '"text":"\\u0000 \\u0007"'), /line 3 .*lesson\.text/],
      [second.replace(/"text":"[^"]*"/, `"text":"${"x".repeat(5000)}"`), /line 3 .*lesson\.text/],
      [`"${"x".repeat(5_000_000)}"`, /line 3 .*longer/],
    ];
    for (const [line, message] of wrong) {
      const bank = newBank();
      const importing = importLessons(bank, [first, "", line]);
      await expect(importing).rejects.toThrow(message);
      await expect(importing).rejects.toBeInstanceOf(UsageError);
      expect(await bank.list()).toEqual([]);
    }
  });

  test("lose the control characters that a foreign file carries", async () => {
    const [line = ""] = await linesOf(await filledBank());
    const bank = newBank();
    await importLessons(bank, [line.replace("first", "\\u001b[31mfirst\\u202e")]);
    expect((await bank.list())[0]?.text).toBe("first");
  });
});
