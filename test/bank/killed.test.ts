/**
 * Processes that are killed with SIGKILL while they write to a bank, and processes that write to one at once. A library that is loaded into
 * them ends them at a call of theirs that changes a file, whichever thread makes it. `LESSONBANK_KILL_POINTS=all` kills at every such call,
 * and lets 8 processes do 1,000 operations each.
 */
import { cp, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Bank } from "../../src/bank/bank.ts";
import { openBank } from "../../src/bank/lance-bank.ts";
import { openTable } from "../../src/bank/lance-table.ts";
import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { exampleShowing } from "../lesson/example-showing.ts";
import { bundleBankProcess } from "./bundle.ts";
import type { Acknowledged } from "./mixed-work.ts";
import {
  earlierEntries,
  entry,
  indexedFrom,
  scenarioNames,
  stateOf,
  stepsOf,
  type ScenarioName,
} from "./scenarios.ts";
import { makeVersion1Bank } from "./version-1-bank.ts";

const every = process.env["LESSONBANK_KILL_POINTS"] === "all";
/** Cores are few. */
const sideBySide = 2;

interface Point {
  readonly scenario: ScenarioName;
  /** Of the calls that change a file below the bank's folder. */
  readonly call: number;
  readonly when: "before" | "midst";
}

let root: string;
let program: string;
let library: string;
/** Before it begins, and after each of its steps. */
const states = new Map<ScenarioName, unknown[]>();
let copies = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "lessonbank-bank-killed-"));
  program = await bundleBankProcess(await mkdtemp(join(root, "program-")));
  library = join(root, "kill-at.so");
  const source = fileURLToPath(new URL("fixtures/kill-at.c", import.meta.url));
  await execa("gcc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
  for (const scenario of every ? scenarioNames : (["new", "version-1"] as const)) await prepare(scenario);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const preparedFolder = (scenario: ScenarioName): string => join(root, "prepared", scenario);

/** Makes the bank that a scenario begins with, and finds out what it should come to, with a bank that cannot be killed. */
async function prepare(scenario: ScenarioName): Promise<void> {
  const model = createMemoryBank({ embedder: createStructuralEmbedder() });
  await fill(scenario, model);
  const expected = [await stateOf(model)];
  for (const step of stepsOf(scenario)) {
    await step(model);
    expected.push(await stateOf(model));
  }
  states.set(scenario, expected);
  if (scenario === "version-1") await makeVersion1Bank(preparedFolder(scenario), [earlierEntries]);
  else if (scenario !== "new") {
    const bank = await openBank(preparedFolder(scenario));
    await fill(scenario, bank);
    // Not closed, which would put its pieces together.
  }
}

async function fill(scenario: ScenarioName, bank: Bank): Promise<void> {
  if (scenario === "new") return;
  await bank.add(earlierEntries);
  if (scenario === "indexed")
    await bank.add(Array.from({ length: indexedFrom }, (_, number) => entry(`many ${number}`)));
  if (scenario !== "in-pieces") return;
  for (let number = 0; number < 25; number++) {
    await bank.add([entry(`piece ${number}`)]);
    await bank.addShowings([exampleShowing({ run: "earlier", round: number })]);
  }
}

async function newCopy(scenario: ScenarioName): Promise<string> {
  const folder = join(root, `copy-${copies++}`, "bank");
  if (scenario !== "new") await cp(preparedFolder(scenario), folder, { recursive: true });
  return folder;
}

async function callsOf(scenario: ScenarioName): Promise<number> {
  const folder = await newCopy(scenario);
  const count = join(root, `calls-${scenario}`);
  const env = { LD_PRELOAD: library, KILL_UNDER: folder, KILL_COUNT: count };
  const { stdout } = await execa("node", [program, "scenario", folder, scenario, "0"], { env });
  expect(stdout).toHaveLength(stepsOf(scenario).length + 1);
  const bank = await openBank(folder, { indexedFrom: Infinity });
  expect(await stateOf(bank)).toEqual(states.get(scenario)?.at(-1));
  await bank.close();
  return (await stat(count)).size;
}

/** How many steps had been told of as done. */
async function killAt({ scenario, call, when }: Point): Promise<number | undefined> {
  const folder = await newCopy(scenario);
  const env = { LD_PRELOAD: library, KILL_UNDER: folder, KILL_AT: String(call), KILL_WHEN: when };
  const { stdout, stderr, signal } = await execa("node", [program, "scenario", folder, scenario, "0"], {
    env,
    reject: false,
  });
  const point = { scenario, call, when };
  expect({ point, stderr }).toEqual({ point, stderr: "" });
  const told = stdout.length;
  const expected = states.get(scenario) ?? [];
  const possible = told === 0 ? expected.slice(0, 1) : expected.slice(told - 1, told + 1);
  for (const readOnly of [true, false]) {
    // Nothing may be there of a bank that was never told of.
    const bank = await openBank(folder, { readOnly, indexedFrom: Infinity }).catch((error: unknown) => {
      if (told > 0 || scenario !== "new" || !readOnly) throw error;
      return undefined;
    });
    if (!bank) continue;
    const state = await stateOf(bank);
    if (possible.length < 2 || JSON.stringify(state) !== JSON.stringify(possible[0]))
      expect({ point, told, state }).toEqual({ point, told, state: possible.at(-1) });
    if (!readOnly) {
      const after = entry("after");
      await bank.add([after]);
      expect(await bank.get(after.lesson.id)).toEqual(after.lesson);
    }
    await bank.close();
  }
  await rm(join(folder, ".."), { recursive: true, force: true });
  return signal === "SIGKILL" ? told : undefined;
}

async function inTurn<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: sideBySide }, lane));
}

describe("a bank whose process is killed", { timeout: every ? 3 * 60 * 60 * 1000 : 60_000 }, () => {
  test.runIf(!every)("has all that was acknowledged, and nothing by half", async () => {
    const told: (number | undefined)[] = [];
    const points: Point[] = [
      { scenario: "new", call: 20, when: "midst" },
      { scenario: "new", call: 90, when: "before" },
      { scenario: "version-1", call: 12, when: "midst" },
      { scenario: "version-1", call: 130, when: "midst" },
    ];
    await inTurn(points, async (point) => void told.push(await killAt(point)));
    expect(told).not.toContain(undefined);
    expect(new Set(told).size).toBeGreaterThan(2);
  });

  test.runIf(every)("at every call that changes a file, has all that was acknowledged", async () => {
    const points: Point[] = [];
    for (const scenario of scenarioNames) {
      const calls = await callsOf(scenario);
      console.log(`${scenario}: ${calls} calls`);
      for (let call = 1; call <= calls; call++)
        for (const when of ["before", "midst"] as const) points.push({ scenario, call, when });
    }
    const told = new Map<string, number>();
    let deaths = 0;
    // From all scenarios alike: what is wrong shows early.
    const mixed = points.toSorted((left, right) => (left.call % 17) - (right.call % 17));
    await inTurn(mixed, async (point) => {
      const steps = await killAt(point);
      if (deaths % 100 === 99) console.log(`${deaths + 1} of ${points.length}`);
      // Threads do not always do the same: at the very end there may be a call less.
      if (steps === undefined) return;
      deaths++;
      const key = `${point.scenario} after ${steps} steps`;
      told.set(key, (told.get(key) ?? 0) + 1);
    });
    console.log(`killed at ${deaths} of ${points.length} points`, Object.fromEntries(told));
    expect(deaths).toBeGreaterThan(points.length * 0.97);
    expect(deaths).toBeGreaterThan(1000);
  });
});

describe("a bank that several processes write to", { timeout: every ? 60 * 60 * 1000 : 60_000 }, () => {
  test("is consistent at the end, and has all that was acknowledged", async () => {
    const folder = join(root, "shared");
    const [processes, operations] = every ? [8, 1000] : [3, 12];
    const first = await openBank(folder);
    await first.add(earlierEntries);
    await first.close();
    const startedMs = performance.now();
    const names = Array.from({ length: processes }, (_, index) => `process-${index}`);
    const done = await Promise.all(
      names.map(async (name) => {
        const { stdout } = await execa("node", [program, "mixed", folder, name, String(operations)]);
        return JSON.parse(stdout) as Acknowledged;
      }),
    );
    const seconds = (performance.now() - startedMs) / 1000;
    const bank = await openBank(folder);
    const lessons = new Map((await bank.list()).map((lesson) => [lesson.id, lesson]));
    const showings = new Set((await bank.showings()).map(({ id }) => id));
    const history = await bank.history();
    expect(lessons.size).toBe((await bank.list()).length);
    for (const each of done) {
      expect(each.lessons.filter((id) => !lessons.has(id))).toEqual([]);
      for (const [id, factor] of Object.entries(each.factors)) expect(lessons.get(id)?.factor).toBe(factor);
      expect(each.showings.filter((id) => !showings.has(id))).toEqual([]);
      // In the order in which they were acknowledged.
      const own = history.filter(({ by }) => by === names[done.indexOf(each)]).map(({ id }) => id);
      expect(own).toEqual(each.changes);
    }
    expect(showings.size).toBe(done.flatMap((each) => each.showings).length);
    // Each edit began from the words that the one before it left: none was lost, none was made twice.
    let words = "a";
    for (const { what } of history) {
      if (what.kind !== "edited") continue;
      expect(what.before.text).toBe(words);
      words = what.after.text;
    }
    expect(lessons.get(entry("a").lesson.id)?.text).toBe(words);
    await bank.close();
    if (!every) return;
    const opened = await openTable(folder, createStructuralEmbedder());
    const rows = await opened.table.countRows();
    opened.close();
    const kinds = [...new Set(done.flatMap((each) => Object.keys(each.milliseconds)))];
    const times = kinds.map((kind) => {
      const ms = done
        .flatMap((each) => each.milliseconds[kind] ?? [])
        .toSorted((left, right) => left - right);
      const at = (share: number) => Math.round(ms[Math.floor(ms.length * share)] ?? Number.NaN);
      return [kind, { count: ms.length, medianMs: at(0.5), p99Ms: at(0.99) }] as const;
    });
    console.log({
      operations: processes * operations,
      seconds,
      lessons: lessons.size,
      rows,
      changes: history.length,
      refused: done.reduce((sum, each) => sum + each.refused, 0),
      times: Object.fromEntries(times),
    });
    expect((await readFile(join(folder, "bank.json"), "utf8")).includes('"version": 3')).toBe(true);
  });
});
