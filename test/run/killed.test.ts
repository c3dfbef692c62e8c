/**
 * Runs whose processes are killed with SIGKILL, and resumed by others until they end: a real bank on disk, models over HTTP, and a journal
 * that is all that one process knows of another. `LESSONBANK_KILL_POINTS=all` (`npm run test:killed`) kills at every write.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBank } from "../../src/bank/lance-bank.ts";
import { openTable } from "../../src/bank/lance-table.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import type { Lesson } from "../../src/lesson/lesson.ts";
import { readJournal } from "../../src/run/read-journal.ts";
import { journalLineSchema, type JournalLine, type RecordType } from "../../src/run/record.ts";
import type { OptimizeResult } from "../../src/run/result.ts";
import { resume } from "../../src/run/resume.ts";
import { loadTask } from "../../src/task/load.ts";
import { processTable } from "../process-table.ts";
import { fillFromOtherTasks } from "./other-tasks-bank.ts";
import { contentOfCall, openOutsideWorld, type Life, type OutsideWorld } from "./outside-world.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const taskFolder = join(root, "tasks", "running-balance");
const program = fileURLToPath(new URL("fixtures/killed-run.mjs", import.meta.url));
const every = process.env["LESSONBANK_KILL_POINTS"] === "all";
/** Cores are few, and half of the time is waiting. */
const sideBySide = 2;
/** Nothing here depends on how busy the machine is: whatever is not done by then hangs. */
const patienceMs = 900_000;
/** Of the runs that are compared: every kind of event happens in it. They draw from what other tasks taught. */
const seed = 101;
const policy = "curated";

const whens = ["before", "midst", "after"] as const;
type When = (typeof whens)[number];

/** The last thing that a process comes to. */
type Death =
  /** The nth line of that type that it writes. */
  | { readonly write: "journal"; readonly when: When; readonly type: RecordType; readonly nth: number }
  /** The line with that number in the file, lines that say that a run was resumed not counted: however often it died before. */
  | { readonly write: "journal"; readonly when: When; readonly place: number }
  /** The nth time that it writes to the bank, what is written once more counted; in the midst: so long after it began to. */
  | { readonly write: "bank"; readonly when: When; readonly nth: number; readonly afterMs: number };

const atLine = (when: When, type: RecordType, nth = 1): Death => ({ write: "journal", when, type, nth });
const atBank = (when: When, nth = 1, afterMs = 3): Death => ({ write: "bank", when, nth, afterMs });

/** What a run leaves on disk, and the processes that it has had. */
interface Run {
  readonly folder: string;
  readonly journal: string;
  readonly bankFolder: string;
  readonly lives: { readonly life: Life; readonly before: Known; readonly after: Known }[];
}

/** What a journal's bytes say of the outside. */
interface Known {
  readonly answered: readonly string[];
  /** Asked, and without an answer. */
  readonly open: readonly string[];
  readonly evaluated: readonly string[];
  readonly ended: boolean;
}

let folder: string;
let world: OutsideWorld;
/** Fills the bank further. */
let earlier: Run;
/** The first line of a run on that bank: runs that are compared go on from here, since another would have other ids. */
let beginning: Run;
/** The run that nobody killed. */
let whole: Run;
let wholeEnd: End;
let runs = 0;
let deaths = 0;
let repeatedCalls = 0;
/** What died writing: `midst model-answered`, `before addShowings`. */
const diedAt = new Set<string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lessonbank-run-killed-"));
  await execa(process.execPath, [join(root, "scripts", "setup.mjs")], { cwd: root });
  world = await openOutsideWorld();
  earlier = newRun();
  await fill(earlier);
  await die(earlier, atLine("after", "model-answered"), "optimize", { policy: "lessonl", seed: 287 });
  await live(earlier, "resume");
  beginning = newRun(earlier);
  rmSync(beginning.journal);
  await die(beginning, atLine("after", "run-started"), "optimize");
  whole = newRun(beginning);
  wholeEnd = await endOf(whole, await live(whole, "resume"));
}, patienceMs);
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

async function fill({ bankFolder }: Run): Promise<void> {
  const bank = await openBank(bankFolder);
  await fillFromOtherTasks(bank, await loadTask(taskFolder));
  await bank.close();
}

/** A folder of its own, which holds what `from` has left. */
function newRun(from?: Run): Run {
  const own = join(folder, `run-${runs++}`);
  for (const name of ["home", "tmp", "data"]) mkdirSync(join(own, name), { recursive: true });
  const data = join(own, "data");
  if (from) cpSync(join(from.folder, "data"), data, { recursive: true });
  return { folder: own, journal: join(data, "run.jsonl"), bankFolder: join(data, "bank"), lives: [] };
}

interface Settings {
  readonly death?: Death;
  readonly policy?: string;
  readonly seed?: number;
  readonly life?: Life;
}

/** Starts a process; how it ended. */
function start(run: Run, mode: string, settings: Settings = {}) {
  const { life = world.newLife(), death } = settings;
  const { journal, bankFolder } = run;
  const beginning = { policy: settings.policy ?? policy, seed: settings.seed ?? seed };
  const options = { mode, journal, bankFolder, taskFolder, endpoint: world.endpoint, death, ...beginning };
  return execa(process.execPath, [program, JSON.stringify(options)], {
    cwd: run.folder,
    reject: false,
    extendEnv: false,
    env: {
      PATH: process.env["PATH"],
      HOME: join(run.folder, "home"),
      TMPDIR: join(run.folder, "tmp"),
      OPENAI_API_KEY: life.key,
    },
  });
}

/** Lets a process come to its natural end; what it said. */
async function live(run: Run, mode: "resume" | "replay"): Promise<Said> {
  const life = world.newLife();
  const before = known(run);
  const { stdout, stderr, exitCode } = await start(run, mode, { life });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  run.lives.push({ life, before, after: known(run) });
  return JSON.parse(stdout) as Said;
}

interface Said {
  readonly result?: OptimizeResult;
  readonly replayed: OptimizeResult;
}

/** Lets a process come to a point and no further. */
async function die(run: Run, death: Death, mode = "resume", settings: Settings = {}): Promise<void> {
  const life = world.newLife();
  const before = known(run);
  const { signal, stdout, stderr } = await start(run, mode, { ...settings, death, life });
  expect({ death, signal, stderr }).toEqual({ death, signal: "SIGKILL", stderr: "" });
  diedAt.add(`${death.when} ${stdout}`);
  run.lives.push({ life, before, after: known(run) });
  expect(locksOf(run)).toEqual([]);
  deaths++;
}

/** Dies that often, and is resumed to the end; everything that was promised about it. */
async function expectSameEnd(points: readonly Death[]): Promise<void> {
  const run = newRun(beginning);
  for (const point of points) await die(run, point);
  const ended = known(run).ended;
  const said = await live(run, ended ? "replay" : "resume");
  expect(await endOf(run, said)).toEqual(wholeEnd);
  expectNothingRepeated(run);
  await expectNothingLeft(run);
  rmSync(run.folder, { recursive: true, force: true });
}

/** Only what was under way when a process died was asked for again: from the journal's bytes at its death. */
function expectNothingRepeated({ lives }: Run): void {
  for (const [index, { life, before, after }] of lives.entries()) {
    const newlyAnswered = without(after.answered, before.answered);
    const requests = newlyAnswered.flatMap((call) => Array<string>(world.requestsOf(call)).fill(call));
    const rest = without(life.calls, requests);
    // What was answered was asked for as often as the call takes, and what else was asked for stands in the journal as asked.
    expect(life.calls.length - rest.length).toBe(requests.length);
    expect(rest.filter((call) => !after.open.includes(call))).toEqual([]);
    expect(life.calls.filter((call) => before.answered.includes(call))).toEqual([]);
    repeatedCalls += new Set(rest).size;

    const newlyEvaluated = without(after.evaluated, before.evaluated);
    expect(without(newlyEvaluated, life.evaluations)).toEqual([]);
    expect(life.evaluations.filter((each) => before.evaluated.includes(each))).toEqual([]);
    if (index < lives.length - 1) continue;
    // The last one had everything answered that it asked for.
    expect({ open: after.open, rest }).toEqual({ open: [], rest: [] });
    expect(life.evaluations.toSorted()).toEqual(newlyEvaluated.toSorted());
  }
}

/** Of equal ones as many as there are more of. */
function without(all: readonly string[], some: readonly string[]): string[] {
  const left = [...some];
  return all.filter((each) => {
    const place = left.indexOf(each);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

async function expectNothingLeft(run: Run): Promise<void> {
  expect(locksOf(run)).toEqual([]);
  expect((await processTable()).filter(({ command }) => command.includes(`${run.folder}/`))).toEqual([]);
  const temporary = join(run.folder, "tmp");
  // LanceDB's scratch folders bear no name by which a later start could tell whose they are; all that is asked of them is that they are empty.
  const left = readdirSync(temporary).filter((name) => !/^\.tmp\w{6}$/.test(name));
  expect(left).toEqual([]);
  expect(readdirSync(temporary, { recursive: true }).length).toBe(readdirSync(temporary).length);
  expect(readdirSync(join(run.folder, "home"))).toEqual([]);
  expect(readdirSync(join(run.folder, "data")).toSorted()).toEqual(["bank", "run.jsonl"]);
  for (const { life } of run.lives) expect(readFileSync(run.journal, "utf8")).not.toContain(life.key);
  expect(readdirSync(run.bankFolder).toSorted()).toEqual(readdirSync(whole.bankFolder).toSorted());
}

/** Whether somebody has the right to write to its journal. */
function locksOf({ journal }: Run): string[] {
  const { dev, ino } = statSync(journal);
  const names = readFileSync("/proc/net/unix", "utf8").split("\n");
  return names.filter((line) => line.includes(`lessonbank-journal-${dev}-${ino}`));
}

function wholeLines({ journal }: Run): JournalLine[] {
  let text: string;
  try {
    text = readFileSync(journal, "utf8");
  } catch {
    return [];
  }
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as JournalLine);
}

/** That the schema knows. */
const everyType = journalLineSchema.options
  .map(({ shape }) => shape.type.value as unknown as RecordType)
  .toSorted();

function typesOf(lines: readonly JournalLine[]): string[] {
  return [...new Set(lines.map(({ type }) => type))].toSorted();
}

/** Read without the reader that is under test. */
function known(run: Run): Known {
  const asked = new Map<string, string>();
  const answered = new Map<string, string>();
  const evaluated: string[] = [];
  const lines = wholeLines(run);
  for (const line of lines) {
    if (line.type === "model-asked")
      asked.set(line.call, contentOfCall(line.request.messages, line.request.sampling.seed));
    if (line.type === "model-answered" || line.type === "model-failed")
      answered.set(line.call, asked.get(line.call) ?? "");
    if (line.type === "evaluated") evaluated.push(`${line.effort} ${line.source}`);
  }
  const open = [...asked].filter(([call]) => !answered.has(call)).map(([, content]) => content);
  return { answered: [...answered.values()], open, evaluated, ended: lines.at(-1)?.type === "run-ended" };
}

/** All that is left of a run and does not depend on clocks, or on which of two that ran side by side was done first. */
interface End {
  readonly result: unknown;
  readonly replayed: unknown;
  readonly lessons: unknown;
  /** How lessons fared, and what was changed. */
  readonly showings: unknown;
  readonly changes: unknown;
  /** As the table counts them: none stands in it twice. */
  readonly rows: number;
  readonly lines: readonly string[];
}

async function endOf(run: Run, { result, replayed }: Said): Promise<End> {
  const bank = await openBank(run.bankFolder, { readOnly: true });
  const lessons = await bank.list();
  const showings = await bank.showings();
  const changes = await bank.history();
  await bank.close();
  const opened = await openTable(run.bankFolder, createStructuralEmbedder());
  const rows = await opened.table.countRows();
  opened.close();
  const own = readJournal(run.journal).started.run;
  expectLessonsOfJournal(
    run,
    lessons.filter((lesson) => lesson.evidence.run === own),
  );
  return {
    result: comparable(result ?? replayed),
    replayed: comparable(replayed),
    lessons: inOrder(lessons.map(withoutTime)),
    showings: inOrder(showings.map(({ at: _at, ...showing }) => showing)),
    changes: changes.map(({ by, what }) => ({ by, what })),
    rows,
    lines: decisionsOf(run),
  };
}

/** Each lesson that the journal tells of is in the bank, as it was and at the time that it was. */
function expectLessonsOfJournal(run: Run, lessons: readonly Lesson[]): void {
  const told = readJournal(run.journal).lines.flatMap((line) =>
    line.type === "lesson-banked" ? [line.lesson] : [],
  );
  const original = (lesson: Lesson): Lesson => ({ ...lesson, factor: 1 });
  expect(inOrder(lessons.map(original))).toEqual(inOrder(told.map(original)));
}

function comparable({ costs, journal: _journal, attempts, lessons, ...rest }: OptimizeResult): object {
  const { wallMs: _wallMs, ...spent } = costs;
  return {
    ...rest,
    spent,
    attempts: attempts.toSorted((a, b) => (a.candidate < b.candidate ? -1 : 1)),
    lessons: inOrder(lessons.map(withoutTime)),
  };
}

function withoutTime({ createdAt: _createdAt, ...lesson }: Lesson): Omit<Lesson, "createdAt"> {
  return lesson;
}

function inOrder<Item extends { readonly id: string }>(lessons: readonly Item[]): Item[] {
  return lessons.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** What was decided and what came in, without when; calls of one agent that are asked side by side may swap their numbers. */
function decisionsOf(run: Run): string[] {
  const timely = new Set(["version", "sequence", "at", "elapsedMs", "createdAt", "durationMs", "call"]);
  return readJournal(run.journal)
    .lines.filter(({ type }) => type !== "run-resumed")
    .map((line) => JSON.stringify(line, (key, value: unknown) => (timely.has(key) ? undefined : value)))
    .toSorted();
}

/** A few at once. */
async function inTurn<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: sideBySide }, lane));
}

describe("a run whose processes are killed", { timeout: patienceMs }, () => {
  it("is one in which every kind of event happens", () => {
    expect(typesOf(wholeLines(whole))).toEqual(everyType);
    // Beside lessons and factors: draws are kept, and the lesson that does harm is retired.
    const own = readJournal(whole.journal).started.run;
    expect(wholeEnd.showings).toContainEqual(expect.objectContaining({ run: own, policy }));
    expect(wholeEnd.changes).toContainEqual({
      by: own,
      what: expect.objectContaining({ kind: "retired" }),
    });
    expectNothingRepeated(whole);
  });

  it("at one event after another ends as if nobody had, and asks again only what was under way", async () => {
    await expectSameEnd([
      atLine("before", "history-read"),
      atLine("after", "model-asked", 2),
      atLine("midst", "run-resumed"),
      atLine("midst", "model-answered"),
      atLine("after", "lessons-drawn"),
    ]);
  });

  it.runIf(every)("between the bank and the journal keeps every lesson once", async () => {
    await expectSameEnd([
      // What a lesson follows from is in the journal, and the lesson not yet in the bank; then it is there, and the journal does not say so.
      atBank("before"),
      atBank("after"),
      // Then in the midst of writing once more what the journal says was written.
      atLine("after", "bank-written", 2),
      atBank("midst", 2),
    ]);
  });

  it("soon after its beginning goes on in another process", async () => {
    expect(earlier.lives.map(({ after }) => after.ended)).toEqual([false, true]);
    expectNothingRepeated(earlier);
    await expectNothingLeft(earlier);
  });

  it("before its first line is whole has to begin anew, and is told so", async () => {
    await inTurn(["before", "midst"] as const, async (when) => {
      const run = newRun();
      await die(run, atLine(when, "run-started"), "optimize");
      await expect(resume({ journal: run.journal }).result).rejects.toMatchObject({
        message: `${run.journal}: it does not begin as a journal does`,
        remedy: "the run died before its first line: remove the file, and begin the run anew",
      });
    });
  });

  it.runIf(every)(
    "at every line of the journal and every write to the bank ends as if nobody had",
    async () => {
      const before = { deaths, repeatedCalls };
      let done = 0;
      const count = async (points: readonly Death[]): Promise<void> => {
        await expectSameEnd(points);
        if (++done % 10 === 0) console.log(`${done} runs, ${deaths - before.deaths} deaths so far`);
      };
      await inTurn(everyPoint(), count);
      await inTurn(missedPoints(), count);
      const died = deaths - before.deaths;
      console.log(`${done} runs, ${died} deaths, ${repeatedCalls - before.repeatedCalls} calls asked again`);
      expect(died).toBeGreaterThanOrEqual(200);
      // Each moment of each kind of event, and of each kind of write to the bank.
      const kinds = [...everyType, "add", "setFactors", "addShowings", "change"];
      const met = whens.flatMap((when) => kinds.map((kind) => `${when} ${kind}`));
      expect(met.filter((each) => !diedAt.has(each))).toEqual([]);
    },
    8 * patienceMs,
  );
});

describe("two processes", { timeout: patienceMs }, () => {
  it("do not write to one journal; when the first is killed the second may", async () => {
    const run = newRun(beginning);
    const life = world.newLife();
    life.silent = true;
    const before = known(run);
    const first = start(run, "resume", { life });
    await expect.poll(() => life.calls.length, { timeout: patienceMs }).toBeGreaterThan(0);
    const bytes = readFileSync(run.journal);
    expect(locksOf(run)).toHaveLength(1);

    expect(await start(run, "resume")).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: `${run.journal}: another process writes to this journal\nwait for that run to end, or interrupt it`,
    });
    expect(readFileSync(run.journal).equals(bytes)).toBe(true);

    first.kill("SIGKILL");
    expect((await first).signal).toBe("SIGKILL");
    run.lives.push({ life, before, after: known(run) });
    expect(await endOf(run, await live(run, "resume"))).toEqual(wholeEnd);
    expectNothingRepeated(run);
    await expectNothingLeft(run);
  });
});

/** Runs that die at every line, before it, in its midst and after it, a few times each; then at every write to the bank. */
function everyPoint(): Death[][] {
  const lines = wholeLines(whole).filter(({ type }) => type !== "run-resumed");
  const deathsOfARun = 8;
  const stride = Math.ceil(lines.length / deathsOfARun);
  const points: Death[][] = [];
  for (const when of whens) {
    points.push([atLine(when, "run-resumed")]);
    // Its first line is another test's.
    for (let first = 1; first <= stride; first++) {
      const places = Array.from({ length: deathsOfARun }, (_, index) => first + index * stride);
      const reached = places.filter((place) => place < lines.length);
      points.push(reached.map((place) => ({ write: "journal", when, place })));
    }
    const writes = lines.filter(({ type }) => type === "bank-written");
    points.push(writes.map((_, index) => atBank(when, index + 1, 2 * (index % 6))));
  }
  return points;
}

/** Kinds of lines that swap places with others, so that no process came to its end at one of them. */
function missedPoints(): Death[][] {
  return whens.flatMap((when) =>
    everyType
      .filter((type) => type !== "run-started" && !diedAt.has(`${when} ${type}`))
      .map((type) => [atLine(when, type)]),
  );
}
