/** The evidence behind a lesson, single or general, down to the intervals and diffs. */
import { cleanProse, cleanSource } from "../code/clean-text.ts";
import type { Lesson, LessonContext } from "../lesson/lesson.ts";
import { describeCondition } from "../worth/context-key.ts";
import type { CountedIn, WhyLesson } from "../worth/why-lesson.ts";
import type { ChangeBehind, LessonBehind, ShowingCounts, Why } from "../worth/why.ts";
import { formatDiff } from "./diff.ts";
import { formatChance, formatDifference, formatFactor, formatTasks, headline, paintAs } from "./estimates.ts";
import { count, formatRatio, formatSpeedup } from "./figures.ts";
import { wrap } from "./layout.ts";
import { formatChange } from "./lessons-history.ts";
import { describe, shortId, type LessonLayout } from "./lessons.ts";

/** Of each lesson's diff, unless all is asked for. */
const shownDiffLines = 12;
/** Below the beginning of a line that starts with an id. */
const lead = "          ";

type Fact = readonly [name: string, value: string];

function formatFacts(facts: readonly Fact[], width: number): string[] {
  return facts
    .filter(([, value]) => value !== "")
    .map(([name, value]) => wrap(value, { width, lead: name.padEnd(10) }));
}

export function formatWhyLesson(why: WhyLesson, layout: LessonLayout): string {
  const { style, width } = layout;
  const { lesson, removed, earnedAs, basis, countsIn, screened, changes } = why;
  const { evidence, context } = lesson;
  const facts: Fact[] = [
    ["lesson", `${lesson.id}${removed ? ", removed" : ""}`],
    ["outcome", outcome(evidence)],
    ["measured", measuredBy(evidence)],
    ["task", `${evidence.task} (${evidence.taskHash.slice(0, 12)})`],
    ["by", `${evidence.agent}, in round ${evidence.round + 1} of run ${evidence.run}, ${lesson.createdAt}`],
    ["candidate", evidence.candidate],
    ["machine", `${context.cpu}, ${context.isa}, ${count(context.threads, "thread")}`],
    ["compiler", `${context.compiler} ${context.flags.join(" ")}`],
    ["sizes", sizes(context)],
    ["built on", builtOn(evidence.basis, basis)],
    ...lesson.transformations.map((each): Fact => ["did", describe(each)]),
    ...lesson.preconditions.map((each): Fact => ["saw", each]),
    ...lesson.assumptions.map((each): Fact => ["assumes", each]),
    ["was", earnedAs?.text ?? ""],
    ["no part", screened === undefined ? "" : `in general lessons: ${screened}`],
  ];
  return [
    style.title(wrap(lesson.text, { width })),
    "",
    ...formatFacts(facts, width),
    ...section(
      "Counts in",
      countsIn.map((each) => formatCountedIn(each, layout)),
      layout,
    ),
    ...section("Changes", formatChanges(changes, layout), layout),
    "",
    evidence.diff === "" ? cleanSource(evidence.source) : formatDiff(evidence.diff, style),
  ].join("\n");
}

function outcome({ status, speedup }: Pick<Lesson["evidence"], "status" | "speedup">): string {
  if (!speedup) return status;
  return `${formatSpeedup(speedup)} over the reference (${Number((100 * speedup.confidence).toFixed(1))} % interval)`;
}

/** Whose word it is. */
function measuredBy({ imported }: Lesson["evidence"]): string {
  if (!imported) return "by an evaluator of this bank's owner";
  const from = imported.from === "" ? "a file" : imported.from;
  return `elsewhere: imported from ${from} on ${imported.at.slice(0, 10)}, by the word of whoever wrote it`;
}

function sizes({ sizes: of }: LessonContext): string {
  return Object.entries(of)
    .map(([name, size]) => `${name}=${size}`)
    .join(" ");
}

function builtOn(basis: Lesson["evidence"]["basis"], lesson: Lesson | undefined): string {
  if (!basis) return "";
  const speedup = lesson?.evidence.speedup;
  const speed = speedup ? formatSpeedup(speedup) : formatRatio(basis.speed);
  const gone = lesson ? "" : ", not in this bank";
  return `the code of lesson ${shortId(basis.lesson)} (${speed}${gone}), its first ${count(basis.transformations, "transformation")}`;
}

function formatCountedIn({ general, retired, showings }: CountedIn, { style, width }: LessonLayout): string {
  const standing = retired ? "retired" : (general.admitted ?? "not replicated");
  return [
    `${style.accent(shortId(general.id))}  ${paintAs(general, headline(general), style)}`,
    wrap(`general lesson, ${standing}; ${formatTasks(general)}`, { width, lead }),
    wrap(`drawn: ${formatShowings(showings)}`, { width, lead }),
  ].join("\n");
}

function formatShowings({ shown, withheld, cited, applied, certain, runs }: ShowingCounts): string {
  if (shown + withheld === 0) return "never";
  const parts = [`shown ${shown}`, `withheld ${withheld}`, `cited ${cited}`, `applied ${applied}`];
  const sure = certain > 0 ? `; ${certain} of those shown had no choice and say nothing of its worth` : "";
  return `${parts.join(", ")}, in ${count(runs, "run")}${sure}`;
}

function formatChanges(changes: readonly ChangeBehind[], layout: LessonLayout): string[] {
  return changes.map(({ change, holds }) => formatChange(change, layout, holds));
}

function section(title: string, lines: readonly string[], { style }: LessonLayout): string[] {
  return lines.length === 0 ? [] : ["", style.title(title), ...lines];
}

/** With whole diffs where `allOfDiffs`. */
export function formatWhyGeneral(why: Why, layout: LessonLayout, allOfDiffs = false): string {
  const { style, width } = layout;
  const { general, lessons, missing, changes, reversed } = why;
  const facts: Fact[] = [
    ["general", `${general.id}${general.part === undefined ? "" : `, a part of ${general.part}`}`],
    ["says", says(why)],
    [
      "effect",
      `${formatFactor(general.effect)} on the next ${general.untried ? "one" : "task"}, ${formatFactor(general.meanEffect)} in the mean`,
    ],
    ["right", `${formatChance(general.correctness)}: chance that it compiles, runs and is right`],
    ["tasks", formatTasks(general)],
    ["where", whereShown(why)],
    ["only", general.preconditions.map(describeCondition).join(" and ")],
    ["seen", general.seen.join("; ")],
    ...creditFacts(why),
    ["imported", importedFact(why)],
    ["missing", missing.length === 0 ? "" : `${count(missing.length, "lesson")} that it was made from`],
  ];
  return [
    style.title(wrap(general.text, { width })),
    "",
    ...formatFacts(facts, width),
    style.quiet("(intervals of effects and credit are of 95 %, those of lessons of 99 %)"),
    ...section("Changes", formatChanges(changes, layout), layout),
    // They come by task.
    ...lessons.flatMap((lesson, index) => [
      ...(lesson.task === lessons[index - 1]?.task ? [] : ["", style.title(cleanProse(lesson.task))]),
      formatBehind(lesson, layout, allOfDiffs),
    ]),
    ...(reversed
      ? section(
          "The other way round",
          [
            wrap(
              `From the slow code of lesson ${shortId(reversed.lesson)} back to the fast: ${formatSpeedup(reversed.speedup)}. Nobody proposed this; it is that regression, reversed.`,
              { width },
            ),
            diffLines(reversed.diff, layout, allOfDiffs, ""),
          ],
          layout,
        )
      : []),
  ].join("\n");
}

function says({ general, retired }: Why): string {
  const admitted = {
    replicated: "seen on two tasks or more",
    reproduced: "reproduced by its transformation alone",
  };
  const standing = retired
    ? "retired, so it is not shown"
    : general.admitted === undefined
      ? "not replicated, so it is not shown on other tasks"
      : admitted[general.admitted];
  const disagree =
    general.polarity === "contested"
      ? `: faster on ${count(general.gained, "task")}, slower on ${general.lost}, and no feature tells them apart`
      : general.part === undefined
        ? ""
        : ": its lessons disagreed with others, and the condition below tells them apart";
  return `${general.polarity}${disagree}; ${standing}`;
}

function whereShown({ general }: Why): string {
  const { architecture, threads, compiler, languages } = general;
  const thread = threads === "one" ? "one thread" : "several threads";
  return [architecture, thread, ...(compiler === undefined ? [] : [compiler]), languages.join(" and ")].join(
    ", ",
  );
}

function creditFacts({ general: { credit }, showings }: Why): Fact[] {
  const drawn: Fact = ["draws", formatShowings(showings)];
  if (!credit) return [drawn];
  const of = `from ${count(credit.shown + credit.withheld, "draw")} that chance decided, in ${count(credit.runs, "run")}`;
  return [
    ["credit", `showing it makes proposals ${formatFactor(credit.logSpeedup)} as fast, ${of}`],
    ["", ""],
    ["", `${formatDifference(credit.correctness)} in the chance that they are right`],
    drawn,
  ];
}

function importedFact({ lessons }: Why): string {
  const imported = lessons.filter((lesson) => lesson.imported);
  return imported.length === 0
    ? ""
    : `${imported.length} of ${count(lessons.length, "lesson")} behind it were not measured here`;
}

function formatBehind(lesson: LessonBehind, layout: LessonLayout, allOfDiffs: boolean): string {
  const { style, width } = layout;
  const { id, status, speedup, gain, basis, context } = lesson;
  const result = speedup ? formatSpeedup(speedup) : style.bad(status);
  const beyond =
    basis && gain
      ? `${formatRatio(Math.exp(gain.logSpeedup))} over the code of lesson ${shortId(basis.lesson)}, that it was built on`
      : "";
  const facts = [
    beyond,
    `${lesson.agent}, round ${lesson.round + 1} of run ${lesson.run}, candidate ${lesson.candidate}`,
    `${context.cpu}, ${context.isa}, ${context.compiler} ${context.flags.join(" ")}`,
  ].filter((fact) => fact !== "");
  return [
    `${style.accent(shortId(id))}  ${result}${lesson.imported ? style.doubtful("  imported") : ""}`,
    wrap(lesson.text, { width, lead }),
    ...facts.map((fact) => style.quiet(wrap(fact, { width, lead }))),
    diffLines(lesson.diff, layout, allOfDiffs, lead),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function diffLines(diff: string, { style }: LessonLayout, all: boolean, before: string): string {
  const lines = diff === "" ? [] : formatDiff(diff, style).split("\n");
  const shown = all ? lines : lines.slice(0, shownDiffLines);
  const rest = lines.length - shown.length;
  return [
    ...shown.map((line) => `${before}${line}`),
    ...(rest > 0 ? [style.quiet(`${before}… and ${count(rest, "line")} more: --diffs`)] : []),
  ].join("\n");
}
