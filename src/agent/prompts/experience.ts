/**
 * What was learned on other functions, a line each: which transformation had which effect. Lessons of which the effect is not
 * clear say nothing and are left out.
 */
import type { Lesson } from "../../lesson/lesson.ts";
import { judgeSpeedup } from "../../lesson/words.ts";
import type { GeneralLesson } from "../../worth/general-lesson.ts";
import { quoted } from "./quote.ts";

export interface ExperienceLine {
  /** Names of transformations as banked: `loop-interchange`. */
  readonly transformations: readonly string[];
  readonly effect: string;
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
  return general.map(({ lesson: { transformations, preconditions, polarity, effect, tasks, ...counts } }) => {
    const of = `of ${tasks.length} functions`;
    const where = preconditions.length > 0 ? `, seen where ${quoted(preconditions.join(" and "), 200)}` : "";
    const effects = {
      gain: `about ${Math.exp(effect.mean).toFixed(1)} times as fast, faster on ${counts.gained} ${of}`,
      loss: `no gain, slower on ${counts.lost} ${of}`,
      failure: `mostly wrong, or it did not compile: it failed ${counts.failed} times`,
      contested: `faster on ${counts.gained} and slower on ${counts.lost} ${of}`,
    };
    return { transformations, effect: effects[polarity] + where };
  });
}

/** A paragraph, or none. */
export function describeExperience(lines: readonly ExperienceLine[]): string[] {
  if (lines.length === 0) return [];
  const listed = lines.map(
    ({ transformations, effect }) =>
      `- ${quoted(transformations.map((name) => name.replaceAll("-", " ")).join(" and "), 120)}: ${effect}`,
  );
  return [`Measured on other functions with similar code:\n${listed.join("\n")}`];
}

function effectOf({ evidence: { status, speedup } }: Lesson): string | undefined {
  if (status === "wrong-output") return "gave wrong results";
  if (status !== "measured" || !speedup) return undefined;
  const judged = judgeSpeedup(speedup);
  if (judged === "faster") return `${speedup.ratio.toFixed(1)} times as fast`;
  return judged === "slower" ? `slower, ${speedup.ratio.toFixed(2)} times as fast` : undefined;
}
