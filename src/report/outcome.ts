/** One Outcome, in a word and in full. */
import type { Measured, Outcome } from "../evaluate/outcome.ts";
import { cleanSource } from "../code/clean-text.ts";
import { formatDuration, formatInterval, formatRatio, formatSpeedup } from "./figures.ts";
import type { Style } from "./style.ts";

export interface Verdict {
  readonly symbol: string;
  /** `faster`, `slower`, `no different`, or the Outcome's status. */
  readonly word: string;
  readonly kind: keyof Pick<Style, "good" | "bad" | "quiet" | "doubtful">;
}

/** What a person wants to know first about an Outcome. */
export function verdict(outcome: Outcome): Verdict {
  if (outcome.status !== "measured") return { symbol: "✗", word: outcome.status, kind: "bad" };
  if (outcome.faster) return { symbol: "✓", word: "faster", kind: "good" };
  if (outcome.speedup.high < 1) return { symbol: "–", word: "slower", kind: "doubtful" };
  return { symbol: "=", word: "no different", kind: "quiet" };
}

/** One line: `2.31× [2.28, 2.35]`, or the status with the first line of its reason. */
export function outcomeInBrief(outcome: Outcome): string {
  if (outcome.status === "measured") return formatSpeedup(outcome.speedup);
  return `${outcome.status}: ${firstLine(outcome.reason)}`;
}

/** What `evaluate` prints: the verdict, the figures, the whole reason. */
export function outcomeInFull(task: string, outcome: Outcome, style: Style): string {
  const { symbol, word, kind } = verdict(outcome);
  const lines =
    outcome.status === "measured"
      ? [style[kind](`${symbol} ${task}: ${inWords(outcome)}`), figures(outcome)]
      : [style[kind](`${symbol} ${task}: ${word}`)];
  if (outcome.reason !== undefined) lines.push(cleanSource(outcome.reason).trimEnd());
  const where = outcome.sandbox === undefined ? "" : " in the weaker sandbox";
  lines.push(
    style.quiet(`${outcome.calls} checked calls, judged in ${formatDuration(outcome.evaluationMs)}${where}`),
  );
  return lines.join("\n");
}

function inWords(outcome: Measured): string {
  const { ratio } = outcome.speedup;
  if (outcome.faster) return `${formatRatio(ratio)} as fast as the reference`;
  if (outcome.speedup.high < 1) return `slower than the reference (${formatRatio(ratio)})`;
  return "no difference that could be measured";
}

function figures({ speedup, referenceMs, candidateMs }: Measured): string {
  const confidence = `${Number((speedup.confidence * 100).toFixed(1))} %`;
  return `  speedup ${formatRatio(speedup.ratio)}, interval ${formatInterval(speedup)} at ${confidence}; a call takes ${formatDuration(candidateMs)}, the reference's ${formatDuration(referenceMs)}`;
}

function firstLine(text: string): string {
  return cleanSource(text).trimStart().split("\n", 1)[0] ?? "";
}
