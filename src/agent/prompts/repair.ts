/**
 * Asks for a version that compiles in place of one that does not, given that one and what the compiler said.
 */
import type { LessonContext } from "../../lesson/lesson.ts";
import type { ChatMessage } from "../../model/chat-model.ts";
import type { Task } from "../../task/task.ts";
import { describeReply, describeRules, languageName, plainName, versionCode } from "./describe-task.ts";
import { compilerMessage } from "./lesson.ts";

/** Of a repository's file, in characters: what does not compile may be in a helper. */
const longestVersion = 6000;

export interface RepairPrompt {
  readonly task: Task;
  readonly context: LessonContext;
  /** The candidate's whole file. */
  readonly source: string;
  /** What the compiler said. */
  readonly reason: string;
}

export function repairPrompt({ task, context, source, reason }: RepairPrompt): ChatMessage[] {
  const content = [
    `This ${languageName(task)} code does not compile:`,
    versionCode(task, source, longestVersion),
    `The compiler says:\n${compilerMessage(reason)}`,
    `Correct the mistake in \`${plainName(task)}\` and keep the idea of the code.`,
    `Rules:\n${describeRules(task, context)}`,
    describeReply(task),
  ].join("\n\n");
  return [{ role: "user", content }];
}
