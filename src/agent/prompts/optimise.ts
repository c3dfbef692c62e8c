/**
 * Asks for a faster version of the function, with nothing to go by but the code and what helped on code like it.
 */
import type { LessonContext } from "../../lesson/lesson.ts";
import type { ChatMessage } from "../../model/chat-model.ts";
import type { Task } from "../../task/task.ts";
import { describeReply, describeRules, languageName, plainName, referenceCode } from "./describe-task.ts";
import { describeExperience, type ExperienceLine } from "./experience.ts";
import { quoted } from "./quote.ts";

export interface OptimisePrompt {
  readonly task: Task;
  readonly context: LessonContext;
  /** What the agent is to look at first; one line. */
  readonly speciality?: string | undefined;
  /** Characters of a repository's code for which the model's context has room. Default: no less than is ever shown. */
  readonly room?: number | undefined;
  /** What is known from other functions. */
  readonly experience: readonly ExperienceLine[];
}

export function optimisePrompt(prompt: OptimisePrompt): ChatMessage[] {
  const content = [
    ...describeOptimisation(prompt),
    ...describeExperience(prompt.experience),
    describeReply(prompt.task),
  ].join("\n\n");
  return [{ role: "user", content }];
}

/** What every request for faster code begins with, a paragraph each. */
export function describeOptimisation({ task, context, speciality, room }: OptimisePrompt): string[] {
  return [
    `The ${languageName(task)} function \`${plainName(task)}\` below is correct but slow. Write a faster version of it that gives the same results: another algorithm, less work in inner loops, better use of memory.`,
    ...(task.description.trim() ? [`What it computes: ${quoted(task.description, 600)}`] : []),
    referenceCode(task, room),
    `Rules:\n${describeRules(task, context)}`,
    ...(speciality ? [`Look first at this: ${speciality}.`] : []),
  ];
}
