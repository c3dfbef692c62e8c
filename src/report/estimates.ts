/** Effects, chances and credit with their 95 % intervals, as a person reads them. */
import type { Credit, Estimate, GeneralLesson } from "../worth/general-lesson.ts";
import { count, formatRatio, formatSpeedup } from "./figures.ts";
import type { Style } from "./style.ts";

/** Of a log-speedup: `1.84× [1.21, 2.80]`. */
export function formatFactor({ mean, low, high }: Estimate): string {
  return formatSpeedup({ ratio: Math.exp(mean), low: Math.exp(low), high: Math.exp(high), confidence: 0.95 });
}

/** Of a chance: `86 % [57, 98]`. */
export function formatChance({ mean, low, high }: Estimate): string {
  return `${percent(mean)} % [${percent(low)}, ${percent(high)}]`;
}

/** Of a difference between chances: `+3 % [−2, +8]`. */
export function formatDifference({ mean, low, high }: Estimate): string {
  return `${signed(mean)} % [${signed(low)}, ${signed(high)}]`;
}

function percent(value: number): string {
  return (100 * value).toFixed(0);
}

function signed(value: number): string {
  const rounded = Math.round(100 * value);
  return rounded === 0 ? "0" : `${rounded > 0 ? "+" : "−"}${Math.abs(rounded)}`;
}

/** A text in the colour of what a general lesson does. */
export function paintAs({ polarity }: Pick<GeneralLesson, "polarity">, text: string, style: Style): string {
  const paint = { gain: style.good, loss: style.doubtful, failure: style.bad, contested: style.doubtful };
  return paint[polarity](text);
}

/** What is most to be said of it at once: what it does, and how fast it makes code or how often it is right. */
export function headline({ polarity, correctness, effect }: GeneralLesson): string {
  return polarity === "failure"
    ? `failure, right ${formatChance(correctness)}`
    : `${polarity} ${formatRatio(Math.exp(effect.mean))}`;
}

/** `1.04× [0.99, 1.09] speed, +3 % [−2, +8] right`. */
export function formatCredit({ logSpeedup, correctness }: Credit): string {
  return `${formatFactor(logSpeedup)} speed, ${formatDifference(correctness)} right`;
}

export function formatTasks({ tasks, untried, measured, gained, lost, failed }: GeneralLesson): string {
  const on = untried ? "with " : "on ";
  const what = [
    ...(gained > 0 ? [`faster ${on}${gained}`] : []),
    ...(lost > 0 ? [`slower ${on}${lost}`] : []),
    ...(failed > 0 ? [`mostly failed ${on}${failed}`] : []),
  ];
  const tried = untried ? `${count(measured, "transformation")} on ` : "";
  return `${tried}${count(tasks.length, "task")}${what.length === 0 ? "" : `: ${what.join(", ")}`}`;
}
