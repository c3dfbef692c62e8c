/**
 * How text of others stands in a prompt. Lessons come from other models and other people, reasons from compilers and candidates:
 * each is data, and none of them may end the place where it is quoted or pass for a turn of the conversation.
 */
import { cleanProse, cleanSource, clip, withoutPlaces } from "../../code/clean-text.ts";

/** Where a mark begins or ends by which a chat template separates turns, in the spellings of the common model families. */
const turnMarksOfCode = /<(?=[|｜])|(?<=[|｜])(?=>)|<(?=(?:start|end)_of_turn>)/g;
const turnMarksOfProse =
  /<(?=[|｜])|(?<=[|｜])(?=>)|<(?=\/?(?:s|think|tool_call|tool_response|system|user|assistant|start_of_turn|end_of_turn|<\/?SYS)>)|\[(?=\/?(?:INST|SYS)\])/gi;

/** Prose on one line in double quotes, at most `limit` characters, without quotes, backticks, line breaks or marks of a turn (a blank breaks those). */
export function quoted(text: string, limit: number): string {
  const plain = cleanProse(text)
    .replace(turnMarksOfProse, "$& ")
    .replace(/["“”„‟«»″〝〞❝❞＂`｀]/g, "'")
    .replace(/~{3,}/g, "~");
  return `"${withoutPlaces(clip(plain, limit)).trim()}"`;
}

/** Code, or what a program printed, in a fence that is longer than any run of backticks in it. */
export function fenced(text: string, language: string, limit: number = 24_000): string {
  const code = clip(cleanSource(text), limit).replace(turnMarksOfCode, "$& ").trimEnd();
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}

/** What a model said before, for its own turn of a conversation; cut after `limit` characters. */
export function said(text: string, limit: number): string {
  return clip(cleanSource(text), limit).replace(turnMarksOfProse, "$& ").trim();
}
