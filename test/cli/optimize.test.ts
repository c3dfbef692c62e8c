import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repeatWhereNoisy } from "../noisy-machine.ts";
import { lessonbank, type Ran } from "./scripted-terminal.ts";
import { packageVersion } from "../../src/version.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lessonbank-optimize-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** Small enough to be quick, large enough to hold more than one round. */
const budget = ["--rounds", "2", "--evaluations", "2", "--seed", "7"];

test("optimize prints exactly one JSON document, in the documented shape, and writes the winner and the journal", async () => {
  const files = ["--output", "winner.c", "--journal", "runs/one.jsonl", "--bank", "bank"];
  const optimize = async (): Promise<Ran> => {
    for (const name of ["bank", "runs", "winner.c"])
      await rm(join(directory, name), { recursive: true, force: true });
    return lessonbank(["optimize", "transposed-product", ...budget, ...files, "--json"], { directory });
  };
  const { stdout, stderr } = await repeatWhereNoisy(optimize, {
    always: (ran) => expect(ran.code, ran.stderr).toBe(0),
    once: (ran) => expect(JSON.parse(ran.stdout)).toHaveProperty("best"),
  });
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({
    task: "transposed-product",
    strategy: "lessonl",
    run: expect.any(String),
    costs: {
      evaluations: result.attempts.length,
      modelCalls: 0,
      inputTokens: 0,
      outputTokens: 0,
      usd: 0,
      wallMs: expect.any(Number),
    },
    journal: expect.stringMatching(/runs\/one\.jsonl$/),
  });
  expect(result.lessons.length).toBe(result.attempts.length);
  expect(result.best).toMatchObject({
    agent: expect.any(String),
    round: expect.any(Number),
    speedup: { confidence: 0.99 },
  });
  expect(result.best.diff).toMatch(/^--- a\/reference\.c\n\+\+\+ b\/reference\.c\n@@ /);
  expect(await readFile(join(directory, "winner.c"), "utf8")).toBe(result.best.source);

  const events = (await readFile(join(directory, "runs/one.jsonl"), "utf8")).trim().split("\n");
  expect(
    events.map((line) => JSON.parse(line).type).filter((type) => type === "candidate-judged").length,
  ).toBe(result.attempts.length);
  expect(stderr).toContain("round 1 · no lessons of this run yet");
  // One that is named begins empty.
  expect(stderr).toContain("the bank is empty");
}, 180_000);

test("what one run banked is there for the next, and can be listed, searched, shown, exported and imported", async () => {
  const bank = ["--bank", "bank"];
  const listed = await lessonbank(["lessons", "list", ...bank, "--json"], { directory });
  const lessons = JSON.parse(listed.stdout);
  expect(lessons.length).toBeGreaterThan(0);

  const found = await lessonbank(["lessons", "search", "inner loop strides by a row", ...bank, "--json"], {
    directory,
  });
  expect(JSON.parse(found.stdout)[0]).toMatchObject({ lesson: { evidence: { task: "transposed-product" } } });
  const shown = await lessonbank(["lessons", "show", lessons[0].id.slice(0, 8), ...bank], { directory });
  expect(shown.stdout).toContain("transposed-product");

  const exported = await lessonbank(["lessons", "export", ...bank], { directory });
  expect(exported.stdout.trim().split("\n").length).toBe(lessons.length);
  const imported = await lessonbank(["lessons", "import", "-", "--bank", "copy", "--json"], {
    directory,
    input: exported.stdout,
  });
  expect(JSON.parse(imported.stdout)).toMatchObject({
    read: lessons.length,
    added: lessons.length,
    known: 0,
    leftOut: 0,
  });
  const again = await lessonbank(["lessons", "import", "-", "--bank", "copy"], {
    directory,
    input: exported.stdout,
  });
  expect(again.stdout).toBe(`0 lessons added, ${lessons.length} known already\n`);

  const snapshot = async (): Promise<string> => {
    const { stdout } = await lessonbank(["lessons", "stats", ...bank, "--json"], { directory });
    return JSON.parse(stdout).snapshot;
  };
  const name = await snapshot();
  const once = ["optimize", "matrix-product", "--rounds", "1", "--evaluations", "1", ...bank];
  const next = await lessonbank([...once, "--snapshot", name.slice(0, 12), "--journal", "next.jsonl"], {
    directory,
  });
  expect(next.stderr).toContain(`the bank holds ${lessons.length} lesson`);
  expect(next.stderr).toContain(`the bank stays as it is: snapshot ${name.slice(0, 16)}`);
  const [started = ""] = (await readFile(join(directory, "next.jsonl"), "utf8")).split("\n");
  expect(JSON.parse(started).bank).toEqual({ lessons: lessons.length, tasks: 1, snapshot: name });
  expect(await snapshot()).toBe(name);

  const other = await lessonbank([...once, "--snapshot", "0123456789"], { directory });
  expect(other).toMatchObject({ code: 2, stdout: "" });
  expect(other.stderr).toContain(`is the snapshot ${name.slice(0, 16)}, not 0123456789`);
});

test("a file that is no export is refused with the line, and nothing is imported", async () => {
  const { code, stderr } = await lessonbank(["lessons", "import", "-", "--bank", "fresh"], {
    directory,
    input: '{"a":1}\n',
  });
  expect(code).toBe(2);
  expect(stderr).toContain("line 1 is not of an export");
  const stats = await lessonbank(["lessons", "stats", "--bank", "fresh", "--json"], { directory });
  expect(JSON.parse(stats.stdout).lessons).toBe(0);
});

test("one seed makes the same choices, --no-bank keeps nothing, --no-journal writes nothing, --quiet says nothing", async () => {
  const flags = ["--rounds", "1", "--evaluations", "1", "--seed", "11", "--agents", "composer"];
  const silent = ["--no-bank", "--no-journal", "--json", "--quiet"];
  const untouched = join(directory, "untouched");
  const tried: string[] = [];
  for (let repetition = 0; repetition < 2; repetition++) {
    const { stdout, stderr } = await lessonbank(["optimize", "bit-count", ...flags, ...silent], {
      directory,
    });
    expect(stderr).toBe("");
    const { attempts, journal } = JSON.parse(stdout);
    expect(journal).toBeUndefined();
    expect(attempts.length).toBe(1);
    tried.push(JSON.stringify(attempts[0].transformations));
  }
  expect(tried[0]).toBe(tried[1]);
  expect(existsSync(untouched)).toBe(false);
});

test("an interrupted run prints what was measured so far and exits with 130; your own new bank begins with the shipped lessons", async () => {
  const interruption = new AbortController();
  const { code, stdout, stderr } = await lessonbank(
    ["optimize", "transposed-product", "--seed", "7", "--json"],
    {
      directory,
      signal: interruption.signal,
      onStderr: (text) => {
        if (/^ {2}[✓=–✗] /m.test(text)) interruption.abort(new Error("interrupted"));
      },
    },
  );
  expect(code).toBe(130);
  const result = JSON.parse(stdout);
  expect(result.ended).toBe("interrupted");
  expect(result.attempts.length).toBeGreaterThan(0);
  expect(await readFile(result.journal, "utf8")).toContain('"candidate-judged"');

  const [, shipped = "none"] = /the bank is new: it begins with (\d+) lessons that ship/.exec(stderr) ?? [];
  expect(stderr).toContain(`the bank holds ${shipped} lessons`);
  const listed = await lessonbank(["lessons", "list", "--limit", "9999", "--json"], { directory });
  const lessons: { evidence: { imported?: { from: string } } }[] = JSON.parse(listed.stdout);
  const froms = lessons.flatMap(({ evidence }) => evidence.imported?.from ?? []);
  expect(new Set(froms)).toEqual(new Set([`lessonbank ${packageVersion()}`]));
  expect(froms).toHaveLength(Number(shipped));
});
