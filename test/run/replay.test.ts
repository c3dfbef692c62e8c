import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { optimize } from "../../src/run/optimize.ts";
import { readJournal } from "../../src/run/read-journal.ts";
import { replay } from "../../src/run/replay.ts";
import type { OptimizeResult } from "../../src/run/result.ts";
import { resume } from "../../src/run/resume.ts";
import { ReplayDifference } from "../../src/run/tape.ts";
import { scriptedRun } from "./scripted-run.ts";

const folder = mkdtempSync(join(tmpdir(), "lessonbank-replay-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const journal = join(folder, "run.jsonl");
let result: OptimizeResult;
let lines: string[];
const told: string[] = [];
beforeAll(async () => {
  const run = optimize(scriptedRun({ journal }).options);
  for await (const event of run) told.push(event.type);
  result = await run.result;
  lines = readFileSync(journal, "utf8").trimEnd().split("\n");
});

const team = () => scriptedRun().options.agents;

/** A journal with some of its lines changed. */
function changed(change: (record: Record<string, any>, index: number) => unknown): string {
  const path = join(folder, "changed.jsonl");
  const texts = lines.map((line, index) => {
    const record = JSON.parse(line);
    return JSON.stringify(change(record, index) ?? record);
  });
  writeFileSync(path, `${texts.join("\n")}\n`);
  return path;
}

describe("a replay", () => {
  it("comes to the same result without asking a model or judging a candidate", async () => {
    const again = scriptedRun();
    const { journal: _journal, ...same } = result;
    expect(await replay({ journal, agents: again.options.agents }).result).toEqual(same);
    expect(again.models.flatMap((model) => model.asked)).toEqual([]);
    expect(again.evaluator.judged).toEqual([]);
  });

  it("works on a packed journal, and on one that was read", async () => {
    const packed = join(folder, "run.jsonl.gz");
    writeFileSync(packed, gzipSync(readFileSync(journal)));
    const fromPacked = await replay({ journal: packed, agents: team() }).result;
    expect(await replay({ journal: readJournal(packed), agents: team() }).result).toEqual(fromPacked);
  });

  it("says the same events as the run, but for stages", async () => {
    const types: string[] = [];
    for await (const event of replay({ journal, agents: team() })) types.push(event.type);
    expect(types).toEqual(told.filter((type) => type !== "stage-entered"));
  });

  it.each<[string, (record: Record<string, any>) => void, RegExp]>([
    [
      "a candidate",
      (record) => {
        if (record["type"] === "candidate-proposed" && record["candidate"].round === 1)
          record["candidate"].source += "// changed";
      },
      /^line \d+: the run comes to another candidate-proposed: candidate\.source: .*changed.* is /,
    ],
    [
      "a reply",
      (record) => {
        if (record["type"] === "model-answered" && record["call"] === "one 1") record["reply"].text = "1.9";
      },
      /^line \d+: the run comes to another /,
    ],
    [
      "an Outcome",
      (record) => {
        if (record["type"] === "evaluated" && record["outcome"].speedup)
          record["outcome"].speedup = { ratio: 9, low: 8, high: 10, confidence: 0.99 };
      },
      /^line \d+: the record goes on with .*, the run wants that the bank took/,
    ],
    [
      "which lessons were shown",
      (record) => {
        if (record["type"] === "round-started" && record["round"] === 2) record["lessons"] = [];
      },
      /^line \d+: the run comes to another round-started: lessons\.0: absent is /,
    ],
    [
      "the seed",
      (record) => void (record["seed"] &&= 8),
      /^line \d+: the run comes to another model-asked: .*seed/,
    ],
    [
      "the winner",
      (record) => {
        if (record["type"] === "run-ended") record["best"].candidate = "another";
      },
      /^line \d+: the run ends otherwise: best\.candidate: "another" is /,
    ],
  ])("fails at the first difference where somebody changed %s", async (_, change, message) => {
    const failing = replay({ journal: changed(change), agents: team() }).result;
    await expect(failing).rejects.toThrow(ReplayDifference);
    await expect(failing).rejects.toThrow(message);
  });

  it("fails where a line is left out", async () => {
    const path = join(folder, "shorter.jsonl");
    const at = lines.findIndex((line) => line.includes('"type":"evaluated"'));
    const kept = lines.toSpliced(at, 1).map((line, index) => {
      return JSON.stringify({ ...JSON.parse(line), sequence: index });
    });
    writeFileSync(path, `${kept.join("\n")}\n`);
    await expect(replay({ journal: path, agents: team() }).result).rejects.toThrow(ReplayDifference);
  });

  it("of a run that died shows what had been measured by then", async () => {
    const path = join(folder, "died.jsonl");
    writeFileSync(path, `${lines.slice(0, Math.floor(lines.length / 2)).join("\n")}\n{"version":2,"seq`);
    const half = await replay({ journal: path, agents: team() }).result;
    // What was measured counts, also where the process died before it could say so.
    const { lines: kept } = readJournal(path);
    const judged = kept.flatMap((line) => (line.type === "candidate-judged" ? [line.candidate] : []));
    expect(half.ended).toBe("interrupted");
    expect(half.attempts.map(({ candidate }) => candidate).slice(0, judged.length)).toEqual(judged);
    expect(half.attempts.length).toBe(kept.filter((line) => line.type === "evaluated").length);
    expect(half.attempts.length).toBeGreaterThan(0);
    expect(half.attempts.length).toBeLessThan(result.attempts.length);
  });

  it("with another team is refused", async () => {
    await expect(replay({ journal }).result).rejects.toThrow(/the run's agents are one \(llm\), two \(llm\)/);
  });
});

describe("an interrupted run", () => {
  it("is kept, replayed to where it was, and resumed to its end", async () => {
    const path = join(folder, "interrupted.jsonl");
    const controller = new AbortController();
    const running = optimize(scriptedRun({ journal: path, signal: controller.signal }).options);
    for await (const event of running)
      if (event.type === "round-ended" && event.round === 1) controller.abort(new Error("Ctrl-C"));
    const first = await running.result;
    expect(first.ended).toBe("interrupted");
    const again = await replay({ journal: path, agents: team() }).result;
    expect(again.attempts).toEqual(first.attempts);
    const { attempts, ended, best } = await resume({ ...scriptedRun().options, journal: path }).result;
    expect(ended).toBe(result.ended);
    expect(attempts.length).toBeGreaterThan(first.attempts.length);
    expect(best?.candidate).toBeDefined();
    expect((await replay({ journal: path, agents: team() }).result).attempts).toEqual(attempts);
    await expect(resume({ ...scriptedRun().options, journal: path }).result).rejects.toThrow(
      /this run has ended/,
    );
  });

  it("may go on with more rounds than it had", async () => {
    const path = join(folder, "longer.jsonl");
    const controller = new AbortController();
    const running = optimize(scriptedRun({ journal: path, signal: controller.signal, rounds: 2 }).options);
    for await (const event of running)
      if (event.type === "round-ended" && event.round === 0) controller.abort(new Error("Ctrl-C"));
    await running.result;
    const { options } = scriptedRun();
    const longer = await resume({ ...options, rounds: 3, journal: path }).result;
    expect(longer.ended).toBe("3 rounds were done");
    expect((await replay({ journal: path, agents: team() }).result).attempts).toEqual(longer.attempts);
  });
});

describe("what is no journal is refused with the place", () => {
  it.each<[string, () => string | Buffer, RegExp]>([
    ["an empty file", () => "", /it does not begin as a journal does/],
    ["a binary file", () => Buffer.from([1, 2, 3, 10, 4]), /line 1: this is not JSON/],
    ["another JSON file", () => '{"name":"x"}\n', /line 1: /],
    [
      "a packed file that is cut short",
      () => gzipSync("x".repeat(1000)).subarray(0, 12),
      /cannot be unpacked/,
    ],
    [
      "a journal of another version",
      () => `${lines[0]?.replace('"version":2', '"version":1')}\n`,
      /line 1: it is of version 1, this program reads version 2/,
    ],
    [
      "a journal with a task that was changed",
      () => `${lines[0]?.replace("s += n", "s -= n")}\n`,
      /line 1: the task is not the one that its hash names/,
    ],
    [
      "a journal with an unknown field",
      () => `${lines[0]}\n${lines[1]?.replace("{", '{"more":1,')}\n`,
      /line 2: unknown field more/,
    ],
    ["a journal with lines that stand twice", () => `${lines[0]}\n${lines[0]}\n`, /line 2: its number is 0/],
  ])("%s", async (_, content, message) => {
    const path = join(folder, "none.jsonl");
    writeFileSync(path, content());
    const failing = replay({ journal: path, agents: team() }).result;
    await expect(failing).rejects.toThrow(UsageError);
    await expect(failing).rejects.toThrow(message);
  });

  it("a file that is not there", async () => {
    await expect(replay({ journal: join(folder, "no.jsonl") }).result).rejects.toThrow(
      /there is no such journal/,
    );
  });
});
