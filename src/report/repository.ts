/** A repository's run for a person: how it is judged, what each function came to, and what all of it is together. */
import { cleanProse } from "../code/clean-text.ts";
import type { CommandGuess } from "../codebase/project/detect.ts";
import { nameOf, type FunctionResult, type RepositoryResult } from "../codebase/repository-result.ts";
import type { Baseline } from "../codebase/project/project.ts";
import { formatDiff } from "./diff.ts";
import { count, formatDuration, formatSpeedup } from "./figures.ts";
import { wrap } from "./layout.ts";
import { percent } from "./profile.ts";
import { proofLine, whyUnproven } from "./pull-request.ts";
import { formatLessonLine } from "./run-result.ts";
import type { Style } from "./style.ts";

interface Look {
  readonly style: Style;
  readonly width: number;
}

/** `test     make check (the target "check" in the makefile)`. */
export function formatGuessed({ key, command, why }: CommandGuess, { style, width }: Look): string {
  const lead = key.padEnd(8);
  const text = wrap(`${command} (${why})`, { width, lead });
  return style.quiet(text.slice(0, lead.length)) + text.slice(lead.length);
}

/** What the untouched tree showed, in a sentence or two. */
export function formatBaseline(
  { testMs, value, unit, smallestDifference }: Baseline,
  { width }: Look,
): string {
  const test = testMs.length === 0 ? "" : `The tests pass, in ${formatDuration(Math.max(...testMs))}. `;
  const bench =
    unit === "ms" ? formatDuration(value) : `${value.toPrecision(4)}${unit === "" ? "" : ` ${unit}`}`;
  return wrap(
    `${test}The benchmark ${unit === "ms" ? "takes" : "says"} ${bench}; a gain of ${percent(smallestDifference)} could be told from none.`,
    { width },
  );
}

export function formatRepositoryResult(
  result: RepositoryResult,
  look: Look & { readonly kept?: readonly string[] },
): string {
  const { style, width, kept = [] } = look;
  const { costs, combined, functions } = result;
  const spent = [
    count(costs.evaluations, "candidate"),
    ...(costs.modelCalls > 0
      ? [
          count(costs.modelCalls, "model call"),
          `${costs.inputTokens + costs.outputTokens} tokens`,
          `${costs.usd.toFixed(4)} USD`,
        ]
      : []),
    formatDuration(costs.wallMs),
  ].join(", ");
  return [
    ...functions.map((each) => formatFunction(each, look)),
    ...(combined ? [formatDiff(combined.diff, style)] : []),
    verdictOf(result, look),
    [wrap(`Cost: ${spent}.`, { width }), ...kept].map((line) => style.quiet(line)).join("\n"),
  ].join("\n\n");
}

function formatFunction(each: FunctionResult, { style, width }: Look): string {
  const { run, proof } = each;
  const name = cleanProse(nameOf(each));
  const share = each.share === undefined ? "" : ` (${percent(each.share)} of the time)`;
  if (!run.best)
    return wrap(
      `${name}${share}: none of ${count(run.attempts.length, "candidate")} is faster for certain (${run.ended}).`,
      { width },
    );
  const best = run.lessons.find((lesson) => lesson.text === run.best?.why);
  return [
    style.title(
      wrap(
        `${name}${share}: ${formatSpeedup(run.best.speedup)} by ${run.best.agent}${run.best.confirmed ? "" : ", not yet measured a second time"}`,
        { width },
      ),
    ),
    ...(best ? [formatLessonLine(best, style, width)] : [wrap(run.best.why, { width, lead: "  " })]),
    ...run.best.assumptions.map((text) => style.doubtful(wrap(`assumes: ${text}`, { width, lead: "  " }))),
    ...(proof
      ? [
          style[proof.verdict === "proven" ? "good" : "doubtful"](
            wrap(proofLine(each, proof).replaceAll("`", ""), { width, lead: "  " }),
          ),
        ]
      : []),
  ].join("\n");
}

function verdictOf(result: RepositoryResult, { style, width }: Look): string {
  const { combined, proven, interrupted } = result;
  if (!combined || combined.outcome.status !== "measured")
    return style.title(
      interrupted
        ? "Interrupted before anything faster was confirmed."
        : "Nothing was found that is faster for certain. The repository stays as it is.",
    );
  const head = `The benchmark is ${formatSpeedup(combined.outcome.speedup)} as fast with ${combined.functions.length === 1 ? "this change" : `these ${combined.functions.length} changes together`}`;
  const reason = combined.reason === undefined ? "" : ` (the best alone: ${combined.reason})`;
  return [
    style.good(style.title(wrap(`${head}${reason}.`, { width }))),
    ...(proven
      ? []
      : [
          style.doubtful(
            wrap(`Unproven: ${whyUnproven(result)} Read the patch before you merge it.`, { width }),
          ),
        ]),
  ].join("\n");
}
