import { expect, test } from "vitest";
import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { readOnlyBank } from "../../src/bank/read-only-bank.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { exampleShowing } from "../lesson/example-showing.ts";

const code = "int f(void) { return 1; }\n";

test("an experiment sees the bank and what it adds, and the bank sees nothing of it", async () => {
  const bank = createMemoryBank({ embedder: createStructuralEmbedder() });
  const known = exampleLesson({ text: "Known before." });
  await bank.add([{ lesson: known, code }]);
  const seen = readOnlyBank(bank);
  const fresh = exampleLesson({ text: "Learned in the experiment." });
  await seen.add([{ lesson: fresh, code }]);
  await seen.addShowings([exampleShowing()]);
  await seen.setFactors(new Map([[known.id, 1.5]]));
  expect((await seen.list()).map(({ text }) => text)).toEqual([known.text, fresh.text]);
  expect(await seen.search({ text: "experiment", limit: 2 })).toHaveLength(2);
  expect((await seen.statistics()).lessons).toBe(2);
  expect(await seen.showings()).toHaveLength(1);
  expect(await seen.get(fresh.id)).toEqual(fresh);
  await seen.close();

  expect(await bank.list()).toEqual([known]);
  expect(await bank.showings()).toEqual([]);
});
