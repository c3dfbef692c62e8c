import { beforeAll, describe, expect, test } from "vitest";
import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { loadGrammars } from "../../src/code/parser.ts";
import { nearestOfOtherTasks } from "../../src/strategy/nearest-lessons.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { task } from "./scripted.ts";

beforeAll(loadGrammars);

const far = "int add(int a, int b) { return a + b; }";

async function bankOf(lessons: Readonly<Record<string, { readonly count: number; readonly code: string }>>) {
  const bank = createMemoryBank({ embedder: createStructuralEmbedder() });
  for (const [name, { count, code }] of Object.entries(lessons)) {
    await bank.add(
      Array.from({ length: count }, (_, index) => ({
        lesson: exampleLesson({ text: `${name} ${index}`, task: name }),
        code,
      })),
    );
  }
  return bank;
}

/** How many lessons of each task, nearest first. */
async function seen(bank: Awaited<ReturnType<typeof bankOf>>, reach: number): Promise<[string, number][]> {
  const hits = await nearestOfOtherTasks(bank, task, reach);
  expect(new Set(hits.map(({ lesson }) => lesson.id)).size).toBe(hits.length);
  const similarities = hits.map(({ similarity }) => similarity);
  expect(similarities).toEqual(similarities.toSorted((left, right) => right - left));
  const counts = new Map<string, number>();
  for (const { lesson } of hits)
    counts.set(lesson.evidence.task, (counts.get(lesson.evidence.task) ?? 0) + 1);
  return [...counts];
}

describe("Of other tasks a run looks at the nearest lessons", () => {
  test("and never at its own", async () => {
    const bank = await bankOf({
      [task.name]: { count: 3, code: task.source.text },
      near: { count: 2, code: task.source.text },
    });
    expect(await seen(bank, 100)).toEqual([["near", 2]]);
  });

  test("and a task with hundreds of them does not hide the others", async () => {
    const bank = await bankOf({
      near: { count: 300, code: task.source.text },
      nearToo: { count: 100, code: task.source.text },
      far: { count: 40, code: far },
      farToo: { count: 5, code: far },
    });
    const counts = Object.fromEntries(await seen(bank, 100));
    expect(counts).toEqual({ near: 35, nearToo: 30, far: 30, farToo: 5 });
  });

  test("all that there are where they are few, whosever they are", async () => {
    const bank = await bankOf({
      near: { count: 70, code: task.source.text },
      far: { count: 20, code: far },
    });
    expect(await seen(bank, 100)).toEqual([
      ["near", 70],
      ["far", 20],
    ]);
    expect(await seen(bank, 0)).toEqual([]);
  });
});
