/**
 * What every bank promises. Both banks run this whole suite.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Bank, Embedder } from "../../src/bank/bank.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { UsageError } from "../../src/errors.ts";
import type { Lesson } from "../../src/lesson/lesson.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { exampleShowing } from "../lesson/example-showing.ts";
import { snippets } from "./snippets.ts";

const product = snippets[0]?.text ?? "";
const otherProduct = snippets[1]?.text ?? "";
const textScan = snippets.find((snippet) => snippet.kind === "text scan")?.text ?? "";

export function describeBankContract(
  name: string,
  open: (embedder: Embedder) => Promise<{ bank: Bank; remove?: () => Promise<void> }>,
): void {
  describe(name, () => {
    let bank: Bank;
    let remove: (() => Promise<void>) | undefined;
    beforeEach(async () => {
      ({ bank, remove } = await open(createStructuralEmbedder()));
    });
    afterEach(async () => {
      await bank.close();
      await remove?.();
    });

    test("gives back every field of a lesson as it was added", async () => {
      const lesson = exampleLesson({
        text: "It's 'quoted', \"twice\", and says ×2 — 🚀",
        transformations: [
          { name: "loop-tiling", parameters: { tile: 64, order: "row" }, place: "the loop over k" },
          "loop-interchange",
        ],
      });
      const failure = exampleLesson({ status: "wrong-output", text: "Wrong." });
      await bank.add([
        { lesson, code: product },
        { lesson: failure, code: product },
      ]);
      expect(await bank.get(lesson.id)).toEqual(lesson);
      expect(await bank.get(failure.id)).toEqual(failure);
    });

    test("knows no lesson that was never added", async () => {
      expect(await bank.get("0123456789abcdef")).toBeUndefined();
      expect(await bank.get("' OR ''='")).toBeUndefined();
      expect(await bank.list()).toEqual([]);
      expect(await bank.search({ text: "anything", limit: 5 })).toEqual([]);
    });

    test("lists in order of creation, and in order of adding within one instant", async () => {
      const late = exampleLesson({ text: "late", createdAt: "2026-03-01T00:00:00.000Z" });
      const early = exampleLesson({ text: "early", createdAt: "2026-01-01T00:00:00.000Z" });
      const twins = [1, 2, 3, 4].map((number) =>
        exampleLesson({ text: `twin ${number}`, createdAt: "2026-02-01T00:00:00.000Z" }),
      );
      await bank.add([late, ...twins.slice(0, 2)].map((lesson) => ({ lesson, code: product })));
      await bank.add([...twins.slice(2), early].map((lesson) => ({ lesson, code: product })));
      const texts = (await bank.list()).map((lesson) => lesson.text);
      expect(texts).toEqual(["early", "twin 1", "twin 2", "twin 3", "twin 4", "late"]);
      const newest = await bank.newest(3);
      expect(newest.lessons.map((lesson) => lesson.text)).toEqual(["late", "twin 4", "twin 3"]);
      expect(newest.of).toBe(6);
      await bank.change({ kind: "removed", lesson: late.id, reason: "" }, "person");
      expect((await bank.newest(1)).lessons).toEqual((await bank.list()).slice(-1));
      expect(await bank.newest(9, { task: "no such task" })).toEqual({ lessons: [], of: 0 });
    });

    test("adds a whole batch or none of it, and names the field that is wrong", async () => {
      const good = exampleLesson({ text: "good" });
      const bad = { ...exampleLesson({ text: "bad" }), speed: -1 };
      await expect(
        bank.add([
          { lesson: good, code: product },
          { lesson: bad, code: product },
        ]),
      ).rejects.toThrow(/speed/);
      expect(await bank.list()).toEqual([]);
    });

    test("refuses an unknown field, text beyond its limit, and a speedup without a measurement", async () => {
      const lesson = exampleLesson();
      const wrong: readonly [unknown, RegExp][] = [
        [{ ...lesson, colour: "red" }, /unknown field colour/],
        [{ ...lesson, text: "x".repeat(100_000) }, /text/],
        [{ ...lesson, evidence: { ...lesson.evidence, status: "crashed" } }, /speedup/],
      ];
      for (const [value, message] of wrong) {
        const adding = bank.add([{ lesson: value as Lesson, code: product }]);
        await expect(adding).rejects.toThrow(message);
        await expect(adding).rejects.toBeInstanceOf(UsageError);
      }
      expect(await bank.list()).toEqual([]);
    });

    test("takes control characters and text that reorders itself out of what it keeps", async () => {
      const lesson = { ...exampleLesson(), text: "\u001b[31mred\u001b[0m\u0007 and \u202ereversed\u0000" };
      await bank.add([{ lesson, code: product }]);
      expect((await bank.get(lesson.id))?.text).toBe("red and reversed");
    });

    test("keeps a lesson that is added twice once, as it was first", async () => {
      const lesson = exampleLesson();
      await bank.add([
        { lesson, code: product },
        { lesson, code: product },
      ]);
      await bank.add([{ lesson: { ...lesson, factor: 1.1 }, code: product }]);
      expect(await bank.list()).toEqual([lesson]);
      expect((await bank.statistics()).lessons).toBe(1);
    });

    test("finds the lesson whose code is nearest, whatever its names", async () => {
      const onProduct = exampleLesson({ text: "On a product.", task: "product" });
      const onText = exampleLesson({ text: "On a text.", task: "text", language: "c" });
      await bank.add([
        { lesson: onText, code: textScan },
        { lesson: onProduct, code: product },
      ]);
      const hits = await bank.search({ code: { text: otherProduct, language: "c" }, limit: 2 });
      expect(hits.map((hit) => hit.lesson.text)).toEqual(["On a product.", "On a text."]);
      expect(hits[0]?.similarity).toBeGreaterThan(hits[1]?.similarity ?? 1);
      const [same] = await bank.search({ code: { text: product, language: "c++" }, limit: 1 });
      expect(same?.similarity).toBeCloseTo(1, 5);
    });

    test("finds the lesson whose text is nearest", async () => {
      const texts = [
        "Reserving the vector before pushing avoided repeated reallocation.",
        "Hoisting strlen out of the loop condition made the scan linear.",
        "Tiling the loops kept the block in the cache.",
      ];
      await bank.add(
        texts.map((text) => ({ lesson: exampleLesson({ text, preconditions: [] }), code: product })),
      );
      const [best] = await bank.search({ text: "strlen in a loop condition is hoisted", limit: 1 });
      expect(best?.lesson.text).toBe(texts[1]);
    });

    test("takes the mean of both similarities where text and code are asked for", async () => {
      const lessons = [
        { lesson: exampleLesson({ text: "Alpha beta gamma." }), code: product },
        { lesson: exampleLesson({ text: "Delta epsilon zeta." }), code: textScan },
        { lesson: exampleLesson({ text: "Alpha beta zeta." }), code: otherProduct },
      ];
      await bank.add(lessons);
      const text = "alpha beta gamma";
      const code = { text: product, language: "c++" } as const;
      const byText = await bank.search({ text, limit: 3 });
      const byCode = await bank.search({ code, limit: 3 });
      for (const { lesson, similarity } of await bank.search({ text, code, limit: 3 })) {
        const parts = [byText, byCode].map(
          (hits) => hits.find((hit) => hit.lesson.id === lesson.id)?.similarity,
        );
        expect(similarity).toBeCloseTo(((parts[0] ?? 0) + (parts[1] ?? 0)) / 2, 6);
      }
    });

    test("puts lessons that hold the words asked for before others that are as near", async () => {
      const texts = ["Alpha beta gamma.", "Delta epsilon zeta.", "Alpha eta theta.", "Iota kappa lambda."];
      const lessons = texts.map((text) => exampleLesson({ text, preconditions: [], transformations: [] }));
      await bank.add(lessons.map((lesson) => ({ lesson, code: product })));
      const query = { code: { text: product, language: "c++" }, limit: 4 } as const;
      const found = await bank.search({ ...query, words: "zeta or lambda" });
      const firstTwo = found.slice(0, 2).map((hit) => hit.lesson.text);
      expect(firstTwo.toSorted()).toEqual([texts[1], texts[3]]);
      expect(found).toHaveLength(4);
      for (const hit of found) expect(hit.similarity).toBeCloseTo(1, 5);
      await bank.change(edit(lessons[0]!, { text: "Omega.", preconditions: [] }), "person");
      await bank.change({ kind: "removed", lesson: lessons[1]!.id, reason: "" }, "person");
      const [best] = await bank.search({ ...query, words: "omega" });
      expect(best?.lesson.text).toBe("Omega.");
      const left = await bank.search({ ...query, words: "zeta" });
      expect(left.map((hit) => hit.lesson.text).toSorted()).toEqual([texts[2], texts[3], "Omega."]);
      expect(await bank.search({ ...query, words: "omega", filter: { task: "none" } })).toEqual([]);
    });

    test("is exact when many lessons are equally near: the order is by id, whatever the limit", async () => {
      const many = Array.from({ length: 150 }, (_, index) =>
        exampleLesson({ text: "Same words.", run: `run-${index}` }),
      );
      await bank.add(many.map((lesson) => ({ lesson, code: product })));
      const sorted = many.map((lesson) => lesson.id).toSorted();
      for (const limit of [3, 40, 150, 1000]) {
        const hits = await bank.search({
          text: "same words",
          code: { text: product, language: "c++" },
          limit,
        });
        expect(hits.map((hit) => hit.lesson.id)).toEqual(sorted.slice(0, limit));
      }
      expect(await bank.search({ text: "same words", limit: 0 })).toEqual([]);
    });

    test("filters by task, run, language and transformation, also where names hold quotes", async () => {
      const lessons = [
        exampleLesson({ text: "1", task: "a'b", run: "r1" }),
        exampleLesson({ text: "2", task: "a'b", run: "r2", language: "c" }),
        exampleLesson({ text: "3", task: 'back\\slash"', run: "r2", transformations: ["tile", "it's"] }),
        exampleLesson({ text: "4", task: "plain", run: "r3", transformations: [] }),
      ];
      await bank.add(lessons.map((lesson) => ({ lesson, code: product })));
      const cases: readonly [Parameters<Bank["list"]>[0], string[]][] = [
        [{ task: "a'b" }, ["1", "2"]],
        [{ notTask: "a'b" }, ["3", "4"]],
        [{ notTask: ["a'b", 'back\\slash"'] }, ["4"]],
        [{ notTask: [] }, ["1", "2", "3", "4"]],
        [{ task: 'back\\slash"' }, ["3"]],
        [{ taskHash: lessons[3]?.evidence.taskHash }, ["4"]],
        [{ run: "r2" }, ["2", "3"]],
        [{ run: "r2", language: "c" }, ["2"]],
        [{ transformation: "it's" }, ["3"]],
        [{ transformation: "ti" }, []],
        [{ task: "x' OR '1'='1" }, []],
        [{}, ["1", "2", "3", "4"]],
      ];
      for (const [filter, expected] of cases) {
        expect((await bank.list(filter)).map((lesson) => lesson.text)).toEqual(expected);
        const hits = await bank.search({ text: "anything", filter, limit: 10 });
        expect(hits.map((hit) => hit.lesson.text).toSorted()).toEqual(expected);
      }
    });

    test("changes the factors of the lessons named, and of no other", async () => {
      const [first, second, third] = ["1", "2", "3"].map((text) => exampleLesson({ text })) as [
        Lesson,
        Lesson,
        Lesson,
      ];
      await bank.add([first, second, third].map((lesson) => ({ lesson, code: product })));
      await bank.setFactors(
        new Map([
          [first.id, 1.1],
          [third.id, 0.9666666666666667],
          ["unknown-lesson", 1],
        ]),
      );
      expect((await bank.list()).map((lesson) => lesson.factor)).toEqual([1.1, 1, 0.9666666666666667]);
      expect(await bank.get(first.id)).toEqual({ ...first, factor: 1.1 });
      await bank.setFactors(new Map());
      await expect(bank.setFactors(new Map([[first.id, Number.NaN]]))).rejects.toThrow(UsageError);
      expect((await bank.list()).map((lesson) => lesson.factor)).toEqual([1.1, 1, 0.9666666666666667]);
    });

    test("counts what it holds", async () => {
      await bank.add(
        [
          exampleLesson({ ratio: 4, task: "a", run: "1", transformations: ["tile", "tile", "unroll"] }),
          exampleLesson({ ratio: 1, task: "b", run: "1", transformations: ["tile"] }),
          exampleLesson({ status: "crashed", task: "b", run: "2", transformations: ["unroll"] }),
          exampleLesson({ status: "not-compiled", task: "b", run: "2", transformations: ["inline"] }),
        ].map((lesson) => ({ lesson, code: product })),
      );
      const { byTransformation, ...rest } = await bank.statistics();
      expect(rest).toEqual({
        lessons: 4,
        tasks: 2,
        runs: 2,
        byStatus: { measured: 2, crashed: 1, "not-compiled": 1 },
        embedder: createStructuralEmbedder().id,
      });
      expect(byTransformation.map(({ name, tried, faster }) => [name, tried, faster])).toEqual([
        ["tile", 2, 1],
        ["unroll", 2, 1],
        ["inline", 1, 0],
      ]);
      // The geometric mean of 4 and 1 is 2.
      expect(byTransformation.map(({ speedup }) => speedup)).toEqual([
        expect.closeTo(2, 10),
        expect.closeTo(4, 10),
        undefined,
      ]);
    });

    test("hands out its entries with the code that they were earned on", async () => {
      const lesson = exampleLesson();
      await bank.add([{ lesson, code: product }]);
      const entries = [];
      for await (const entry of bank.entries()) entries.push(entry);
      expect(entries).toEqual([{ lesson, code: product }]);
    });

    test("keeps showings as they are, in order of time, and each id once", async () => {
      const late = exampleShowing({ at: "2026-03-01T00:00:00.000Z", task: "a'b" });
      const early = exampleShowing({ at: "2026-01-01T00:00:00.000Z", run: "run-2" });
      const twins = [1, 2, 3].map((round) => exampleShowing({ at: "2026-02-01T00:00:00.000Z", round }));
      await bank.addShowings([late, ...twins.slice(0, 2)]);
      await bank.addShowings([early, twins[2]!, { ...late, task: "changed" }, early]);
      const [first, second, third] = twins;
      expect(await bank.showings()).toEqual([early, first, second, third, late]);
      expect(await bank.showings({ run: "run-2" })).toEqual([early]);
      expect(await bank.showings({ task: "a'b" })).toEqual([late]);
      expect(await bank.showings({ notTask: "a'b", run: "run-1" })).toEqual([first, second, third]);
      expect(await bank.showings({ task: "x' OR '1'='1" })).toEqual([]);
    });

    test("takes all of the showings or none, and names the field that is wrong", async () => {
      const wrong = { ...exampleShowing({ round: 7 }), status: "lucky" };
      const adding = bank.addShowings([exampleShowing(), wrong as never]);
      await expect(adding).rejects.toThrow(/showing number 2: status/);
      await expect(adding).rejects.toBeInstanceOf(UsageError);
      expect(await bank.showings()).toEqual([]);
    });

    test("shows an edited lesson in its new words, and finds it by them", async () => {
      const lesson = exampleLesson({ text: "Tiling kept blocks in the cache.", preconditions: [] });
      const other = exampleLesson({ text: "Reserving avoided reallocation.", preconditions: [] });
      await bank.add([lesson, other].map((each) => ({ lesson: each, code: product })));
      const after = { text: "Strlen was hoisted.", preconditions: ["strlen in the loop\u0007 condition"] };
      const change = await bank.change(edit(lesson, after), "person", new Date("2026-05-01T00:00:00Z"));
      expect(change).toMatchObject({ by: "person", at: "2026-05-01T00:00:00.000Z" });
      const seen = { ...lesson, text: after.text, preconditions: ["strlen in the loop condition"] };
      expect(await bank.get(lesson.id)).toEqual(seen);
      expect(await bank.list()).toContainEqual(seen);
      const entries = await collect(bank.entries());
      expect(entries).toContainEqual({ lesson: seen, code: product });
      const asEarned = await collect(bank.entries({}, { asEarned: true }));
      expect(asEarned.map((entry) => entry.lesson)).toEqual([lesson, other]);
      const [found] = await bank.search({ text: "strlen in a loop condition is hoisted", limit: 1 });
      expect(found?.lesson).toEqual(seen);
      expect(found?.similarity).toBeGreaterThan(0.5);
      const byOldWords = await bank.search({ text: lesson.text, limit: 2 });
      expect(byOldWords.find((hit) => hit.lesson.id === lesson.id)?.similarity).toBeLessThan(0.5);
      expect(await bank.search({ text: "strlen", filter: { task: "another" }, limit: 3 })).toEqual([]);
      // Factors go on being kept.
      await bank.setFactors(new Map([[lesson.id, 1.1]]));
      const [hit] = await bank.search({ text: "strlen in a loop condition is hoisted", limit: 1 });
      expect(hit?.lesson).toEqual({ ...seen, factor: 1.1 });
    });

    test("hides a removed lesson everywhere, and does not take it again", async () => {
      const lesson = exampleLesson({ text: "removed" });
      const other = exampleLesson({ text: "kept" });
      await bank.add([lesson, other].map((each) => ({ lesson: each, code: product })));
      await bank.change({ kind: "removed", lesson: lesson.id, reason: "names a host" }, "person");
      await bank.add([{ lesson, code: product }]);
      expect(await bank.get(lesson.id)).toBeUndefined();
      expect(await bank.list()).toEqual([other]);
      expect(await collect(bank.entries())).toEqual([{ lesson: other, code: product }]);
      expect((await bank.search({ text: "removed", limit: 3 })).map((hit) => hit.lesson)).toEqual([other]);
      const code = { text: product, language: "c++" } as const;
      expect((await bank.search({ code, limit: 1 })).map((hit) => hit.lesson)).toEqual([other]);
      expect((await bank.statistics()).lessons).toBe(1);
      const asEarned = await collect(bank.entries({}, { asEarned: true }));
      expect(asEarned.map((entry) => entry.lesson)).toEqual([lesson, other]);
    });

    test("undoes changes, and undoes that too", async () => {
      const lesson = exampleLesson({ text: "one" });
      await bank.add([{ lesson, code: product }]);
      const textNow = async () => (await bank.get(lesson.id))?.text;
      const undo = (change: { id: string }) => bank.change({ kind: "undone", change: change.id }, "person");
      const two = await bank.change(edit(lesson, { text: "two", preconditions: [] }), "person");
      const three = await bank.change(
        edit({ text: "two", preconditions: [] }, { text: "three", preconditions: [] }, lesson.id),
        "person",
      );
      expect(await textNow()).toBe("three");
      const undoing = await undo(three);
      expect(await textNow()).toBe("two");
      const again = await undo(undoing);
      expect(await textNow()).toBe("three");
      await expect(undo(undoing)).rejects.toThrow(/undone already/);
      const removal = await bank.change({ kind: "removed", lesson: lesson.id, reason: "" }, "run-1");
      expect(await textNow()).toBeUndefined();
      const back = await undo(removal);
      expect(await textNow()).toBe("three");
      // The last edit stays, whatever becomes of one before it.
      const last = await undo(two);
      expect(await textNow()).toBe("three");
      await undo(three);
      expect(await bank.get(lesson.id)).toEqual(lesson);
      const ids = (await bank.history()).map(({ id }) => id);
      expect(ids.slice(0, -1)).toEqual([two, three, undoing, again, removal, back, last].map(({ id }) => id));
      expect(new Set(ids).size).toBe(8);
    });

    test("keeps what retires, and leaves it to others to act on it", async () => {
      const lesson = exampleLesson();
      await bank.add([{ lesson, code: product }]);
      const what = { kind: "retired", general: "general-1", reason: "probably does not help" } as const;
      const change = await bank.change(what, "run-7");
      expect(await bank.history()).toEqual([change]);
      expect(change).toMatchObject({ by: "run-7", what });
      expect(await bank.list()).toEqual([lesson]);
    });

    test("refuses a change that is not possible, with what to do instead, and keeps nothing of it", async () => {
      const lesson = exampleLesson();
      await bank.add([{ lesson, code: product }]);
      const words = { text: "new", preconditions: [] };
      await bank.change(edit(lesson, words), "person");
      const kept = await bank.history();
      const impossible: readonly [Parameters<Bank["change"]>[0], RegExp][] = [
        [edit(lesson, { text: "other", preconditions: [] }), /other words now/],
        [edit(lesson, words, "no-such-lesson"), /no lesson no-such-lesson/],
        [{ kind: "removed", lesson: "no-such-lesson", reason: "" }, /no lesson no-such-lesson/],
        [{ kind: "undone", change: "0123456789abcdef" }, /no change 0123456789abcdef/],
        [edit(words, { text: "", preconditions: [] }, lesson.id), /text/],
      ];
      for (const [what, message] of impossible) {
        const error: unknown = await bank.change(what, "person").catch((caught: unknown) => caught);
        if (!(error instanceof UsageError)) throw error;
        expect(error.message).toMatch(message);
      }
      const lost: unknown = await bank
        .change({ kind: "undone", change: "0123456789abcdef" }, "person")
        .catch((caught: unknown) => caught);
      expect(lost).toHaveProperty("remedy", expect.stringMatching(/history/));
      expect(await bank.history()).toEqual(kept);
      await bank.change({ kind: "removed", lesson: lesson.id, reason: "" }, "person");
      await expect(bank.change(edit(words, words, lesson.id), "person")).rejects.toThrow(/no lesson/);
    });

    test("does not change when what it handed out is changed", async () => {
      const lesson = exampleLesson();
      await bank.add([{ lesson, code: product }]);
      const got = (await bank.get(lesson.id)) as { text: string };
      const listed = (await bank.list())[0] as { text: string };
      got.text = listed.text = "changed";
      expect(await bank.get(lesson.id)).toEqual(lesson);
    });

    test("says what is missing when a search asks for neither text nor code", async () => {
      await expect(bank.search({ limit: 3 })).rejects.toThrow(/needs text or code/);
      await expect(bank.search({ text: "x", limit: -1 })).rejects.toThrow(/limit/);
    });

    test("takes simultaneous adds, and finishes them before it closes", async () => {
      const lessons = Array.from({ length: 8 }, (_, index) => exampleLesson({ text: `lesson ${index}` }));
      const adding = lessons.map((lesson) => bank.add([{ lesson, code: product }]));
      await Promise.all(adding);
      expect(await bank.list()).toHaveLength(8);
      await bank.close();
      await bank.close();
      await expect(bank.list()).rejects.toThrow(/closed/);
      await expect(bank.add([{ lesson: exampleLesson({ text: "late" }), code: product }])).rejects.toThrow(
        /closed/,
      );
    });
  });
}

function edit(
  before: { text: string; preconditions: readonly string[] },
  after: { text: string; preconditions: string[] },
  lesson = (before as Lesson).id,
): Parameters<Bank["change"]>[0] {
  const { text, preconditions } = before;
  return { kind: "edited", lesson, before: { text, preconditions: [...preconditions] }, after };
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
