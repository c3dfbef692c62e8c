/**
 * How a bank of lessons does when it grows: time to build, size on disk, the nearest four under a filter, recall against exact search, adding
 * while others read, memory. Beside it the same work in SQLite with sqlite-vec.
 *
 *   npm run bench:bank -- [--lessons 1000,100000,1000000] [--engines lessonbank,sqlite-vec] [--queries 1000] [--recall 50] [--folder DIR] [--records FILE] [--json]
 *   npm run bench:bank -- --analyse FILE
 *
 * A million lessons need about 25 GB. In a folder that is named, what was built stays and is taken again the next time. Each step is a process of
 * its own, so that the memory is what that step needs.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { oneOf, tellMistakes, wholeNumber } from "./arguments.ts";
import { engines, kinds, openEngine, type EngineName, type Kind } from "./bank-engines.ts";
import { createLessonMaker } from "./bank-lessons.ts";
import { machineLine } from "./machine.ts";
import { openRecords, readRecords, type Records } from "./records.ts";
import { percent, seconds, table } from "./table.ts";

interface Measured {
  readonly engine: EngineName;
  readonly lessons: number;
  readonly build: { readonly addSeconds: number; readonly indexSeconds: number; readonly megabytes: number };
  readonly searches: readonly {
    readonly kind: Kind;
    readonly queries: number;
    readonly medianMs: number;
    readonly p99Ms: number;
    /** Of all threads, a search. Tells what it costs also on a machine that is not idle. */
    readonly processorMs: number;
    readonly recall: number;
    /** So many searches were compared with exact ones. */
    readonly compared: number;
  }[];
  /** Of the process that searches. */
  readonly residentMegabytes: number;
  readonly sharing: {
    readonly addsPerSecond: number;
    readonly readMedianMs: number;
    readonly readP99Ms: number;
  };
}

const steps = ["build", "search", "add", "read"] as const;

tellMistakes();
const { values } = parseArgs({
  options: {
    lessons: { type: "string", default: "1000,100000,1000000" },
    engines: { type: "string", default: engines.join(",") },
    queries: { type: "string", default: "1000" },
    // So many searches of each kind are compared with exact ones.
    recall: { type: "string", default: "50" },
    folder: { type: "string" },
    records: { type: "string" },
    analyse: { type: "string" },
    json: { type: "boolean", default: false },
    // One process of several.
    step: { type: "string" },
    in: { type: "string", default: "" },
    real: { type: "string", default: "" },
  },
});
const sizes = values.lessons.split(",").map((size) => wholeNumber("lessons", size));
const asked = values.engines.split(",").map((engine) => oneOf("engines", engine, engines));
const queries = wholeNumber("queries", values.queries);
const recallQueries = wholeNumber("recall", values.recall);
const batch = 10_000;
/** For the searches of one kind, and for what they are compared with. */
const longestSearchSeconds = 30;
const warmUps = 20;
const sharedSeconds = 10;
const readers = 2;

if (values.step !== undefined) {
  const step = oneOf("step", values.step, steps);
  process.stdout.write(JSON.stringify(await takeStep(step, asked[0]!, sizes[0]!, values.in)));
} else if (values.analyse !== undefined) {
  report(readRecords<Measured>("bank", values.analyse));
} else {
  const records = openRecords<Measured>("bank", values.records);
  for (const lessons of sizes) for (const engine of asked) await measure(engine, lessons, records);
  report(records);
}

async function measure(engine: EngineName, lessons: number, records: Records<Measured>): Promise<void> {
  if (records.items.some((item) => item.engine === engine && item.lessons === lessons)) return;
  const root = values.folder ?? mkdtempSync(join(tmpdir(), "lessonbank-bench-bank-"));
  const real = join(root, "real-lessons.json");
  const step = (name: (typeof steps)[number], folder: string) =>
    inProcess(name, engine, lessons, folder, real);
  try {
    mkdirSync(root, { recursive: true });
    await createLessonMaker(real);
    const built = join(root, `${engine}-${lessons}`);
    const build = await buildOnce(built, step);
    process.stderr.write(
      `${engine}, ${lessons}: built in ${seconds(build.addSeconds + build.indexSeconds)} s\n`,
    );
    const folder = workingCopy(engine, built);
    const found = (await step("search", folder)) as Pick<Measured, "searches" | "residentMegabytes">;
    process.stderr.write(`${engine}, ${lessons}: searched\n`);
    const [added, ...read] = (await Promise.all([
      step("add", folder),
      ...Array.from({ length: readers }, () => step("read", folder)),
    ])) as [{ addsPerSecond: number }, ...{ readMs: number[] }[]];
    const readMs = read.flatMap((each) => each.readMs);
    const sharing = { ...added, readMedianMs: quantile(readMs, 0.5), readP99Ms: quantile(readMs, 0.99) };
    records.add({ engine, lessons, build, ...found, sharing });
    if (folder !== built) rmSync(folder, { recursive: true, force: true });
  } finally {
    if (values.folder === undefined) rmSync(root, { recursive: true, force: true });
  }
}

/** What was built before, and wholly, is not built again. */
async function buildOnce(
  folder: string,
  step: (name: "build", folder: string) => Promise<unknown>,
): Promise<Measured["build"]> {
  const note = `${folder}.json`;
  if (existsSync(note)) return JSON.parse(readFileSync(note, "utf8")) as Measured["build"];
  rmSync(folder, { recursive: true, force: true });
  const build = (await step("build", folder)) as Measured["build"];
  writeFileSync(note, JSON.stringify(build));
  return build;
}

/** What is added while it is measured must not stay. LanceDB changes no file, so that links to them make a copy; from SQLite it is taken away again. */
function workingCopy(engine: EngineName, built: string): string {
  if (engine !== "lessonbank") return built;
  const copy = `${built}-copy`;
  rmSync(copy, { recursive: true, force: true });
  execFileSync("cp", ["-al", built, copy]);
  return copy;
}

function inProcess(
  step: (typeof steps)[number],
  engine: EngineName,
  lessons: number,
  folder: string,
  real: string,
): Promise<unknown> {
  const args = [
    "--step",
    step,
    "--engines",
    engine,
    "--lessons",
    String(lessons),
    "--queries",
    String(queries),
    "--recall",
    String(recallQueries),
    "--in",
    folder,
    "--real",
    real,
  ];
  const child = spawn(process.execPath, [process.argv[1]!, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => {
      if (status === 0) resolve(JSON.parse(said) as unknown);
      else reject(new Error(`${engine}, ${lessons} lessons: ${step} was not done to its end`));
    });
  });
}

async function takeStep(
  step: (typeof steps)[number],
  engine: EngineName,
  lessons: number,
  folder: string,
): Promise<unknown> {
  const maker = await createLessonMaker(values.real);
  const startedMs = performance.now();
  /** Of one kind, also those that warm up. */
  let searched = 0;
  const store = await openEngine(engine, folder, maker);
  if (step === "build") {
    for (let from = 0; from < lessons; from += batch) await store.add(from, Math.min(batch, lessons - from));
    const addSeconds = (performance.now() - startedMs) / 1000;
    await store.close();
    const indexSeconds = (performance.now() - startedMs) / 1000 - addSeconds;
    const kilobytes = Number(execFileSync("du", ["-sk", folder], { encoding: "utf8" }).split("\t")[0]);
    return { addSeconds, indexSeconds, megabytes: kilobytes / 1024 };
  }
  if (step === "search") {
    const times = new Map<Kind, number[]>();
    const processorMs = new Map<Kind, number>();
    for (const kind of kinds) {
      const before = process.cpuUsage();
      searched = 0;
      const ms = await searchFor(kind, queries, longestSearchSeconds);
      const { user, system } = process.cpuUsage(before);
      times.set(kind, ms);
      processorMs.set(kind, (user + system) / 1000 / searched);
    }
    const residentMegabytes = process.resourceUsage().maxRSS / 1024;
    const exact = await openEngine(engine, folder, maker, true);
    const searches = [];
    for (const [kind, ms] of times) {
      if (ms.length === 0) continue;
      let found = 0;
      let all = 0;
      let compared = 0;
      const endMs = performance.now() + longestSearchSeconds * 1000;
      // sqlite-vec compares with every vector: there is nothing to compare it with.
      const most = engine === "lessonbank" ? Math.min(recallQueries, ms.length) : 0;
      while (compared < most && (performance.now() < endMs || all === 0)) {
        const near = (await store.search(kind, compared, 10)) ?? [];
        const right = (await exact.search(kind, compared, 10)) ?? [];
        // Lessons of one task have one code: whichever of equally near ones are found is right.
        const last = (right.at(-1)?.similarity ?? 0) - 1e-6;
        found += near.filter(({ similarity }) => similarity >= last).length;
        all += right.length;
        compared++;
      }
      searches.push({
        kind,
        queries: ms.length,
        medianMs: quantile(ms, 0.5),
        p99Ms: quantile(ms, 0.99),
        processorMs: processorMs.get(kind),
        recall: all === 0 ? 1 : found / all,
        compared,
      });
    }
    await Promise.all([store.close(), exact.close()]);
    return { searches, residentMegabytes };
  }
  if (step === "read") {
    const readMs = await searchFor("text", Infinity, sharedSeconds);
    await store.close();
    return { readMs };
  }
  let added = 0;
  while (performance.now() - startedMs < sharedSeconds * 1000) await store.add(lessons + added++, 1);
  const addsPerSecond = added / ((performance.now() - startedMs) / 1000);
  store.forget?.(lessons);
  // Not closed: whoever closes tidies up.
  return { addsPerSecond };

  /** In milliseconds, after a few that warm up; none where it cannot. */
  async function searchFor(kind: Kind, most: number, longest: number): Promise<number[]> {
    const ms: number[] = [];
    const endMs = performance.now() + longest * 1000;
    for (let query = -warmUps; query < most && (performance.now() < endMs || ms.length === 0); query++) {
      const beforeMs = performance.now();
      if (!(await store.search(kind, Math.abs(query), 4))) return [];
      searched++;
      if (query >= 0 || performance.now() > endMs) ms.push(performance.now() - beforeMs);
    }
    return ms;
  }
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function report({ machine, items }: Omit<Records<Measured>, "add">): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ machine, items }, null, 2)}\n`);
    return;
  }
  const stores = table(
    [
      "lessons",
      "store",
      "adding, s",
      "indices, s",
      "MB on disk",
      "MB resident",
      "adds a second, with 2 readers",
      "their searches: median, ms",
      "p99, ms",
    ],
    items.map(({ lessons, engine, build, residentMegabytes, sharing }) => [
      String(lessons),
      engine,
      seconds(build.addSeconds),
      seconds(build.indexSeconds),
      build.megabytes.toFixed(0),
      residentMegabytes.toFixed(0),
      sharing.addsPerSecond.toFixed(1),
      sharing.readMedianMs.toFixed(2),
      sharing.readP99Ms.toFixed(2),
    ]),
  );
  const searches = table(
    [
      "lessons",
      "store",
      "the nearest four by",
      "searches",
      "median, ms",
      "p99, ms",
      "processor, ms",
      "recall at 10",
      "of so many searches",
    ],
    items.flatMap(({ lessons, engine, searches: found }) =>
      found.map(({ kind, queries: count, medianMs, p99Ms, processorMs, recall, compared }) => [
        String(lessons),
        engine,
        kind,
        String(count),
        medianMs.toFixed(2),
        p99Ms.toFixed(2),
        processorMs.toFixed(2),
        percent(recall, 1),
        compared === 0 ? "exact" : String(compared),
      ]),
    ),
  );
  process.stdout.write(
    `${machineLine(machine)}\n\n${stores}\n\nBatches of ${batch} lessons are added. Every search leaves out a task and asks for one language, but those in one task.\n\n${searches}\n`,
  );
}
