/**
 * A general lesson in one or two sentences, by rule, from its fields: what was done, on how many tasks it did what, and what the next use
 * can expect. A reader who sees it must be able to judge how much it is worth.
 */
import { clip } from "../code/clean-text.ts";
import { lessonLimits } from "../lesson/schema.ts";
import { describeCondition } from "./context-key.ts";
import type { GeneralLesson } from "./general-lesson.ts";

/** Longer texts cost more tokens than they say. */
const mostPhrases = 3;

export function describeGeneral(general: Omit<GeneralLesson, "text">): string {
  if (general.untried) return describeUntried(general);
  const sentences = [`${subject(general)} ${effect(general)}.`, context(general)];
  return clip(sentences.filter((sentence) => sentence !== "").join(" "), lessonLimits.text);
}

function describeUntried(general: Omit<GeneralLesson, "text">): string {
  const { gained, lost, measured, tasks } = general;
  return `What no lesson is about has yet to be tried. Of ${measured} transformations on ${tasksOf(tasks.length)}, one with another, ${gained} made the code faster and ${lost} slower, ${speed(general, "one")}.`;
}

function subject({ transformations, preconditions }: Omit<GeneralLesson, "text">): string {
  const names = transformations.map((name) => name.replaceAll("-", " ")).join(", then ");
  const where =
    preconditions.length === 0 ? "" : `, in code ${preconditions.map(describeCondition).join(" and ")},`;
  return `${names.charAt(0).toUpperCase()}${names.slice(1)}${where}`;
}

function effect(general: Omit<GeneralLesson, "text">): string {
  const { polarity, gained, lost, failed, measured, tasks, correctness } = general;
  if (polarity === "failure") {
    const { mean, low, high } = correctness;
    const chance = `${percent(mean)} (95 % interval ${percent(low)} to ${percent(high)})`;
    return `mostly failed on ${failed} of ${tasksOf(tasks.length)}: that it compiles, runs and is right has a chance of ${chance}`;
  }
  const timed = tasksOf(measured);
  const described = {
    gain: `made the code faster on ${gained} of ${timed}${lost > 0 ? ` and slower on ${lost}` : ""}, ${speed(general)}`,
    contested: `made the code faster on ${gained} and slower on ${lost} of ${timed}, and it is not known what decides it; it was ${speed(general)}`,
    loss:
      lost > 0
        ? `made the code slower on ${lost} of ${timed}${gained > 0 ? ` and faster on ${gained}` : ""}, ${speed(general)}, so it is better left out`
        : `made no clear difference on ${timed}, ${speed(general)}`,
  };
  const failures = failed === 0 ? "" : `; it mostly failed on ${failed} of ${tasksOf(tasks.length)}`;
  return `${described[polarity]}${failures}`;
}

/** The middle over tasks, or whatever was gone through, and the range of the next one. */
function speed({ effect: { mean, low, high } }: Omit<GeneralLesson, "text">, next = "task"): string {
  const atLeast = mean >= largest ? "at least " : mean <= -largest ? "at most " : "";
  return `running at ${atLeast}${factor(mean)} times its former speed (on the next ${next} ${factor(low)} to ${factor(high)}, 95 % interval)`;
}

function context({ seen, preconditions }: Omit<GeneralLesson, "text">): string {
  const phrases = seen.filter((phrase) => !preconditions.includes(phrase)).slice(0, mostPhrases);
  return phrases.length === 0 ? "" : `Seen where it was tried: ${phrases.join("; ")}.`;
}

function tasksOf(count: number): string {
  return count === 1 ? "1 task" : `${count} tasks`;
}

/** Trials count no effect beyond a factor of 20, either way. */
const largest = Math.log(19.9);

/** Three figures that count; beyond what a measurement can mean, the bound. */
function factor(logSpeedup: number): string {
  const ratio = Math.exp(logSpeedup);
  if (ratio > 1000) return "more than 1000";
  if (ratio < 0.01) return "less than 0.01";
  return ratio >= 100 ? ratio.toFixed(0) : ratio.toFixed(ratio >= 10 ? 1 : 2);
}

function percent(chance: number): string {
  return `${Math.round(chance * 100)} %`;
}
