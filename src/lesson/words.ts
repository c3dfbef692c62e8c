/**
 * What a rewriter says about its own outcome, without a model: what was done and where, what came of it with its interval, why,
 * and what was seen in the code. A difference within the noise is called none, and given no cause.
 */
import type { Outcome, OutcomeStatus, Speedup } from "../evaluate/outcome.ts";
import { cleanProse, clip, withoutPlaces } from "../code/clean-text.ts";
import type { LessonDraft, Transformation } from "./lesson.ts";
import { lessonLimits } from "./schema.ts";

export interface RewriterLessonInput {
  /** All that the candidate carries, in the order applied. */
  readonly transformations: readonly Transformation[];
  /** Where it was built on the candidate of another lesson: how many of `transformations` came from it, and its speed. */
  readonly basis?: { readonly transformations: number; readonly speed: number } | undefined;
  /** What was seen in the code, as short phrases. */
  readonly preconditions: readonly string[];
  /** The rewrite's own sentences on why, from its textbook entry; absent where none fits. */
  readonly sentences?:
    | { readonly faster: string; readonly slower: string; readonly wrong: string }
    | undefined;
  readonly outcome: Outcome;
}

/** From here on a speedup is a large one: LessonL's line between "faster" and "slightly faster". */
const clearly = 1.1;
const longestReason = 300;

/** One to three sentences and the preconditions, cleaned and within the lesson's limits. Pure. */
export function rewriterLesson({
  transformations,
  basis,
  preconditions,
  sentences,
  outcome,
}: RewriterLessonInput): LessonDraft {
  const kept = transformations.slice(0, basis?.transformations ?? 0);
  const added = transformations.slice(kept.length);
  const subject = describeTransformations(added.length > 0 ? added : transformations);
  const onTop = kept.length > 0 ? ` on top of ${listNames(kept)}` : "";
  const parts = [
    `${subject}${onTop} ${describeEffect(outcome, basis?.speed)}`,
    why(outcome, sentences, basis?.speed),
  ];
  if (preconditions.length > 0) parts.push(`Seen in the code: ${preconditions.slice(0, 4).join("; ")}.`);
  return {
    text: clip(withoutPlaces(cleanProse(parts.filter((part) => part !== "").join(" "))), lessonLimits.text),
    preconditions: [...new Set(preconditions)]
      .slice(0, lessonLimits.entries)
      .map((phrase) => clip(withoutPlaces(cleanProse(phrase)), lessonLimits.phrase)),
  };
}

/** How a measured speedup reads: `faster`, `slightly-faster`, `slower`, or `unchanged` where the interval holds 1. */
export function judgeSpeedup({
  ratio,
  low,
  high,
}: Speedup): "faster" | "slightly-faster" | "unchanged" | "slower" {
  if (low <= 1 && high >= 1) return "unchanged";
  if (high < 1) return "slower";
  return ratio >= clearly ? "faster" : "slightly-faster";
}

/** `2.41× (99 % interval 2.35 to 2.48)`. */
export function formatSpeedup({ ratio, low, high, confidence }: Speedup): string {
  const percent = Number((confidence * 100).toFixed(1));
  return `${formatRatio(ratio)}× (${percent} % interval ${formatRatio(low)} to ${formatRatio(high)})`;
}

const verdicts = {
  faster: "faster",
  "slightly-faster": "slightly faster",
  unchanged: "no measurable difference",
  slower: "slower",
} as const;

function describeEffect(outcome: Outcome, basisSpeed: number | undefined): string {
  if (outcome.status !== "measured") return describeFailure(outcome);
  const start = `ran at ${formatSpeedup(outcome.speedup)} the speed of the reference`;
  if (basisSpeed === undefined) return `${start}: ${verdicts[judgeSpeedup(outcome.speedup)]}.`;
  const step = judgeSpeedup(overBasis(outcome.speedup, basisSpeed));
  const verdict = step === "unchanged" ? "no measurable difference from that" : `${verdicts[step]} than that`;
  return `${start} in all, where the code it was built on ran at ${formatRatio(basisSpeed)}×: ${verdict}.`;
}

/** The speedup over the code that it was built on, whose own measurement is taken to be as uncertain as this one. */
function overBasis({ ratio, low, high, confidence }: Speedup, basisSpeed: number): Speedup {
  const halfWidth = low > 0 ? (Math.log(high / low) / 2) * Math.SQRT2 : Infinity;
  const step = ratio / basisSpeed;
  return { ratio: step, low: step * Math.exp(-halfWidth), high: step * Math.exp(halfWidth), confidence };
}

const failures: Readonly<Record<Exclude<OutcomeStatus, "measured">, string>> = {
  rejected: "was refused before compiling",
  "not-compiled": "did not compile",
  crashed: "crashed",
  "timed-out": "did not end within the time limit",
  "wrong-output": "gave wrong results",
};

function describeFailure(outcome: Exclude<Outcome, { status: "measured" }>): string {
  const reason = clip(withoutPlaces(cleanProse(outcome.reason)), longestReason).replace(/[.\s]+$/, "");
  return `${failures[outcome.status]}${reason === "" ? "." : `: ${reason}.`}`;
}

/** A cause is only claimed for an effect that was shown: on top of other code, for one beyond what that code ran at. */
function why(
  outcome: Outcome,
  sentences: RewriterLessonInput["sentences"],
  basisSpeed: number | undefined,
): string {
  if (!sentences) return "";
  if (outcome.status === "measured") {
    const { speedup } = outcome;
    const verdict = judgeSpeedup(basisSpeed === undefined ? speedup : overBasis(speedup, basisSpeed));
    if (verdict === "unchanged") return "";
    return verdict === "slower" ? sentences.slower : sentences.faster;
  }
  return outcome.status === "wrong-output" || outcome.status === "crashed" ? sentences.wrong : "";
}

function describeTransformations(transformations: readonly Transformation[]): string {
  if (transformations.length === 0) return "This change";
  const described = transformations.map(({ name, parameters, place }) => {
    const choices = Object.entries(parameters).map(([key, value]) => `${key} ${value}`);
    const withChoices = choices.length > 0 ? ` with ${choices.join(", ")}` : "";
    return `${inWords(name)}${withChoices}${place === "" ? "" : ` at ${place}`}`;
  });
  const joined = described.join(", then ");
  return joined.charAt(0).toUpperCase() + joined.slice(1);
}

function listNames(transformations: readonly Transformation[]): string {
  return [...new Set(transformations.map(({ name }) => inWords(name)))].join(" and ");
}

/** `loop-interchange` reads as "loop interchange". */
function inWords(name: string): string {
  return name.replaceAll("-", " ");
}

/** Three figures that count: 0.987, 2.41, 24.1, 241. */
function formatRatio(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio.toFixed(ratio >= 10 ? 1 : ratio >= 1 ? 2 : 3);
}
