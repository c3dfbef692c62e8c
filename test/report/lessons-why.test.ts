import { expect, test } from "vitest";
import type { Change } from "../../src/lesson/change.ts";
import type { Lesson } from "../../src/lesson/lesson.ts";
import type { Showing } from "../../src/lesson/showing.ts";
import { formatGenerals } from "../../src/report/lessons-general.ts";
import { formatWhyGeneral, formatWhyLesson } from "../../src/report/lessons-why.ts";
import { formatHistory } from "../../src/report/lessons-history.ts";
import { createStyle, plainStyle } from "../../src/report/style.ts";
import { textWidth } from "../../src/report/layout.ts";
import { countTier, readGlobalTier, type GlobalTier } from "../../src/worth/global-tier.ts";
import { whyLesson } from "../../src/worth/why-lesson.ts";
import { evidenceBehind } from "../../src/worth/why.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";

const layout = { style: plainStyle, width: 80 };

async function tierOf(
  lessons: readonly Lesson[],
  { showings = [], changes = [] }: { showings?: readonly Showing[]; changes?: readonly Change[] } = {},
): Promise<GlobalTier> {
  const tier = await readGlobalTier({
    async *entries() {
      for (const lesson of lessons) yield { lesson };
    },
    showings: async () => showings,
    history: async () => changes,
  });
  return { ...tier, lessons };
}

async function onlyGeneral(lessons: readonly Lesson[]) {
  const tier = await tierOf(lessons);
  const [general] = tier.general;
  if (!general || tier.general.length > 1) throw new Error("one general lesson");
  return { tier, general };
}

function fits(text: string): string {
  for (const line of text.split("\n")) expect(textWidth(line), line).toBeLessThanOrEqual(80);
  return text;
}

const contested = [1.5, 1.6, 0.7, 0.6].map((ratio, index) => exampleLesson({ task: `task-${index}`, ratio }));

test("a contested lesson says on how many tasks it did what, and that nothing tells them apart", async () => {
  const { tier, general } = await onlyGeneral(contested);
  const why = evidenceBehind(general, tier);
  expect(fits(formatWhyGeneral(why, layout))).toMatch(
    /says {6}contested: faster on 2 tasks, slower on 2, and no feature tells them\s+apart/,
  );
  expect(countTier(tier)).toMatchObject({ general: 1, contested: 1, imported: 0, screened: 0 });
  expect(fits(formatGenerals([general], tier, layout))).toContain("4 tasks: faster on 2, slower on 2");
});

test("the lesson on what no lesson is about has a name, and counts transformations", async () => {
  const names = ["one", "two", "three", "four", "five"];
  const lessons = names.map((name, index) =>
    exampleLesson({
      task: `task-${index % 2}`,
      transformations: [name],
      ratio: (index < 3 ? 2 : 0.5) + index / 20,
    }),
  );
  const tier = await tierOf(lessons);
  const general = tier.general.find(({ untried }) => untried)!;
  const list = fits(formatGenerals([general], tier, layout));
  expect(list).toMatch(/what no lesson is about\n +on the next one \S+ \[/);
  expect(list).toMatch(/5 transformations on 2 tasks:\s+faster with 3, slower with 2/);
  expect(fits(formatWhyGeneral(evidenceBehind(general, tier), layout))).toMatch(
    /on the next one, .* in the\s+mean/,
  );
});

test("a lesson of failure says how often it is right, and not how fast it is", async () => {
  const failures = ["a", "b", "c"].map((task) => exampleLesson({ task, status: "crashed" }));
  const { tier, general } = await onlyGeneral(failures);
  const text = fits(formatGenerals([general], tier, layout));
  expect(text).toMatch(/failure, right \d+ % \[\d+, \d+\]/);
  expect(text).not.toContain("on the next task");
  expect(fits(formatWhyGeneral(evidenceBehind(general, tier), layout))).toContain("crashed");
});

test("what was built on other code is measured against that code", async () => {
  const basis = exampleLesson({ task: "a", ratio: 2, transformations: ["loop-fusion"] });
  const lesson = exampleLesson({ task: "a", ratio: 3, transformations: ["loop-fusion", "loop-tiling"] });
  const ground = { lesson: basis.id, transformations: 1, speed: 2 };
  const built = { ...lesson, evidence: { ...lesson.evidence, basis: ground } };
  const tier = await tierOf([basis, built]);
  const text = fits(formatWhyLesson(whyLesson(built, tier), layout));
  expect(text).toContain(`built on  the code of lesson ${basis.id.slice(0, 8)} (2.00× [1.90, 2.10])`);
  const tiling = tier.general.find(({ transformations }) => transformations[0] === "loop-tiling");
  if (!tiling) throw new Error("a general lesson");
  expect(fits(formatWhyGeneral(evidenceBehind(tiling, tier), layout))).toContain(
    `1.50× over the code of lesson ${basis.id.slice(0, 8)}`,
  );
  const without = await tierOf([built]);
  expect(formatWhyLesson(whyLesson(built, without), layout)).toContain("(2.00×, not in this bank)");
});

test("long diffs are cut, and whole when asked for", async () => {
  const diff = Array.from({ length: 30 }, (_, index) => `+line ${index}`).join("\n");
  const long = contested.map((lesson) => ({ ...lesson, evidence: { ...lesson.evidence, diff } }));
  const { tier, general } = await onlyGeneral(long);
  const why = evidenceBehind(general, tier);
  expect(formatWhyGeneral(why, layout)).toContain("… and 18 lines more: --diffs");
  expect(formatWhyGeneral(why, layout)).not.toContain("+line 29");
  expect(formatWhyGeneral(why, layout, true)).toContain("+line 29");
});

test("words that were edited, screened or imported are told apart from those that were earned and measured", async () => {
  const earned = exampleLesson({ text: "The loop in line 12 was slow." });
  const imported = { at: "2026-05-04T03:02:01.000Z", from: "theirs.jsonl" };
  const seen = { ...earned, evidence: { ...earned.evidence, imported } };
  const tier = await tierOf([seen]);
  expect(countTier(tier)).toMatchObject({ screened: 1, imported: 1, general: 0 });
  const text = fits(formatWhyLesson(whyLesson(seen, tier), layout));
  expect(text).toMatch(/measured {2}elsewhere: imported from theirs\.jsonl on 2026-05-04/);
  expect(text).toContain("no part   in general lessons: text: it names a line of one program");

  const better = { ...earned, text: "Strides were long." };
  const edited = formatWhyLesson(whyLesson(earned, await tierOf([better])), layout);
  expect(edited).toMatch(/^Strides were long\.\n/);
  expect(edited).toContain("was       The loop in line 12 was slow.");
});

test("whatever names, authors and colours there are, lines fit and nothing reaches the terminal", async () => {
  const bad = "\u001b[31mred\u202e".repeat(3);
  const lesson = exampleLesson({
    text: bad,
    task: bad,
    run: "x".repeat(150),
    transformations: ["a-very-long-name".repeat(9)],
  });
  const tier = await tierOf([lesson]);
  const change: Change = {
    id: "0123456789abcdef",
    at: lesson.createdAt,
    by: "b".repeat(150),
    what: { kind: "removed", lesson: lesson.id, reason: bad },
  };
  const history = fits(formatHistory([{ ...change, holds: false }], 3, layout));
  expect(history).toContain("(undone)");
  expect(history).toContain("… and 2 more");
  const list = fits(formatGenerals(tier.general, tier, layout));
  for (const text of [
    list,
    history,
    formatWhyLesson(whyLesson(lesson, tier), layout),
    ...tier.general.map((general) => formatWhyGeneral(evidenceBehind(general, tier), layout)),
  ]) {
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u001b\u202e]/);
  }
  const coloured = formatGenerals(tier.general, tier, { style: createStyle(true), width: 80 });
  // oxlint-disable-next-line no-control-regex
  expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(list);
});
