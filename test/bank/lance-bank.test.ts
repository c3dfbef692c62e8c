import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BankEntry, Embedder } from "../../src/bank/bank.ts";
import { openBank } from "../../src/bank/lance-bank.ts";
import { openTable } from "../../src/bank/lance-table.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { MachineError, UsageError } from "../../src/errors.ts";
import { exportLessons, importLessons } from "../../src/lesson/exchange.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { bundleBankProcess } from "./bundle.ts";
import { describeBankContract } from "./contract.ts";

/** Others kill and write at once in every run: `killed.test.ts`. */
const every = process.env["LESSONBANK_KILL_POINTS"] === "all";

const wholeFolder = ["bank.json", "changes.lance", "lessons.lance", "showings.lance"];
const code = "int twice(int n) { return n + n; }";

describeBankContract("the bank on disk", async (embedder) => {
  const directory = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
  return {
    bank: await openBank(join(directory, "bank"), { embedder }),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
});

describe("a folder of a bank", () => {
  let root: string;
  let program: string;
  let bankProcess: string;
  let number = 0;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
    program = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
    bankProcess = await bundleBankProcess(program);
  });
  afterAll(async () => {
    for (const folder of [root, program]) await rm(folder, { recursive: true, force: true });
  });
  const newFolder = () => join(root, `folder ${++number}`);

  async function filledFolder(): Promise<string> {
    const folder = newFolder();
    const bank = await openBank(folder);
    await bank.add([{ lesson: exampleLesson(), code }]);
    await bank.close();
    return folder;
  }

  async function inProcess(command: string, folder: string): Promise<unknown> {
    const { stdout } = await execa("node", [bankProcess, command, folder, "x", "1"]);
    return JSON.parse(stdout);
  }

  async function failure(folder: string, options: Parameters<typeof openBank>[1] = {}): Promise<UsageError> {
    const error: unknown = await openBank(folder, options).then(
      () => expect.unreachable("the bank opened"),
      (caught: unknown) => caught,
    );
    if (!(error instanceof UsageError)) throw error;
    expect(error.message).toContain(folder);
    expect(error.remedy).toBeTruthy();
    return error;
  }

  test("keeps its lessons when it is closed and opened again, wherever its name leads", async () => {
    const folder = join(root, "a b/it's #1%20?", "ünïcode");
    const first = await openBank(folder);
    await first.add([{ lesson: exampleLesson(), code }]);
    await first.setFactors(new Map([[exampleLesson().id, 0.9]]));
    await first.close();
    const second = await openBank(folder, { readOnly: true });
    expect(await second.list()).toEqual([{ ...exampleLesson(), factor: 0.9 }]);
    await second.close();
    expect((await readdir(folder)).toSorted()).toEqual(wholeFolder);
  });

  test("says in bank.json what it is and which embedder it was made with", async () => {
    const folder = await filledFolder();
    expect(JSON.parse(await readFile(join(folder, "bank.json"), "utf8"))).toEqual({
      format: "lessonbank",
      version: 3,
      embedder: { id: createStructuralEmbedder().id, dimensions: createStructuralEmbedder().dimensions },
    });
  });

  test("made with another embedder is refused, naming both", async () => {
    const folder = await filledFolder();
    const other: Embedder = { ...createStructuralEmbedder(), id: "other-7" };
    const { message, remedy } = await failure(folder, { embedder: other });
    expect(message).toMatch(/structural-\d.*other-7/);
    expect(remedy).toMatch(/lessons reembed --to structural/);
    // Also where bank.json has gone missing: the table itself knows.
    await rm(join(folder, "bank.json"));
    expect((await failure(folder, { embedder: other })).message).toMatch(/other-7/);
    expect(await readdir(folder)).not.toContain("bank.json");
  });

  test("can be exported into a bank of another embedder, and not searched with the wrong one", async () => {
    const folder = newFolder();
    const other: Embedder = { ...createStructuralEmbedder(), id: "other-7" };
    const made = await openBank(folder, { embedder: other });
    await made.add([{ lesson: exampleLesson(), code }]);
    await made.close();
    const bank = await openBank(folder, { anyEmbedder: true });
    expect((await bank.statistics()).embedder).toBe("other-7");
    await expect(bank.search({ text: "loops", limit: 1 })).rejects.toThrow(/without its embedder/);
    await expect(bank.add([{ lesson: exampleLesson({ text: "new" }), code }])).rejects.toBeInstanceOf(
      UsageError,
    );
    const copy = await openBank(newFolder());
    await importLessons(copy, exportLessons(bank), { own: true });
    expect(await copy.list()).toEqual([exampleLesson()]);
    expect(await copy.search({ code: { text: code, language: "c++" }, limit: 1 })).toHaveLength(1);
    await Promise.all([bank.close(), copy.close()]);
  });

  test("that holds other files is refused and left as it is", async () => {
    const folder = newFolder();
    await mkdir(folder);
    await writeFile(join(folder, "thesis.txt"), "mine");
    expect((await failure(folder)).message).toMatch(/not a bank/);
    expect((await failure(folder, { readOnly: true })).message).toMatch(/not a bank/);
    expect(await readdir(folder)).toEqual(["thesis.txt"]);
  });

  test("that is a file, or lies below one, is refused", async () => {
    const file = newFolder();
    await writeFile(file, "text");
    expect((await failure(file)).message).toMatch(/is a file/);
    await expect(openBank(join(file, "bank"))).rejects.toThrow(/file/);
    await expect(openBank(join(file, "deep", "bank"))).rejects.toThrow(/file/);
    expect(await readFile(file, "utf8")).toBe("text");
  });

  test("that does not exist cannot be opened read-only, and is not made by that", async () => {
    const folder = newFolder();
    expect((await failure(folder, { readOnly: true })).message).toMatch(/no bank/);
    await expect(readdir(folder)).rejects.toThrow(/ENOENT/);
  });

  test("opened read-only takes no lesson and no factor", async () => {
    const bank = await openBank(await filledFolder(), { readOnly: true });
    await expect(bank.add([{ lesson: exampleLesson({ text: "new" }), code }])).rejects.toThrow(/read-only/);
    await expect(bank.setFactors(new Map([[exampleLesson().id, 1.1]]))).rejects.toThrow(/read-only/);
    expect(await bank.list()).toEqual([exampleLesson()]);
    await bank.close();
  });

  test("of a later version is refused, with the advice to update", async () => {
    const folder = await filledFolder();
    const description = join(folder, "bank.json");
    await writeFile(
      description,
      (await readFile(description, "utf8")).replace('"version": 3', '"version": 4'),
    );
    const { message, remedy } = await failure(folder);
    expect(message).toMatch(/version 4/);
    expect(remedy).toMatch(/update/);
  });

  test("that is damaged is refused, saying where", async () => {
    const damages: readonly [RegExp, (folder: string) => Promise<void>][] = [
      [/bank\.json is not JSON/, (folder) => writeFile(join(folder, "bank.json"), "{ half")],
      [/bank\.json does not describe/, (folder) => writeFile(join(folder, "bank.json"), "[]")],
      [/lessons\.lance is missing/, (folder) => rm(join(folder, "lessons.lance"), { recursive: true })],
      [/cannot be opened/, (folder) => truncateAll(join(folder, "lessons.lance/_versions"))],
    ];
    for (const [message, damage] of damages) {
      const folder = await filledFolder();
      await damage(folder);
      expect((await failure(folder)).message).toMatch(message);
    }
  });

  test("whose lessons are damaged says so when they are read", async () => {
    const folder = await filledFolder();
    await truncateAll(join(folder, "lessons.lance/data"));
    const bank = await openBank(folder);
    await expect(bank.list()).rejects.toThrow(/damaged/);
    await expect(bank.search({ text: "loops", limit: 3 })).rejects.toBeInstanceOf(UsageError);
    await bank.close();
  });

  test("whose maker was killed before it wrote bank.json is completed by the next to open it", async () => {
    const folder = await filledFolder();
    await rm(join(folder, "bank.json"));
    await mkdir(join(folder, ".new-0123456789ab"));
    const bank = await openBank(folder);
    expect(await bank.list()).toHaveLength(1);
    await bank.close();
    expect(await readdir(folder)).toContain("bank.json");
  });

  test("that cannot be written is refused, and can be opened read-only", async () => {
    const folder = await filledFolder();
    const empty = newFolder();
    await mkdir(empty);
    await execa("chmod", ["-R", "a+rX,a-w", root]);
    const results = [folder, join(empty, "new")].map((path) => inProcess("open-as-nobody", path));
    const [opened, made] = await Promise.allSettled(results);
    await execa("chmod", ["-R", "u+w", root]);
    expect(opened).toMatchObject({
      value: {
        result: {
          name: MachineError.name,
          message: expect.stringContaining(`${folder} cannot be written`) as string,
          remedy: expect.stringContaining("read-only") as string,
        },
        readOnly: 1,
      },
    });
    expect(made).toMatchObject({ value: { result: { name: MachineError.name } } });
    expect(await readdir(empty)).toEqual([]);
  });

  test.runIf(every)("is made and filled by several processes at once without losing a lesson", async () => {
    const folder = newFolder();
    const names = ["one", "two", "three"];
    await Promise.all(names.map((name) => execa("node", [bankProcess, "add", folder, name, "8"])));
    const bank = await openBank(folder);
    const lessons = await bank.list();
    for (const name of names) {
      const own = lessons.filter((lesson) => lesson.evidence.run === name);
      expect(own.map((lesson) => lesson.text).toSorted()).toEqual(
        Array.from({ length: 8 }, (_, index) => `${name} ${index}`),
      );
      expect(own.filter((lesson) => lesson.factor === 1.1)).toHaveLength(4);
    }
    await bank.close();
    expect((await readdir(folder)).toSorted()).toEqual(wholeFolder);
  });

  test("shows what another process has added since it was opened", async () => {
    const folder = await filledFolder();
    const bank = await openBank(folder, { readOnly: true });
    expect(await bank.list()).toHaveLength(1);
    await execa("node", [bankProcess, "add", folder, "other", "2"]);
    expect(await bank.list()).toHaveLength(3);
    await bank.close();
  });

  test.runIf(every)("holds whole batches alone after its writer was killed", async () => {
    const folder = newFolder();
    const batch = 25;
    const writer = execa("node", [bankProcess, "add-batches-until-killed", folder, "victim", `${batch}`], {
      reject: false,
    });
    await new Promise((added) => writer.stdout.once("data", added));
    await new Promise((later) => setTimeout(later, 60));
    writer.kill("SIGKILL");
    await writer;
    const bank = await openBank(folder);
    const lessons = await bank.list();
    expect(lessons.length).toBeGreaterThan(0);
    expect(lessons.length % batch).toBe(0);
    await bank.add([{ lesson: exampleLesson({ text: "after" }), code }]);
    expect(await bank.list()).toHaveLength(lessons.length + 1);
    await bank.close();
  });

  test("lets its process end without being closed, prints nothing, and loads no model runtime", async () => {
    const { stdout, stderr } = await execa("node", [
      bankProcess,
      "add-and-leave-open",
      newFolder(),
      "x",
      "1",
    ]);
    expect(stderr).toBe("");
    const { loaded } = JSON.parse(stdout) as { loaded: string[] };
    expect(loaded).toContain("@lancedb/lancedb");
    const unwanted = ["openai", "@xenova/transformers", "@huggingface/transformers", "onnxruntime-node"];
    expect(loaded.filter((name) => unwanted.includes(name))).toEqual([]);
  });

  test("with many lessons is searched by indices, and finds what was added, changed or filtered since", async () => {
    const folder = newFolder();
    const options = { indexedFrom: 300 };
    const bank = await openBank(folder, options);
    const ofNumber = (number: number): BankEntry => ({
      lesson: exampleLesson({
        text: `lesson ${number}: ${["tile", "unroll", "hoist"][number % 3]} ${number * 7919}`,
        task: `task-${number % 60}`,
        transformations: [["tile", "unroll", "hoist"][number % 3] ?? ""],
      }),
      code,
    });
    // More than are compared exactly.
    await bank.add(Array.from({ length: 1100 }, (_, number) => ofNumber(number)));
    const before = await bank.search({ text: "lesson 77: hoist 609763", limit: 4 });
    await bank.close();
    const indexed = await openBank(folder, options);
    const opened = await openTable(folder, createStructuralEmbedder());
    const columns = (await opened.table.listIndices()).flatMap((index) => index.columns);
    opened.close();
    expect(columns).toEqual(
      expect.arrayContaining(["textVector", "codeVector", "vectors", "id", "task", "words"]),
    );
    const [nearest] = await indexed.search({ text: "lesson 77: hoist 609763", limit: 4 });
    expect(nearest?.lesson).toEqual(before[0]?.lesson);
    expect(nearest?.similarity).toBeCloseTo(before[0]!.similarity, 6);
    const likeThis = { text: code, language: "c++" } as const;
    const both = await indexed.search({ text: "lesson 77: hoist 609763", code: likeThis, limit: 4 });
    expect(both[0]?.lesson).toEqual(before[0]?.lesson);
    const filtered = await indexed.search({
      text: "lesson",
      code: likeThis,
      filter: { task: "task-7" },
      limit: 30,
    });
    expect(filtered.map(({ lesson }) => lesson.evidence.task)).toEqual(Array(19).fill("task-7"));
    const unrolled = await indexed.search({
      code: likeThis,
      filter: { transformation: "unroll" },
      limit: 400,
    });
    expect(unrolled).toHaveLength(367);
    await indexed.add([ofNumber(1000)]);
    const [added] = await indexed.search({ text: "lesson 1000: unroll 7919000", limit: 1 });
    expect(added?.lesson).toEqual(ofNumber(1000).lesson);
    const { id } = ofNumber(77).lesson;
    await indexed.change({ kind: "removed", lesson: id, reason: "" }, "person");
    const left = await indexed.search({ text: "lesson 77: hoist 609763", limit: 4 });
    expect(left).toHaveLength(4);
    expect(left.map(({ lesson }) => lesson.id)).not.toContain(id);
    await indexed.setFactors(new Map([[ofNumber(5).lesson.id, 1.1]]));
    const [changed] = await indexed.search({ text: ofNumber(5).lesson.text, words: "39595", limit: 1 });
    expect(changed?.lesson).toEqual({ ...ofNumber(5).lesson, factor: 1.1 });
    await indexed.close();
  });

  test.runIf(every)(
    "whose lessons hold very many words is indexed to its end, also on two cores",
    async () => {
      const folder = newFolder();
      const bank = await openBank(folder, { indexedFrom: 300 });
      // With a quarter of a million and LanceDB's own number of threads on two cores it waited for itself, and for ever.
      const words = (number: number): string =>
        Array.from({ length: 55 }, (_, index) => `w${(number * 55 + index).toString(36)}`).join(" ");
      await bank.add(
        Array.from({ length: 5000 }, (_, number) => ({
          lesson: exampleLesson({ text: words(number), task: `task-${number}` }),
          code,
        })),
      );
      await bank.close();
      const opened = await openTable(folder, createStructuralEmbedder());
      const columns = (await opened.table.listIndices()).flatMap((index) => index.columns);
      opened.close();
      expect(columns).toContain("words");
    },
  );

  test("is put together when many small adds have left many pieces", async () => {
    const folder = newFolder();
    const bank = await openBank(folder);
    for (let index = 0; index < 30; index++) {
      await bank.add([{ lesson: exampleLesson({ text: `lesson ${index}` }), code }]);
    }
    await bank.close();
    const again = await openBank(folder);
    const texts = (await again.list()).map((lesson) => lesson.text);
    expect(texts).toEqual(Array.from({ length: 30 }, (_, index) => `lesson ${index}`));
    await again.close();
  });
});

async function truncateAll(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    await chmod(join(folder, file), 0o644);
    await writeFile(join(folder, file), "half");
  }
}
