import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bank } from "../../src/bank/bank.ts";
import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import type { Lesson } from "../../src/lesson/lesson.ts";
import { optimize } from "../../src/run/optimize.ts";
import { readJournal } from "../../src/run/read-journal.ts";
import { replay } from "../../src/run/replay.ts";
import { journalLineSchema } from "../../src/run/record.ts";
import { resume } from "../../src/run/resume.ts";
import type { OptimizeResult } from "../../src/run/result.ts";
import { task } from "../strategy/scripted.ts";
import { fillFromOtherTasks } from "./other-tasks-bank.ts";
import { scriptedRun } from "./scripted-run.ts";

/** Asked for by `npm run test:killed`. */
const every = process.env["LESSONBANK_KILL_POINTS"] === "all";

const folder = mkdtempSync(join(tmpdir(), "lessonbank-resume-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a run begins with: other tasks have filled it. */
async function newBank(): Promise<Bank> {
  const bank = createMemoryBank({ embedder: createStructuralEmbedder() });
  await fillFromOtherTasks(bank, task);
  return bank;
}

describe("a run that is cut off anywhere and resumed", () => {
  const whole = join(folder, "whole.jsonl");
  let result: OptimizeResult;
  let bytes: Buffer;
  let calls: number;
  let evaluations: number;
  let finalBank: unknown;
  beforeAll(async () => {
    const run = scriptedRun({ journal: whole, bank: await newBank(), policy: "curated" });
    result = await optimize(run.options).result;
    bytes = readFileSync(whole);
    calls = run.models.reduce((sum, model) => sum + model.asked.length, 0);
    evaluations = run.evaluator.judged.length;
    finalBank = await contentOf(run.options.bank!);
  });

  it("is a run in which every kind of event happens", () => {
    const types = new Set(readJournal(whole).lines.map((line) => line.type));
    // Nobody resumed it, and the reader keeps its last line apart.
    const all = journalLineSchema.options.map(({ shape }) => String(shape.type.value));
    expect([...types, "run-resumed", "run-ended"].toSorted()).toEqual(all.toSorted());
    expect(finalBank).toMatchObject({
      showings: expect.arrayContaining([expect.objectContaining({ policy: "curated" })]),
      changes: [{ by: "person" }, { by: result.run, what: { kind: "retired" } }],
    });
  });

  it("ends with what the bank says where that cannot be written once more", async () => {
    const lines = readFileSync(whole, "utf8").split("\n");
    const written = lines.findIndex((line) => line.includes('"type":"bank-written"'));
    const path = join(folder, "unwritable.jsonl");
    writeFileSync(path, `${lines.slice(0, written + 1).join("\n")}\n`);
    const refuse = (): Promise<never> => Promise.reject(new Error("the bank is damaged"));
    const bank = { ...(await newBank()), add: refuse };
    const { options } = scriptedRun({ bank });
    await expect(resume({ ...options, journal: path }).result).rejects.toThrow("the bank is damaged");
  });

  it.runIf(every)(
    "comes to the same end at 200 points, with no call paid twice and no evaluation lost",
    async () => {
      const ends = lineEnds(bytes);
      let points = 0;
      for (const index of ends.slice(0, -1).keys()) points += await expectSameEnds(ends, index);
      expect(points).toBeGreaterThanOrEqual(200);
    },
    300_000,
  );

  it("comes to the same end after the first event of every kind, and within the next one", async () => {
    const types = readJournal(whole).lines.map(({ type }) => type);
    const ends = lineEnds(bytes).slice(0, types.length);
    for (const [index, type] of types.slice(0, -1).entries())
      if (types.indexOf(type) === index) await expectSameEnds(ends, index);
  }, 300_000);

  /** Cut off between two lines, and within the next one: after its first byte, in its midst, or before its last. How many points these are. */
  async function expectSameEnds(ends: readonly number[], index: number): Promise<number> {
    const [end = 0, next = end] = ends.slice(index);
    const within = [end + 1, Math.floor((end + next) / 2), next - 1][index % 3] ?? end;
    await expectSameEnd(end, index % 8 === 0);
    await expectSameEnd(within, false);
    return 2;
  }

  async function expectSameEnd(cut: number, alsoReplayed: boolean): Promise<void> {
    const path = join(folder, `cut-${cut}.jsonl`);
    writeFileSync(path, bytes.subarray(0, cut));
    const read = readJournal(path);
    const known = {
      calls: read.lines.filter((line) => line.type === "model-answered" || line.type === "model-failed")
        .length,
      evaluations: read.lines.filter((line) => line.type === "evaluated").length,
    };
    const again = scriptedRun({ bank: await newBank() });
    const resumed = await resume({ ...again.options, journal: path }).result;
    expect({ cut, ...comparable(resumed) }).toEqual({ cut, ...comparable(result) });
    expect(again.models.reduce((sum, model) => sum + model.asked.length, 0)).toBe(calls - known.calls);
    expect(again.evaluator.judged.length).toBe(evaluations - known.evaluations);
    expect(await contentOf(again.options.bank!)).toEqual(finalBank);
    if (alsoReplayed) {
      const { agents } = scriptedRun().options;
      const replayed = await replay({ journal: path, agents }).result;
      expect({ cut, ...comparable(replayed) }).toEqual({ cut, ...comparable(result) });
    }
    rmSync(path);
  }
});

/** Where each line ends. */
function lineEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at + 1);
  return ends;
}

/** Without the clock, and in an order that does not depend on which of two that ran side by side was done first. */
function comparable({ costs, journal: _journal, attempts, lessons, ...rest }: OptimizeResult): object {
  const { wallMs: _wallMs, ...spent } = costs;
  return {
    ...rest,
    attempts: attempts.toSorted((a, b) => (a.candidate < b.candidate ? -1 : 1)),
    lessons: lessons.map(withoutTime).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    spent,
  };
}

function withoutTime({ createdAt: _createdAt, ...lesson }: Lesson): Omit<Lesson, "createdAt"> {
  return lesson;
}

async function contentOf(bank: Bank): Promise<object> {
  const lessons = (await bank.list()).map(withoutTime).toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const showings = (await bank.showings()).map(({ at: _at, ...showing }) => showing);
  const changes = (await bank.history()).map(({ by, what }) => ({ by, what }));
  return { lessons, showings: showings.toSorted((a, b) => (a.id < b.id ? -1 : 1)), changes };
}
