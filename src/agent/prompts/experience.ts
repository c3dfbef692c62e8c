/**
 * What was learned on other functions, a line each: which transformation had which effect. Lessons of which the effect is not
 * clear say nothing and are left out.
 */
import type { Lesson } from "../../lesson/lesson.ts";
import { judgeSpeedup } from "../../lesson/words.ts";
import type { GeneralLesson, ReversedPair } from "../../worth/general-lesson.ts";
import { fenced, quoted } from "./quote.ts";

/** In characters; a longer diff says too little for its tokens. */
const longestPair = 1600;

export interface ExperienceLine {
  /** Names of transformations as banked: `loop-interchange`. */
  readonly transformations: readonly string[];
  readonly effect: string;
  /** Where it warns: the regression that it warns of, the other way round. */
  readonly pair?: ReversedPair;
}

/** The nearest `count` clear lessons, each combination of transformations once. `experience` is ordered, nearest first. */
export function clearExperience(
  experience: readonly { readonly lesson: Lesson }[],
  count: number,
): ExperienceLine[] {
  const lines = new Map<string, ExperienceLine>();
  for (const { lesson } of experience) {
    if (lines.size >= count) break;
    const effect = effectOf(lesson);
    const transformations = [...new Set(lesson.transformations.map(({ name }) => name))].slice(0, 4);
    if (effect === undefined || transformations.length === 0) continue;
    const key = transformations.join(" ");
    if (!lines.has(key)) lines.set(key, { transformations, effect });
  }
  return [...lines.values()];
}

/** What lessons of several functions say together, a line each. */
export function generalExperience(general: readonly { readonly lesson: GeneralLesson }[]): ExperienceLine[] {
  return general.map(({ lesson }) => {
    const { transformations, preconditions, polarity, effect, tasks, reversed: pair, ...counts } = lesson;
    const of = `of ${tasks.length} functions`;
    const where = preconditions.length > 0 ? `, seen where ${quoted(preconditions.join(" and "), 200)}` : "";
    const effects = {
      gain: `about ${Math.exp(effect.mean).toFixed(1)} times as fast, faster on ${counts.gained} ${of}`,
      loss: `no gain, slower on ${counts.lost} ${of}`,
      failure: `mostly wrong, or it did not compile: it failed ${counts.failed} times`,
      contested: `faster on ${counts.gained} and slower on ${counts.lost} ${of}`,
    };
    return { transformations, effect: effects[polarity] + where, ...(pair && { pair }) };
  });
}

/** A paragraph, or none; and of the first warning that has a short one, its pair of slow and fast code. */
export function describeExperience(lines: readonly ExperienceLine[]): string[] {
  if (lines.length === 0) return [];
  const listed = lines.map(
    ({ transformations, effect }) =>
      `- ${quoted(transformations.map((name) => name.replaceAll("-", " ")).join(" and "), 120)}: ${effect}`,
  );
  const pair = lines.find((line) => line.pair && line.pair.diff.length <= longestPair)?.pair;
  return [
    `Measured on other functions with similar code:\n${listed.join("\n")}`,
    ...(pair ? [describePair(pair)] : []),
  ];
}

/** Marked as what it is: undoing a change that was bad brings back what was there, and teaches what to leave out. */
function describePair({ diff, speedup }: ReversedPair): string {
  const ratio = speedup.ratio.toFixed(1);
  return `One of these attempts made another function slower. Here it is reversed, from the slow code back to the code that was there before, which ran ${ratio} times as fast. It shows what to leave out, not a change to make:\n${fenced(diff, "diff")}`;
}

function effectOf({ evidence: { status, speedup } }: Lesson): string | undefined {
  if (status === "wrong-output") return "gave wrong results";
  if (status !== "measured" || !speedup) return undefined;
  const judged = judgeSpeedup(speedup);
  if (judged === "faster") return `${speedup.ratio.toFixed(1)} times as fast`;
  return judged === "slower" ? `slower, ${speedup.ratio.toFixed(2)} times as fast` : undefined;
}
