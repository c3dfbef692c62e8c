/**
 * One or two sentences out of what a model said about an outcome: without its thinking, code, headings and courtesies.
 */
import { cleanProse, clip, withoutPlaces } from "../code/clean-text.ts";

const longestText = 16 * 1024;
const longestLesson = 600;
const mostSentences = 2;

/** `Sure!`, `Here is the lesson:`, `**Explanation:**` */
const courtesy =
  /^(?:(?:sure|certainly|of course|okay|ok|great)\b[^.!:]{0,60}[.!:,]\s*|here(?:'s| is| are)\b[^.!:]{0,80}:\s*|(?:lesson|answer|explanation|reason|summary|conclusion)s?(?: learned)?\s*:\s*)+/i;
/** A model that declines or speaks of itself has not said anything about the code. */
const refusal = /\b(?:as an ai\b|i(?:'m| am) (?:sorry|unable)|i (?:cannot|can't|don't have))/i;

/** Cleaned and at most 600 characters; empty where there is nothing usable. Never throws; linear in the text. */
export function lessonSentences(text: string): string {
  const spoken = withoutThinking(text.slice(0, longestText))
    .replace(/^[ \t]*(```|~~~)[\s\S]*?(?:^[ \t]*\1[^\n]*$|$(?![\s\S]))/gm, "\n")
    .replace(/^[ \t]*(?:#{1,6}|[-*+>]|\d{1,2}[.)])[ \t]+/gm, "")
    .replace(/\*\*|__(?=\w)|(?<=\w)__|`/g, "");
  const prose = withoutPlaces(cleanProse(spoken)).replace(courtesy, "").trim();
  const lesson = clip(sentencesOf(prose).slice(0, mostSentences).join(" "), longestLesson);
  const words = lesson.match(/\p{L}{2,}/gu) ?? [];
  if (words.length < 4 || refusal.test(lesson)) return "";
  return lesson.charAt(0).toUpperCase() + lesson.slice(1);
}

/** What stands after the last end of thinking; nothing where thinking never ended. */
function withoutThinking(text: string): string {
  const end = text.lastIndexOf("</think>");
  if (end !== -1) return text.slice(end + "</think>".length);
  return /^\s*<think>/.test(text) ? "" : text;
}

/** Whole sentences; a last one that was cut off counts where it is the only one, and is closed. */
function sentencesOf(prose: string): string[] {
  const ends = [...prose.matchAll(/(?<!\b(?:e\.g|i\.e|vs|etc|cf))[.!?](?=\s+["'(]?[\p{Lu}\d]|\s*$)/gu)];
  const sentences: string[] = [];
  let start = 0;
  for (const { index } of ends) {
    sentences.push(prose.slice(start, index + 1).trim());
    start = index + 1;
  }
  const rest = prose.slice(start).trim();
  if (sentences.length === 0 && rest !== "") sentences.push(`${rest.replace(/[,;:\s]+$/, "")}.`);
  return sentences;
}
