/** What a person reads at the end of a run: the winner first, then why, what it assumes, what else was tried, what it cost. */
import { cleanProse } from "../code/clean-text.ts";
import type { Lesson } from "../lesson/lesson.ts";
import type { AttemptSummary, OptimizeResult, Winner } from "../run/result.ts";
import { formatDiff } from "./diff.ts";
import { formatUsd } from "./forecast.ts";
import { count, formatDuration, formatInterval, formatRatio, formatSpeedup } from "./figures.ts";
import { table, wrap, type Cell } from "./layout.ts";
import { verdict } from "./outcome.ts";
import type { Style } from "./style.ts";

export interface RunResultOptions {
  readonly style: Style;
  readonly width: number;
  /** Lines that say where things were kept: the caller knows the paths. */
  readonly kept?: readonly string[];
  /** Lessons to print at the most. Default 5. */
  readonly lessons?: number;
}

export function formatRunResult(
  result: OptimizeResult,
  { style, width, kept = [], lessons = 5 }: RunResultOptions,
): string {
  const sections = [
    formatAttempts(result.attempts, style, width),
    formatWinner(result, style, width),
    ...(result.best ? [formatDiff(result.best.diff, style), formatReasons(result.best, style, width)] : []),
    formatLessons(result, style, width, lessons),
    [wrap(costs(result), { width }), ...kept].map((line) => style.quiet(line)).join("\n"),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function formatAttempts(attempts: readonly AttemptSummary[], style: Style, width: number): string {
  if (attempts.length === 0) return "";
  const rows = attempts.map(({ agent, round, summary, outcome }): (string | Cell)[] => {
    const { symbol, kind } = verdict(outcome);
    const found = outcome.status === "measured" ? formatSpeedup(outcome.speedup) : outcome.status;
    return [String(round + 1), agent, summary, { text: `${symbol} ${found}`, paint: style[kind] }];
  });
  return table(
    [
      { title: "round", align: "right" },
      { title: "agent" },
      { title: "what was tried", flexible: true },
      { title: "outcome, at 99 %" },
    ],
    rows,
    { width, paintTitle: style.quiet },
  );
}

function formatWinner({ task, best, attempts, ended }: OptimizeResult, style: Style, width: number): string {
  if (!best) {
    const reason =
      attempts.length === 0
        ? "nothing was tried"
        : `none of ${count(attempts.length, "candidate")} is faster for certain`;
    return style.title(wrap(`${task}: ${reason} (${ended}). The function stays as it is.`, { width }));
  }
  const doubt = best.confirmed ? "" : ", not yet measured a second time";
  return [
    style.good(
      style.title(
        `${cleanProse(task)} is ${formatRatio(best.speedup.ratio)} as fast ${formatInterval(best.speedup)}${doubt}`,
      ),
    ),
    wrap(
      `A call takes ${formatDuration(best.candidateMs)} instead of ${formatDuration(best.referenceMs)}. Found by ${best.agent} in round ${best.round + 1}.`,
      { width },
    ),
  ].join("\n");
}

function formatReasons(best: Winner, style: Style, width: number): string {
  const why = wrap(best.why, { width, lead: "Why      " });
  const assumes = best.assumptions.map((each, index) =>
    wrap(each, { width, lead: index === 0 ? "Assumes  " : "         " }),
  );
  return [
    style.title(why.slice(0, 9)) + why.slice(9),
    ...assumes.map((text) => style.doubtful(text.slice(0, 9)) + text.slice(9)),
  ].join("\n");
}

function formatLessons({ lessons }: OptimizeResult, style: Style, width: number, limit: number): string {
  if (lessons.length === 0) return "";
  const shown = mostTelling(lessons).slice(0, limit);
  const rest = lessons.length - shown.length;
  return [
    style.title(
      `What was learned${rest > 0 ? `, the ${shown.length} most telling of ${lessons.length}` : ""}`,
    ),
    ...shown.map((lesson) => formatLessonLine(lesson, style, width)),
  ].join("\n");
}

/** `  ✓ 2.31×  The inner loop now walks …`, wrapped. */
export function formatLessonLine(lesson: Lesson, style: Style, width: number): string {
  const { status, speedup } = lesson.evidence;
  const measured = status === "measured" && speedup !== undefined;
  const faster = measured && speedup.low > 1;
  const slower = measured && speedup.high < 1;
  const symbol = !measured ? "✗" : faster ? "✓" : slower ? "–" : "=";
  const kind = !measured ? "bad" : faster ? "good" : slower ? "doubtful" : "quiet";
  const figure = measured ? formatRatio(speedup.ratio) : "";
  const lead = `  ${symbol} ${figure.padStart(5)}  `;
  const text = wrap(lesson.text, { width, lead });
  return style[kind](text.slice(0, lead.length)) + text.slice(lead.length);
}

/** The largest effects first, either way, each transformation once; then what failed. */
function mostTelling(lessons: readonly Lesson[]): Lesson[] {
  const seen = new Set<string>();
  return lessons
    .toSorted((a, b) => effect(b) - effect(a))
    .filter((lesson) => {
      const key = lesson.text;
      return !seen.has(key) && seen.add(key);
    });
}

function costs({ costs: spent, ended }: OptimizeResult): string {
  const model =
    spent.modelCalls === 0
      ? "no model was called"
      : `${count(spent.modelCalls, "model call")}, ${(spent.inputTokens + spent.outputTokens).toLocaleString("en-US")} tokens${spent.usd > 0 ? `, ${formatUsd(spent.usd)}` : ""}`;
  return `${count(spent.evaluations, "evaluation")} in ${formatDuration(spent.wallMs)}; ${model}. Ended: ${cleanProse(ended)}.`;
}

/**
 * How far from the reference, either way, shared out among the transformations that it took; failures rank between what moved
 * something and what did not.
 */
function effect({ evidence: { speedup }, speed, transformations }: Lesson): number {
  if (!speedup) return 0.05;
  if (speedup.low <= 1 && speedup.high >= 1) return 0.01;
  return Math.abs(Math.log(speed)) / Math.max(1, transformations.length);
}
