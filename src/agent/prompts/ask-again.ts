/**
 * Asks once more after a reply of which no candidate came, and says what was the matter with it: asked in the same way, a model answers in
 * the same way.
 */
import type { ChatMessage } from "../../model/chat-model.ts";
import type { Task } from "../../task/task.ts";
import { fenceName, plainName } from "./describe-task.ts";
import { said } from "./quote.ts";

/** Why no candidate came of a reply: of one that cannot be used with the reason, a sentence. `cut`: its tokens ended before the function did. */
export type Fruitless =
  | { readonly kind: "unchanged" | "tried" }
  | { readonly kind: "cut" | "unreadable"; readonly reason: string };

/** Of the reply, as a reminder of what it was about; what it repeats at length is better forgotten. */
const longestReply = 1500;

/** `messages`: the request that the reply answered. */
export function askAgainPrompt(
  task: Task,
  messages: readonly ChatMessage[],
  reply: string,
  why: Fruitless,
): ChatMessage[] {
  return [
    ...messages,
    { role: "assistant", content: said(reply, longestReply) },
    { role: "user", content: `${describe(why, plainName(task))} ${wanted(task)}` },
  ];
}

function describe(why: Fruitless, name: string): string {
  switch (why.kind) {
    case "cut":
      return `Your reply was too long and broke off before \`${name}\` was complete. Answer again, without any explanation.`;
    case "unchanged":
      return `The \`${name}\` in your reply is the one that was there before, statement by statement, so it is as slow. Do what you said: write it anew, so that the slow operation is gone.`;
    case "tried":
      return `This version was tried before. Write one that works in another way.`;
    case "unreadable":
      return `That cannot be used: ${why.reason} Answer again.`;
  }
}

function wanted(task: Task): string {
  return `Give one \`\`\`${fenceName(task)} code block with the complete new \`${plainName(task)}\` and new helpers that it needs, and nothing that the file has already.`;
}
