/** Lessons for a person: as a list, one with its evidence, and what a bank as a whole knows. */
import type { BankStatistics, LessonHit } from "../bank/bank.ts";
import { cleanProse, cleanSource } from "../code/clean-text.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { TierCounts } from "../worth/global-tier.ts";
import { formatDiff } from "./diff.ts";
import { count, formatRatio, formatSpeedup } from "./figures.ts";
import { table, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

export interface LessonLayout {
  readonly style: Style;
  readonly width: number;
}

const nothing = "No lessons. Each `lessonbank optimize` leaves some.";
/** Enough of an id to name a lesson in a bank of this size or far larger ones. */
const shownIdLength = 8;

export function shortId(id: string): string {
  return cleanProse(id).slice(0, shownIdLength);
}

export function formatLessons(lessons: readonly Lesson[], total: number, layout: LessonLayout): string {
  if (lessons.length === 0) return nothing;
  const rest = total - lessons.length;
  return [
    ...lessons.map((lesson) => entry(lesson, "", layout)),
    ...(rest > 0 ? [layout.style.quiet(`… and ${rest} more: --limit ${total}`)] : []),
  ].join("\n");
}

export function formatHits(hits: readonly LessonHit[], layout: LessonLayout): string {
  if (hits.length === 0) return nothing;
  return hits
    .map(({ lesson, similarity }) => entry(lesson, ` · likeness ${similarity.toFixed(2)}`, layout))
    .join("\n");
}

/** Two lines or more: where it comes from, then what it says. */
function entry(lesson: Lesson, note: string, { style, width }: LessonLayout): string {
  const names = lesson.transformations.map((each) => cleanProse(each.name)).join(" + ");
  const head = `${style.accent(shortId(lesson.id))}  ${effect(lesson, style)}  ${style.quiet(
    `${cleanProse(lesson.evidence.task)}${names === "" ? "" : ` · ${names}`}${note}`,
  )}`;
  return `${head}\n${wrap(lesson.text, { width, lead: "          " })}`;
}

function effect({ evidence: { status, speedup } }: Lesson, style: Style): string {
  if (!speedup) return style.bad(status);
  const text = formatRatio(speedup.ratio);
  if (speedup.low > 1) return style.good(text);
  return speedup.high < 1 ? style.doubtful(text) : style.quiet(text);
}

/** Everything that a lesson rests on. */
export function formatLesson(lesson: Lesson, { style, width }: LessonLayout): string {
  const { evidence, context } = lesson;
  const facts: [string, string][] = [
    ["id", lesson.id],
    [
      "earned",
      `${lesson.createdAt} on ${evidence.task} by ${evidence.agent} in round ${evidence.round + 1} of run ${evidence.run}`,
    ],
    ["outcome", evidence.speedup ? formatSpeedup(evidence.speedup) : evidence.status],
    ["imported", evidence.imported ? `${evidence.imported.at} from ${evidence.imported.from}` : ""],
    ...lesson.transformations.map((each): [string, string] => ["did", describe(each)]),
    ...lesson.preconditions.map((each): [string, string] => ["saw", each]),
    ...lesson.assumptions.map((each): [string, string] => ["assumes", each]),
    ["where", `${context.cpu}, ${context.isa}, ${context.compiler} ${context.flags.join(" ")}`],
    [
      "sizes",
      Object.entries(context.sizes)
        .map(([name, size]) => `${name}=${size}`)
        .join(" "),
    ],
    ["factor", `${lesson.factor.toFixed(2)} (how those who were shown it fared)`],
  ];
  return [
    style.title(wrap(lesson.text, { width })),
    "",
    ...facts
      .filter(([, value]) => value !== "")
      .map(([name, value]) => wrap(value, { width, lead: name.padEnd(9) })),
    "",
    evidence.diff === "" ? cleanSource(evidence.source) : formatDiff(evidence.diff, style),
  ].join("\n");
}

/** One transformation with its parameters and place. */
export function describe({ name, parameters, place }: Lesson["transformations"][number]): string {
  const settings = Object.entries(parameters)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
  return `${name}${settings === "" ? "" : ` (${settings})`}: ${place}`;
}

export function formatStatistics(
  statistics: BankStatistics & { readonly snapshot: string },
  tier: TierCounts,
  folder: string,
  { style, width }: LessonLayout,
): string {
  const { lessons, tasks, runs, byStatus, byTransformation, embedder, snapshot } = statistics;
  const head = `${style.title(count(lessons, "lesson"))} from ${count(tasks, "task")} and ${count(runs, "run")} in ${folder}`;
  const statuses = Object.entries(byStatus)
    .toSorted(([, a], [, b]) => b - a)
    .map(([status, number]) => `${status} ${number}`)
    .join(", ");
  const rows = byTransformation.map(({ name, tried, faster, speedup }) => [
    name,
    String(tried),
    String(faster),
    speedup === undefined ? "" : formatRatio(speedup),
  ]);
  const effects = table(
    [
      { title: "transformation", flexible: true },
      { title: "tried", align: "right" },
      { title: "faster", align: "right" },
      { title: "mean speedup", align: "right" },
    ],
    rows,
    { width, paintTitle: style.quiet },
  );
  return [
    head,
    style.quiet(`snapshot ${snapshot.slice(0, 16)} · embedder ${embedder}`),
    ...(lessons > 0 ? [statuses] : []),
    ...formatTier(tier, width),
    ...(lessons > 0 ? ["", effects] : []),
  ].join("\n");
}

/** What the bank holds beside its lessons, as far as it does. */
function formatTier(tier: TierCounts, width: number): string[] {
  const { general, admitted, contested, retired, screened, imported, showings, changes } = tier;
  const beside = [
    ...(showings > 0 ? [count(showings, "draw")] : []),
    ...(changes > 0 ? [count(changes, "change")] : []),
    ...(imported > 0 ? [`${count(imported, "lesson")} imported`] : []),
    ...(screened > 0 ? [`${count(screened, "lesson")} in no general one, by what they say`] : []),
  ];
  const generals = `${count(general, "general lesson")}: ${admitted} may be shown on other tasks, ${contested} contested, ${retired} retired`;
  return [...(general > 0 ? [generals] : []), ...(beside.length > 0 ? [beside.join(", ")] : [])].map((line) =>
    wrap(line, { width }),
  );
}
